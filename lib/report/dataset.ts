import type { RunBound } from '../cost/run-bound.ts';
import type { DatasetIssue, DatasetReport, FileCounts } from '../dataset/findings.ts';
import type { PathId } from '../paths.ts';
import type { Price } from '../prices/price-book.ts';
import type { Document } from './document.ts';
import { left, right, type CsvValue, type Grid } from './grid.ts';
import { formatQuantity, formatUsd } from './money.ts';
import { DATASET_MESSAGES, type DatasetMessages } from './words/dataset.ts';
import { fill, type Language } from './words/languages.ts';
import { lineName } from './words/line-names.ts';

/** What one run on the data set costs, and what the figures rest on. */
export interface DatasetPrice {
  readonly estimated: RunBound;
  readonly bound: RunBound;
  /** The prices that it is made of. */
  readonly prices: readonly Price[];
  readonly epochs?: { readonly estimated: number; readonly most: number } | undefined;
  readonly teacher?: { readonly model: string; readonly prompts: number; readonly tokens: number } | undefined;
  readonly instances?: { readonly instance: string; readonly instances: number; readonly hours: number } | undefined;
}

export interface CheckedDataset {
  readonly path: PathId;
  readonly model: string;
  readonly region: string;
  readonly report: DatasetReport;
  /** Null where nothing says how long the training takes. */
  readonly price: DatasetPrice | null;
}

export function datasetDocument(checked: CheckedDataset, language: Language): Document {
  const words = DATASET_MESSAGES[language];
  return {
    schema: 'dataset-check',
    json: jsonOf(checked),
    csv: csvOf(checked),
    blocks: [...gridsOf(checked, words, language), { items: factsOf(checked, words) }],
  };
}

function jsonOf({ path, model, region, report, price }: CheckedDataset): object {
  return {
    path,
    model,
    region,
    currency: 'USD',
    ...report,
    price: price && {
      estimatedUsd: price.estimated.usd,
      atMostUsd: price.bound.usd,
      unknown: price.bound.unknown,
      lines: linesOf(price).map(({ name, priceId, unit, quantity, atMostUsd, estimatedUsd }) => {
        const { usd: unitPriceUsd, per, source, date } = price.prices.find(({ id }) => id === priceId) ?? {};
        return {
          name,
          priceId,
          unit,
          quantity,
          estimatedUsd,
          atMostUsd,
          unitPriceUsd: unitPriceUsd ?? null,
          per: per ?? null,
          source: source ?? null,
          date: date ?? null,
        };
      }),
      epochs: price.epochs ?? null,
      teacher: price.teacher ?? null,
      instances: price.instances ?? null,
    },
  };
}

interface PriceLine {
  readonly name: string;
  readonly priceId: string;
  readonly unit: string;
  /** The most. */
  readonly quantity: number;
  readonly estimatedUsd: number | null;
  readonly atMostUsd: number | null;
}

const linesOf = ({ estimated, bound }: DatasetPrice): PriceLine[] =>
  bound.lines.map(({ name, priceId, unit, quantity, usd }) => ({
    name,
    priceId,
    unit,
    quantity,
    estimatedUsd: estimated.lines.find((line) => line.name === name)?.usd ?? null,
    atMostUsd: usd,
  }));

/** One row a count, a finding and a line of the price, told apart by `what`. */
function csvOf({ report, price }: CheckedDataset): Document['csv'] {
  const rows: CsvValue[][] = [];
  for (const { file, counts } of filesOf(report)) {
    for (const name of ['records', 'bytes', 'characters', 'estimatedTokens'] as const) {
      rows.push(['count', file, null, name, null, counts[name], null, null]);
    }
  }
  const issues = (what: string, found: readonly DatasetIssue[]): void => {
    for (const { file, line, rule, message } of found) rows.push([what, file, line, rule, message, null, null, null]);
  };
  issues('error', report.errors);
  issues('warning', report.warnings);
  for (const { name, unit, quantity, estimatedUsd, atMostUsd } of price === null ? [] : linesOf(price)) {
    rows.push(['price', null, null, name, unit, quantity, estimatedUsd, atMostUsd]);
  }
  return { header: ['what', 'file', 'line', 'name', 'text', 'quantity', 'estimatedUsd', 'atMostUsd'], rows };
}

