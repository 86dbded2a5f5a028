export const LANGUAGES = ['en', 'ja', 'zh'] as const;

export type Language = (typeof LANGUAGES)[number];

/** Fills `{name}` from the values; a name without a value stays, so that a test sees it. */
export function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A sentence before it has a language: the code of its words, and what fills them. */
export interface Message<Code extends string = string> {
  readonly code: Code;
  readonly values?: Readonly<Record<string, string | number>>;
}

export const say = <Code extends string>(words: Readonly<Record<Code, string>>, message: Message<Code>): string =>
  fill(words[message.code], message.values ?? {});
