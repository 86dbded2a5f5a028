import { commitmentMeter, commitmentOf, type ApiCommitment } from './commitment.ts';

const JOINED = new Map<string, Map<string, string>>();

/**
 * The price id `<owner>/<meter>`. Joining strings and hashing them anew for every line would take most of the time of
 * an estimate, so each id is made once.
 */
export function priceIdOf(owner: string, meter: string): string {
  let ids = JOINED.get(owner);
  if (ids === undefined) {
    ids = new Map();
    JOINED.set(owner, ids);
  }
  let id = ids.get(meter);
  if (id === undefined) {
    id = `${owner}/${meter}`;
    ids.set(meter, id);
  }
  return id;
}

/** Meter of an hour of a model unit, by the commitment as the API calls it. */
export function throughputMeter(commitment: ApiCommitment | undefined): string {
  return commitmentMeter(commitmentOf(commitment));
}
