import type { Comparison, ComparisonCell } from '../billing/compare.ts';
import type { NoteCode } from '../billing/notes.ts';
import type { AssumedField } from '../cost/assumed-operations.ts';
import type { Split } from '../cost/split.ts';
import type { PathId } from '../paths.ts';
import { READING_COLUMNS, componentText, noteText, otherNotes, readingFacts, readingRecords } from './bill.ts';
import { answeringText, type ComparedEstimate } from './compared-estimate.ts';
import type { Document } from './document.ts';
import { left, right, type CsvValue, type Grid } from './grid.ts';
import { formatQuantity, formatUsd } from './money.ts';
import { splitText } from './split-text.ts';
import { BILL_MESSAGES, type BillMessages } from './words/bill.ts';
import { ESTIMATE_MESSAGES } from './words/estimate.ts';
import { fill, type Language } from './words/languages.ts';

/** A comparison with what its estimates rest on. */
export interface ComparedReport extends Comparison {
  /** What stands in the workload and nobody said. */
  readonly assumed: readonly AssumedField[];
  /** Of a rehearsal, two of each path: that of the workload, made before, and that of what was measured. */
  readonly estimates: readonly ComparedEstimate[];
  /** Of a rehearsal: what the measured estimate of a path is more than the other, a month. @default none */
  readonly differences?: readonly (Split & { readonly path: PathId })[];
}

/** What every sentence needs. */
interface Telling extends ComparedReport {
  readonly language: Language;
  readonly words: BillMessages;
}

export function comparisonDocument(comparison: ComparedReport, language: Language): Document {
  const words = BILL_MESSAGES[language];
  const telling: Telling = { ...comparison, language, words };
  return {
    schema: 'compare',
    json: comparison,
    csv: comparisonCsv(comparison),
    banner: comparison.simulated ? words.simulated : undefined,
    blocks: [...summaryGrids(telling), ...grids(telling), { items: facts(telling) }],
  };
}

type Column = 'estimated' | 'metered' | 'billed';

const pathText = (path: PathId, { failedPaths = [], words }: Telling): string =>
  failedPaths.includes(path) ? fill(words.failedPath, { path }) : path;

const usdText = (value: number | null, cell: ComparisonCell, column: Column, words: BillMessages): string =>
  value === null && cell.notMeasured.includes(column) ? words.notMeasured : formatUsd(value, words.unknown);

/** An estimate that was made before, where no line of it can stand in the cell. */
const beforeText = (usd: number | null | undefined, { component }: ComparisonCell, words: BillMessages): string =>
  component === null || usd === undefined ? words.notMeasured : formatUsd(usd, words.unknown);

/** The model that answers and the profile that it is called through. */
/** The estimate that the columns rest on: of a rehearsal, the measured one, which names what was deployed. */
const comparedOf = (path: PathId, { estimates }: ComparedReport): ComparedEstimate | undefined =>
  estimates.findLast((one) => one.path === path);

/** Of a rehearsal: a row a path, with the model that answers. */
function summaryGrids(telling: Telling): Grid[] {
  const { cells, words, estimates, differences } = telling;
  if (differences === undefined) return [];
  const { columns } = words;
  const totals = cells.filter(({ component }) => component === 'total');
  // only answers are metered
  const answering = (path: PathId) => cells.find((cell) => cell.path === path && cell.component === 'inference');
  return [
    {
      title: fill(words.summaryTitle, { region: [...new Set(estimates.map(({ region }) => region))].join(', ') }),
      columns: [
        left(columns.path),
        left(columns.model),
        right(columns.estimatedBefore),
        right(columns.estimatedMeasured),
        right(columns.metered),
        right(columns.byTag),
        right(columns.inferredShort),
      ],
      rows: totals.map((cell) => {
        const compared = comparedOf(cell.path, telling);
        const metered = answering(cell.path);
        return [
          pathText(cell.path, telling),
          compared === undefined ? words.unknown : answeringText(compared, telling.language),
          beforeText(cell.estimatedBeforeUsd, cell, words),
          usdText(cell.estimatedUsd, cell, 'estimated', words),
          metered === undefined ? words.notMeasured : usdText(metered.meteredUsd, metered, 'metered', words),
          usdText(cell.taggedUsd, cell, 'billed', words),
          usdText(cell.inferredUsd, cell, 'billed', words),
        ];
      }),
    },
  ];
}

