import { CONTROL_FAULTS, type ApiRequest, type Route } from './api.ts';
import type { SimulatorContext } from './context.ts';
import { isRecord, refuseUnknownProperties, type Call, type Properties, type ResourceType } from './resource-type.ts';
import { ServiceError, invalid } from './service-error.ts';
import { limitTags, requireContractTags } from './tagging.ts';
import type { SimulatedResource, Tags } from './usage.ts';

/** A resource of a kind that only CloudFormation makes in a rehearsal. */
export interface KindResource<T> {
  /** What `Ref` returns. */
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly tags: Tags | null;
  readonly createdAt: Date;
  readonly properties: Properties;
  /** What the kind makes of the properties. */
  readonly made: T;
}

interface Made<T> extends Pick<KindResource<T>, 'id' | 'arn' | 'name' | 'made'> {
  /** What `Fn::GetAtt` returns. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface KindSpec<T> {
  /** CloudFormation type. */
  readonly type: string;
  /** Behind `Create` and `Delete` in the names of the operations, such as `Collection`. */
  readonly noun: string;
  /** IAM service of those operations, such as `aoss`. */
  readonly service: string;
  readonly properties: readonly string[];
  readonly required: readonly string[];
  /** Whether the type takes tags, and so needs those of the contract. */
  readonly tagged: boolean;
  /** Properties that change in place; any other change makes a new resource. @default none */
  readonly inPlace?: readonly string[];
  /** What creating one takes on the virtual clock. @default no time */
  readonly takesSeconds?: number;
  /** @throws ServiceError where the service refuses it */
  readonly make: (properties: Properties) => Made<T> | Promise<Made<T>>;
  /** Called before one is deleted. @throws ServiceError where the service refuses it */
  readonly beforeDelete?: (resource: KindResource<T>) => void;
}

/** Every resource of one kind, with the operations that make and delete them. */
export interface ResourceKind<T> {
  readonly type: string;
  readonly routes: readonly Route[];
  readonly resourceType: (call: Call) => ResourceType;
  readonly all: () => readonly KindResource<T>[];
  readonly find: (idOrArn: string) => KindResource<T> | undefined;
  readonly resources: () => SimulatedResource[];
}

/**
 * The operations take the properties of the CloudFormation type as they are, not the words of the service's API: in a rehearsal
 * nobody else calls them.
 */
export function resourceKind<T>({ clock }: SimulatorContext, spec: KindSpec<T>): ResourceKind<T> {
  const existing = new Map<string, KindResource<T>>();
  const attributes = new Map<string, Made<T>['attributes']>();
  const operations = { create: `Create${spec.noun}`, delete: `Delete${spec.noun}` };
  const find = (id: string): KindResource<T> | undefined =>
    existing.get(id) ?? [...existing.values()].find(({ arn }) => arn === id);

  const tagsOf = (properties: Properties): Tags | null => {
    if (!spec.tagged) return null;
    const { Tags: list = [] } = properties;
    const tags = Object.fromEntries(
      (Array.isArray(list) ? (list as unknown[]) : [])
        .filter(isRecord)
        .map(({ Key, Value }) => [String(Key), String(Value)]),
    );
    limitTags(tags);
    requireContractTags(`${spec.service}:${operations.create}`, tags);
    return tags;
  };

  const create = async ({ body }: ApiRequest) => {
    const properties = isRecord(body) ? body : {};
    refuseUnknownProperties(spec.type, properties, spec.properties);
    const missing = spec.required.filter((name) => properties[name] === undefined);
    if (missing.length > 0) throw invalid(`${spec.type} needs ${missing.join(', ')}`);
    const tags = tagsOf(properties);
    const { id, arn, name, made, attributes: gettable } = await spec.make(properties);
    if (existing.has(id) || [...existing.values()].some((other) => other.arn === arn)) {
      throw new ServiceError('ConflictException', `${spec.noun} with name ${name} already exists.`, 409);
    }
    clock.advanceBy((spec.takesSeconds ?? 0) * 1000);
    existing.set(id, { id, arn, name, tags, createdAt: clock.now(), properties, made });
    attributes.set(id, gettable);
    return { physicalResourceId: id, attributes: gettable };
  };

  const route = (operation: string, faults: Route['faults'], handle: Route['handle']): Route => ({
    operation,
    service: 'simulator',
    method: 'POST',
    path: `/_fmpaths/operations/${operation}`,
    faults,
    handle,
  });

  return {
    type: spec.type,
    find,
    all: () => [...existing.values()],
    resources: () =>
      [...existing.values()].map(({ arn, name, tags, createdAt }) => ({ type: spec.type, arn, name, tags, createdAt })),
    routes: [
      route(operations.create, [...CONTROL_FAULTS, 'quota'], async (request) => ({ json: await create(request) })),
      route(operations.delete, [...CONTROL_FAULTS, 'stuck-deletion'], ({ body }) => {
        const resource = find(isRecord(body) ? String(body['id']) : '');
        if (resource !== undefined) {
          spec.beforeDelete?.(resource);
          existing.delete(resource.id);
          attributes.delete(resource.id);
        }
        return { json: {} };
      }),
    ],
    resourceType: (call) => ({
      create: async (properties) =>
        (await call(operations.create, { body: properties })) as Awaited<ReturnType<typeof create>>,
      update: async (id, properties) => {
        const resource = find(id);
        if (resource === undefined) {
          throw new ServiceError('ResourceNotFoundException', `The ${spec.noun} ${id} could not be found.`);
        }
        const changed = spec.properties.filter(
          (name) => JSON.stringify(properties[name]) !== JSON.stringify(resource.properties[name]),
        );
        if (changed.every((name) => (spec.inPlace ?? []).includes(name))) {
          existing.set(id, { ...resource, properties, tags: tagsOf(properties) });
          return { physicalResourceId: id, attributes: attributes.get(id) ?? {} };
        }
        return (await call(operations.create, { body: properties })) as Awaited<ReturnType<typeof create>>;
      },
      delete: async (id) => {
        if (find(id) === undefined) return;
        await call(operations.delete, { body: { id } });
        if (find(id) !== undefined) {
          throw new ServiceError(
            'ConflictException',
            `NotStabilized: the ${spec.noun} ${id} still exists after its deletion.`,
          );
        }
      },
    }),
  };
}

/** Of the names that CloudFormation makes where a template gives none: the same for the same resource. */
export function text(properties: Properties, name: string): string | undefined {
  const value = properties[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(`${name} must be a string, got ${JSON.stringify(value)}`);
  return value;
}

export function members(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
