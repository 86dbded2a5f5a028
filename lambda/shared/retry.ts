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

/** Answers of Bedrock that may pass: busy, still loading, or broken for the moment. */
const PASSING_ERRORS = new Set([
  'ThrottlingException',
  'TooManyRequestsException',
  'ModelNotReadyException',
  'ModelTimeoutException',
  'ServiceUnavailableException',
  'InternalServerException',
  // the HTTP/2 client's word for a session that ended under a request
  'TimeoutError',
]);

/** Answers that come before the model runs. Any other passing error may leave tokens on the bill that nobody counted. */
const FREE_ERRORS = new Set([
  'ThrottlingException',
  'TooManyRequestsException',
  'ModelNotReadyException',
  'ServiceUnavailableException',
]);

const BROKEN_CONNECTION = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ERR_HTTP2_STREAM_ERROR']);

/** Throttling, model timeout, 5xx and broken connections; never validation or access, which fail again and cost time. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (PASSING_ERRORS.has(error.name)) return true;
  if ('code' in error && BROKEN_CONNECTION.has(String(error.code))) return true;
  if (error.message.includes('abnormally aborted')) return true;
  const status = httpStatus(error);
  return status !== undefined && status >= 500;
}

/** Whether a call that failed so may be billed all the same. */
export function mayBeBilled(error: unknown): boolean {
  return !(error instanceof Error && FREE_ERRORS.has(error.name));
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

/** What the caller is told about a call that failed for good. */
export function answerError(error: unknown): AnswerError {
  if (error instanceof AnswerError) return error;
  if (!(error instanceof Error)) return new AnswerError('internal_error', 'the answer failed', { cause: error });
  const options = { cause: error };
  switch (error.name) {
    case 'ThrottlingException':
    case 'TooManyRequestsException':
      return new AnswerError(
        'throttled',
        'the model is busy and stayed so until the deadline: try again later',
        options,
      );
    case 'AccessDeniedException':
      return new AnswerError(
        'model_access_denied',
        'the function may not call its model: check that the account has access to the model in every Region of the profile',
        options,
      );
    case 'ValidationException':
    case 'ResourceNotFoundException':
      return new AnswerError(
        'model_rejected_request',
        `the model refused the settings of this deployment (${error.name}); with logPrompts on, the function's log has its message`,
        options,
      );
  }
  if (isPassing(error) || error.name === 'ModelErrorException' || error.name === 'ModelStreamErrorException') {
    return new AnswerError('model_unavailable', 'the model did not answer: try again later', options);
  }
  return new AnswerError('internal_error', `the answer failed (${error.name})`, options);
}

/** A promise that can only be rejected. Whoever waits for it sees the rejection; nobody has to. */
function withReject(): { readonly promise: Promise<never>; readonly reject: (reason: Error) => void } {
  let reject: (reason: Error) => void = () => undefined;
  const promise = new Promise<never>((_, rejectPromise) => (reject = rejectPromise));
  promise.catch(() => undefined);
  return { promise, reject };
}

function httpStatus(error: Error): number | undefined {
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
