/**
 * An amount of money as a whole number of 1e-15 of its unit, the scale of the sums in SQL (`decimal(38, 15)`). Adding such
 * numbers loses nothing, so that a gross sum is exactly the sum of what is shown and what is left out.
 */
export type Amount = bigint;

const DECIMALS = 15;

/**
 * Reads a decimal number as AWS, DuckDB and Athena write it: `0.1`, `-2.50`, `1.5E-7`. Digits below 1e-15 are rounded, half of
 * one away from zero.
 *
 * @throws Error where the text is no number
 */
export function parseAmount(text: string): Amount {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text.trim()) ?? [];
  if (whole + fraction === '') throw new Error(`'${text}' is no amount of money`);
  const shift = DECIMALS + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const size = shift >= 0 ? digits * 10n ** BigInt(shift) : roundedQuotient(digits, 10n ** BigInt(-shift));
  return sign === '-' ? -size : size;
}

const roundedQuotient = (digits: bigint, divisor: bigint): bigint => (digits + divisor / 2n) / divisor;

/** Returns the double that is nearest to the amount. */
export function toNumber(amount: Amount): number {
  const digits = String(amount < 0n ? -amount : amount).padStart(DECIMALS + 1, '0');
  return Number(`${amount < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`);
}

export function sumAmounts(amounts: Iterable<Amount>): Amount {
  let sum = 0n;
  for (const amount of amounts) sum += amount;
  return sum;
}
