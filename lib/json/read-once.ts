/** For a schema that reads one file and no more: compiling it, which zod does first, takes longer than the reading. */
export const READ_ONCE = { jitless: true } as const;
