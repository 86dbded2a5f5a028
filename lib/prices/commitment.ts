/**
 * The terms of Provisioned Throughput as a workload names them, each with AWS's words for it: of the API, of a price id
 * and of a billed usage type.
 */
export const COMMITMENTS = {
  none: { api: undefined, priceId: 'no-commit', usageType: 'NoCommit' },
  '1-month': { api: 'OneMonth', priceId: '1-month', usageType: '1month' },
  '6-month': { api: 'SixMonths', priceId: '6-month', usageType: '6months' },
} as const;

export type Commitment = keyof typeof COMMITMENTS;

/** A commitment as the API, and with it every run, calls it; no commitment is left out there. */
export type ApiCommitment = NonNullable<(typeof COMMITMENTS)[Commitment]['api']>;

const COMMITTED = Object.entries(COMMITMENTS).flatMap(([commitment, { api }]) =>
  api === undefined ? [] : [[api, commitment as Commitment] as const],
);

export const API_COMMITMENTS: readonly ApiCommitment[] = COMMITTED.map(([api]) => api);

/** The most hours that each lasts: AWS says at the purchase when it ends. */
export const COMMITTED_HOURS: Readonly<Record<ApiCommitment, number>> = { OneMonth: 31 * 24, SixMonths: 184 * 24 };

export const commitmentOf = (asked: ApiCommitment | undefined): Commitment =>
  COMMITTED.find(([api]) => api === asked)?.[1] ?? 'none';

/** What a price id says after the model: the price of one model unit for one hour. */
export const commitmentMeter = (commitment: Commitment): string => `provisioned/${COMMITMENTS[commitment].priceId}`;
