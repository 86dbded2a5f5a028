import { APPLICATION_INFERENCE_PROFILE, type InferenceProfile, type InferenceProfiles } from './inference-profiles.ts';
import {
  isRecord,
  refuseUnknownProperties,
  type Call,
  type Properties,
  type ResourceType,
  type ResourceResponse,
} from './resource-type.ts';
import { ServiceError } from './service-error.ts';

const PROFILE_PROPERTIES = ['InferenceProfileName', 'Description', 'ModelSource', 'Tags'];

/**
 * `Ref` is the id of the profile; every property but the tags is replaced by making a new profile.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-bedrock-applicationinferenceprofile.html
 */
export function applicationInferenceProfileType(profiles: InferenceProfiles, call: Call): ResourceType {
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
  refuseUnknownProperties(APPLICATION_INFERENCE_PROFILE, properties, PROFILE_PROPERTIES);
  const { InferenceProfileName, Description, ModelSource, Tags = [] } = properties;
  const tags = (Array.isArray(Tags) ? (Tags as unknown[]) : []).filter(isRecord);
  return {
    inferenceProfileName: InferenceProfileName,
    description: Description,
    modelSource: isRecord(ModelSource) ? { copyFrom: ModelSource['CopyFrom'] } : undefined,
    tags: tags.map(({ Key, Value }) => ({ key: Key, value: Value })),
  };
}
