/** The code of a system error such as `ENOENT`; undefined where `error` is something else. */
export function errorCode(error: unknown): string | undefined {
  // not `instanceof Error`: tests run in a context of their own, where errors of node itself are none
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'you may not read it',
};

/** True if there is no file where one was looked for. */
export const isMissingFile = (error: unknown): boolean => errorCode(error) === 'ENOENT';

/** Returns why a file could not be read, in the words of a person. */
export const unreadable = (error: unknown): string => UNREADABLE[errorCode(error) ?? ''] ?? String(error);
