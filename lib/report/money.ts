const UNKNOWN = 'unknown';

/** US dollars for people: cents, and more digits below one cent so that a small price is never shown as $0.00. */
export function formatUsd(usd: number | null, unknown = UNKNOWN): string {
  if (usd === null) return unknown;
  const sign = usd < 0 ? '-' : '';
  const size = Math.abs(usd);
  if (size === 0) return '$0.00';
  if (size < 0.01) return `${sign}$${trimZeros(size.toFixed(Math.min(20, 3 - Math.floor(Math.log10(size)))))}`;
  return `${sign}$${withThousands(size.toFixed(2))}`;
}

/** US dollars with all their digits, so that what is read and what became of it add up to the last one. */
export function formatExactUsd(usd: number | null, unknown = UNKNOWN): string {
  if (usd === null) return unknown;
  // fifteen digits are what a double holds of any decimal number
  const size = Number(Math.abs(usd).toPrecision(15));
  const digits = size.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 15 });
  return `${usd < 0 ? '-' : ''}$${digits}`;
}

/** A price for people: never fewer than four significant digits, because small prices are multiplied by millions. */
export function formatUnitPriceUsd(usd: number | null, unknown = UNKNOWN): string {
  if (usd === null) return unknown;
  const [whole = '', fraction = ''] = formatQuantity(usd).split('.');
  return `$${usd >= 1000 ? withThousands(usd.toFixed(2)) : `${whole}.${fraction.padEnd(2, '0')}`}`;
}

/** A unit price in full, without an exponent: in cents, a thousandth of a cent would be nothing. */
export function unitPriceText(usd: number): string {
  return usd.toLocaleString('en-US', { maximumSignificantDigits: 12, useGrouping: false });
}

/** A quantity for people: whole numbers in full, others with up to four significant digits after the point. */
export function formatQuantity(quantity: number | null, unknown = UNKNOWN): string {
  if (quantity === null) return unknown;
  if (Number.isInteger(quantity)) return withThousands(String(quantity));
  const size = Math.abs(quantity);
  const digits = size >= 1000 ? 0 : Math.min(20, 3 - Math.floor(Math.log10(size)));
  return withThousands(trimZeros(quantity.toFixed(Math.max(0, digits))));
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function withThousands(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
