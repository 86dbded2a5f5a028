import { BYTES_PER_GB } from '../../units.ts';
import type { StoredVectors } from './vector-store.ts';

/** A vector is a four-byte number for every dimension. */
export const BYTES_PER_NUMBER = 4;

/** The vectors and everything beside them. */
export const storedGb = ({ vectors, dimensions, textBytes }: StoredVectors): number =>
  (vectors * BYTES_PER_NUMBER * dimensions + textBytes) / BYTES_PER_GB;

/** What a document's own metadata adds to each of its vectors. */
export function metadataBytes(metadata: Readonly<Record<string, unknown>>): number {
  return Object.entries(metadata).reduce(
    (sum, [key, value]) =>
      sum + Buffer.byteLength(key) + Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value)),
    0,
  );
}
