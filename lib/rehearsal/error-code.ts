/** The code of a system error such as `ENOENT`; undefined where `error` is something else. */
export function errorCode(error: unknown): string | undefined {
  // not `instanceof Error`: tests run in a context of their own, where errors of node itself are none
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
