import type { Bill, BilledRow, BillReading, NotRead } from '../billing/bill.ts';
import type { Note, NoteCode } from '../billing/notes.ts';
import { OVERHEAD } from '../deployment/tags.ts';
import { COST_COMPONENTS, type CostComponent } from '../meters/cost-component.ts';
import { PATHS, type PathId } from '../paths.ts';
import { DAY_MS } from '../units.ts';
import type { Document } from './document.ts';
import { left, right, type CsvValue, type Grid } from './grid.ts';
import { formatExactUsd, formatQuantity, formatUsd } from './money.ts';
import { BILL_MESSAGES, type BillMessages } from './words/bill.ts';
import { fill, type Language } from './words/languages.ts';

/** What the rows of the table are split by, below path and component. */
export const BILL_SPLITS = ['component', 'service', 'usage-type', 'day'] as const;

export type BillSplit = (typeof BILL_SPLITS)[number];

/** @param split how fine the table is; JSON and CSV always hold every row */
export function billDocument(bill: Bill, language: Language, split: BillSplit = 'component'): Document {
  const words = BILL_MESSAGES[language];
  return {
    schema: 'bill',
    json: bill,
    csv: { header: [...BILL_COLUMNS, ...READING_COLUMNS], rows: billRecords(bill) },
    banner: bill.simulated ? words.simulated : undefined,
    blocks: [...billGrids(bill, words, split), { items: billFacts(bill, words) }],
  };
}

export function noteText({ code, values }: Note, words: BillMessages): string {
  return fill(words.notes[code], values);
}

export function componentText(component: CostComponent | 'total' | null, words: BillMessages): string {
  return component === null ? words.unmapped : words.components[component];
}

const SPLIT_FIELD = { service: 'service', 'usage-type': 'usageType', day: 'day' } as const;

function billGrids(bill: Bill, words: BillMessages, split: BillSplit): Grid[] {
  const { columns } = words;
  const extra = split === 'component' ? [] : [SPLIT_FIELD[split]];
  const rows = amountRows(bill.rows, extra, words);
  const second = bill.secondAttributions.map(({ kind, value, path, usd }) => [
    kind,
    value,
    path ?? '-',
    formatUsd(usd),
  ]);
  return [
    {
      title: words.billTitle,
      columns: [
        left(columns.path),
        left(columns.component),
        ...extra.map((field) => left(columns[field])),
        right(columns.tagged),
        right(columns.inferred),
        right(words.remainder),
      ],
      rows,
    },
    ...(second.length === 0
      ? []
      : [
          {
            title: words.secondTitle,
            columns: [left(columns.seenAs), left(''), left(columns.path), right(columns.usd)],
            rows: second,
          },
        ]),
  ];
}

type Extra = 'service' | 'usageType' | 'day';

interface RowGroup {
  readonly path: PathId | null;
  /** Place of its component among the components. */
  readonly component: number;
  readonly cells: readonly string[];
  readonly rows: BilledRow[];
}

