import type { AssumedField } from '../cost/assumed-operations.ts';
import type { Cell } from '../cost/comparison.ts';
import type { CostLine, Total } from '../cost/cost-line.ts';
import type { CutAnswer } from '../cost/cut-answer.ts';
import { DEFAULTS } from '../cost/defaults.ts';
import type { PathEstimate } from '../cost/estimate.ts';
import { derivation } from '../cost/explain.ts';
import type { ThroughputFacts, TrainingHours } from '../cost/line-sheet.ts';
import { gradesOfPath } from '../cost/price-grades.ts';
import type { RegionChoice } from '../cost/region-choice.ts';
import type { Workload } from '../cost/workload.ts';
import { COST_COMPONENTS } from '../meters/cost-component.ts';
import type { PriceSearch } from '../meters/price-search.ts';
import { PATH_SECTIONS, PATHS } from '../paths.ts';
import { isStale } from '../prices/price-age.ts';
import { CONFIDENCES } from '../prices/price-book.ts';
import { comparisonBlocks, comparisonJson, howVaried, type ComparisonReport } from './comparison.ts';
import type { ComparedEstimate } from './compared-estimate.ts';
import type { Document } from './document.ts';
import { left, right, type Grid } from './grid.ts';
import { formatQuantity, formatUnitPriceUsd, formatUsd } from './money.ts';
import { BILL_MESSAGES } from './words/bill.ts';
import { ESTIMATE_MESSAGES, type EstimateMessages } from './words/estimate.ts';
import { fill, type Language } from './words/languages.ts';
import { lineName } from './words/line-names.ts';
import { termLines } from './words/terms.ts';

/** A path with everything that its figures rest on. */
interface PricedPath {
  /** The row of a comparison that it is. */
  readonly cell?: Cell | undefined;
  readonly estimate: PathEstimate;
  /** The model that answers. */
  readonly answering: ComparedEstimate;
  readonly choice: RegionChoice;
  /** Absent where the answer fits, or no stack is configured to give it. */
  readonly cutAnswer?: CutAnswer | undefined;
  /** As the path was priced: what its model does not do is taken out. */
  readonly workload: Workload;
  /** What can find the prices that the book lacks. */
  readonly unknownPrices: readonly PriceSearch[];
}

/** Where the parts of a workload come from that the file does not say. */
export interface Origin {
  /** What stands in the workload and nobody said. */
  readonly assumed: readonly AssumedField[];
  /** Fields of the workload that are the configuration's. */
  readonly taken: readonly string[];
  /** Who names the Region: the command line, the workload, the configuration, the price book, or nobody. */
  readonly regionFrom: 'option' | 'workload' | 'configuration' | 'prices' | 'assumed';
}

/** Everything that `fmpaths estimate` shows. */
export interface EstimateReport extends Partial<Origin> {
  readonly workload: Workload;
  /** The Region asked for; a path may be priced in another. */
  readonly region: string;
  /** `YYYY-MM-DD`: what the age of a price is counted from. */
  readonly today: string;
  readonly paths: readonly PricedPath[];
  /** The paths with one model, and with others across. */
  readonly comparison?: ComparisonReport | undefined;
}

/** @param explain lists every line, with the derivation of its quantity; JSON and CSV always hold the lines */
export function estimateDocument(report: EstimateReport, language: Language, explain: boolean): Document {
  const words = ESTIMATE_MESSAGES[language];
  const sources = sourcesOf(report);
  return {
    schema: 'estimate',
    json: {
      ...estimateJson(report),
      ...(report.comparison === undefined ? {} : comparisonJson(report.comparison)),
    },
    csv: estimateCsv(report),
    blocks: [
      ...(report.comparison === undefined ? [] : comparisonBlocks(report.comparison, language)),
      summaryGrid(report, language),
      ...(explain ? report.paths.map((one) => linesGrid(one, report, sources, language)) : []),
      { items: [words.facts.assumes, ...estimateFacts(report, words)] },
      ...(explain ? report.paths.map((one) => ({ verbatim: derivationText(one, report, language) })) : []),
      ...(explain && sources.length > 0
        ? [{ heading: words.facts.sources, items: sources.map((source, index) => `[${index + 1}] ${source}`) }]
        : []),
      ...(explain || language !== 'en'
        ? [{ heading: words.facts.terms, items: termLines(report.paths.map(({ estimate }) => estimate.path)) }]
        : []),
    ],
  };
}

