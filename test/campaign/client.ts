import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';

/** Anything with the `send` of an AWS SDK client. */
export interface AnyClient {
  readonly send: (command: AnyCommand) => Promise<unknown>;
}

interface AnyCommand {
  readonly input: object;
}

type Input = Readonly<Record<string, unknown>>;

/** One call on its way to a service. */
export interface ServiceCall {
  readonly service: string;
  /** Such as `CreateModelCustomizationJob`. */
  readonly operation: string;
  readonly input: Input;
}

/** A name that a passing fault has where no model of a service says so: measured in `test/errors/passing.test.ts`. */
const PASSING_FAULTS = {
  throttled: () => serviceError('ThrottlingException', 'Rate exceeded', 429),
  fails: () => serviceError('InternalServerException', 'An internal error occurred', 500),
  'internal-failure': () => serviceError('InternalFailure', 'The request processing has failed.', 500),
  unavailable: () => serviceError('ServiceUnavailable', 'The request has failed due to a temporary failure.', 503),
  'gateway-page': () => serviceError('SyntaxError', `Unexpected token '<', "<html><bod"... is not valid JSON`, 503),
  'empty-answer': () => serviceError('Unknown', 'UnknownError', 502),
  'no-such-host': () => networkError('Error', 'ENOTFOUND', 'getaddrinfo ENOTFOUND'),
  'dns-busy': () => networkError('Error', 'EAI_AGAIN', 'getaddrinfo EAI_AGAIN'),
  reset: () => networkError('TimeoutError', 'ECONNRESET', 'socket hang up'),
} as const satisfies Record<string, () => Error>;

/** Refusals that passed by themselves where they were seen: nothing tells them from those that stay. */
const PASSING_REFUSALS = {
  denied: () => serviceError('AccessDeniedException', 'User is not authorized to perform this operation', 403),
  absent: () => serviceError('ResourceNotFoundException', 'The specified resource could not be found.', 404),
  'absent-otherwise': () => serviceError('ValidationException', 'Requested resource not found.', 400),
  'role-not-ready': () => serviceError('ValidationException', 'Could not assume provided IAM role', 400),
  'unheard-of': () => serviceError('TeapotException', 'I am a teapot', 418),
} as const satisfies Record<string, () => Error>;

/** What becomes of a function itself, as Step Functions names it. */
const FUNCTION_FAULTS = {
  'timed-out': () => functionError('Sandbox.Timedout', 'Task timed out after 60.00 seconds'),
  crashed: () => functionError('Runtime.ExitError', 'Runtime exited with error: signal: killed'),
  'function-throttled': () => functionError('Lambda.TooManyRequestsException', 'Rate Exceeded.'),
} as const satisfies Record<string, () => Error>;

const ERRORS = { ...PASSING_FAULTS, ...PASSING_REFUSALS, ...FUNCTION_FAULTS };

/** `response-lost`: it took effect, and the caller does not know. */
export type CallFault = keyof typeof ERRORS | 'response-lost';

export const PASSING_FAULT_NAMES = Object.keys(PASSING_FAULTS) as (keyof typeof PASSING_FAULTS)[];
export const PASSING_REFUSAL_NAMES = Object.keys(PASSING_REFUSALS) as (keyof typeof PASSING_REFUSALS)[];
export const FUNCTION_FAULT_NAMES = Object.keys(FUNCTION_FAULTS) as (keyof typeof FUNCTION_FAULTS)[];

/** Decides what goes wrong with a call, and is told of every one. */
export type Interference = (call: ServiceCall) => CallFault | undefined;

/** As often as the SDK tries by default. */
const ATTEMPTS = 3;

/** An error of a service, as the SDK throws it. */
export function serviceError(name: string, message: string, httpStatusCode: number): Error {
  const error = new Error(message);
  error.name = name;
  return Object.assign(error, { $fault: httpStatusCode < 500 ? 'client' : 'server', $metadata: { httpStatusCode } });
}

function networkError(name: string, code: string, message: string): Error {
  return Object.assign(new Error(message), { name, code });
}

function functionError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** Runs `work` with the fault, if there is one. */
export async function withFault<T>(
  fault: CallFault | undefined,
  lost: () => Error,
  work: () => Promise<T>,
): Promise<T> {
  if (fault !== undefined && fault !== 'response-lost') throw ERRORS[fault]();
  const answer = await work();
  if (fault === 'response-lost') throw lost();
  return answer;
}

/** A client whose calls `run` answers, repeated as the SDK repeats them, with whatever `interfere` lets go wrong. */
export function fakeClient(
  service: string,
  interfere: Interference,
  run: (operation: string, input: Input) => Promise<unknown>,
): AnyClient {
  const attempt = (call: ServiceCall): Promise<unknown> =>
    withFault(interfere(call), ERRORS.reset, () => run(call.operation, call.input));
  return {
    send: async (command) => {
      const call = {
        service,
        operation: command.constructor.name.replace(/Command$/, ''),
        input: command.input as Input,
      };
      for (let tries = 1; ; tries++) {
        try {
          return await attempt(call);
        } catch (error) {
          if (tries >= ATTEMPTS || !isTransient(error as Error)) throw error;
        }
      }
    },
  };
}

/** As the retry middleware of the SDK does. */
const isTransient = (error: Error): boolean =>
  [isThrottlingError, isTransientError, isServerError].some((isRepeated) => isRepeated(error as never));