/** Lines of the table, a total below each path. One pass over the rows, however many there are. */
function amountRows(all: readonly BilledRow[], extra: readonly Extra[], words: BillMessages): string[][] {
  const order = new Map([...COST_COMPONENTS, null].map((component, index) => [component, index]));
  const groups = new Map<string, RowGroup>();
  for (const row of all) {
    const { path, component } = row;
    const cells = [
      path ?? remainderText(row, words),
      componentText(component, words),
      ...extra.map((field) => row[field] ?? '-'),
    ];
    const key = `${path ?? ''}\n${component ?? ''}\n${cells.join('\n')}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { path, component: order.get(component) ?? 0, cells, rows: [row] });
    else group.rows.push(row);
  }
  return [...PATHS, null].flatMap((path) => {
    const ofPath = [...groups.values()].filter((group) => group.path === path);
    if (ofPath.length === 0) return [];
    const body = ofPath
      .map((group) => ({ ...group, text: group.cells.join('\n') }))
      .sort((a, b) => a.component - b.component || compareText(a.text, b.text))
      .map(({ cells, rows }) => [...cells, ...amounts(rows, path)]);
    if (path === null) return body;
    const every = ofPath.flatMap(({ rows }) => rows);
    return [...body, [path, words.components.total, ...extra.map(() => ''), ...amounts(every, path)]];
  });
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function remainderText({ foreignTagValue }: BilledRow, words: BillMessages): string {
  if (foreignTagValue === null) return words.remainder;
  return foreignTagValue === OVERHEAD ? words.overhead : fill(words.foreignTag, { value: foreignTagValue });
}

/** By tag, inferred, of no path: a column that cannot apply to the row stays empty. */
function amounts(rows: readonly BilledRow[], path: PathId | null): string[] {
  const usd = { tag: 0, inferred: 0, none: 0 };
  for (const row of rows) usd[row.attribution] += row.usd;
  return path === null ? ['', '', formatUsd(usd.none)] : [formatUsd(usd.tag), formatUsd(usd.inferred), ''];
}

/** Accounts for everything that was read. Comes first: it qualifies every amount. */
export function readingFacts(read: BillReading, sentence: string, words: BillMessages): string[] {
  const { reading } = words;
  const from =
    read.pages !== null
      ? fill(reading.pages, { count: read.pages })
      : read.files !== null
        ? fill(reading.files, { count: read.files })
        : reading.unknownFiles;
  const items = read.outside
    // rounding of AWS's own is in JSON and CSV
    .filter(({ reason, amount }) => reason !== 'answers-differ' || Math.abs(amount ?? 0) >= 0.005)
    .map(({ reason, rows, currency, amount, files, keptInstead }) =>
      fill(reading.outsideItem, {
        what: fill(reading.outside[reason], { files: files ?? '', keptInstead: keptInstead ?? '' }),
        rows: formatQuantity(rows, words.unknown),
        amount: currency === 'USD' || amount === null ? formatExactUsd(amount, words.unknown) : `${amount} ${currency}`,
      }),
    );
  return [
    fill(sentence, {
      from,
      rows: formatQuantity(read.rows),
      gross: formatExactUsd(read.grossUsd),
      inTable: formatExactUsd(read.inTableUsd),
      outside: formatExactUsd(read.outsideUsd),
    }),
    ...items,
    ...NOT_READ_REASONS.flatMap((reason) => {
      const files = read.notRead.filter((each) => each.reason === reason).map(({ file }) => file);
      const because = reading.notReadBecause[reason];
      return files.length === 0
        ? []
        : [fill(reading.notRead, { count: files.length, files: someOf(files), reason: because })];
    }),
  ];
}

const NOT_READ_REASONS = ['month-outside', 'format', 'linked-folder', 'no-file'] as const satisfies NotRead['reason'][];

const MOST_NAMES = 5;

function someOf(names: readonly string[]): string {
  return names.length > MOST_NAMES ? `${names.slice(0, MOST_NAMES).join(', ')}, …` : names.join(', ');
}

/** Said with dollars among what is outside. */
const SAID_WITH_DOLLARS: ReadonlySet<NoteCode> = new Set(['copy-left-out', 'older-versions', 'no-cost']);

/** Notes that the facts of the reading do not hold. */
export function otherNotes(notes: readonly Note[]): Note[] {
  return notes.filter(({ code }) => !SAID_WITH_DOLLARS.has(code));
}

function billFacts(bill: Bill, words: BillMessages): string[] {
  const { facts } = words;
  const { settlingDays, estimatedDays, emptyDays } = bill.completeness;
  const days = (list: readonly string[]) => ({ days: dayRanges(list) });
  const kinds = Object.fromEntries(bill.excluded.map(({ kind, usd }) => [kind, formatUsd(usd)]));
  return [
    ...readingFacts(bill.read, facts.read, words),
    fill(facts.source, { source: bill.source, metric: bill.metric }),
    fill(facts.window, { from: bill.from, until: bill.until }),
    ...(settlingDays.length > 0 ? [fill(facts.settling, days(settlingDays))] : []),
    ...(estimatedDays.length > 0 ? [fill(facts.estimatedDays, days(estimatedDays))] : []),
    ...(emptyDays.length > 0 ? [fill(facts.emptyDays, days(emptyDays))] : []),
    fill(facts.excluded, kinds),
    ...bill.otherCurrencies.map(({ currency, amount }) => fill(facts.otherCurrency, { currency, amount })),
    ...(bill.rows.some(({ attribution }) => attribution === 'inferred') ? inferenceFacts(bill, words) : []),
    ...bill.tagSpellings.map(({ column, key }) =>
      fill(facts.spelling, { spelling: key === null ? column : `${column}['${key}']` }),
    ),
    ...(bill.queryUsd === 0 ? [] : [fill(facts.queryUsd, { usd: formatUsd(bill.queryUsd, words.unknown) })]),
    ...otherNotes(bill.notes).map((each) => noteText(each, words)),
  ];
}

function inferenceFacts({ deployed }: Bill, { facts }: BillMessages): string[] {
  if (deployed.saidBy === 'caller') return [facts.inferredMeaning];
  return [facts.inferredMeaning, fill(facts.deployedByTags, { paths: deployed.paths.join(', ') })];
}

/** `2026-08-30 to 2026-08-31, 2026-09-02`, so that a month of days is one line. */
function dayRanges(days: readonly string[]): string {
  const ranges: [string, string][] = [];
  for (const day of days) {
    const last = ranges.at(-1);
    if (last !== undefined && Date.parse(day) - Date.parse(last[1]) === DAY_MS) last[1] = day;
    else ranges.push([day, day]);
  }
  return ranges.map(([first, last]) => (first === last ? first : `${first}…${last}`)).join(', ');
}

const BILL_COLUMNS = [
  'path',
  'component',
  'componentFrom',
  'attribution',
  'inferredFrom',
  'foreignTagValue',
  'day',
  'service',
  'usageType',
  'quantity',
  'unit',
  'usd',
  'source',
  'simulated',
];

function* billRecords(bill: Bill): Generator<CsvValue[]> {
  const noReading = ['row', ...READING_COLUMNS.slice(1).map(() => null)];
  for (const row of bill.rows) {
    yield [
      row.path,
      row.component,
      row.componentFrom,
      row.attribution,
      row.inferredFrom,
      row.foreignTagValue,
      row.day,
      row.service,
      row.usageType,
      row.quantity,
      row.unit,
      row.usd,
      bill.source,
      bill.simulated,
      ...noReading,
    ];
  }
  const noRow = BILL_COLUMNS.slice(2).map(() => null);
  for (const record of readingRecords(bill.read)) yield [...noRow, bill.source, bill.simulated, ...record];
}

/** Columns of what was read, behind those of the rows: `record` says what a line of the CSV is. */
export const READING_COLUMNS = ['record', 'reason', 'what', 'files', 'pages', 'rows', 'amount', 'currency'];

/** Returns the account of what was read as CSV lines. The bill's own columns stay empty in them, so that `usd` adds up to the table. */
export function readingRecords(read: BillReading): CsvValue[][] {
  return [
    ['read', null, null, read.files, read.pages, read.rows, read.grossUsd, 'USD'],
    ['in-table', null, null, null, null, read.rowsInTable, read.inTableUsd, 'USD'],
    ...read.outside.map(({ reason, rows, currency, amount, files, keptInstead }): CsvValue[] => [
      'outside',
      reason,
      files === null || keptInstead === null ? files : `${files} (${keptInstead} instead)`,
      null,
      null,
      rows,
      amount,
      currency,
    ]),
    ...read.notRead.map(({ file, reason }): CsvValue[] => ['not-read', reason, file, null, null, null, null, null]),
  ];
}