function filesOf(report: DatasetReport): { file: 'train' | 'validation'; counts: FileCounts }[] {
  const { validation } = report;
  return [
    { file: 'train', counts: report },
    ...(validation === undefined ? [] : [{ file: 'validation' as const, counts: validation }]),
  ];
}

function gridsOf(checked: CheckedDataset, words: DatasetMessages, language: Language): Grid[] {
  const { path, model, region, report, price } = checked;
  const { columns, files } = words;
  return [
    {
      title: fill(words.title, { path, model, region }),
      columns: [
        left(columns.file),
        right(columns.records),
        right(columns.bytes),
        right(columns.characters),
        right(columns.tokens),
      ],
      rows: filesOf(report).map(({ file, counts }) => [
        files[file],
        ...[counts.records, counts.bytes, counts.characters, counts.estimatedTokens].map((value) =>
          formatQuantity(value),
        ),
      ]),
    },
    ...issueGrid(words.errors, report.errors, report.errorCount, words),
    ...issueGrid(words.warnings, report.warnings, report.warningCount, words),
    ...(price === null ? [] : [priceGrid(price, words, language)]),
  ];
}

function issueGrid(
  title: string,
  issues: readonly DatasetIssue[],
  count: number,
  { columns, files }: DatasetMessages,
): Grid[] {
  if (count === 0) return [];
  return [
    {
      title: fill(title, { count: formatQuantity(count) }),
      columns: [left(columns.file), right(columns.line), left(columns.rule), left(columns.finding)],
      rows: issues.map(({ file, line, rule, message }) => [
        files[file],
        line === 0 ? '-' : formatQuantity(line),
        rule,
        message,
      ]),
    },
  ];
}

function priceGrid(price: DatasetPrice, words: DatasetMessages, language: Language): Grid {
  const { title, line, quantity, unit, estimated, atMost, total } = words.price;
  return {
    title,
    columns: [left(line), right(quantity), left(unit), right(estimated), right(atMost)],
    rows: [
      ...linesOf(price).map((row) => [
        lineName(row.name, language),
        formatQuantity(row.quantity),
        row.unit,
        formatUsd(row.estimatedUsd),
        formatUsd(row.atMostUsd),
      ]),
      [total, '', '', formatUsd(price.estimated.usd), formatUsd(price.bound.usd)],
    ],
  };
}

function factsOf({ report, price }: CheckedDataset, words: DatasetMessages): string[] {
  const { errors, warnings, errorCount, warningCount } = report;
  const hidden = errorCount - errors.length + (warningCount - warnings.length);
  const facts = [
    errorCount === 0 ? words.good : words.bad,
    ...(hidden === 0 ? [] : [fill(words.more, { count: formatQuantity(hidden) })]),
  ];
  if (price === null) return errorCount > 0 ? facts : [...facts, words.price.none];
  const { bound, epochs, teacher, instances, prices } = price;
  const { assumes } = words;
  if (bound.unknown.length > 0) facts.push(fill(words.price.unknown, { ids: bound.unknown.join(', ') }));
  if (instances === undefined) facts.push(assumes.tokens);
  else facts.push(fill(assumes.instances, texts(instances)));
  if (epochs !== undefined && epochs.estimated !== epochs.most) facts.push(fill(assumes.epochs, texts(epochs)));
  if (teacher !== undefined) facts.push(fill(assumes.teacher, texts(teacher)), assumes.teacherUntagged);
  facts.push(assumes.hosting);
  return [
    ...facts,
    ...prices.map(({ id, usd, per, source, date }) =>
      fill(assumes.source, { id, usd: String(usd), per, source, date }),
    ),
  ];
}

const texts = (values: Readonly<Record<string, string | number>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, typeof value === 'number' ? formatQuantity(value) : value]),
  );