/** Where the prices were read, each once: the lines name them by number. */
function sourcesOf({ paths }: EstimateReport): string[] {
  return [...new Set(paths.flatMap(({ estimate }) => estimate.lines.flatMap(({ source }) => source ?? [])))];
}

/** The contract of `fmpaths estimate --format json`: `null` is unknown, nothing is rounded. */
function estimateJson(report: EstimateReport): object {
  const { workload, region, today, paths } = report;
  return {
    workload,
    ...originJson(report),
    region,
    currency: 'USD',
    hoursPerMonth: workload.hoursPerMonth ?? DEFAULTS.hoursPerMonth,
    requestsPerMonth: workload.requestsPerMonth ?? null,
    paths: paths.map(({ cell, estimate, choice, cutAnswer = null }) => ({
      path: estimate.path,
      ...(cell === undefined ? {} : { modelId: cell.modelId, basis: cell.basis, withExamples: cell.withExamples }),
      region: estimate.region,
      regionReason: choice.moved ?? choice.nowhere ?? null,
      monthlyUsd: estimate.monthly.usd,
      oneTimeUsd: estimate.oneTime.usd,
      firstMonthUsd: estimate.firstMonth.usd,
      usdPer1kRequests: estimate.usdPer1kRequests,
      knownMonthlyUsd: estimate.monthly.knownUsd,
      knownOneTimeUsd: estimate.oneTime.knownUsd,
      components: Object.fromEntries(
        COST_COMPONENTS.map((component) => {
          const { monthly, oneTime } = estimate.components[component];
          return [
            component,
            {
              monthlyUsd: monthly.usd,
              oneTimeUsd: oneTime.usd,
              knownMonthlyUsd: monthly.knownUsd,
              knownOneTimeUsd: oneTime.knownUsd,
            },
          ];
        }),
      ),
      lines: estimate.lines,
      unknown: estimate.unknownPriceIds,
      notOffered: estimate.notOffered,
      offerUnsaid: estimate.offerUnsaid,
      missing: estimate.missing,
      notes: estimate.notes,
      cutAnswer,
      elsewhere: estimate.elsewhere,
      throughput: estimate.throughput,
      trainingHours: estimate.trainingHours,
      unknownInstance: estimate.unknownInstance,
      idleStore: estimate.idleStore,
      longPromptAboveTokens: estimate.longPromptAboveTokens,
      stalePriceIds: staleLines(estimate, today).map(({ priceId }) => priceId),
      grades: gradesOfPath(estimate.lines, today),
    })),
  };
}

const CSV_COLUMNS = [
  'component',
  'kind',
  'name',
  'quantity',
  'unit',
  'unitPriceUsd',
  'usd',
  'priceId',
  'usageType',
  'source',
  'date',
  'confidence',
  'assumption',
  'formula',
] as const satisfies readonly (keyof CostLine)[];

/** A row a line, and one for every field that is missing or assumed: what is not known must not look like nothing. */
function estimateCsv({ paths, assumed = [] }: EstimateReport): Document['csv'] {
  return {
    header: ['path', 'region', ...CSV_COLUMNS, 'modelId', 'profileScope', 'basis', 'withExamples'],
    rows: paths.flatMap(({ cell, answering, estimate: { path, region, lines, missing } }) => {
      // rows of one path that differ by these are other figures of it: they do not add up
      const row = [answering.modelId, answering.profileScope, cell?.basis ?? null, cell?.withExamples ?? null];
      return [
        ...lines.map((line) => [path, region, ...CSV_COLUMNS.map((column) => line[column]), ...row]),
        ...[
          ...missing.map((field) => `unknown: the workload does not say ${field}`),
          ...assumed
            .filter((one) => one.paths.includes(path))
            .map(({ field, value }) => `assumed: the workload does not say ${field}, ${value} is taken`),
        ].map((name) => [path, region, ...CSV_COLUMNS.map((column) => (column === 'name' ? name : null)), ...row]),
      ];
    }),
  };
}

/** Where the parts of the workload come from, in JSON. */
const originJson = ({ assumed = [], taken = [], regionFrom = 'option' }: EstimateReport): object => ({
  assumed,
  configured: taken,
  regionFrom,
});

