import type { BreakEven } from '../cost/break-even.ts';
import type { LeverEffect, Sensitivity } from '../cost/levers.ts';
import type { Recommendation } from '../cost/recommend.ts';
import type { PathId } from '../paths.ts';
import { ADVICE_MESSAGES, type AdviceMessages } from './advice-messages.ts';
import { csv, markdownTable, textTable, type CsvValue, type Grid } from './bill-grid.ts';
import { fill, type Language } from './bill-messages.ts';
import type { Format } from './bill.ts';
import { ESTIMATE_MESSAGES } from './estimate-messages.ts';
import { throughputFacts, totalText } from './estimate.ts';
import { formatQuantity, formatUsd } from './money.ts';

const left = (title: string) => ({ title, align: 'left' as const });
const right = (title: string) => ({ title, align: 'right' as const });

interface Rendered {
  readonly json: object;
  readonly csv: { readonly header: readonly string[]; readonly rows: readonly (readonly CsvValue[])[] };
  readonly grids: readonly Grid[];
  /** Sentences below the tables. */
  readonly facts: readonly string[];
}

function render({ json, csv: table, grids, facts }: Rendered, format: Format): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(json, null, 2)}\n`;
    case 'csv':
      return csv(table.header, table.rows);
    case 'table':
      return `${[...grids.map(textTable), facts.join('\n')].join('\n\n')}\n`;
    case 'markdown':
      return `${[...grids.map(markdownTable), facts.map((fact) => `- ${fact}`).join('\n')].join('\n\n')}\n`;
  }
}

/** Money with its direction: a saving is negative. */
function signedUsd(usd: number | null, unknown: string): string {
  return usd !== null && usd > 0 ? `+${formatUsd(usd)}` : formatUsd(usd, unknown);
}

/** What an unknown answer lacks. */
function reasons(
  { unknownPriceIds, missing }: { readonly unknownPriceIds: readonly string[]; readonly missing: readonly string[] },
  words: AdviceMessages['breakEven'],
): string[] {
  return [
    ...(unknownPriceIds.length === 0 ? [] : [fill(words.noPrice, { ids: unknownPriceIds.join(', ') })]),
    ...(missing.length === 0 ? [] : [fill(words.notSaid, { fields: missing.join(', ') })]),
  ];
}

export function renderBreakEven(result: BreakEven, format: Format, language: Language): string {
  const words = ADVICE_MESSAGES[language].breakEven;
  const estimateWords = ESTIMATE_MESSAGES[language];
  const { between, over, crossings, stretches, answer, months } = result;
  const [first, second] = between;
  const values = { first, second, field: over, from: formatQuantity(result.from), to: formatQuantity(result.to) };
  const facts = [
    fill(words[answer ?? 'unknown'], { ...values, count: crossings.length }),
    ...reasons(result, words),
    ...(months === null ? [] : [fill(words.spread, { months })]),
    ...result.throughput.flatMap(({ path, facts: throughput }) => throughputFacts(path, throughput, estimateWords)),
    estimateWords.facts.assumes,
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
  return render(
    {
      json: result,
      csv: {
        header: ['field', 'at', 'kind', 'path', 'monthlyUsd'],
        rows: crossings.flatMap(({ at, kind, monthlyUsd }) =>
          between.map((path, index) => [over, at, kind, path, monthlyUsd[index] ?? null]),
        ),
      },
      grids: answer === 'crossings' ? grids : [],
      facts,
    },
    format,
  );
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

export function renderLevers(report: LeverReport, format: Format, language: Language): string {
  const { levers: words, leverNames } = ADVICE_MESSAGES[language];
  const estimateWords = ESTIMATE_MESSAGES[language];
  const value = (part: number | string | boolean | null) =>
    typeof part === 'number' ? formatQuantity(part) : part === null ? '-' : String(part);
  const effect = (usd: number | null, ids: readonly string[]) =>
    usd === null ? fill(words.unknownFor, { ids: ids.join(', ') }) : signedUsd(usd, estimateWords.unknown);
  return render(
    {
      json: report,
      csv: {
        header: ['path', 'what', 'field', 'from', 'to', 'monthlyUsd', 'oneTimeUsd'],
        rows: report.paths.flatMap(({ path, levers, sensitivities }) => [
          ...levers.map(({ lever, change, monthlyUsd, oneTimeUsd }) => [
            path,
            lever,
            change.field,
            change.from,
            change.to,
            monthlyUsd,
            oneTimeUsd,
          ]),
          ...sensitivities.flatMap(({ field, value: now, lowerUsd, higherUsd }) => [
            [path, '20 % lower', field, now, null, lowerUsd, null],
            [path, '20 % higher', field, now, null, higherUsd, null],
          ]),
        ]),
      },
      grids: report.paths.flatMap(({ path, monthlyUsd, knownMonthlyUsd, levers, sensitivities }) => [
        {
          title: fill(words.title, {
            path,
            usd: totalText({ usd: monthlyUsd, knownUsd: knownMonthlyUsd }, estimateWords),
          }),
          columns: [
            left(words.lever),
            left(words.field),
            right(words.from),
            right(words.to),
            right(words.monthly),
            right(words.oneTime),
          ],
          rows: levers.map(({ lever, change, monthlyUsd: monthly, oneTimeUsd, unknownPriceIds }) => [
            leverNames[lever],
            change.field,
            value(change.from),
            value(change.to),
            effect(monthly, unknownPriceIds),
            oneTimeUsd === null ? estimateWords.unknown : signedUsd(oneTimeUsd, estimateWords.unknown),
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
      facts: [words.alone, words.mixed, estimateWords.facts.assumes],
    },
    format,
  );
}

export function renderRecommendation(
  name: string,
  recommendation: Recommendation,
  format: Format,
  language: Language,
): string {
  const words = ADVICE_MESSAGES[language];
  const estimateWords = ESTIMATE_MESSAGES[language];
  const { steps, rule, fits, checks } = recommendation;
  return render(
    {
      json: { scenario: name, ...recommendation },
      csv: {
        header: ['path', 'rule', 'monthlyUsd', 'knownMonthlyUsd', 'oneTimeUsd', 'usdPer1kRequests', 'lacking'],
        rows: fits.map(({ path, monthly, oneTime, usdPer1kRequests, lacking }) => [
          path,
          path === rule,
          monthly.usd,
          monthly.knownUsd,
          oneTime.usd,
          usdPer1kRequests,
          lacking.join(' '),
        ]),
      },
      grids: [
        {
          title: `${words.scenarios[name] ?? name}. ${words.recommend.title}`,
          columns: [
            left(estimateWords.columns.path),
            right(estimateWords.columns.monthly),
            right(estimateWords.columns.oneTime),
            right(estimateWords.columns.per1k),
            left(words.recommend.lacking),
          ],
          rows: fits.map(({ path, monthly, oneTime, usdPer1kRequests, lacking }) => [
            estimateWords.paths[path],
            totalText(monthly, estimateWords),
            totalText(oneTime, estimateWords),
            formatUsd(usdPer1kRequests, estimateWords.unknown),
            lacking.map((need) => words.needs[need]).join(', '),
          ]),
        },
      ],
      facts: [
        ...steps.map(
          ({ step, outcome, because }) =>
            `${step}. ${words.outcomes[outcome]}${because.length === 0 ? '' : fill(words.recommend.because, { needs: because.map((need) => words.needs[need]).join(', ') })}`,
        ),
        fill(words.recommend.rule, { path: estimateWords.paths[rule] }),
        agreementText(recommendation, words, language),
        ...checks.map((check) => checkText(check, words)),
        words.levers.mixed,
        estimateWords.facts.assumes,
      ],
    },
    format,
  );
}

function agreementText({ rule, cheapest, agreement, fits }: Recommendation, words: AdviceMessages, language: Language) {
  const estimateWords = ESTIMATE_MESSAGES[language];
  const usd = (path: PathId | null) => {
    const fit = fits.find((one) => one.path === path);
    return fit === undefined ? estimateWords.unknown : totalText(fit.monthly, estimateWords);
  };
  return fill(words.agreement[agreement], {
    rule,
    ruleUsd: usd(rule),
    cheapest: cheapest ?? estimateWords.unknown,
    cheapestUsd: usd(cheapest),
  });
}

function checkText(check: Recommendation['checks'][number], words: AdviceMessages): string {
  const { advice, path, monthlyUsd, verdict } = check;
  const about = { advice: words.advice[advice], path };
  if (monthlyUsd === null) {
    return [fill(words.recommend.checkUnknown, about), ...reasons(check, words.breakEven)].join(' ');
  }
  return fill(words.recommend.check, {
    ...about,
    verdict: words.verdicts[verdict],
    usd: formatUsd(Math.abs(monthlyUsd)),
  });
}
