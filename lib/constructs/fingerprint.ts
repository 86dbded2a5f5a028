import { createHash } from 'node:crypto';

/** Eight digits that change with what cannot be updated in place: part of names that must then be new. */
export function fingerprint(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8);
}
