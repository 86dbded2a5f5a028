import type { BreakEven } from '../cost/break-even.ts';
import type { LeverEffect, Sensitivity } from '../cost/levers.ts';
import type { NeedId, Recommendation } from '../cost/recommend.ts';
import { SPLIT_PARTS, type Split } from '../cost/split.ts';
import type { PathId } from '../paths.ts';
import { answeringText } from './compared-estimate.ts';
import type { Document } from './document.ts';
import { estimateFacts, pricedJson, totalText, type EstimateReport } from './estimate.ts';
import { left, right, type Grid } from './grid.ts';
import { formatQuantity, formatUsd } from './money.ts';
import { partTexts, signedUsd, splitText } from './split-text.ts';
import { ADVICE_MESSAGES, type AdviceMessages } from './words/advice.ts';
import { ESTIMATE_MESSAGES } from './words/estimate.ts';
import { fill, type Language } from './words/languages.ts';
import { termLines } from './words/terms.ts';

/** What an unknown answer lacks. */
function reasons(
  {
    unknownPriceIds,
    notOffered = [],
    missing,
  }: {
    readonly unknownPriceIds: readonly string[];
    readonly notOffered?: readonly string[];
    readonly missing: readonly string[];
  },
  words: AdviceMessages['breakEven'],
): string[] {
  const unknown = unknownPriceIds.filter((id) => !notOffered.includes(id));
  return [
    ...(unknown.length === 0 ? [] : [fill(words.noPrice, { ids: unknown.join(', ') })]),
    ...(notOffered.length === 0 ? [] : [fill(words.notOffered, { ids: notOffered.join(', ') })]),
    ...(missing.length === 0 ? [] : [fill(words.notSaid, { fields: missing.join(', ') })]),
  ];
}

const regionOf = (path: PathId, { paths, region }: EstimateReport): string =>
  paths.find(({ estimate }) => estimate.path === path)?.estimate.region ?? region;

/** A path with the model that answers, its profile and, where the heading does not name it, its Region. */
function labelOf(
  path: PathId,
  priced: EstimateReport,
  language: Language,
  { name = path, named }: { readonly name?: string; readonly named: string | null },
): string {
  const found = priced.paths.find(({ estimate }) => estimate.path === path);
  if (found === undefined) return name;
  const region = regionOf(path, priced);
  return `${name} (${answeringText(found.answering, language)}${region === named ? '' : `, ${region}`})`;
}

/** What the monthly figure of the second path is more than that of the first, as the workload is. */
interface BreakEvenReport extends BreakEven {
  readonly split: Split;
}

/** @param priced both paths as they are for the workload itself */
export function breakEvenDocument(result: BreakEvenReport, priced: EstimateReport, language: Language): Document {
  const words = ADVICE_MESSAGES[language].breakEven;
  const estimateWords = ESTIMATE_MESSAGES[language];
  const { between, over, crossings, stretches, answer, months, leftOutPriceIds } = result;
  const [first, second] = between;
  const named = {
    first: labelOf(first, priced, language, { named: null }),
    second: labelOf(second, priced, language, { named: null }),
  };
  const values = { ...named, field: over, from: formatQuantity(result.from), to: formatQuantity(result.to) };
  const facts = [
    ...(answer === 'crossings' ? [] : [fill(words[answer ?? 'unknown'], values)]),
    fill(words.now, { first, second, split: splitText(result.split, language, months) }),
    ...reasons(result, words),
    ...(leftOutPriceIds.length === 0 ? [] : [fill(words.leftOut, { ids: leftOutPriceIds.join(', ') })]),
    ...(months === null ? [] : [fill(words.spread, { months })]),
    estimateWords.facts.assumes,
    ...estimateFacts(priced, estimateWords),
  ];
  const grids: Grid[] = [
    {
      title: fill(words.title, values),
      columns: [right(words.from), right(words.to), left(words.cheaper)],
      rows: stretches.map(({ from, to, cheaper }) => [
        formatQuantity(from),
        formatQuantity(to),
        cheaper === null ? words.stretchSame : cheaper,
      ]),
    },
    {
      title: fill(words.crossings, { count: crossings.length }),
      columns: [right(over), right(first), right(second), left(words.kind)],
      rows: crossings.map(({ at, kind, monthlyUsd: [one, other] }) => [
        formatQuantity(at),
        formatUsd(one),
        formatUsd(other),
        words[kind],
      ]),
    },
  ];
  const unknown = [...result.unknownPriceIds, ...result.missing].join(' ');
  const row = [over, result.from, result.to, answer ?? 'unknown'];
  return {
    schema: 'breakeven',
    json: { ...result, ...pricedJson(priced) },
    csv: {
      header: ['field', 'from', 'to', 'answer', 'at', 'kind', 'path', 'monthlyUsd', 'unknown'],
      rows:
        crossings.length === 0
          ? [[...row, null, null, null, null, unknown]]
          : crossings.flatMap(({ at, kind, monthlyUsd }) =>
              between.map((path, index) => [...row, at, kind, path, monthlyUsd[index] ?? null, unknown]),
            ),
    },
    blocks: [...(answer === 'crossings' ? grids : []), { items: facts }],
  };
}

