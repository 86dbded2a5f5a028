import { UserError } from '../errors/user-error.ts';
import refusals from './refusals.json' with { type: 'json' };
import { MODEL_REFUSALS, UNLISTED_FAULTS, type Fault, type FaultKind } from './faults.ts';
import { ServiceError, type ServiceErrorType } from './service-error.ts';
import type { SimulatedServiceName } from './services.ts';

export interface ApiRequest {
  /** Parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined where there was none. */
  readonly body: unknown;
  /** Aborted when the caller hung up. */
  readonly signal: AbortSignal;
}

/** What a handler sees besides the request. */
export interface CallContext {
  /** A fault that the route says it plays itself, such as an answer that breaks off. */
  readonly fault: FaultKind | undefined;
}

export type ApiReply =
  | { readonly status?: number; readonly json: unknown }
  /** Framed messages of an event stream; an iterator that throws breaks the connection. */
  | { readonly events: AsyncIterable<Uint8Array> };

export interface Route {
  /** Name of the API operation. Unique over all services: faults and resource handlers name operations by it. */
  readonly operation: string;
  readonly service: SimulatedServiceName | 'simulator';
  readonly method: string;
  /** Such as `/model/{modelId}/converse`. */
  readonly path: string;
  /** In AWS JSON 1.1, such as `SageMaker.CreateTrainingJob`; method and path are then `POST` and `/`. @default a REST operation */
  readonly target?: string;
  /** What can be made to go wrong. @default nothing */
  readonly faults?: readonly FaultKind[];
  /** Those of them that the handler plays, because they are more than an error. @default none */
  readonly plays?: readonly FaultKind[];
  readonly handle: (request: ApiRequest, context: CallContext) => ApiReply | Promise<ApiReply>;
}

/** Every simulated operation: the one place that knows them all, for HTTP, for CloudFormation and for faults. */
export interface Api {
  readonly routes: readonly Route[];
  readonly find: (
    method: string,
    path: string,
    target?: string,
  ) => { route: Route; params: Record<string, string> } | undefined;
  /** Plays the faults that wait for the operation, else runs it. @throws ServiceError, GatewayAnswer or LostResponse */
  readonly call: (route: Route, request: ApiRequest) => Promise<ApiReply>;
  readonly inject: (fault: Fault) => void;
}

