import { printableJson, printableLine, printableLines } from '../printable.ts';
import type { Block, Document } from './document.ts';
import { csvLines, markdownTable, textFields, textTable } from './grid.ts';
import { schemaOf } from './schema-names.ts';

/**
 * Format -> how it writes a document, in pieces: with a million rows a text is longer than a string may be. A new format is a row
 * here and nothing else: options, help and every command take it from this table. None lets a control character through.
 */
const WRITERS = {
  table: function* ({ banner, blocks }: Document): Generator<string> {
    const shown = banner === undefined ? [] : [printableLine(banner)];
    const body = blocks.map(tableText).filter((text) => text !== '');
    yield `${[[...shown, ...body].join('\n\n'), ...shown].join('\n')}\n`;
  },
  json: jsonText,
  csv: function* ({ csv: { header, rows } }: Document): Generator<string> {
    yield csvLines([header]);
    for (const piece of pieces(rows)) yield csvLines(piece);
  },
  markdown: function* ({ banner, blocks }: Document): Generator<string> {
    const shown = banner === undefined ? [] : [`**${printableLine(banner)}**`];
    yield `${[...shown, ...blocks.map(markdownText).filter((text) => text !== '')].join('\n\n')}\n`;
  },
} as const satisfies Record<string, (document: Document) => Generator<string>>;

export type Format = keyof typeof WRITERS;

/** The first is the one that is shown where nobody asks for another. */
export const FORMATS = Object.keys(WRITERS) as [Format, ...Format[]];

/** Yields the text of a document in pieces. */
export const render = (document: Document, format: Format): Generator<string> => WRITERS[format](document);

function tableText(block: Block): string {
  if ('columns' in block) return textTable(block);
  if ('fields' in block) return textFields(block.fields);
  if ('verbatim' in block) return printableLines(block.verbatim);
  return listed(block.heading, block.items.map(printableLine));
}

function markdownText(block: Block): string {
  if ('columns' in block) return markdownTable(block);
  if ('fields' in block) return block.fields.map(([name, text]) => `- ${printableLine(`${name}: ${text}`)}`).join('\n');
  if ('verbatim' in block) return block.verbatim === '' ? '' : `\`\`\`\n${printableLines(block.verbatim)}\n\`\`\``;
  return listed(
    block.heading,
    block.items.map((item) => `- ${printableLine(item)}`),
  );
}

const listed = (heading: string | undefined, items: readonly string[]): string =>
  items.length === 0 ? '' : [...(heading === undefined ? [] : [printableLine(heading)]), ...items].join('\n');

/** As `JSON.stringify(value, null, 2)` writes it, long lists in pieces. */
function* jsonText({ schema, json }: Document): Generator<string> {
  let before = '{\n  ';
  for (const [key, value] of Object.entries<unknown>({ schema: schemaOf(schema), ...json })) {
    if (value === undefined) continue;
    yield `${before}${JSON.stringify(key)}: `;
    if (Array.isArray(value)) yield* jsonList(value);
    else yield printableJson(indented(value, '  '));
    before = ',\n  ';
  }
  yield '\n}\n';
}

function* jsonList(items: readonly unknown[]): Generator<string> {
  let before = '[\n    ';
  for (const piece of pieces(items)) {
    yield before + printableJson(piece.map((item) => indented(item ?? null, '    ')).join(',\n    '));
    before = ',\n    ';
  }
  yield items.length === 0 ? '[]' : '\n  ]';
}

const indented = (value: unknown, indent: string): string =>
  JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`);

/** Rows in one piece of the output. */
const PIECE_ROWS = 5_000;

function* pieces<T>(items: Iterable<T>): Generator<T[]> {
  let piece: T[] = [];
  for (const item of items) {
    piece.push(item);
    if (piece.length < PIECE_ROWS) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}