export interface LeverReport {
  readonly paths: readonly {
    readonly path: PathId;
    readonly monthlyUsd: number | null;
    readonly knownMonthlyUsd: number;
    readonly levers: readonly LeverEffect[];
    readonly sensitivities: readonly Sensitivity[];
  }[];
}

/** The most that a person reads of what the figure hangs on; JSON and CSV hold all. */
const MOST_SENSITIVITIES = 8;

export function leversDocument(report: LeverReport, priced: EstimateReport, language: Language): Document {
  const { levers: words, leverNames } = ADVICE_MESSAGES[language];
  const estimateWords = ESTIMATE_MESSAGES[language];
  const value = (part: number | string | boolean | null) =>
    typeof part === 'number' ? formatQuantity(part) : part === null ? '-' : String(part);
  const effect = ({ monthlyUsd: usd, unknownPriceIds, missing }: LeverEffect): string => {
    if (usd !== null) return signedUsd(usd, estimateWords.unknown);
    const lacking = [...unknownPriceIds, ...missing].join(', ');
    return lacking === '' ? estimateWords.unknown : fill(words.unknownFor, { ids: lacking });
  };
  return {
    schema: 'levers',
    json: { ...report, ...pricedJson(priced) },
    csv: {
      header: ['path', 'what', 'field', 'from', 'to', 'monthlyUsd', 'oneTimeUsd', ...SPLIT_PARTS],
      rows: report.paths.flatMap(({ path, levers, sensitivities }) => [
        ...levers.map(({ lever, change, monthlyUsd, oneTimeUsd, split }) => [
          path,
          lever,
          change.field,
          change.from,
          change.to,
          monthlyUsd,
          oneTimeUsd,
          ...SPLIT_PARTS.map((part) => split.parts[part]),
        ]),
        ...sensitivities.flatMap(({ field, value: now, lowerUsd, higherUsd }) => [
          [path, '20 % lower', field, now, null, lowerUsd, null],
          [path, '20 % higher', field, now, null, higherUsd, null],
        ]),
      ]),
    },
    blocks: [
      ...report.paths.flatMap(({ path, monthlyUsd, knownMonthlyUsd, levers, sensitivities }) => [
        {
          title: fill(words.title, {
            path: labelOf(path, priced, language, { named: regionOf(path, priced) }),
            region: regionOf(path, priced),
            usd: totalText({ usd: monthlyUsd, knownUsd: knownMonthlyUsd }, estimateWords),
          }),
          columns: [
            left(words.lever),
            left(words.field),
            right(words.from),
            right(words.to),
            right(words.monthly),
            right(words.oneTime),
            left(words.split),
          ],
          rows: levers.map((one) => [
            leverNames[one.lever],
            one.change.field,
            value(one.change.from),
            value(one.change.to),
            effect(one),
            signedUsd(one.oneTimeUsd, estimateWords.unknown),
            partTexts(one.split, language).join(ADVICE_MESSAGES[language].recommend.and),
          ]),
        },
        {
          title: fill(words.sensitivityTitle, { path }),
          columns: [left(words.field), right(words.from), right(words.lower), right(words.higher)],
          rows: sensitivities
            .slice(0, MOST_SENSITIVITIES)
            .map(({ field, value: now, lowerUsd, higherUsd }) => [
              field,
              formatQuantity(now),
              signedUsd(lowerUsd, estimateWords.unknown),
              signedUsd(higherUsd, estimateWords.unknown),
            ]),
        },
      ]),
      {
        items: [
          words.alone,
          words.mixed,
          ...report.paths.flatMap(({ path, levers }) =>
            levers.flatMap(({ lever, notes }) =>
              notes.map((note) => `${leverNames[lever]}: ${fill(estimateWords.notes[note], { path })}`),
            ),
          ),
          estimateWords.facts.assumes,
          ...estimateFacts(priced, estimateWords),
        ],
      },
    ],
  };
}