/** What every report in JSON says of the paths it is about. */
export function pricedJson(report: EstimateReport): object {
  const { region, paths, today } = report;
  return {
    region,
    ...originJson(report),
    priced: paths.map(({ estimate, answering, choice, cutAnswer = null }) => ({
      path: estimate.path,
      modelId: answering.modelId,
      profileScope: answering.profileScope,
      region: estimate.region,
      regionReason: choice.moved ?? choice.nowhere ?? null,
      unknown: estimate.unknownPriceIds,
      missing: estimate.missing,
      notes: estimate.notes,
      cutAnswer,
      stalePriceIds: staleLines(estimate, today).map(({ priceId }) => priceId),
      grades: gradesOfPath(estimate.lines, today),
    })),
  };
}

/** A total, or how much of it is known. */
export function totalText({ usd, knownUsd }: Total, words: EstimateMessages): string {
  if (usd !== null) return formatUsd(usd);
  return knownUsd === 0 ? words.unknown : fill(words.unknownWithPart, { known: formatUsd(knownUsd) });
}

function summaryGrid(report: EstimateReport, language: Language): Grid {
  const { workload, region, paths } = report;
  const words = ESTIMATE_MESSAGES[language];
  const components = BILL_MESSAGES[language].components;
  return {
    title: fill(words.title, {
      name: workload.name ?? 'workload',
      requests: formatQuantity(workload.requestsPerMonth ?? null, words.unknown),
      hours: workload.hoursPerMonth ?? DEFAULTS.hoursPerMonth,
      region,
    }),
    columns: [
      left(words.columns.path),
      ...COST_COMPONENTS.map((component) => right(components[component])),
      right(words.columns.monthly),
      right(words.columns.oneTime),
      right(words.columns.firstMonth),
      right(words.columns.per1k),
    ],
    rows: paths.map((one) => {
      const { estimate } = one;
      return [
        one.cell === undefined ? words.paths[estimate.path] : labelOf(one, report, words),
        ...COST_COMPONENTS.map((component) => totalText(estimate.components[component].monthly, words)),
        totalText(estimate.monthly, words),
        totalText(estimate.oneTime, words),
        totalText(estimate.firstMonth, words),
        // no request has no price
        estimate.usdPer1kRequests === null && estimate.monthly.usd !== null && workload.requestsPerMonth !== undefined
          ? words.none
          : formatUsd(estimate.usdPer1kRequests, words.unknown),
      ];
    }),
  };
}

/** A path in a sentence; a row of a comparison with its model, for a path may have several. */
function labelOf(
  { cell, estimate: { path } }: PricedPath,
  { comparison }: EstimateReport,
  { withoutExamples, comparison: words }: EstimateMessages,
): string {
  if (cell === undefined || cell.modelId === null || comparison === undefined) return path;
  const how = howVaried(cell, words);
  const { models } = comparison.catalogue;
  const name = Object.hasOwn(models, cell.modelId) ? models[cell.modelId]?.name : undefined;
  return `${path} (${name ?? cell.modelId}${cell.withExamples ? '' : withoutExamples}${how === undefined ? '' : `${words.comma}${how}`})`;
}

function linesGrid(one: PricedPath, report: EstimateReport, sources: readonly string[], language: Language): Grid {
  const { estimate } = one;
  const words = ESTIMATE_MESSAGES[language];
  const { columns } = words;
  const components = BILL_MESSAGES[language].components;
  return {
    title: `${one.cell === undefined ? words.paths[estimate.path] : labelOf(one, report, words)}, ${estimate.region}`,
    columns: [
      left(columns.component),
      left(columns.kind),
      left(columns.line),
      right(columns.quantity),
      left(columns.unit),
      right(columns.unitPrice),
      right(columns.usd),
      left(columns.source),
    ],
    rows: estimate.lines.map((line) => [
      components[line.component],
      words.kinds[line.kind],
      lineName(line.name, language),
      formatQuantity(line.quantity, words.unknown),
      line.unit,
      formatUnitPriceUsd(line.unitPriceUsd, words.unknown),
      formatUsd(line.usd, words.unknown),
      line.date === null
        ? `${line.priceId}${line.notOffered === true ? `, ${words.notOffered}` : ''}`
        : `${line.priceId}, ${line.date}, ${line.confidence ?? ''} [${sources.indexOf(line.source ?? '') + 1}]`,
    ]),
  };
}

