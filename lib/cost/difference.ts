import type { PathEstimate } from './estimate.ts';

export interface Difference {
  readonly monthlyUsd: number | null;
  readonly oneTimeUsd: number | null;
  readonly unknownPriceIds: readonly string[];
  readonly missing: readonly string[];
}

/**
 * What changed between two estimates, of one path or of two. Unknown lines that both have in the same quantity and
 * Region leave it known, and so does a field that one path misses before and after.
 */
export function difference(before: PathEstimate, after: PathEstimate): Difference {
  const ids = new Set([...before.unknownPriceIds, ...after.unknownPriceIds]);
  const unknownPriceIds = [...ids].filter(
    // elsewhere the same price may be another
    (id) => before.region !== after.region || unknownQuantity(after, id) !== unknownQuantity(before, id),
  );
  const fields = new Set([...before.missing, ...after.missing]);
  const missing = [...fields].filter(
    (field) => before.path !== after.path || !(before.missing.includes(field) && after.missing.includes(field)),
  );
  const known = unknownPriceIds.length === 0 && missing.length === 0 && !capacityChanged(before, after);
  return {
    monthlyUsd: known ? after.monthly.knownUsd - before.monthly.knownUsd : null,
    oneTimeUsd: known ? after.oneTime.knownUsd - before.oneTime.knownUsd : null,
    unknownPriceIds,
    missing,
  };
}

/** Whether one of them hangs on a capacity that is not known and the other does not. */
function capacityChanged(before: PathEstimate, after: PathEstimate): boolean {
  const unknown = ({ lines }: PathEstimate) => lines.filter(({ quantity }) => quantity === null).length;
  return unknown(before) !== unknown(after);
}

function unknownQuantity({ lines }: PathEstimate, id: string): string {
  return lines.flatMap(({ priceId, quantity, kind }) => (priceId === id ? [`${kind} ${String(quantity)}`] : [])).join();
}
