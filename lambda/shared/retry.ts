import { isThrottlingError } from '@smithy/core/retry';
import { errorLabel, httpStatus, isErrorLike } from '../../lib/errors/aws-error.ts';
import { isDailyQuota, isPassing } from '../../lib/errors/passing.ts';
import { refusalOf } from '../../lib/errors/refusals.ts';
import { AnswerError } from './contract.ts';

/** Time and chance, passed in so that a test waits for nothing. */
export interface Pace {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;

/** Calls for one question that may be billed although they failed: a model that timed out has worked. */
const MAX_FAILED_CALLS_BILLED = 2;

/** Answers that come before the model runs. Any other passing error may leave tokens on the bill that nobody counted. */
const FREE_ERRORS = new Set(['ModelNotReadyException', 'ServiceUnavailableException', 'ServiceUnavailable']);

/** The request never reached AWS. */
const UNSENT = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']);

/** True if a call that failed so may be billed all the same. */
export function mayBeBilled(error: unknown): boolean {
  if (!isErrorLike(error)) return true;
  if (isThrottlingError(error as never) || FREE_ERRORS.has(error.name)) return false;
  return !('code' in error && UNSENT.has(String(error.code)));
}

/**
 * Repeats `attempt` on passing errors, waiting a random part of a doubling interval (full jitter), until the deadline;
 * calls that may be billed although they failed, once at most. `onRetry` is told of every repetition and the error before it.
 * @throws AnswerError `deadline_exceeded` where the time ran out during a call; otherwise the last error.
 */
export async function withRetries<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  deadline: Deadline,
  pace: Pace,
  onRetry: (error: unknown) => void,
): Promise<T> {
  let billed = 0;
  for (let retry = 0; ; retry++) {
    try {
      return await deadline.guard(attempt(deadline.signal));
    } catch (error) {
      if (mayBeBilled(error)) billed += 1;
      if (deadline.signal.aborted || !isPassing(error) || billed >= MAX_FAILED_CALLS_BILLED) throw error;
      const longestMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** retry);
      const waitMs = pace.random() * longestMs;
      // waiting past the deadline would only replace the cause by a timeout
      if (pace.now() + waitMs >= deadline.atMs) throw error;
      await pace.sleep(waitMs);
      onRetry(error);
    }
  }
}

/** A point in time after which nothing more is waited for. */
export class Deadline {
  readonly atMs: number;
  readonly signal: AbortSignal;
  readonly #expired: Promise<never>;
  readonly #timer: NodeJS.Timeout;

  constructor(milliseconds: number, now: () => number) {
    const controller = new AbortController();
    const { promise, reject } = withReject();
    this.atMs = now() + milliseconds;
    this.signal = controller.signal;
    this.#expired = promise;
    this.#timer = setTimeout(
      () => {
        controller.abort();
        reject(
          new AnswerError(
            'deadline_exceeded',
            `no whole answer within ${milliseconds} ms: ask for a shorter one, or raise requestDeadlineSeconds`,
          ),
        );
      },
      Math.max(0, milliseconds),
    );
  }

  /** `work`, or `deadline_exceeded` once the time is up: also for work that does not heed the signal. */
  async guard<T>(work: Promise<T>): Promise<T> {
    return await Promise.race([work, this.#expired]);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

/** Returns what the caller is told about a call that failed for good: what AWS said, without its text, which may quote the question. */
export function answerError(error: unknown): AnswerError {
  if (error instanceof AnswerError) return error;
  const options = { cause: error };
  const label = errorLabel(error);
  const refusal = refusalOf(error);
  if (refusal !== undefined) return new AnswerError(refusal.code, `${refusal.means} (${label})`, options);
  if (isErrorLike(error) && isThrottlingError(error as never)) {
    return new AnswerError(
      'throttled',
      `the model is busy and stayed so until the deadline (${label}): try again later`,
      options,
    );
  }
  if (isPassing(error) || isModelFailure(error)) {
    return new AnswerError('model_unavailable', `the model did not answer (${label}): try again later`, options);
  }
  const status = httpStatus(error);
  if (status === 403 || (isErrorLike(error) && error.name === 'AccessDeniedException')) {
    return new AnswerError('model_access_denied', `AWS denied the call (${label}): ${whereToRead(error)}`, options);
  }
  if (status !== undefined && status >= 400) {
    return new AnswerError('model_rejected_request', `AWS refused the call (${label}): ${whereToRead(error)}`, options);
  }
  return new AnswerError('internal_error', `the answer failed (${label})`, options);
}

/** The model ran and failed: such a call may be billed. */
const isModelFailure = (error: unknown): boolean =>
  isErrorLike(error) && /^Model(?:Stream)?ErrorException$/.test(error.name);

/**
 * True if the text of an error can be logged without quoting a question: AWS did not read it, or refused by what it was asked of.
 * Texts of validation and of parsers may quote what they refuse.
 */
export function quotesNothing(error: unknown): boolean {
  if (!isErrorLike(error)) return false;
  return (
    isPassing(error) ||
    isDailyQuota(error) ||
    error.name === 'AccessDeniedException' ||
    error.name === 'ResourceNotFoundException'
  );
}

/** Returns where the text of AWS can be read, which is not passed on. */
export const whereToRead = (error: unknown): string =>
  quotesNothing(error)
    ? "the function's log has the reason that AWS gave"
    : "the reason that AWS gave may quote the question, so the function's log has it only with logPrompts on";

/** A promise that can only be rejected. Whoever waits for it sees the rejection; nobody has to. */
function withReject(): { readonly promise: Promise<never>; readonly reject: (reason: Error) => void } {
  let reject: (reason: Error) => void = () => undefined;
  const promise = new Promise<never>((_, rejectPromise) => (reject = rejectPromise));
  promise.catch(() => undefined);
  return { promise, reject };
}