function staleLines({ lines }: PathEstimate, today: string): (CostLine & { readonly date: string })[] {
  const seen = new Set<string>();
  return lines.filter((line): line is CostLine & { readonly date: string } => {
    if (line.date === null || seen.has(line.priceId) || !isStale(line.date, today)) return false;
    seen.add(line.priceId);
    return true;
  });
}

/** What is given where the speed of an instance is not known. */
const HOURS_OF_INSTANCES = 'continuedPretraining.instanceHoursPerRun';

/** What the reader must know about the figures of the paths, in sentences. */
export function estimateFacts(report: EstimateReport, words: EstimateMessages): string[] {
  const { paths, region: asked, today } = report;
  const facts: string[] = [];
  const { parts } = report.workload;
  if (parts !== undefined) facts.push(fill(words.facts.parts, { parts: parts.join(', ') }));
  facts.push(...configuredFacts(report, words), ...assumedFacts(report, words));
  if (paths.some(({ estimate }) => estimate.unknownPriceIds.length > 0)) facts.push(words.facts.unknownMeaning);
  for (const one of paths) {
    const { estimate, choice, unknownPrices, cell, cutAnswer } = one;
    const path = labelOf(one, report, words);
    const { region, notOffered, offerUnsaid, missing, notes, elsewhere, unknownInstance, idleStore } = estimate;
    if (choice.moved) {
      facts.push(fill(words.facts[`moved-${choice.moved.why}`], { path, model: choice.moved.modelId, asked, region }));
    }
    if (choice.nowhere) {
      facts.push(fill(words.facts[`nowhere-${choice.nowhere.why}`], { path, model: choice.nowhere.modelId, region }));
    }
    facts.push(...unknownPriceFacts(path, region, unknownPrices, words));
    if (notOffered.length > 0) facts.push(fill(words.facts.notOffered, { path, ids: notOffered.join(', ') }));
    if (offerUnsaid.length > 0) {
      const ids = offerUnsaid.map(({ priceId }) => priceId).join(', ');
      const fields = [...new Set(offerUnsaid.map(({ field }) => field))].join(', ');
      facts.push(fill(words.facts.offerUnsaid, { path, region, ids, fields }));
    }
    // without the examples the answer is the same
    if (cutAnswer !== undefined && cell?.withExamples !== false) {
      const tokens = formatQuantity(cutAnswer.answerTokens);
      facts.push(fill(words.facts.cutAnswer, { path, tokens, most: formatQuantity(cutAnswer.maxTokens) }));
    }
    const limits = estimate.longPromptAboveTokens.map((limit) => formatQuantity(limit)).join(', ');
    const unsaid = unknownInstance === null ? missing : missing.filter((field) => field !== HOURS_OF_INSTANCES);
    if (unsaid.length > 0) facts.push(fill(words.facts.missing, { path, fields: unsaid.join(', ') }));
    if (unknownInstance !== null) {
      const { type, near } = unknownInstance;
      const sentence = near.length === 0 ? words.facts.unknownInstance : words.facts.unknownInstanceNear;
      facts.push(fill(sentence, { path, type, near: near.join(', '), field: HOURS_OF_INSTANCES }));
    }
    if (idleStore !== null) {
      const { kind, usdPerMonth } = idleStore;
      const usd = usdPerMonth === null ? words.unknown : formatUsd(usdPerMonth);
      facts.push(fill(words.facts.idleStore, { path, store: kind, usd }));
    }
    facts.push(
      ...notes.map((code) => fill(words.notes[code], { path, limit: limits })),
      ...throughputFacts(path, estimate.throughput, words),
      ...trainingFacts(path, estimate.trainingHours, words),
      ...elsewhere.map((says) => fill(words.facts.elsewhere, { path, says })),
    );
  }
  const graded = paths.flatMap((one) => gradeFacts(labelOf(one, report, words), one.estimate, today, words));
  if (graded.length > 0) facts.push(words.facts.grades, ...graded);
  const stale = new Map(
    paths.flatMap(({ estimate }) =>
      staleLines(estimate, today).map(({ priceId, date }) => [`${estimate.region} ${priceId}`, date]),
    ),
  );
  if (stale.size > 0) {
    const [oldest = ''] = [...stale.values()].sort();
    facts.push(fill(words.facts.stale, { count: stale.size, date: oldest }));
  }
  return facts;
}

