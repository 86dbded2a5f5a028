import { fakeClient, serviceError, type AnyClient, type Interference } from './client.ts';

export interface Parameters {
  readonly client: AnyClient;
  readonly read: (name: string) => string | undefined;
  readonly put: (name: string, value: string) => void;
}

/** Systems Manager Parameter Store, as far as String parameters go. */
export function parameterStore(interfere: Interference): Parameters {
  const kept = new Map<string, { value: string; version: number }>();
  const put = (name: string, value: string): number => {
    const version = (kept.get(name)?.version ?? 0) + 1;
    kept.set(name, { value, version });
    return version;
  };
  return {
    read: (name) => kept.get(name)?.value,
    put,
    // eslint-disable-next-line @typescript-eslint/require-await -- a service answers later
    client: fakeClient('ssm', interfere, async (operation, input) => {
      const name = String(input['Name']);
      switch (operation) {
        case 'GetParameter': {
          const found = kept.get(name);
          if (found === undefined) throw serviceError('ParameterNotFound', `Parameter ${name} not found.`, 400);
          return { Parameter: { Name: name, Type: 'String', Value: found.value, Version: found.version } };
        }
        case 'PutParameter':
          if (kept.has(name) && input['Overwrite'] !== true) {
            throw serviceError('ParameterAlreadyExists', 'The parameter already exists.', 400);
          }
          return { Version: put(name, String(input['Value'])), Tier: 'Standard' };
        default:
          throw new Error(`the parameter store has no operation ${operation}`);
      }
    }),
  };
}

export interface Rules {
  readonly client: AnyClient;
  readonly isEnabled: (name: string) => boolean;
  readonly remove: () => void;
}

/** Rules of EventBridge that exist and are switched off and on. */
export function rules(names: readonly string[], interfere: Interference): Rules {
  const states = new Map(names.map((name) => [name, 'ENABLED']));
  const known = (name: string): string => {
    const state = states.get(name);
    if (state === undefined) throw serviceError('ResourceNotFoundException', `Rule ${name} does not exist.`, 400);
    return state;
  };
  return {
    isEnabled: (name) => states.get(name) === 'ENABLED',
    remove: () => states.clear(),
    // eslint-disable-next-line @typescript-eslint/require-await -- a service answers later
    client: fakeClient('events', interfere, async (operation, input) => {
      const name = String(input['Name']);
      const state = known(name);
      switch (operation) {
        case 'EnableRule':
          states.set(name, 'ENABLED');
          return {};
        case 'DisableRule':
          states.set(name, 'DISABLED');
          return {};
        case 'DescribeRule':
          return { Name: name, State: state };
        default:
          throw new Error(`the rules have no operation ${operation}`);
      }
    }),
  };
}

/** Quotas that AWS has granted, by service and name. */
export function serviceQuotas(
  quotas: Readonly<Record<string, Readonly<Record<string, number>>>>,
  interfere: Interference,
): AnyClient {
  // eslint-disable-next-line @typescript-eslint/require-await -- a service answers later
  return fakeClient('service-quotas', interfere, async (operation, input) => {
    if (operation !== 'ListServiceQuotas') throw new Error(`the quotas have no operation ${operation}`);
    const ServiceCode = String(input['ServiceCode']);
    return {
      Quotas: Object.entries(quotas[ServiceCode] ?? {}).map(([QuotaName, Value]) => ({
        ServiceCode,
        QuotaName,
        Value,
      })),
    };
  });
}
