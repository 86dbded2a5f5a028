/** 8,760 hours / 12: what AWS's own pricing pages reckon a month with. */
export const HOURS_PER_MONTH = 730;

export const HOUR_MS = 3_600_000;

export const DAY_MS = 24 * HOUR_MS;

/** AWS bills storage, transfer and scans in binary gigabytes. */
export const BYTES_PER_GB = 1024 ** 3;
