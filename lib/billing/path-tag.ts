import { PATHS, type PathId } from '../paths.ts';

/** Whether a tag's value is a path of this project. */
export function isPathId(value: string | null): value is PathId {
  return value !== null && (PATHS as readonly string[]).includes(value);
}
