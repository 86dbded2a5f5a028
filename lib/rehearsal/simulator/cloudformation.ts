import { UserError } from '../../errors.ts';
import type { Api, ApiReply, ApiRequest, Route } from './api.ts';
import { APPLICATION_INFERENCE_PROFILE, type InferenceProfile, type InferenceProfiles } from './inference-profiles.ts';
import { ServiceError } from './service-error.ts';
import type { ResourceRequest, ResourceResponse } from './types.ts';

type Properties = ResourceRequest['properties'];

/** What CloudFormation does with resources of one type, through the same API operations as any other caller. */
interface ResourceType {
  readonly create: (properties: Properties) => Promise<ResourceResponse>;
  readonly update: (physicalResourceId: string, properties: Properties) => Promise<ResourceResponse>;
  readonly delete: (physicalResourceId: string) => Promise<void>;
}

/** Calls an API operation by name, as a resource handler does. */
type Call = (operation: string, request: Partial<Pick<ApiRequest, 'params' | 'body'>>) => Promise<unknown>;

/** Resources that the emulator's CloudFormation has no type for. `Ref` and attributes are those of the real type. */
export function resourceRoute(profiles: InferenceProfiles, api: () => Api): Route {
  const call: Call = async (operation, request) => jsonOf(await callOperation(api(), operation, request));
  const types: Readonly<Record<string, ResourceType>> = {
    [APPLICATION_INFERENCE_PROFILE]: applicationInferenceProfile(profiles, call),
  };
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

const PROFILE_PROPERTIES = ['InferenceProfileName', 'Description', 'ModelSource', 'Tags'];

/**
 * `Ref` is the id of the profile; every property but the tags is replaced by making a new profile.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-bedrock-applicationinferenceprofile.html
 */
function applicationInferenceProfile(profiles: InferenceProfiles, call: Call): ResourceType {
  const current = (id: string): InferenceProfile | undefined =>
    profiles.application().find((profile) => profile.id === id || profile.arn === id);
  const existing = (id: string): InferenceProfile => {
    const profile = current(id);
    if (profile === undefined)
      throw new ServiceError('ResourceNotFoundException', `The inference profile ${id} could not be found.`);
    return profile;
  };
  const described = async (arn: string): Promise<ResourceResponse> => {
    const profile = (await call('GetInferenceProfile', {
      params: { inferenceProfileIdentifier: arn },
    })) as ProfileSummary;
    return {
      physicalResourceId: profile.inferenceProfileId,
      attributes: {
        InferenceProfileArn: profile.inferenceProfileArn,
        InferenceProfileId: profile.inferenceProfileId,
        InferenceProfileIdentifier: profile.inferenceProfileId,
        Status: profile.status,
        Type: profile.type,
        Models: profile.models.map(({ modelArn }) => ({ ModelArn: modelArn })),
        CreatedAt: profile.createdAt,
        UpdatedAt: profile.updatedAt,
      },
    };
  };
  const create = async (properties: Properties): Promise<ResourceResponse> => {
    const body = profileRequest(properties);
    const { inferenceProfileArn } = (await call('CreateInferenceProfile', { body })) as { inferenceProfileArn: string };
    return described(inferenceProfileArn);
  };
  return {
    create,
    update: async (id, properties) => {
      const profile = existing(id);
      const asked = profileRequest(properties);
      const replaced =
        asked.inferenceProfileName !== profile.name ||
        asked.description !== profile.description ||
        asked.modelSource?.copyFrom !== profile.copyFrom;
      if (replaced) return create(properties);
      const resourceARN = profile.arn;
      const removed = Object.keys(profile.tags).filter((key) => !asked.tags.some((tag) => tag.key === key));
      if (asked.tags.length > 0) await call('TagResource', { body: { resourceARN, tags: asked.tags } });
      if (removed.length > 0) await call('UntagResource', { body: { resourceARN, tagKeys: removed } });
      return described(profile.arn);
    },
    delete: async (id) => {
      const profile = current(id);
      // what is gone already need not be deleted
      if (profile === undefined) return;
      await call('DeleteInferenceProfile', { params: { inferenceProfileIdentifier: profile.arn } });
      if (current(id) !== undefined) {
        throw new ServiceError(
          'ConflictException',
          `NotStabilized: the inference profile ${id} still exists after its deletion.`,
        );
      }
    },
  };
}

interface ProfileSummary {
  readonly inferenceProfileId: string;
  readonly inferenceProfileArn: string;
  readonly status: string;
  readonly type: string;
  readonly models: readonly { readonly modelArn: string }[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The API's words for the properties of the resource. */
function profileRequest(properties: Properties) {
  const unknown = Object.keys(properties).filter((name) => !PROFILE_PROPERTIES.includes(name));
  if (unknown.length > 0) {
    throw new UserError(
      `${APPLICATION_INFERENCE_PROFILE} has no property ${unknown.join(', ')}: it has ${PROFILE_PROPERTIES.join(', ')}`,
    );
  }
  const { InferenceProfileName, Description, ModelSource, Tags = [] } = properties;
  const tags = (Array.isArray(Tags) ? (Tags as unknown[]) : []).filter(isRecord);
  return {
    inferenceProfileName: InferenceProfileName,
    description: Description,
    modelSource: isRecord(ModelSource) ? { copyFrom: ModelSource['CopyFrom'] } : undefined,
    tags: tags.map(({ Key, Value }) => ({ key: Key, value: Value })),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
