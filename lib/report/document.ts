import type { CsvValue, Grid } from './grid.ts';
import type { SchemaName } from './schema-names.ts';

/** Sentences, or entries below a heading. */
interface List {
  readonly heading?: string;
  readonly items: readonly string[];
}

/** Names, each with its text. */
interface Fields {
  readonly fields: readonly (readonly [name: string, text: string])[];
}

/** Lines whose form is part of what they say, such as a calculation. */
interface Verbatim {
  readonly verbatim: string;
}

export type Block = Grid | List | Fields | Verbatim;

/**
 * The result of a command in every form that a format may ask for: the same facts for a person, in the words of a language, and
 * for a program, in English with unrounded numbers.
 */
export interface Document {
  /** Says what the JSON holds: its first key. */
  readonly schema: SchemaName;
  readonly json: object;
  /** Each row as long as the header. */
  readonly csv: { readonly header: readonly string[]; readonly rows: Iterable<readonly CsvValue[]> };
  /** What a reader must know before the first figure and after the last one. */
  readonly banner?: string | undefined;
  readonly blocks: readonly Block[];
}