function grids(telling: Telling): Grid[] {
  const { cells, words, differences } = telling;
  const { columns } = words;
  const usd = (value: number | null, cell: ComparisonCell, column: Column) => usdText(value, cell, column, words);
  const isTwice = differences !== undefined;
  const amounts = isTwice
    ? [
        right(columns.estimatedBefore),
        right(columns.estimatedMeasured),
        right(columns.metered),
        right(columns.byTag),
        right(columns.inferredShort),
      ]
    : [right(columns.estimated), right(columns.metered), right(columns.tagged), right(columns.inferred)];
  const part = ({ variance, ...cell }: ComparisonCell, key: 'usd' | 'volumeUsd' | 'priceUsd' | 'unexplainedUsd') =>
    variance === null ? words.notMeasured : formatUsd(shownDifference(variance[key], cell));
  return [
    {
      title: isTwice ? words.componentsTitle : words.compareTitle,
      columns: [left(columns.path), left(columns.component), ...amounts],
      rows: cells.map((cell) => [
        pathText(cell.path, telling),
        componentText(cell.component, words),
        ...(isTwice ? [beforeText(cell.estimatedBeforeUsd, cell, words)] : []),
        usd(cell.estimatedUsd, cell, 'estimated'),
        usd(cell.meteredUsd, cell, 'metered'),
        usd(cell.taggedUsd, cell, 'billed'),
        usd(cell.inferredUsd, cell, 'billed'),
      ]),
    },
    {
      title: isTwice ? words.varianceMeasuredTitle : words.varianceTitle,
      columns: [
        left(columns.path),
        left(columns.component),
        right(columns.variance),
        right(columns.volume),
        right(columns.price),
        right(columns.unexplained),
      ],
      rows: cells.map((cell) => [
        pathText(cell.path, telling),
        componentText(cell.component, words),
        part(cell, 'usd'),
        part(cell, 'volumeUsd'),
        part(cell, 'priceUsd'),
        part(cell, 'unexplainedUsd'),
      ]),
    },
    {
      title: words.per1kTitle,
      columns: [left(columns.path), left(columns.component), ...amounts],
      rows: cells.map((cell) => [
        pathText(cell.path, telling),
        componentText(cell.component, words),
        ...(isTwice ? [beforeText(cell.usdPer1kRequests.estimatedBefore, cell, words)] : []),
        usd(cell.usdPer1kRequests.estimated, cell, 'estimated'),
        usd(cell.usdPer1kRequests.metered, cell, 'metered'),
        usd(cell.usdPer1kRequests.tagged, cell, 'billed'),
        usd(cell.usdPer1kRequests.inferred, cell, 'billed'),
      ]),
    },
  ];
}

/** A difference of less than a millionth of what is compared is none to a reader; JSON and CSV hold it whole. */
const SMALLEST_SHOWN = 1e-6;

function shownDifference(
  usd: number,
  amounts: Pick<ComparisonCell, 'estimatedUsd' | 'meteredUsd' | 'taggedUsd' | 'inferredUsd'>,
): number {
  const { estimatedUsd, meteredUsd, taggedUsd, inferredUsd } = amounts;
  const billedUsd = (taggedUsd ?? 0) + (inferredUsd ?? 0);
  const compared = Math.max(...[estimatedUsd, meteredUsd, billedUsd].map((amount) => Math.abs(amount ?? 0)));
  return Math.abs(usd) < SMALLEST_SHOWN * compared ? 0 : usd;
}

