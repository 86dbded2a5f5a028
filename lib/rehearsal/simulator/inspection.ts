import { UserError } from '../../errors.ts';
import type { Api, Route } from './api.ts';
import { FAULT_KINDS, type Fault, type FaultKind, type SimulatorControl } from './types.ts';

/** The simulator's own operations, for another process what `control` is for this one. */
export function inspectionRoutes(api: () => Api, control: () => SimulatorControl): Route[] {
  const route = (operation: string, method: string, path: string, handle: Route['handle']): Route => ({
    operation,
    service: 'simulator',
    method,
    path: `/_fmpaths/${path}`,
    handle,
  });
  return [
    route('InjectFault', 'POST', 'faults', ({ body }) => {
      try {
        api().inject(readFault(body));
        return { json: {} };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { status: 400, json: { error: { type: 'InvalidRequest', message: error.message } } };
      }
    }),
    route('ClearFaults', 'DELETE', 'faults', () => {
      api().clearFaults();
      return { json: {} };
    }),
    route('ListResources', 'GET', 'resources', () => ({ json: control().resources() })),
    route('ListLeftovers', 'GET', 'leftovers', () => ({ json: control().leftovers() })),
    route('ListCalls', 'GET', 'calls', () => ({ json: control().calls() })),
  ];
}

function readFault(body: unknown): Fault {
  const { operation, kind, times, after } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  if (typeof operation !== 'string')
    throw new UserError(`'operation' must be a string, got ${JSON.stringify(operation)}`);
  if (!isFaultKind(kind))
    throw new UserError(`'kind' must be one of ${FAULT_KINDS.join(', ')}, got ${JSON.stringify(kind)}`);
  return { operation, kind, times: wholeNumber('times', times), after: wholeNumber('after', after) };
}

function isFaultKind(kind: unknown): kind is FaultKind {
  return (FAULT_KINDS as readonly unknown[]).includes(kind);
}

function wholeNumber(name: string, value: unknown): number | undefined {
  if (value === undefined || typeof value === 'number') return value;
  throw new UserError(`'${name}' must be a whole number, got ${JSON.stringify(value)}`);
}
