import type { Route } from '../api.ts';
import { pathOf, type RecordedUsage } from '../meter.ts';
import type { SimulatedResource } from '../usage.ts';
import { daysOfMonth, monthShares } from './billing.ts';
import { usdOf, type BaseModel, type TrainingEnvironment } from './environment.ts';
import { commonFilters, pagedStore, type StoredItem, type PagedStore } from './paged-store.ts';
import { DELETE_FAULTS, LIST_FAULTS, READ_FAULTS, bedrockRoute, conflict, notFound } from './requests.ts';

export const CUSTOM_MODEL = 'AWS::Bedrock::CustomModel';

/** A model that a customization job made. */
export interface CustomModel extends StoredItem {
  readonly base: BaseModel;
  readonly jobArn: string;
  readonly jobName: string;
  readonly customizationType: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface CustomModels {
  readonly routes: readonly Route[];
  readonly kept: PagedStore<CustomModel>;
  readonly usage: () => RecordedUsage[];
  readonly usdPerDay: (resource: SimulatedResource) => number | null;
}

/** `usedBy` names what keeps a model from being deleted. */
export function customModels(
  environment: TrainingEnvironment,
  usedBy: (modelArn: string) => string | undefined,
): CustomModels {
  const { simulator } = environment;
  const { clock } = simulator;
  const kept = pagedStore<CustomModel>(clock);
  const deleted: { readonly model: CustomModel; readonly at: Date }[] = [];

  const named = (identifier: string): CustomModel => {
    const model = kept.find(identifier);
    if (model === undefined) throw notFound('custom model', identifier);
    return model;
  };

  const remove = (identifier: string): void => {
    const model = named(identifier);
    const user = usedBy(model.arn);
    if (user !== undefined) throw conflict(`The custom model ${model.arn} is in use by ${user}: delete that first.`);
    kept.remove(model);
    deleted.push({ model, at: clock.now() });
  };

  const stored = (model: CustomModel, until: Date): RecordedUsage[] =>
    monthShares(
      {
        priceId: `${model.base.modelId}/storage`,
        resourceId: model.arn,
        tags: model.tags,
        path: pathOf(model.tags),
        component: 'training',
        operation: 'CustomModelStorage',
      },
      1,
      model.createdAt,
      until,
    );

  return {
    kept,
    usage: () => [
      ...kept.all().flatMap((model) => stored(model, clock.now())),
      ...deleted.flatMap(({ model, at }) => stored(model, at)),
    ],
    usdPerDay: ({ arn }) => {
      const model = kept.all().find((candidate) => candidate.arn === arn);
      return model === undefined
        ? 0
        : usdOf(environment, `${model.base.modelId}/storage`, 1 / daysOfMonth(clock.now()));
    },
    routes: [
      bedrockRoute('GetCustomModel', 'GET', '/custom-models/{modelIdentifier}', READ_FAULTS, ({ params }) => {
        const model = named(params['modelIdentifier'] ?? '');
        return {
          json: {
            ...model.details,
            ...summary(model),
            jobArn: model.jobArn,
            jobName: model.jobName,
          },
        };
      }),
      bedrockRoute('ListCustomModels', 'GET', '/custom-models', LIST_FAULTS, ({ query }) => {
        const { page, nextToken } = kept.page(query, summary, {
          ...commonFilters,
          baseModelArnEquals: ({ base }, value) => base.arn === value,
          foundationModelArnEquals: ({ base }, value) => base.arn === value,
          isOwned: (_, value) => value === 'true',
          modelStatus: (_, value) => value === 'Active',
        });
        return { json: { modelSummaries: page, nextToken } };
      }),
      bedrockRoute('DeleteCustomModel', 'DELETE', '/custom-models/{modelIdentifier}', DELETE_FAULTS, ({ params }) => {
        remove(params['modelIdentifier'] ?? '');
        return { json: {} };
      }),
    ],
  };
}

function summary({ arn, name, createdAt, base, customizationType }: CustomModel) {
  return {
    modelArn: arn,
    modelName: name,
    creationTime: createdAt.toISOString(),
    baseModelArn: base.arn,
    baseModelName: base.entry.name,
    customizationType,
    modelStatus: 'Active',
  };
}
