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

export type CallFault = 'throttled' | 'fails' | 'denied' | 'response-lost';

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

/** A client whose calls `run` answers, repeated as the SDK repeats them, with whatever `interfere` lets go wrong. */
export function fakeClient(
  service: string,
  interfere: Interference,
  run: (operation: string, input: Input) => Promise<unknown>,
): AnyClient {
  const attempt = async (call: ServiceCall): Promise<unknown> => {
    const fault = interfere(call);
    if (fault === 'throttled') throw serviceError('ThrottlingException', 'Rate exceeded', 429);
    if (fault === 'fails') throw serviceError('InternalServerException', 'An internal error occurred', 500);
    if (fault === 'denied')
      throw serviceError('AccessDeniedException', `not authorized to perform ${call.operation}`, 403);
    const answer = await run(call.operation, call.input);
    if (fault === 'response-lost')
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
    return answer;
  };
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

function isTransient({ name }: Error): boolean {
  return [
    'ThrottlingException',
    'TooManyRequestsException',
    'InternalServerException',
    'ServiceUnavailableException',
    'TimeoutError',
    'ModelNotReadyException',
  ].includes(name);
}
