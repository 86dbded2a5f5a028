import { createHash } from 'node:crypto';
import { CONTROL_FAULTS, type ApiRequest, type CallContext, type Route } from '../api.ts';
import { constraints, type Constraints } from '../constraints.ts';
import type { SimulatorContext } from '../context.ts';
import type { FaultKind } from '../faults.ts';
import { ServiceError } from '../service-error.ts';
import { limitTags, requireContractTags } from '../tagging.ts';
import type { Tags } from '../usage.ts';

type Members = Readonly<Record<string, unknown>>;

export const READ_FAULTS = [...CONTROL_FAULTS, 'lost-response', 'slow-consistency'] as const satisfies FaultKind[];
export const LIST_FAULTS = [...CONTROL_FAULTS, 'lost-response'] as const satisfies FaultKind[];
export const DELETE_FAULTS = [...READ_FAULTS, 'stuck-deletion'] as const satisfies FaultKind[];
export const CHANGE_FAULTS = [...CONTROL_FAULTS, 'lost-response', 'job-failure'] as const satisfies FaultKind[];
export const CREATE_FAULTS = [...CHANGE_FAULTS, 'quota', 'slow-consistency'] as const satisfies FaultKind[];

/** What a creation plays itself: it takes effect, but is seen late, or comes to nothing. */
const PLAYED = ['slow-consistency', 'job-failure'] as const satisfies FaultKind[];

export const MINUTE_MS = 60_000;

/** How long reads do not show what a slow creation made. */
const SEEN_LATE_MS = 2 * MINUTE_MS;

export function bedrockRoute(
  operation: string,
  method: string,
  path: string,
  faults: readonly FaultKind[],
  handle: Route['handle'],
): Route {
  const creates = faults === CREATE_FAULTS || faults === CHANGE_FAULTS;
  return { operation, service: 'bedrock', method, path, faults, ...(creates ? { plays: PLAYED } : {}), handle };
}

export const ROLE = /arn:aws(-[^:]+)?:iam::([0-9]{12})?:role\/.+/;
export const S3_URI = /s3:\/\/[a-z0-9][-.a-z0-9]{1,61}(?:\/[-!_*'().a-z0-9A-Z/]+)?/;
const REQUEST_TOKEN = /[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}/;

/** Reads the members of a request's body. */
export function bodyOf({ body }: ApiRequest, required: readonly string[]): { check: Constraints; members: Members } {
  const check = constraints();
  const members = check.object('body', body) ?? {};
  for (const member of required) check.required(member, members[member]);
  return { check, members };
}

export function readS3Uri(check: Constraints, path: string, value: unknown): string {
  return check.text(path, value, { min: 1, max: 1024, pattern: S3_URI }) ?? '';
}

/** Tags of a creation, as the contract has them. Call after `check.finish()` has passed. */
export function contractTags(action: string, tags: Tags): Tags {
  limitTags(tags);
  requireContractTags(action, tags);
  return tags;
}

/** Remembers what creations with a client token made: the same request again makes nothing more. */
export interface Creations<Item> {
  readonly before: (
    check: Constraints,
    members: Members,
  ) => { readonly token: string | undefined; readonly item: Item | undefined };
  readonly made: (token: string | undefined, members: Members, item: Item) => void;
}

export function creations<Item>(): Creations<Item> {
  const made = new Map<string, { readonly asked: string; readonly item: Item }>();
  const asked = (members: Members): string =>
    JSON.stringify(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    before: (check, members) => {
      const token = check.text('clientRequestToken', members['clientRequestToken'], {
        min: 1,
        max: 256,
        pattern: REQUEST_TOKEN,
      });
      const known = token === undefined ? undefined : made.get(token);
      if (known !== undefined && known.asked !== asked(members)) {
        throw new ServiceError(
          'ConflictException',
          'A request with the same clientRequestToken and other parameters was made before.',
        );
      }
      return { token, item: known?.item };
    },
    made: (token, members, item) => {
      if (token !== undefined) made.set(token, { asked: asked(members), item });
    },
  };
}

export function notFound(what: string, identifier: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `The ${what} ${identifier} could not be found.`);
}

export const conflict = (message: string): ServiceError => new ServiceError('ConflictException', message);

export function overQuota(what: string, most: number): ServiceError {
  return new ServiceError('ServiceQuotaExceededException', `The account has ${most} ${what}, which is its quota.`);
}

/** When reads show what is made now. */
export function visibleFrom({ clock }: SimulatorContext, { fault }: CallContext): Date {
  return after(clock.now(), fault === 'slow-consistency' ? SEEN_LATE_MS : 0);
}

export const after = (instant: Date, milliseconds: number): Date => new Date(instant.getTime() + milliseconds);

/** Twelve lower-case letters and digits, as the service ends its ARNs. */
export function resourceId(seed: string): string {
  const digest = createHash('sha256').update(seed).digest('hex').slice(0, 24);
  return BigInt(`0x${digest}`).toString(36).padStart(12, '0').slice(-12);
}
