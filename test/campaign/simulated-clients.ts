import type { Api } from '../../lib/simulator/api.ts';
import { ServiceError } from '../../lib/simulator/service-error.ts';
import { fakeClient, serviceError, type AnyClient, type Interference } from './client.ts';

type Input = Readonly<Record<string, unknown>>;

/** Nobody hangs up. */
const NEVER = new AbortController().signal;

/** A client of one of the services that the simulator has, without a wire between them. */
export function simulatedClient(api: Api, service: string, interfere: Interference): AnyClient {
  return fakeClient(service, interfere, async (operation, input) => {
    const route = api.routes.find((candidate) => candidate.operation === operation);
    if (route === undefined) throw new Error(`the simulator has no operation ${operation}`);
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const params = Object.fromEntries(
      names.map((name) => {
        const value = input[name];
        if (typeof value !== 'string' || value === '') throw new Error(`${operation} needs ${name}`);
        return [name, value];
      }),
    );
    const rest = Object.fromEntries(Object.entries(input).filter(([name]) => !names.includes(name)));
    const query = new URLSearchParams();
    if (route.method === 'GET') {
      for (const [key, value] of Object.entries(rest)) if (value !== undefined) query.set(key, text(value));
    }
    try {
      const reply = await api.call(route, {
        params,
        query,
        body: route.method === 'GET' ? undefined : (JSON.parse(JSON.stringify(rest)) as unknown),
        signal: NEVER,
      });
      if ('events' in reply) throw new Error(`${operation} streams`);
      return dated(JSON.parse(JSON.stringify(reply.json)) as unknown);
    } catch (error) {
      if (error instanceof ServiceError) throw serviceError(error.type, error.message, error.status);
      throw error;
    }
  });
}

function text(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

/** The SDK makes dates of what the services write in two ways. */
function dated(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dated);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as Input).map(([key, member]) => {
      if (/(?:Time|At)$/.test(key) && typeof member === 'string') return [key, new Date(member)];
      if (/^(?:Creation|LastModified|TrainingStart|TrainingEnd)Time$/.test(key) && typeof member === 'number') {
        return [key, new Date(member * 1000)];
      }
      return [key, dated(member)];
    }),
  );
}