/** What is the configuration's, in one line: sections with their fields. */
function configuredFacts({ taken = [], regionFrom, region, paths }: EstimateReport, words: EstimateMessages): string[] {
  const others = PATHS.filter((path) => !paths.some(({ estimate }) => estimate.path === path));
  const sections = new Map<string, string[]>();
  for (const field of taken) {
    const dot = field.lastIndexOf('.');
    const section = field.slice(0, dot);
    if (others.some((path) => section.split('.')[0] === PATH_SECTIONS[path])) continue;
    sections.set(section, [...(sections.get(section) ?? []), field.slice(dot + 1)]);
  }
  const all = [
    ...(regionFrom === 'configuration' ? [`region ${region}`] : []),
    ...[...sections].map(([section, fields]) => `${section} (${fields.join(', ')})`),
  ];
  return all.length === 0 ? [] : [fill(words.facts.configured, { fields: all.join(', ') })];
}

/** What stands in the figures of these paths and nobody said: every field once, with the values that it has. */
function assumedFacts({ assumed = [], regionFrom, region, paths }: EstimateReport, words: EstimateMessages): string[] {
  const values = new Map<string, Set<string>>(regionFrom === 'assumed' ? [['region', new Set([region])]] : []);
  for (const { field, value, paths: of } of assumed) {
    if (!paths.some(({ estimate }) => of.includes(estimate.path))) continue;
    const text = typeof value === 'number' ? formatQuantity(value) : value;
    values.set(field, (values.get(field) ?? new Set()).add(text));
  }
  if (values.size === 0) return [];
  const fields = [...values].map(([field, all]) => `${field} = ${[...all].join(' / ')}`);
  return [fill(words.facts.assumed, { fields: fields.join(', ') })];
}

/** An unknown total rests on what nobody knows: shares are of its known part. */
const GRADE_SENTENCES = {
  monthly: { total: 'gradesMonthly', known: 'gradesKnownMonthly' },
  oneTime: { total: 'gradesOneTime', known: 'gradesKnownOneTime' },
} as const;

/** How much of each total of a path rests on what was read in which way. */
function gradeFacts(
  path: string,
  { lines, monthly, oneTime }: PathEstimate,
  today: string,
  words: EstimateMessages,
): string[] {
  const grades = gradesOfPath(lines, today);
  return (['monthly', 'oneTime'] as const).flatMap((due) => {
    const { knownUsd, usd: totalUsd } = { monthly, oneTime }[due];
    if (knownUsd === 0) return [];
    const { shares, staleShare } = grades[due];
    const parts = CONFIDENCES.filter((grade) => shares[grade] > 0).map((grade) => `${grade} ${percent(shares[grade])}`);
    const sentence = words.facts[GRADE_SENTENCES[due][totalUsd === null ? 'known' : 'total']];
    return [fill(sentence, { path, usd: formatUsd(knownUsd), grades: parts.join(', '), stale: percent(staleShare) })];
  });
}

/** A share of one for people; what rounds to nothing or to all of it is not shown as that. */
function percent(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  if (share < 0.005) return '<1 %';
  return share > 0.995 ? '>99 %' : `${Math.round(share * 100)} %`;
}

/** What has no price, and what finds it. */
const unknownPriceFacts = (
  path: string,
  region: string,
  searches: readonly PriceSearch[],
  { facts }: EstimateMessages,
): string[] =>
  searches.map(({ reason, ids, model = '', meant, endOfLife }) =>
    fill(facts[`unknownPrices-${reason}`], {
      path,
      region,
      ids: ids.join(', '),
      model,
      meant: meant === undefined ? '' : fill(facts.meant, { name: meant }),
      since: endOfLife === undefined ? '' : fill(facts.endOfLife, { day: endOfLife }),
    }),
  );

