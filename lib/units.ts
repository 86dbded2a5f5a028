/** 8,760 hours / 12: what AWS's own pricing pages reckon a month with. */
export const HOURS_PER_MONTH = 730;

export const HOURS_PER_YEAR = 12 * HOURS_PER_MONTH;

export const HOURS_PER_DAY = 24;

export const HOUR_MS = 3_600_000;

export const DAY_MS = HOURS_PER_DAY * HOUR_MS;

/** AWS bills storage, transfer and scans in binary gigabytes. */
export const BYTES_PER_GB = 1024 ** 3;
