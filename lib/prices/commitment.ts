/**
 * The terms of Provisioned Throughput as a workload names them, each with AWS's words for it: of the API, of a price id
 * and of a billed usage type; and the most hours that it lasts: AWS says at the purchase when it ends.
 */
export const COMMITMENTS = {
  none: { api: undefined, priceId: 'no-commit', usageType: 'NoCommit', hours: 0 },
  '1-month': { api: 'OneMonth', priceId: '1-month', usageType: '1month', hours: 31 * 24 },
  // nobody has seen this usage type
  '6-month': { api: 'SixMonths', priceId: '6-month', usageType: '6months', hours: 184 * 24 },
} as const;

export type Commitment = keyof typeof COMMITMENTS;

/** A commitment as the API, and with it every run, calls it; no commitment is left out there. */
export type ApiCommitment = NonNullable<(typeof COMMITMENTS)[Commitment]['api']>;

const COMMITTED = Object.entries(COMMITMENTS).flatMap(([commitment, { api }]) =>
  api === undefined ? [] : [[api, commitment as Commitment] as const],
);

export const API_COMMITMENTS: readonly ApiCommitment[] = COMMITTED.map(([api]) => api);

export const commitmentOf = (asked: ApiCommitment | undefined): Commitment =>
  COMMITTED.find(([api]) => api === asked)?.[1] ?? 'none';

/** What a price id says after the model: the price of one model unit for one hour. */
export const commitmentMeter = (commitment: Commitment): string => `provisioned/${COMMITMENTS[commitment].priceId}`;

/** The same by the commitment as the API calls it. */
export const throughputMeter = (asked: ApiCommitment | undefined): string => commitmentMeter(commitmentOf(asked));

/** The most hours that a commitment lasts and is owed. */
export const committedHours = (asked: ApiCommitment): number => COMMITMENTS[commitmentOf(asked)].hours;
