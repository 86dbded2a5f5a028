import type { PriceBook } from '../../prices/price-book.ts';
import { usdPerUnit } from '../../prices/usd-per.ts';
import type { PriceChange, PriceChanges } from '../../report/prices.ts';

/** What differs between two books of a Region, by id. The same price in another unit is no change. */
export function priceDiff(before: PriceBook, after: PriceBook): PriceChanges {
  const ids = [...new Set([...before.prices.keys(), ...after.prices.keys()])].sort();
  const changes: PriceChange[] = [];
  let confirmed = 0;
  for (const id of ids) {
    const [one, other] = [before.prices.get(id) ?? null, after.prices.get(id) ?? null];
    const change = { region: after.region, id, before: one, after: other };
    if (one === null || other === null) {
      changes.push({ ...change, kind: one === null ? 'added' : 'removed', percent: null });
      continue;
    }
    const usd = usdPerUnit(other, one.per);
    // a millionth: what unit conversion loses, far below what AWS changes
    if (usd === null || Math.abs(usd - one.usd) > 1e-6 * one.usd) {
      const percent = usd === null || one.usd === 0 ? null : (usd / one.usd - 1) * 100;
      changes.push({ ...change, kind: 'changed', percent });
    } else if (one.source !== other.source || one.date !== other.date || one.confidence !== other.confidence) {
      confirmed++;
    }
  }
  return { changes, confirmed };
}
