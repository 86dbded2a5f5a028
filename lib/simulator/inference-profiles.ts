import { createHash } from 'node:crypto';
import { CONTROL_FAULTS, type ApiRequest, type Route } from './api.ts';
import { constraints } from './constraints.ts';
import type { SimulatorContext } from './context.ts';
import { foundationModel, foundationModelArn, type FoundationModel } from './foundation-models.ts';
import { ServiceError, invalid } from './service-error.ts';
import type { Taggable } from './tag-routes.ts';
import { limitTags, readTags, requireContractTags } from './tagging.ts';
import type { SimulatedResource, Tags } from './usage.ts';

export const APPLICATION_INFERENCE_PROFILE = 'AWS::Bedrock::ApplicationInferenceProfile';

export interface InferenceProfile {
  readonly type: 'APPLICATION' | 'SYSTEM_DEFINED';
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly description?: string | undefined;
  /** Models in the Regions that it may send a call to. */
  readonly modelArns: readonly string[];
  readonly model: FoundationModel;
  /** Global profiles have prices of their own. */
  readonly global: boolean;
  /** What an application profile was copied from. */
  readonly copyFrom?: string | undefined;
  readonly tags: Tags;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface InferenceProfiles {
  readonly routes: readonly Route[];
  readonly taggable: Taggable;
  /** By ARN, or by id where it is a system-defined one. */
  readonly find: (identifier: string) => InferenceProfile | undefined;
  /** Those that somebody created. */
  readonly application: () => readonly InferenceProfile[];
  readonly resources: () => SimulatedResource[];
}

/** Most application inference profiles of an account in a Region (Bedrock quotas, default). */
const MOST_PROFILES = 1_000;

const NAME = /([0-9a-zA-Z][ _-]?)+/;
const DESCRIPTION = /([0-9a-zA-Z:.][ _-]?)+/;
const SOURCE_ARN =
  /arn:aws(|-us-gov|-cn|-iso|-iso-b):bedrock:(|[0-9a-z-]{0,20}):(|[0-9]{12}):(inference-profile|foundation-model)\/[a-zA-Z0-9-:.]+/;
const IDENTIFIER =
  /(arn:aws(|-us-gov|-cn|-iso|-iso-b):bedrock:(|[0-9a-z-]{0,20}):(|[0-9]{12}):(inference-profile|application-inference-profile)\/)?[a-zA-Z0-9-:.]+/;
const REQUEST_TOKEN = /[a-zA-Z0-9]([-a-zA-Z0-9]{0,254}[a-zA-Z0-9])?/;

const SYSTEM_PROFILES_EXIST_SINCE = new Date('2025-01-01T00:00:00Z');

export function inferenceProfiles(simulator: SimulatorContext): InferenceProfiles {
  const { region, accountId, clock } = simulator;
  const arnPrefix = `arn:aws:bedrock:${region}:${accountId}`;
  const profiles = new Map<string, InferenceProfile>();
  const created = new Map<string, { readonly arn: string; readonly request: string }>();
  let creations = 0;

  const systemProfiles = (): InferenceProfile[] =>
    Object.keys(simulator.models.models).flatMap((modelId) => {
      const model = foundationModel(simulator, modelId);
      if (model === undefined) return [];
      return Object.entries(model.entry.profiles).flatMap(([scope, { from, spans }]): InferenceProfile[] => {
        if (from !== null && !from.includes(region)) return [];
        const regions = Array.isArray(spans) ? spans : [region];
        const everywhere = spans === 'every-commercial-region' ? [foundationModelArn('', modelId)] : [];
        return [
          {
            type: 'SYSTEM_DEFINED',
            id: `${scope}.${modelId}`,
            arn: `${arnPrefix}:inference-profile/${scope}.${modelId}`,
            name: `${scope.toUpperCase()} ${model.entry.name}`.slice(0, 64),
            modelArns: [...everywhere, ...regions.map((spanned) => foundationModelArn(spanned, modelId))],
            model,
            global: scope === 'global',
            tags: {},
            createdAt: SYSTEM_PROFILES_EXIST_SINCE,
            updatedAt: SYSTEM_PROFILES_EXIST_SINCE,
          },
        ];
      });
    });

  const applicationProfile = (arn: string): InferenceProfile => {
    const profile = profiles.get(arn);
    if (profile === undefined)
      throw new ServiceError('ResourceNotFoundException', `The requested resource ${arn} could not be found.`);
    return profile;
  };

  const find = (identifier: string): InferenceProfile | undefined =>
    profiles.get(identifier) ?? systemProfiles().find(({ id, arn }) => id === identifier || arn === identifier);

  /** The control plane also takes the id of an application profile; inference does not. */
  const named = (identifier: string): InferenceProfile => {
    const profile = find(identifier) ?? profiles.get(`${arnPrefix}:application-inference-profile/${identifier}`);
    if (profile === undefined) {
      throw new ServiceError('ResourceNotFoundException', `The inference profile ${identifier} could not be found.`);
    }
    return profile;
  };

  /** What a new profile stands for. */
  const sourceOf = (copyFrom: string): Pick<InferenceProfile, 'modelArns' | 'model' | 'global'> => {
    const system = systemProfiles().find(({ arn }) => arn === copyFrom);
    if (system !== undefined) return system;
    const modelId = copyFrom.startsWith(foundationModelArn(region, ''))
      ? copyFrom.slice(foundationModelArn(region, '').length)
      : '';
    const model = foundationModel(simulator, modelId);
    if (model === undefined) {
      throw new ServiceError(
        'ResourceNotFoundException',
        `The model source ${copyFrom} could not be found in ${region}: it must be a foundation model or a system-defined inference profile of this Region.`,
      );
    }
    if (model.entry.inRegion !== null && !model.entry.inRegion.includes(region)) {
      throw invalid(
        `Creating an inference profile from ${modelId} with on-demand throughput isn't supported in ${region}. Use a system-defined inference profile that contains this model.`,
      );
    }
    return { modelArns: [copyFrom], model, global: false };
  };

  const create = ({ body }: ApiRequest) => {
    const check = constraints();
    const request = check.object('body', body) ?? {};
    for (const member of ['inferenceProfileName', 'modelSource']) check.required(member, request[member]);
    const name =
      check.text('inferenceProfileName', request['inferenceProfileName'], { min: 1, max: 64, pattern: NAME }) ?? '';
    const description = check.text('description', request['description'], { min: 1, max: 200, pattern: DESCRIPTION });
    const token = check.text('clientRequestToken', request['clientRequestToken'], {
      min: 1,
      max: 256,
      pattern: REQUEST_TOKEN,
    });
    const source = check.object('modelSource', request['modelSource']);
    if (source !== undefined) check.required('modelSource.copyFrom', source['copyFrom']);
    const copyFrom =
      check.text('modelSource.copyFrom', source?.['copyFrom'], { min: 1, max: 2048, pattern: SOURCE_ARN }) ?? '';
    const tags = readTags(check, 'tags', request['tags']);
    check.finish();

    const asked = JSON.stringify([name, description, copyFrom, tags]);
    const before = token === undefined ? undefined : created.get(token);
    if (before !== undefined && profiles.has(before.arn)) {
      if (before.request !== asked) {
        throw new ServiceError(
          'ConflictException',
          'A request with the same clientRequestToken and other parameters was made before.',
        );
      }
      return applicationProfile(before.arn);
    }
    limitTags(tags);
    requireContractTags('bedrock:CreateInferenceProfile', tags);
    if ([...profiles.values()].some((profile) => profile.name === name)) {
      throw new ServiceError('ConflictException', `An inference profile with the name ${name} already exists.`);
    }
    if (profiles.size >= MOST_PROFILES) {
      throw new ServiceError(
        'ServiceQuotaExceededException',
        `The account has ${MOST_PROFILES} inference profiles, which is its quota.`,
      );
    }
    const id = profileId(`${name} ${++creations}`);
    const now = clock.now();
    const profile: InferenceProfile = {
      type: 'APPLICATION',
      id,
      arn: `${arnPrefix}:application-inference-profile/${id}`,
      name,
      description,
      copyFrom,
      ...picked(sourceOf(copyFrom)),
      tags,
      createdAt: now,
      updatedAt: now,
    };
    profiles.set(profile.arn, profile);
    if (token !== undefined) created.set(token, { arn: profile.arn, request: asked });
    return profile;
  };

  const list = ({ query }: ApiRequest) => {
    const check = constraints();
    const type = check.text('type', query.get('type'), { oneOf: ['SYSTEM_DEFINED', 'APPLICATION'] });
    const asked = query.get('maxResults');
    const maxResults =
      check.number('maxResults', asked === null ? undefined : Number(asked), { min: 1, max: 1000, whole: true }) ??
      1000;
    check.finish();
    const token = query.get('nextToken');
    const start = token === null ? 0 : Number(Buffer.from(token, 'base64url').toString());
    if (!Number.isInteger(start) || start < 0) throw invalid('The provided nextToken is invalid.');
    const all = [...systemProfiles(), ...profiles.values()].filter(
      (profile) => profile.type === (type ?? 'SYSTEM_DEFINED'),
    );
    const end = start + maxResults;
    return {
      inferenceProfileSummaries: all.slice(start, end).map(summary),
      ...(end < all.length ? { nextToken: Buffer.from(String(end)).toString('base64url') } : {}),
    };
  };

  const identified = ({ params }: ApiRequest): string => {
    const check = constraints();
    const identifier =
      check.text('inferenceProfileIdentifier', params['inferenceProfileIdentifier'], {
        min: 1,
        max: 2048,
        pattern: IDENTIFIER,
      }) ?? '';
    check.finish();
    return identifier;
  };

  const remove = (request: ApiRequest): void => {
    const profile = named(identified(request));
    if (profile.type === 'SYSTEM_DEFINED') throw invalid('A system-defined inference profile cannot be deleted.');
    profiles.delete(profile.arn);
  };

  const retag = (arn: string, tags: Tags): void => {
    profiles.set(arn, { ...applicationProfile(arn), tags, updatedAt: clock.now() });
  };

  const readFaults = [...CONTROL_FAULTS, 'slow-consistency'] as const;
  const route = (
    operation: string,
    method: string,
    path: string,
    faults: Route['faults'],
    handle: Route['handle'],
  ): Route => ({
    operation,
    service: 'bedrock',
    method,
    path,
    faults,
    handle,
  });
  const profilePath = '/inference-profiles/{inferenceProfileIdentifier}';

  return {
    find,
    taggable: { tagsOf: (arn) => profiles.get(arn)?.tags, retag },
    application: () => [...profiles.values()],
    resources: () =>
      [...profiles.values()].map(({ arn, name, tags, createdAt }) => ({
        type: APPLICATION_INFERENCE_PROFILE,
        arn,
        name,
        tags,
        createdAt,
      })),
    routes: [
      route('CreateInferenceProfile', 'POST', '/inference-profiles', [...CONTROL_FAULTS, 'quota'], (request) => ({
        status: 201,
        json: { inferenceProfileArn: create(request).arn, status: 'ACTIVE' },
      })),
      route('GetInferenceProfile', 'GET', profilePath, readFaults, (request) => ({
        json: summary(named(identified(request))),
      })),
      route('ListInferenceProfiles', 'GET', '/inference-profiles', CONTROL_FAULTS, (request) => ({
        json: list(request),
      })),
      route('DeleteInferenceProfile', 'DELETE', profilePath, [...readFaults, 'stuck-deletion'], (request) => {
        remove(request);
        return { json: {} };
      }),
    ],
  };
}

function picked({ modelArns, model, global }: Pick<InferenceProfile, 'modelArns' | 'model' | 'global'>) {
  return { modelArns, model, global };
}

/** Twelve lower-case letters and digits, as the service makes them. */
function profileId(seed: string): string {
  const digest = createHash('sha256').update(seed).digest('hex').slice(0, 24);
  return BigInt(`0x${digest}`).toString(36).padStart(12, '0').slice(-12);
}

function summary(profile: InferenceProfile) {
  return {
    inferenceProfileName: profile.name,
    ...(profile.description === undefined ? {} : { description: profile.description }),
    createdAt: profile.createdAt.toISOString(),
    updatedAt: profile.updatedAt.toISOString(),
    inferenceProfileArn: profile.arn,
    models: profile.modelArns.map((modelArn) => ({ modelArn })),
    inferenceProfileId: profile.id,
    status: 'ACTIVE',
    type: profile.type,
  };
}
