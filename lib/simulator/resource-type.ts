import { UserError } from '../errors/user-error.ts';
import type { ApiRequest } from './api.ts';

/** Body of `POST <url>/_fmpaths/resources`: one CloudFormation resource that the emulator has no type for. */
export interface ResourceRequest {
  readonly requestType: 'Create' | 'Update' | 'Delete';
  /** Such as `AWS::Bedrock::ApplicationInferenceProfile`. */
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Update and Delete: what the last answer gave. */
  readonly physicalResourceId?: string | undefined;
}

/** Answer to a `ResourceRequest`; on refusal the status is 400 and the body `{ "error": { "type", "message" } }`. */
export interface ResourceResponse {
  /** What `Ref` returns. After an update it differs where the change replaced the resource; the old one is then still there, for CloudFormation to delete. */
  readonly physicalResourceId: string;
  /** What `Fn::GetAtt` returns. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

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
