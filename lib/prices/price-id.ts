import { commitmentMeter, commitmentOf, type ApiCommitment } from './commitment.ts';

/** The price id `<owner>/<meter>`. */
export function priceIdOf(owner: string, meter: string): string {
  return `${owner}/${meter}`;
}

/** Meter of an hour of a model unit, by the commitment as the API calls it. */
export function throughputMeter(commitment: ApiCommitment | undefined): string {
  return commitmentMeter(commitmentOf(commitment));
}
