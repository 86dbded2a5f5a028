import type { Bill, BilledRow } from '../billing/bill.ts';
import type { Note } from '../billing/notes.ts';
import { COST_COMPONENTS, type CostComponent } from '../components.ts';
import { PATHS, type PathId } from '../paths.ts';
import { OVERHEAD } from '../tags.ts';
import { csv, left, markdownTable, right, textTable, type Grid } from './grid.ts';
import { BILL_MESSAGES, fill, type BillMessages, type Language } from './bill-messages.ts';
import { formatUsd } from './money.ts';

export const FORMATS = ['table', 'json', 'csv', 'markdown'] as const;

export type Format = (typeof FORMATS)[number];

/** What the rows of the table are split by, below path and component. */
export const BILL_SPLITS = ['component', 'service', 'usage-type', 'day'] as const;

export type BillSplit = (typeof BILL_SPLITS)[number];

/** @param split how fine the table is; JSON and CSV always hold every row */
export function renderBill(bill: Bill, format: Format, language: Language, split: BillSplit = 'component'): string {
  const words = BILL_MESSAGES[language];
  switch (format) {
    case 'json':
      return JSON.stringify(bill, null, 2) + '\n';
    case 'csv':
      return billCsv(bill);
    case 'table':
    case 'markdown':
      return laidOut(format, bill.simulated, billGrids(bill, words, split), billFacts(bill, words), words);
  }
}

/** Tables with the sentences that belong to them; what is simulated says so before and after the numbers. */
export function laidOut(
  format: 'table' | 'markdown',
  simulated: boolean,
  grids: readonly Grid[],
  facts: readonly string[],
  words: BillMessages,
): string {
  const banner = simulated ? [words.simulated] : [];
  return format === 'table'
    ? [...banner, ...grids.map(textTable), [...facts, ...banner].join('\n')].join('\n\n') + '\n'
    : [
        ...banner.map((text) => `**${text}**`),
        ...grids.map(markdownTable),
        facts.map((fact) => `- ${fact}`).join('\n'),
      ].join('\n\n') + '\n';
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
  const rows = [...PATHS, null].flatMap((path) => pathRows(bill.rows, path, extra, words));
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

function pathRows(
  all: readonly BilledRow[],
  path: PathId | null,
  extra: readonly ('service' | 'usageType' | 'day')[],
  words: BillMessages,
): string[][] {
  const ofPath = all.filter((row) => row.path === path);
  const label = (row: BilledRow) => path ?? remainderText(row, words);
  const groups = new Map<string, BilledRow[]>();
  const order = [...COST_COMPONENTS, null];
  for (const component of order) {
    const keyed = ofPath
      .filter((row) => row.component === component)
      .map((row) => ({
        row,
        key: [label(row), componentText(component, words), ...extra.map((field) => row[field] ?? '-')],
      }));
    for (const { row, key } of keyed.sort((a, b) => compareText(a.key.join('\n'), b.key.join('\n')))) {
      const id = JSON.stringify(key);
      groups.set(id, [...(groups.get(id) ?? []), row]);
    }
  }
  const body = [...groups].map(([id, rows]) => [...(JSON.parse(id) as string[]), ...amounts(rows, path)]);
  if (path === null || body.length === 0) return body;
  return [...body, [path, words.components.total, ...extra.map(() => ''), ...amounts(ofPath, path)]];
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
  const sum = (attribution: BilledRow['attribution']) =>
    rows.filter((row) => row.attribution === attribution).reduce((total, { usd }) => total + usd, 0);
  return path === null ? ['', '', formatUsd(sum('none'))] : [formatUsd(sum('tag')), formatUsd(sum('inferred')), ''];
}

function billFacts(bill: Bill, words: BillMessages): string[] {
  const { facts } = words;
  const { settlingDays, estimatedDays, emptyDays } = bill.completeness;
  const days = (list: readonly string[]) => ({ days: dayRanges(list) });
  const kinds = Object.fromEntries(bill.excluded.map(({ kind, usd }) => [kind, formatUsd(usd)]));
  return [
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
    ...bill.notes.map((each) => noteText(each, words)),
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
    if (last !== undefined && Date.parse(day) - Date.parse(last[1]) === 86_400_000) last[1] = day;
    else ranges.push([day, day]);
  }
  return ranges.map(([first, last]) => (first === last ? first : `${first}…${last}`)).join(', ');
}

function billCsv(bill: Bill): string {
  return csv(
    [
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
    ],
    bill.rows.map((row) => [
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
    ]),
  );
}
