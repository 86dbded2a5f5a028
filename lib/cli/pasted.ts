/** A word as a POSIX shell takes it: quoted only if it must be. */
const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** A command to run next, which can be pasted as it stands. Options without a value are left out. */
export function pasted(words: readonly string[], options: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, shellWord(value)],
  );
  return ['npx', 'fmpaths', ...words.map(shellWord), ...given].join(' ');
}
