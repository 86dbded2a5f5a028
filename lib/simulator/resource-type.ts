import { UserError } from '../errors/user-error.ts';
import type { ApiRequest } from './api.ts';
import type { ResourceRequest, ResourceResponse } from './simulator.ts';

export type Properties = ResourceRequest['properties'];

/** What CloudFormation does with resources of one type, through the same API operations as any other caller. */
export interface ResourceType {
  readonly create: (properties: Properties) => Promise<ResourceResponse>;
  readonly update: (physicalResourceId: string, properties: Properties) => Promise<ResourceResponse>;
  readonly delete: (physicalResourceId: string) => Promise<void>;
}

/** Calls an API operation by name, as a resource handler does. */
export type Call = (operation: string, request: Partial<Pick<ApiRequest, 'params' | 'body'>>) => Promise<unknown>;

/** @throws UserError where the type has no such property: on AWS the template would be refused */
export function refuseUnknownProperties(type: string, properties: Properties, known: readonly string[]): void {
  const unknown = Object.keys(properties).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new UserError(`${type} has no property ${unknown.join(', ')}: it has ${known.join(', ')}`);
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