/** What a model unit is worth, in sentences. */
function throughputFacts(path: string, facts: ThroughputFacts | null, words: EstimateMessages): string[] {
  if (facts?.equalCostTokensPerHour == null) return [];
  const { usdPerModelUnitHour, equalCostTokensPerHour, breakEvenUtilisation } = facts;
  const tokens = formatQuantity(Math.round(equalCostTokensPerHour));
  const sentence = facts.equalCostAt === 'base-model-prices' ? words.facts.throughputAtBase : words.facts.throughput;
  const equal = fill(sentence, { path, hourly: formatUsd(usdPerModelUnitHour), tokens });
  if (breakEvenUtilisation === null) return [equal];
  if (breakEvenUtilisation > 1) return [equal, fill(words.facts.never, { path })];
  const share = `${formatQuantity(Math.round(breakEvenUtilisation * 1000) / 10)} %`;
  return [equal, fill(words.facts.utilisation, { path, share })];
}

/** What the hours of a training run rest on, in sentences. */
function trainingFacts(path: string, facts: TrainingHours | null, words: EstimateMessages): string[] {
  if (facts === null) return [];
  const { derivedFrom: derived } = facts;
  const hours = formatQuantity(facts.hours);
  if (derived === null) return [fill(words.training.given, { path, hours })];
  const { accelerators, instances, parallelAccelerators, leastMemoryMib, memoryMib, utilisation } = derived;
  const [from, to] = derived.utilisationRange;
  const values = {
    path,
    hours,
    tokens: formatQuantity(derived.tokens),
    parameters: formatQuantity(derived.parametersBillions),
    method: words.training[derived.method],
    operations: derived.operationsPerParameterAndToken,
    tflops: formatQuantity(derived.denseBf16Tflops),
    accelerator: derived.accelerator,
    computing: parallelAccelerators,
    accelerators,
    instances: formatQuantity(instances),
    utilisation: fill(derived.utilisationAssumed ? words.training.assumed : words.training.asGiven, {
      utilisation,
      from,
      to,
    }),
    least: formatQuantity(Math.round(leastMemoryMib / 1024)),
    memory: formatQuantity(Math.round(memoryMib / 1024)),
  };
  return [
    `${fill(words.training.derived, values)}${derived.startUpHours > 0 ? '' : words.training.startUpNotCounted}`,
    ...(parallelAccelerators < accelerators ? [fill(words.training.idleAccelerators, values)] : []),
    ...(instances > 1 ? [fill(words.training.severalInstances, values)] : []),
    ...(derived.scriptUsesAccelerators ? [] : [fill(words.training.scriptWithoutAccelerators, values)]),
    ...(leastMemoryMib > memoryMib ? [fill(words.training.tooLarge, values)] : []),
  ];
}

/** Every quantity: its formula in the workload's words, and the same with the numbers in it. */
function derivationText(one: PricedPath, report: EstimateReport, language: Language): string {
  const { estimate, workload } = one;
  const words = ESTIMATE_MESSAGES[language];
  const { path, lines } = estimate;
  const derived = new Map<string, string>();
  const parts = lines.map((line) => {
    const { formula, values, piecesPerUnit } = derivation(line, path, workload);
    const numbers = new Map(values.map(({ name, value }) => [name, value]));
    const withNumbers = (text: string) =>
      text.replace(/[A-Za-z][\w.]*/g, (name) => (numbers.has(name) ? formatQuantity(numbers.get(name) ?? 0) : name));
    for (const value of values) {
      if (value.formula === null) continue;
      const result = formatQuantity(value.value);
      const steps = new Set([value.formula, withNumbers(value.formula), result]);
      derived.set(value.name, `${value.name} = ${[...steps].join(' = ')}`);
    }
    const per = piecesPerUnit === 1 ? '' : ` ÷ ${formatQuantity(piecesPerUnit)}`;
    return [
      `  ${lineName(line.name, language)}: ${formatQuantity(line.quantity, words.unknown)} ${line.unit}; ${line.assumption}`,
      `    = ${formula}${per}`,
      ...(withNumbers(formula) === formula ? [] : [`    = ${withNumbers(formula)}${per}`]),
    ].join('\n');
  });
  return [
    fill(words.facts.derivation, { path: labelOf(one, report, words) }),
    ...parts,
    ...(derived.size === 0 ? [] : [`  ${words.facts.derived}`, ...[...derived.values()].map((text) => `    ${text}`)]),
  ].join('\n');
}
