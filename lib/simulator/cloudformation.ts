import { UserError } from '../errors/user-error.ts';
import type { Api, ApiReply, Route } from './api.ts';
import {
  isRecord,
  type Call,
  type ResourceType,
  type ResourceRequest,
  type ResourceResponse,
} from './resource-type.ts';
import { ServiceError } from './service-error.ts';
import type { SimulatedService } from './simulated-service.ts';

/** Resources that the emulator's CloudFormation has no type for. `Ref` and attributes are those of the real type. */
export function resourceRoute(parts: readonly SimulatedService[], api: () => Api): Route {
  const call: Call = async (operation, request) => jsonOf(await callOperation(api(), operation, request));
  const types = Object.fromEntries(parts.flatMap(({ resourceTypes }) => Object.entries(resourceTypes?.(call) ?? {})));
  return {
    operation: 'ChangeResource',
    service: 'simulator',
    method: 'POST',
    path: '/_fmpaths/resources',
    handle: async ({ body }) => {
      try {
        return { json: await change(types, body) };
      } catch (error) {
        if (!(error instanceof ServiceError || error instanceof UserError)) throw error;
        const type = error instanceof ServiceError ? error.type : 'InvalidRequest';
        return { status: 400, json: { error: { type, message: error.message } } };
      }
    },
  };
}

async function change(types: Readonly<Record<string, ResourceType>>, body: unknown): Promise<ResourceResponse> {
  const { requestType, type, properties, physicalResourceId } = resourceRequest(body);
  const resource = Object.hasOwn(types, type) ? types[type] : undefined;
  if (resource === undefined) {
    throw new UserError(`the simulator has no resource type '${type}': it has ${Object.keys(types).join(', ')}`);
  }
  if (requestType === 'Create') return resource.create(properties);
  if (physicalResourceId === undefined) throw new UserError(`'physicalResourceId' is missing: ${requestType} needs it`);
  if (requestType === 'Update') return resource.update(physicalResourceId, properties);
  await resource.delete(physicalResourceId);
  return { physicalResourceId, attributes: {} };
}

function resourceRequest(body: unknown): ResourceRequest {
  const request = isRecord(body) ? body : {};
  const { requestType, type, properties = {}, physicalResourceId } = request;
  if (requestType !== 'Create' && requestType !== 'Update' && requestType !== 'Delete') {
    throw new UserError(`'requestType' must be Create, Update or Delete, got ${JSON.stringify(requestType)}`);
  }
  if (typeof type !== 'string')
    throw new UserError(`'type' must be a CloudFormation type, got ${JSON.stringify(type)}`);
  if (!isRecord(properties)) throw new UserError(`'properties' must be an object, got ${JSON.stringify(properties)}`);
  if (physicalResourceId !== undefined && typeof physicalResourceId !== 'string') {
    throw new UserError(`'physicalResourceId' must be a string, got ${JSON.stringify(physicalResourceId)}`);
  }
  return { requestType, type, properties, physicalResourceId };
}

async function callOperation(api: Api, operation: string, request: Parameters<Call>[1]): Promise<ApiReply> {
  const route = api.routes.find((candidate) => candidate.operation === operation);
  if (route === undefined) throw new Error(`no operation ${operation}`);
  const { params = {}, body } = request;
  return api.call(route, { params, body, query: new URLSearchParams(), signal: new AbortController().signal });
}

function jsonOf(reply: ApiReply): unknown {
  if ('events' in reply) throw new Error('a resource handler reads no streams');
  return reply.json;
}
