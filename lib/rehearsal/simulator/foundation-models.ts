import type { ModelEntry } from '../../models.ts';
import { CONTROL_FAULTS, type Route } from './api.ts';
import { constraints } from './constraints.ts';
import { ServiceError, invalid } from './service-error.ts';
import type { World } from './world.ts';

export interface FoundationModel {
  readonly modelId: string;
  readonly entry: ModelEntry;
}

const MODALITIES = { text: 'TEXT', embedding: 'EMBEDDING', rerank: 'TEXT', image: 'IMAGE' } as const satisfies Record<
  ModelEntry['kind'],
  string
>;

const CUSTOMIZATIONS = ['FINE_TUNING', 'CONTINUED_PRE_TRAINING', 'DISTILLATION'];

export function foundationModelArn(region: string, modelId: string): string {
  return `arn:aws:bedrock:${region}::foundation-model/${modelId}`;
}

/** A model that the catalogue has and that has not reached its end of life on the virtual clock. */
export function foundationModel({ models, clock }: World, modelId: string): FoundationModel | undefined {
  const entry = Object.hasOwn(models.models, modelId) ? models.models[modelId] : undefined;
  if (entry === undefined) return undefined;
  const { status, endOfLife } = entry.lifecycle;
  const ended = endOfLife === null ? status === 'end-of-life' : clock.now().toISOString().slice(0, 10) >= endOfLife;
  return ended ? undefined : { modelId, entry };
}

/** Whether a model can be reached at all from the simulated Region, as far as the catalogue knows. */
function isOffered({ region }: World, { entry }: FoundationModel): boolean {
  const regions = [entry.inRegion, ...Object.values(entry.profiles).map(({ from }) => from)];
  return regions.some((known) => known === null || known.includes(region));
}

export function foundationModelRoutes(world: World): Route[] {
  const offered = (): FoundationModel[] =>
    Object.keys(world.models.models).flatMap((modelId) => {
      const model = foundationModel(world, modelId);
      return model !== undefined && isOffered(world, model) ? [model] : [];
    });
  return [
    {
      operation: 'GetFoundationModel',
      service: 'bedrock',
      method: 'GET',
      path: '/foundation-models/{modelIdentifier}',
      faults: CONTROL_FAULTS,
      handle: ({ params }) => {
        const identifier = params['modelIdentifier'] ?? '';
        const modelId = identifier.replace(foundationModelArn(world.region, ''), '');
        if (!/^[a-z0-9-]{1,63}\.[a-z0-9-]{1,63}[a-z0-9.:-]*$/.test(modelId)) {
          throw invalid('The provided model identifier is invalid.');
        }
        const model = offered().find((candidate) => candidate.modelId === modelId);
        if (model === undefined)
          throw new ServiceError(
            'ResourceNotFoundException',
            'Could not resolve the foundation model from the model identifier.',
          );
        return { json: { modelDetails: details(world, model) } };
      },
    },
    {
      operation: 'ListFoundationModels',
      service: 'bedrock',
      method: 'GET',
      path: '/foundation-models',
      faults: CONTROL_FAULTS,
      handle: ({ query }) => {
        const check = constraints();
        const filter = (name: string, oneOf?: readonly string[]): string | undefined =>
          check.text(name, query.get(name), oneOf === undefined ? { pattern: /[A-Za-z0-9- ]{1,63}/ } : { oneOf });
        const provider = filter('byProvider');
        const customization = filter('byCustomizationType', CUSTOMIZATIONS);
        const modality = filter('byOutputModality', ['TEXT', 'IMAGE', 'EMBEDDING']);
        const inference = filter('byInferenceType', ['ON_DEMAND', 'PROVISIONED']);
        check.finish();
        const modelSummaries = offered()
          .map((model) => details(world, model))
          .filter(
            (model) =>
              (provider === undefined || model.providerName.toLowerCase() === provider.toLowerCase()) &&
              (customization === undefined || model.customizationsSupported.includes(customization)) &&
              (modality === undefined || model.outputModalities.includes(modality)) &&
              (inference === undefined || model.inferenceTypesSupported.includes(inference)),
          );
        return { json: { modelSummaries } };
      },
    },
  ];
}

function details({ region }: World, { modelId, entry }: FoundationModel) {
  const { customization } = entry;
  const tunable = customization?.regions.includes(region) === true;
  return {
    modelArn: foundationModelArn(region, modelId),
    modelId,
    modelName: entry.name,
    providerName: entry.provider,
    inputModalities: ['TEXT'],
    outputModalities: [MODALITIES[entry.kind] as string],
    responseStreamingSupported: entry.kind === 'text',
    customizationsSupported: tunable
      ? (customization.types.filter((type) => CUSTOMIZATIONS.includes(type)) as string[])
      : [],
    inferenceTypesSupported: [
      ...(entry.inRegion === null || entry.inRegion.includes(region) ? ['ON_DEMAND'] : []),
      ...(tunable && entry.hosting.includes('provisioned') ? ['PROVISIONED'] : []),
    ],
    modelLifecycle: {
      status: entry.lifecycle.status === 'active' ? 'ACTIVE' : 'LEGACY',
      ...(entry.lifecycle.endOfLife === null ? {} : { endOfLifeTime: `${entry.lifecycle.endOfLife}T00:00:00Z` }),
    },
  };
}