function facts(telling: Telling): string[] {
  const { words, ...comparison } = telling;
  const { window, remainder, cells } = comparison;
  const amounts = remainder.map(({ component, usd }) => `${componentText(component, words)} ${formatUsd(usd)}`);
  const { billRead, billedElsewhere } = comparison;
  const { otherDaysUsd, otherPathsUsd } = billedElsewhere;
  return [
    ...estimateFacts(telling),
    ...(billRead === null ? [] : readingFacts(billRead, words.facts.readForBill, words)),
    ...(otherDaysUsd === 0 ? [] : [fill(words.facts.otherDays, { usd: formatUsd(otherDaysUsd) })]),
    ...(otherPathsUsd === 0 ? [] : [fill(words.facts.otherPaths, { usd: formatUsd(otherPathsUsd) })]),
    window === null
      ? words.facts.notComparable
      : fill(words.facts.comparable, { from: window.from, until: window.until }),
    ...comparison.windowReasons.map((each) => noteText(each, words)),
    ...comparison.requests.map(({ path, estimated, metered }) =>
      fill(words.facts.requests, {
        path,
        estimated: estimated === null ? words.unknown : formatQuantity(Math.round(estimated)),
        metered: formatQuantity(metered, words.unknown),
      }),
    ),
    ...(amounts.length === 0 ? [] : [fill(words.facts.remainder, { parts: amounts.join(', ') })]),
    ...(cells.some(({ variance }) => variance !== null) ? [words.facts.varianceMeaning] : []),
    ...(cells.some(({ inferredUsd }) => inferredUsd !== null && inferredUsd !== 0)
      ? [words.facts.inferredMeaning]
      : []),
    ...(comparison.sources.metered === null ? [] : [words.facts.meteredMeaning]),
    ...reasons(cells, words),
    ...otherNotes(comparison.notes).map((each) => noteText(each, words)),
  ];
}

/** What the estimates are of, what they assume and why two of one path differ. */
function estimateFacts(telling: Telling): string[] {
  const { words, language, cells, estimates, differences, assumed } = telling;
  const shown = (path: PathId): boolean => cells.some((cell) => cell.path === path);
  const measured = estimates.filter(({ from, path }) => from === 'measured' && shown(path));
  const before = estimates.find(({ from }) => from === 'workload');
  const [after] = measured;
  const fields = assumed.filter(({ paths }) => paths.some(shown)).map(({ field, value }) => `${field} = ${value}`);
  return [
    ...(differences === undefined
      ? estimates
          .filter(({ path }) => shown(path))
          .map((one) =>
            fill(words.facts.answers, {
              path: one.path,
              model: answeringText(one, telling.language),
              region: one.region,
              hours: formatQuantity(one.hoursPerMonth),
            }),
          )
      : []),
    ...(before === undefined || after === undefined
      ? []
      : [
          fill(words.facts.estimatesMeaning, {
            before: formatQuantity(before.hoursPerMonth),
            measured: formatQuantity(after.hoursPerMonth),
          }),
        ]),
    ...measured.flatMap((one) => twoEstimates(one, telling)),
    ...(fields.length === 0
      ? []
      : [fill(ESTIMATE_MESSAGES[language].facts.assumed, { fields: [...new Set(fields)].join(', ') })]),
  ];
}

/** What a request reads and writes by both estimates of a path, and what the difference is made of. */
function twoEstimates(measured: ComparedEstimate, telling: Telling): string[] {
  const { words, language, estimates, differences = [] } = telling;
  const { path } = measured;
  const before = estimates.find((one) => one.path === path && one.from === 'workload');
  const difference = differences.find((one) => one.path === path);
  if (before === undefined || difference === undefined) return [];
  const tokens = (count: number | null): string =>
    count === null ? words.unknown : formatQuantity(Math.round(count * 10) / 10);
  return [
    fill(words.facts.twoEstimates, {
      path,
      inputBefore: tokens(before.inputTokensPerRequest),
      outputBefore: tokens(before.outputTokensPerRequest),
      inputMeasured: tokens(measured.inputTokensPerRequest),
      outputMeasured: tokens(measured.outputTokensPerRequest),
      difference: splitText(difference, language),
    }),
    ...(before.modelId === measured.modelId && before.profileScope === measured.profileScope
      ? []
      : [
          fill(words.facts.twoModels, {
            path,
            before: answeringText(before, telling.language),
            measured: answeringText(measured, telling.language),
          }),
        ]),
  ];
}

/** One sentence for each path and kind of reason, however many meters it holds for. */
function reasons(cells: readonly ComparisonCell[], words: BillMessages): string[] {
  const families = new Map<string, Set<string>>();
  for (const { path, variance } of cells) {
    for (const { code, values } of variance?.reasons ?? []) {
      const key = `${path} ${code}`;
      families.set(key, (families.get(key) ?? new Set()).add(String(values['family'])));
    }
  }
  return [...families].map(([key, names]) => {
    const [path = '', code = ''] = key.split(' ');
    return `${path}: ${noteText({ code: code as NoteCode, values: { family: [...names].join(', ') } }, words)}`;
  });
}

