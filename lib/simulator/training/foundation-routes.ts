import type { Route } from '../api.ts';
import { foundationModel, foundationModelArn, isLegacy, type FoundationModel } from '../foundation-models.ts';
import { ServiceError, invalid } from '../service-error.ts';
import type { TrainingEnvironment } from './environment.ts';
import { LIST_FAULTS, READ_FAULTS, bedrockRoute, notFound } from './requests.ts';
import tokens from './token-quotas.json' with { type: 'json' };

/** A model as the catalogue of the Region lists it: once for inference, once for jobs, each under an id of its own. */
interface Listed {
  readonly modelId: string;
  readonly of: FoundationModel;
  readonly customizations: readonly string[];
  readonly inferenceTypes: readonly string[];
}

interface ListedQuota {
  readonly ServiceCode: string;
  readonly QuotaCode?: string;
  readonly QuotaName: string;
  readonly Value: number;
}

const tokenQuota = ({ code: QuotaCode, name: QuotaName }: (typeof tokens.quotas)[number], Value: number) => ({
  ServiceCode: 'bedrock',
  QuotaCode,
  QuotaName,
  Value,
});

/** What jobs may be started with, where calls are logged, how much the account may have. */
export function foundationRoutes(environment: TrainingEnvironment): Route[] {
  const { simulator, quotas, prices } = environment;
  const { region, models } = simulator;

  const listed = (): Listed[] =>
    Object.keys(models.models).flatMap((modelId) => {
      const of = foundationModel(simulator, modelId);
      if (of === undefined) return [];
      const { customization, inRegion } = of.entry;
      const forJobs =
        customization?.tuningId != null && customization.tuningId !== modelId && customization.regions.includes(region)
          ? [
              {
                modelId: customization.tuningId,
                of,
                customizations: customization.types,
                inferenceTypes: of.entry.hosting.includes('provisioned') ? ['PROVISIONED'] : [],
              },
            ]
          : [];
      const inferenceTypes = inRegion === null || inRegion.includes(region) ? ['ON_DEMAND'] : ['INFERENCE_PROFILE'];
      return [{ modelId, of, customizations: [], inferenceTypes }, ...forJobs];
    });

  const details = ({ modelId, of, customizations, inferenceTypes }: Listed) => ({
    modelArn: foundationModelArn(region, modelId),
    modelId,
    modelName: of.entry.name,
    providerName: of.entry.provider,
    inputModalities: ['TEXT'],
    outputModalities: [of.entry.kind === 'embedding' ? 'EMBEDDING' : 'TEXT'],
    responseStreamingSupported: of.entry.kind === 'text',
    customizationsSupported: customizations,
    inferenceTypesSupported: inferenceTypes,
    modelLifecycle: {
      status: isLegacy(simulator, of.entry) ? 'LEGACY' : 'ACTIVE',
      ...(of.entry.lifecycle.endOfLife === null ? {} : { endOfLifeTime: `${of.entry.lifecycle.endOfLife}T00:00:00Z` }),
    },
  });

  /** Invented codes would find nothing: a quota is asked for by what it is called, or by the code that Bedrock gives it. */
  const appliedQuotas = (): ListedQuota[] => [
    ...tokens.quotas.flatMap((quota) => (quota.applied === undefined ? [] : [tokenQuota(quota, quota.applied)])),
    ...Object.entries({
      'Scheduled customization jobs': quotas.customizationJobsInProgress,
      'Custom models per account': quotas.customModels,
      'Custom model deployments': quotas.deployments,
      'Model units no-commitment Provisioned Throughputs across custom models': quotas.modelUnits,
      'Imported models per account': quotas.importedModels,
    }).map(([QuotaName, Value]) => ({ ServiceCode: 'bedrock', QuotaName, Value })),
    ...instanceTypes().flatMap((instanceType) =>
      ['', 'spot '].map((spot) => ({
        ServiceCode: 'sagemaker',
        QuotaName: `${instanceType} for ${spot}training job usage`,
        Value: quotas.trainingInstances,
      })),
    ),
  ];

  /** Those that have a price. */
  const instanceTypes = (): string[] =>
    [...prices.prices.keys()].flatMap((id) => /^sagemaker\/(ml\..+)\/training$/.exec(id)?.[1] ?? []);

  return [
    bedrockRoute('GetFoundationModel', 'GET', '/foundation-models/{modelIdentifier}', READ_FAULTS, ({ params }) => {
      const identifier = (params['modelIdentifier'] ?? '').replace(foundationModelArn(region, ''), '');
      const model = listed().find(({ modelId }) => modelId === identifier);
      if (model === undefined) {
        const known = Object.keys(models.models).some((modelId) => identifier.startsWith(modelId));
        throw known ? notFound('model', identifier) : invalid('The provided model identifier is invalid.');
      }
      return { json: { modelDetails: details(model) } };
    }),
    bedrockRoute('ListFoundationModels', 'GET', '/foundation-models', LIST_FAULTS, ({ query }) => {
      const type = query.get('byCustomizationType');
      const provider = query.get('byProvider');
      const inference = query.get('byInferenceType');
      const found = listed().filter(
        ({ of, customizations, inferenceTypes }) =>
          (type === null || customizations.some((known) => known === type)) &&
          (provider === null || of.entry.provider.toLowerCase() === provider.toLowerCase()) &&
          (inference === null || inferenceTypes.includes(inference)),
      );
      return { json: { modelSummaries: found.map(details) } };
    }),
    bedrockRoute('GetModelInvocationLoggingConfiguration', 'GET', '/logging/modelinvocations', LIST_FAULTS, () => ({
      // as a new account is: nothing is logged
      json: {},
    })),
    quotaRoute('ListServiceQuotas', appliedQuotas),
    quotaRoute('ListAWSDefaultServiceQuotas', () => tokens.quotas.map((quota) => tokenQuota(quota, quota.usual))),
  ];
}

/** Pages are as long as they are asked for. */
const PAGE_SIZE = 100;

function quotaRoute(operation: string, quotas: () => readonly ListedQuota[]): Route {
  return {
    operation,
    service: 'service-quotas',
    method: 'POST',
    path: '/',
    target: `ServiceQuotasV20190624.${operation}`,
    faults: LIST_FAULTS,
    handle: ({ body }) => {
      const asked = (body ?? {}) as { ServiceCode?: unknown; MaxResults?: unknown; NextToken?: unknown };
      const listed = quotas().filter(({ ServiceCode }) => ServiceCode === asked.ServiceCode);
      if (listed.length === 0) {
        throw new ServiceError(
          'NoSuchResourceException',
          'The request failed because the specified service does not exist.',
        );
      }
      const start = Number(asked.NextToken ?? 0);
      const end = start + Number(asked.MaxResults ?? PAGE_SIZE);
      return {
        json: {
          Quotas: listed.slice(start, end).map((quota) => ({ ...quota, Adjustable: true })),
          ...(end < listed.length ? { NextToken: String(end) } : {}),
        },
      };
    },
  };
}