export function recommendationDocument(
  name: string,
  recommendation: Recommendation,
  priced: EstimateReport,
  language: Language,
): Document {
  const words = ADVICE_MESSAGES[language];
  const estimateWords = ESTIMATE_MESSAGES[language];
  const { steps, rule, fits, checks, cheapest, untuned } = recommendation;
  const lackingUntuned = fits.find(({ path }) => path === UNTUNED_PATH)?.lacking ?? [];
  return {
    schema: 'recommend',
    json: { scenario: name, ...recommendation, ...pricedJson(priced) },
    csv: {
      header: [
        ...['path', 'rule', 'monthlyUsd', 'knownMonthlyUsd', 'oneTimeUsd', 'usdPer1kRequests', 'lacking'],
        ...['modelId', 'profileScope', 'region', ...SPLIT_PARTS, 'lifeMonths', 'overLifeUsd', 'untunedBeside'],
      ],
      rows: [
        ...fits.map(({ path, monthly, oneTime, usdPer1kRequests, lacking, split, lifeMonths, overLifeUsd }) => [
          path,
          path === rule,
          monthly.usd,
          monthly.knownUsd,
          oneTime.usd,
          usdPer1kRequests,
          lacking.join(' '),
          ...answeringOf(path, priced),
          ...SPLIT_PARTS.map((part) => (split === null ? null : split.parts[part])),
          lifeMonths,
          overLifeUsd,
          null,
        ]),
        // the split of fits is against the rule, and that of these against the tuned path
        ...untuned.map(({ beside, modelId, profileScope, region, monthly, oneTime, usdPer1kRequests }) => [
          UNTUNED_PATH,
          false,
          monthly.usd,
          monthly.knownUsd,
          oneTime.usd,
          usdPer1kRequests,
          lackingUntuned.join(' '),
          modelId,
          profileScope,
          region,
          ...SPLIT_PARTS.map(() => null),
          null,
          null,
          beside,
        ]),
      ],
    },
    blocks: [
      {
        title: fill(words.recommend.title, {
          region: priced.region,
          name: Object.hasOwn(words.scenarios, name) ? (words.scenarios[name] ?? name) : name,
        }),
        columns: [
          left(estimateWords.columns.path),
          right(estimateWords.columns.monthly),
          right(estimateWords.columns.oneTime),
          right(estimateWords.columns.per1k),
          left(words.recommend.lacking),
        ],
        rows: [
          ...fits.map(({ path, monthly, oneTime, usdPer1kRequests, lacking }) => [
            labelOf(path, priced, language, { name: estimateWords.paths[path], named: priced.region }),
            totalText(monthly, estimateWords),
            totalText(oneTime, estimateWords),
            formatUsd(usdPer1kRequests, estimateWords.unknown),
            needsText(lacking, words),
          ]),
          ...untunedOnce(recommendation).map((fit) => [
            fill(words.recommend.untunedRow, { row: untunedLabel(fit, priced) }),
            totalText(fit.monthly, estimateWords),
            totalText(fit.oneTime, estimateWords),
            formatUsd(fit.usdPer1kRequests, estimateWords.unknown),
            needsText(lackingUntuned, words),
          ]),
        ],
      },
      {
        items: [
          ...steps.map(
            ({ step, outcome, because }) =>
              `${step}. ${words.outcomes[outcome]}${because.length === 0 ? '' : fill(words.recommend.because, { needs: needsText(because, words) })}`,
          ),
          fill(words.recommend.rule, { path: estimateWords.paths[rule] }),
          agreementText(recommendation, priced, words, language) + onceText(fits, [rule, cheapest], language),
          ...overLifeText(recommendation, priced, language),
          ...untuned.map((fit) => untunedText(fit, recommendation, priced, language)),
          ...fits.flatMap(({ path, split }) =>
            split === null
              ? []
              : [
                  fill(words.recommend.difference, { path, rule, split: splitText(split, language) }) +
                    onceText(fits, [path, rule], language),
                ],
          ),
          ...checks.flatMap((check) => [
            checkText(check, words, language) +
              // what follows the other advice is no path of the table
              (check.advice === 'small-fine-tuning' ? onceText(fits, [check.path], language) : ''),
            ...check.notes.map((note) => fill(estimateWords.notes[note], { path: check.path })),
          ]),
          words.levers.mixed,
          estimateWords.facts.assumes,
          ...estimateFacts(priced, estimateWords),
          ...(language === 'en' ? [] : [estimateWords.facts.terms, ...termLines(fits.map(({ path }) => path))]),
        ],
      },
    ],
  };
}

/** The path on which a model is called as it is. */
const UNTUNED_PATH: PathId = 'prompt-only';

type Untuned = Recommendation['untuned'][number];

/** One of several tuned paths with the same model is enough. */
const untunedOnce = ({ untuned }: Recommendation): Untuned[] =>
  untuned.filter(({ modelId }, index) => untuned.findIndex((other) => other.modelId === modelId) === index);