const COMPARISON_COLUMNS = [
  'path',
  'component',
  'estimatedUsd',
  'meteredUsd',
  'taggedUsd',
  'inferredUsd',
  'varianceAgainst',
  'varianceUsd',
  'volumeUsd',
  'priceUsd',
  'unexplainedUsd',
  'estimatedUsdPer1kRequests',
  'meteredUsdPer1kRequests',
  'taggedUsdPer1kRequests',
  'inferredUsdPer1kRequests',
  'from',
  'until',
  'simulated',
];

/** Columns behind all others: `record` says what a line of the CSV is. */
const ESTIMATE_COLUMNS = [
  'estimatedBeforeUsd',
  'estimatedBeforeUsdPer1kRequests',
  'estimatedFrom',
  'modelId',
  'profileScope',
  'region',
  'hoursPerMonth',
  'monthlyUsd',
  'inputTokensPerRequest',
  'outputTokensPerRequest',
  'field',
  'value',
] as const;

type EstimateColumn = (typeof ESTIMATE_COLUMNS)[number];

const estimateValues = (values: Partial<Record<EstimateColumn, CsvValue>>): CsvValue[] =>
  ESTIMATE_COLUMNS.map((column) => values[column] ?? null);

function comparisonCsv(comparison: ComparedReport): Document['csv'] {
  const { cells, window, simulated, failedPaths, billRead, estimates, assumed } = comparison;
  const days = [window?.from ?? null, window?.until ?? null, simulated];
  const recordOf = (name: string): CsvValue[] => [name, ...READING_COLUMNS.slice(1).map(() => null)];
  const failed = (path: PathId | null): CsvValue[] =>
    failedPaths === undefined ? [] : [path === null ? null : failedPaths.includes(path)];
  const noCell: CsvValue[] = COMPARISON_COLUMNS.slice(days.length).map(() => null);
  const ofPath = (path: PathId): CsvValue[] => [path, ...noCell.slice(1)];
  const modelOf = (path: PathId): Partial<Record<EstimateColumn, CsvValue>> => {
    const { modelId = null, profileScope = null, region = null } = comparedOf(path, comparison) ?? {};
    return { modelId, profileScope, region };
  };
  return {
    header: [
      ...COMPARISON_COLUMNS,
      ...(failedPaths === undefined ? [] : ['failed']),
      ...READING_COLUMNS,
      ...ESTIMATE_COLUMNS,
    ],
    rows: [
      ...cells.map((cell) => [
        cell.path,
        cell.component,
        cell.estimatedUsd,
        cell.meteredUsd,
        cell.taggedUsd,
        cell.inferredUsd,
        cell.variance?.against ?? null,
        cell.variance?.usd ?? null,
        cell.variance?.volumeUsd ?? null,
        cell.variance?.priceUsd ?? null,
        cell.variance?.unexplainedUsd ?? null,
        cell.usdPer1kRequests.estimated,
        cell.usdPer1kRequests.metered,
        cell.usdPer1kRequests.tagged,
        cell.usdPer1kRequests.inferred,
        ...days,
        ...failed(cell.path),
        ...recordOf('cell'),
        ...estimateValues({
          ...modelOf(cell.path),
          estimatedBeforeUsd: cell.estimatedBeforeUsd ?? null,
          estimatedBeforeUsdPer1kRequests: cell.usdPer1kRequests.estimatedBefore ?? null,
        }),
      ]),
      ...(billRead === null
        ? []
        : readingRecords(billRead).map((record) => [
            ...noCell,
            ...days,
            ...failed(null),
            ...record,
            ...estimateValues({}),
          ])),
      ...estimates.map((one) => [
        ...ofPath(one.path),
        ...days,
        ...failed(one.path),
        ...recordOf('estimate'),
        ...estimateValues({ ...one, estimatedFrom: one.from }),
      ]),
      ...assumed.flatMap(({ field, value, paths }) =>
        paths.map((path) => [
          ...ofPath(path),
          ...days,
          ...failed(path),
          ...recordOf('assumed'),
          ...estimateValues({ field, value }),
        ]),
      ),
    ],
  };
}
