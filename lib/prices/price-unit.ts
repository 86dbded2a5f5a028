interface Unit {
  /** What one piece of it is: units of the same thing convert, others never do. */
  readonly of: string;
  readonly pieces: number;
}

/** Every unit that a price book may use: a closed list, so that a misspelt unit is an error and not a wrong price. */
export const PRICE_UNITS = {
  '1K tokens': { of: 'token', pieces: 1e3 },
  '1M tokens': { of: 'token', pieces: 1e6 },
  '1K text units': { of: 'text unit', pieces: 1e3 },
  '1 query': { of: 'query', pieces: 1 },
  '1K queries': { of: 'query', pieces: 1e3 },
  '1M queries': { of: 'query', pieces: 1e6 },
  '1 request': { of: 'request', pieces: 1 },
  '1K requests': { of: 'request', pieces: 1e3 },
  '10K requests': { of: 'request', pieces: 1e4 },
  '1M requests': { of: 'request', pieces: 1e6 },
  '1K transitions': { of: 'transition', pieces: 1e3 },
  '1M I/O': { of: 'I/O', pieces: 1e6 },
  // AWS counts storage and transfer in binary units: 1 TB is 1,024 GB
  GB: { of: 'GB', pieces: 1 },
  TB: { of: 'GB', pieces: 1024 },
  'GB-month': { of: 'GB-month', pieces: 1 },
  'TB-month': { of: 'GB-month', pieces: 1024 },
  'GB-second': { of: 'GB-second', pieces: 1 },
  'GB-hour': { of: 'GB-second', pieces: 3600 },
  'OCU-hour': { of: 'OCU-hour', pieces: 1 },
  'ACU-hour': { of: 'ACU-hour', pieces: 1 },
  'model-unit-hour': { of: 'model-unit-hour', pieces: 1 },
  'model-month': { of: 'model-month', pieces: 1 },
  'CMU-minute': { of: 'CMU-minute', pieces: 1 },
  'CMU-month': { of: 'CMU-month', pieces: 1 },
  'instance-hour': { of: 'instance-hour', pieces: 1 },
  'training-hour': { of: 'training-hour', pieces: 1 },
  'dashboard-month': { of: 'dashboard-month', pieces: 1 },
  'metric-month': { of: 'metric-month', pieces: 1 },
  'alarm-month': { of: 'alarm-month', pieces: 1 },
  'secret-month': { of: 'secret-month', pieces: 1 },
  'key-month': { of: 'key-month', pieces: 1 },
  image: { of: 'image', pieces: 1 },
  page: { of: 'page', pieces: 1 },
  task: { of: 'task', pieces: 1 },
} as const satisfies Record<string, Unit>;

export type PriceUnit = keyof typeof PRICE_UNITS;

/** How many `to` one `from` is (`1M tokens` in `1K tokens` is 1,000), or null where they measure different things. */
export function unitRatio(from: PriceUnit, to: PriceUnit): number | null {
  if (from === to) return 1;
  const [one, other]: [Unit, Unit] = [PRICE_UNITS[from], PRICE_UNITS[to]];
  return one.of === other.of ? one.pieces / other.pieces : null;
}