function untunedLabel({ beside, modelId, profileScope, region }: Untuned, { paths, region: named }: EstimateReport) {
  const name = paths.find(({ estimate }) => estimate.path === beside)?.answering.modelName ?? modelId;
  const parts = [name, ...(profileScope === null ? [] : [profileScope]), ...(region === named ? [] : [region])];
  return `${UNTUNED_PATH} (${parts.join(', ')})`;
}

function untunedText(fit: Untuned, { fits }: Recommendation, priced: EstimateReport, language: Language): string {
  const { recommend } = ADVICE_MESSAGES[language];
  const words = ESTIMATE_MESSAGES[language];
  const tuned = fits.find(({ path }) => path === fit.beside);
  return (
    fill(recommend.untuned, {
      row: untunedLabel(fit, priced),
      usd: totalText(fit.monthly, words),
      path: labelOf(fit.beside, priced, language, { named: priced.region }),
      tunedUsd: tuned === undefined ? words.unknown : totalText(tuned.monthly, words),
      split: splitText(fit.split, language),
    }) + onceText(fits, [fit.beside], language)
  );
}

/** What paths cost once, besides their months; nothing where they cost nothing. */
function onceText(fits: Recommendation['fits'], of: readonly (PathId | null)[], language: Language): string {
  const { recommend } = ADVICE_MESSAGES[language];
  const costs = fits.flatMap(({ path, oneTime }) =>
    of.includes(path) && oneTime.usd !== 0
      ? [fill(recommend.onceOf, { path, usd: totalText(oneTime, ESTIMATE_MESSAGES[language]) })]
      : [],
  );
  return costs.length === 0 ? '' : fill(recommend.once, { costs: costs.join(recommend.and) });
}

/** Where what is paid once makes another path the cheapest. */
function overLifeText(
  { fits, cheapest, cheapestOverLife }: Recommendation,
  priced: EstimateReport,
  language: Language,
): string[] {
  if (cheapest === null || cheapest === cheapestOverLife) return [];
  const { recommend } = ADVICE_MESSAGES[language];
  if (cheapestOverLife === null) return [recommend.lifeUnknown];
  const { unknown } = ESTIMATE_MESSAGES[language];
  const [best, other] = [cheapestOverLife, cheapest].map((path) => fits.find((fit) => fit.path === path));
  return [
    fill(recommend.lifeDiffers, {
      path: labelOf(cheapestOverLife, priced, language, { named: priced.region }),
      usd: formatUsd(best?.overLifeUsd ?? null, unknown),
      months: formatQuantity(best?.lifeMonths ?? null),
      cheapest,
      cheapestUsd: formatUsd(other?.overLifeUsd ?? null, unknown),
      cheapestMonths: formatQuantity(other?.lifeMonths ?? null),
    }),
  ];
}

/** The model that answers on a path, its profile and its Region, for a program. */
function answeringOf(path: PathId, { paths }: EstimateReport): (string | null)[] {
  const found = paths.find(({ estimate }) => estimate.path === path)?.answering;
  return [found?.modelId ?? null, found?.profileScope ?? null, found?.region ?? null];
}

const needsText = (needs: readonly NeedId[], words: AdviceMessages): string =>
  needs.map((need) => words.needs[need]).join(words.recommend.and);

function agreementText(
  { rule, cheapest, agreement, fits, meetsMore }: Recommendation,
  priced: EstimateReport,
  words: AdviceMessages,
  language: Language,
) {
  const estimateWords = ESTIMATE_MESSAGES[language];
  const usd = (path: PathId | null) => {
    const fit = fits.find((one) => one.path === path);
    return fit === undefined ? estimateWords.unknown : totalText(fit.monthly, estimateWords);
  };
  return fill(words.agreement[agreement], {
    rule: labelOf(rule, priced, language, { named: priced.region }),
    ruleUsd: usd(rule),
    cheapest: cheapest === null ? estimateWords.unknown : labelOf(cheapest, priced, language, { named: priced.region }),
    cheapestUsd: usd(cheapest),
    needs: needsText(meetsMore, words),
  });
}

function checkText(check: Recommendation['checks'][number], words: AdviceMessages, language: Language): string {
  const { advice, path, monthlyUsd, verdict } = check;
  const about = { advice: words.advice[advice], path };
  if (monthlyUsd === null) {
    return [fill(words.recommend.checkUnknown, about), ...reasons(check, words.breakEven)].join(' ');
  }
  const parts = partTexts(check.split, language);
  return fill(words.recommend.check, {
    ...about,
    verdict: words.verdicts[verdict],
    usd: formatUsd(Math.abs(monthlyUsd)),
    parts: parts.length === 0 ? '' : ` (${parts.join(words.recommend.and)})`,
  });
}
