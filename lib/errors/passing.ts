import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { causeChain, errorText, httpStatus, isErrorLike } from './aws-error.ts';
import { refusalOf } from './refusals.ts';
import { RunError } from './run-error.ts';

/** Statuses that say "not now". The SDK knows 429 and 5xx. */
const TIMEOUT_STATUS = 408;

/** Network errors beyond the eight that the SDK repeats: the request or its answer got lost on the way. */
const NETWORK_CODE =
  /^(?:E(?:CONN|HOST|NET|AI_)\w+|ENOTFOUND|EPIPE|EPROTO|ETIMEDOUT|ERR_HTTP2_\w+|ERR_STREAM_PREMATURE_CLOSE)$/;

/** Names that no status tells: of time limits of our own, and of a write that met another one. */
const PASSING_NAMES = new Set([
  'AbortError',
  'ModelTimeoutException',
  'ServiceUnavailableException',
  'InternalServerException',
  'ModelNotReadyException',
  'ConcurrentModificationException',
  'ConditionalRequestConflict',
  'TooManyUpdates',
]);

/**
 * True if AWS has not judged the request: throttled, broken, unreachable or too slow. The same request may succeed later.
 * The rules go by status and connection, because no list holds every name: a gateway's HTML is a `SyntaxError`, an empty answer
 * `Unknown`, a DNS fault `Error`. Names were measured with the SDK of the lock file: `test/errors/passing.test.ts`.
 */
export function isPassing(error: unknown): boolean {
  if (isDailyQuota(error)) return false;
  return causeChain(error).some(passesByItself);
}

function passesByItself(error: Error): boolean {
  const status = httpStatus(error);
  return (
    isThrottlingError(error as never) ||
    isTransientError(error as never) ||
    isServerError(error as never) ||
    status === TIMEOUT_STATUS ||
    (status !== undefined && status >= 500) ||
    PASSING_NAMES.has(error.name) ||
    ('code' in error && NETWORK_CODE.test(String(error.code))) ||
    // an HTTP/2 stream that ended without a word
    error.message.includes('abnormally aborted')
  );
}

/** True if a quota of the day is used up: AWS calls it throttling, but it lasts until the next day. */
export const isDailyQuota = (error: unknown): boolean => refusalOf(error)?.code === 'daily_quota_exceeded';

/** True if AWS refused for want of a permission. A permission just granted may not be in force yet. */
function isDenied(error: unknown): boolean {
  if (!isErrorLike(error)) return false;
  return (
    /AccessDenied|NotAuthorized|Unauthorized/.test(error.name) ||
    httpStatus(error) === 403 ||
    // a role just made, in the words of Bedrock, of its agents and of SageMaker
    /(?:could not|cannot|unable to) assume\b.*\brole/i.test(error.message)
  );
}

/** The one name under which steps throw whatever passes: the state machine repeats it for hours. */
export class PassingError extends Error {
  override readonly name = 'Passing';
}

/** The one name under which steps throw a denial: the state machine repeats it for minutes. */
export class DeniedError extends Error {
  override readonly name = 'Denied';
}

/**
 * Runs one step of the workflow. Its errors have three names, so that the state machine needs no list of AWS's: `Passing`, `Denied`,
 * and `RunError` for all that ends the run. Any other name is of Lambda itself.
 */
export async function asStep<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RunError || error instanceof PassingError) throw error;
    const options = { cause: error };
    if (isPassing(error)) throw new PassingError(errorText(error), options);
    if (isDenied(error)) throw new DeniedError(errorText(error), options);
    throw new RunError(errorText(error), options);
  }
}
