import type { Comparison, ComparisonCell } from '../billing/compare.ts';
import type { NoteCode } from '../billing/notes.ts';
import type { PathId } from '../paths.ts';
import { READING_COLUMNS, componentText, noteText, otherNotes, readingFacts, readingRecords } from './bill.ts';
import type { Document } from './document.ts';
import { left, right, type Grid } from './grid.ts';
import { formatQuantity, formatUsd } from './money.ts';
import { BILL_MESSAGES, type BillMessages } from './words/bill.ts';
import { fill, type Language } from './words/languages.ts';

export function comparisonDocument(comparison: Comparison, language: Language): Document {
  const words = BILL_MESSAGES[language];
  return {
    schema: 'compare',
    json: comparison,
    csv: comparisonCsv(comparison),
    banner: comparison.simulated ? words.simulated : undefined,
    blocks: [...grids(comparison, words), { items: facts(comparison, words) }],
  };
}

type Column = 'estimated' | 'metered' | 'billed';

function grids({ cells, failedPaths = [] }: Comparison, words: BillMessages): Grid[] {
  const { columns } = words;
  const pathText = (path: PathId) => (failedPaths.includes(path) ? fill(words.failedPath, { path }) : path);
  const usd = (value: number | null, cell: ComparisonCell, column: Column) =>
    value === null && cell.notMeasured.includes(column) ? words.notMeasured : formatUsd(value, words.unknown);
  const part = ({ variance, ...cell }: ComparisonCell, key: 'usd' | 'volumeUsd' | 'priceUsd' | 'unexplainedUsd') =>
    variance === null ? words.notMeasured : formatUsd(shownDifference(variance[key], cell));
  return [
    {
      title: words.compareTitle,
      columns: [
        left(columns.path),
        left(columns.component),
        right(columns.estimated),
        right(columns.metered),
        right(columns.tagged),
        right(columns.inferred),
      ],
      rows: cells.map((cell) => [
        pathText(cell.path),
        componentText(cell.component, words),
        usd(cell.estimatedUsd, cell, 'estimated'),
        usd(cell.meteredUsd, cell, 'metered'),
        usd(cell.taggedUsd, cell, 'billed'),
        usd(cell.inferredUsd, cell, 'billed'),
      ]),
    },
    {
      title: words.varianceTitle,
      columns: [
        left(columns.path),
        left(columns.component),
        right(columns.variance),
        right(columns.volume),
        right(columns.price),
        right(columns.unexplained),
      ],
      rows: cells.map((cell) => [
        pathText(cell.path),
        componentText(cell.component, words),
        part(cell, 'usd'),
        part(cell, 'volumeUsd'),
        part(cell, 'priceUsd'),
        part(cell, 'unexplainedUsd'),
      ]),
    },
    {
      title: words.per1kTitle,
      columns: [
        left(columns.path),
        left(columns.component),
        right(columns.estimated),
        right(columns.metered),
        right(columns.tagged),
        right(columns.inferred),
      ],
      rows: cells.map((cell) => [
        pathText(cell.path),
        componentText(cell.component, words),
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

function facts(comparison: Comparison, words: BillMessages): string[] {
  const { window, remainder, cells } = comparison;
  const amounts = remainder.map(({ component, usd }) => `${componentText(component, words)} ${formatUsd(usd)}`);
  const { billRead, billedElsewhere } = comparison;
  const { otherDaysUsd, otherPathsUsd } = billedElsewhere;
  return [
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

function comparisonCsv({ cells, window, simulated, failedPaths, billRead }: Comparison): Document['csv'] {
  const days = [window?.from ?? null, window?.until ?? null, simulated];
  const noReading = ['cell', ...READING_COLUMNS.slice(1).map(() => null)];
  const failed = (path: PathId) => (failedPaths === undefined ? [] : [failedPaths.includes(path)]);
  const noCell = COMPARISON_COLUMNS.slice(days.length).map(() => null);
  return {
    header: [...COMPARISON_COLUMNS, ...(failedPaths === undefined ? [] : ['failed']), ...READING_COLUMNS],
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
        ...noReading,
      ]),
      ...(billRead === null
        ? []
        : readingRecords(billRead).map((record) => [
            ...noCell,
            ...days,
            ...(failedPaths === undefined ? [] : [null]),
            ...record,
          ])),
    ],
  };
}