/** An answer that no service gives: that of a gateway before it. */
export class GatewayAnswer extends Error {
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super(`the gateway answers ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** The answer never came: the caller sees a connection that ended, and does not know whether the operation took effect. */
export class LostResponse extends Error {
  constructor(operation: string) {
    super(`the answer to ${operation} was told to get lost`);
  }
}

interface Pending {
  readonly operation: string;
  readonly kind: FaultKind;
  times: number;
  after: number;
}

export const RUNTIME_FAULTS = [
  'throttle',
  'timeout',
  '5xx',
  'model-not-ready',
  'access-denied',
  'slow-consistency',
  'quota',
  ...UNLISTED_FAULTS,
  ...MODEL_REFUSALS,
] as const satisfies readonly FaultKind[];
export const CONTROL_FAULTS = [
  'throttle',
  '5xx',
  'access-denied',
  ...UNLISTED_FAULTS,
] as const satisfies readonly FaultKind[];

type ErrorOfFault = readonly [ServiceErrorType, string, number?];
type ErrorsOfFaults = Readonly<Partial<Record<FaultKind, ErrorOfFault>>>;

const THROTTLED: ErrorOfFault = ['ThrottlingException', 'Too many requests, please wait before trying again.'];
const DENIED: ErrorOfFault = ['AccessDeniedException', 'User is not authorized to perform this operation.'];
const NOT_YET: ErrorOfFault = ['ResourceNotFoundException', 'The specified resource could not be found.'];

const UNLISTED_ERRORS: ErrorsOfFaults = {
  'internal-failure': ['InternalFailure', 'The request processing has failed because of an unknown error.'],
  unavailable: ['ServiceUnavailable', 'The request has failed due to a temporary failure of the server.'],
};

/** In the words of public reports, each with its source. */
const REFUSED: ErrorsOfFaults = Object.fromEntries(
  Object.entries(refusals.faults).map(([kind, { error, message }]) => [kind, [error as ServiceErrorType, message]]),
);

const RUNTIME_ERRORS: ErrorsOfFaults = {
  ...UNLISTED_ERRORS,
  ...REFUSED,
  throttle: THROTTLED,
  timeout: [
    'ModelTimeoutException',
    'The request took too long to process. Processing time exceeded the model timeout length.',
  ],
  '5xx': ['ServiceUnavailableException', 'Bedrock is unable to process your request.'],
  'model-not-ready': [
    'ModelNotReadyException',
    'The model specified in the request is not ready to serve inference requests.',
  ],
  'access-denied': DENIED,
  'slow-consistency': NOT_YET,
  // tokens per day and per minute are quotas that the runtime reports as throttling
  quota: ['ThrottlingException', 'Too many tokens per day, please wait before trying again.'],
};

const CONTROL_ERRORS: ErrorsOfFaults = {
  ...UNLISTED_ERRORS,
  throttle: THROTTLED,
  '5xx': ['InternalServerException', 'An internal server error occurred. Retry your request.'],
  'access-denied': DENIED,
  'slow-consistency': NOT_YET,
  quota: [
    'ServiceQuotaExceededException',
    'The number of requests exceeds the service quota. Resubmit your request later.',
  ],
};

const AGENT_ERRORS: ErrorsOfFaults = {
  ...CONTROL_ERRORS,
  quota: ['ServiceQuotaExceededException', 'The number of requests exceeds the service quota.', 402],
  conflict: [
    'ConflictException',
    'An ingestion job is already running for this knowledge base. Try again when it has ended.',
    409,
  ],
};

const DATA_API_ERRORS: ErrorsOfFaults = {
  'access-denied': DENIED,
  '5xx': ['ServiceUnavailableException', 'The service is temporarily unavailable.'],
  resuming: [
    'DatabaseResumingException',
    'The Aurora DB instance db is resuming after being auto-paused. Please wait a few seconds and try again.',
  ],
};

/** Where a service words its errors, or numbers them, in its own way. */
const ERRORS_OF_SERVICE: Readonly<Partial<Record<Route['service'], ErrorsOfFaults>>> = {
  'bedrock-runtime': RUNTIME_ERRORS,
  'bedrock-agent': AGENT_ERRORS,
  'rds-data': DATA_API_ERRORS,
};

export function createApi(routes: readonly Route[]): Api {
  const patterns = routes.map((route) => ({ route, segments: route.path.split('/').slice(1) }));
  let pending: Pending[] = [];

  const take = (operation: string): FaultKind | undefined => {
    const due = pending.find((fault) => fault.operation === operation);
    if (due === undefined) return undefined;
    if (due.after > 0) {
      due.after -= 1;
      return undefined;
    }
    due.times -= 1;
    pending = pending.filter(({ times }) => times > 0);
    return due.kind;
  };

  return {
    routes,
    find: (method, path, target) => {
      const segments = path.split('/').slice(1);
      for (const { route, segments: pattern } of patterns) {
        if (route.method !== method || route.target !== target) continue;
        const params = matched(pattern, segments);
        if (params !== undefined) return { route, params };
      }
      return undefined;
    },
    call: async (route, request) => {
      const kind = take(route.operation);
      if (kind === 'stuck-deletion') return { json: {} };
      if (kind !== undefined && (route.plays ?? []).includes(kind)) return route.handle(request, { fault: kind });
      if (kind === 'gateway-page')
        throw new GatewayAnswer(503, '<html><body><h1>503 Service Unavailable</h1></body></html>');
      if (kind === 'empty-answer') throw new GatewayAnswer(502, '');
      if (kind === 'lost-connection') throw new LostResponse(route.operation);
      const error = kind && (ERRORS_OF_SERVICE[route.service] ?? CONTROL_ERRORS)[kind];
      if (error !== undefined) throw new ServiceError(...error);
      const reply = await route.handle(request, { fault: undefined });
      if (kind === 'lost-response') throw new LostResponse(route.operation);
      return reply;
    },
    inject: (fault) => pending.push(checkedFault(fault, routes)),
  };
}

function matched(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (!part.startsWith('{')) {
      if (part !== segment) return undefined;
      continue;
    }
    const value = decoded(segment);
    if (value === undefined || value === '') return undefined;
    params[part.slice(1, -1)] = value;
  }
  return params;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    // a malformed escape names no resource
    return undefined;
  }
}

function checkedFault({ operation, kind, times = 1, after = 0 }: Fault, routes: readonly Route[]): Pending {
  const route = routes.find((candidate) => candidate.operation === operation);
  const failing = routes.filter(({ faults = [] }) => faults.length > 0);
  if (route === undefined || !failing.includes(route)) {
    throw new UserError(
      `no operation '${operation}' to make fail: known are ${failing.map((known) => known.operation).join(', ')}`,
    );
  }
  if (!(route.faults ?? []).includes(kind)) {
    throw new UserError(`'${operation}' cannot fail with '${kind}': it can with ${(route.faults ?? []).join(', ')}`);
  }
  if (!Number.isInteger(times) || times < 1) throw new UserError(`'times' must be a whole number from 1, got ${times}`);
  if (!Number.isInteger(after) || after < 0) throw new UserError(`'after' must be a whole number from 0, got ${after}`);
  return { operation, kind, times, after };
}
