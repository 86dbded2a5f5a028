/** A unit price in full, without an exponent: in cents, a thousandth of a cent would be nothing. */
export function unitPriceText(usd: number): string {
  return usd.toLocaleString('en-US', { maximumSignificantDigits: 12, useGrouping: false });
}
