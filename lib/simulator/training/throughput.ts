import { API_COMMITMENTS, throughputMeter, type ApiCommitment } from '../../prices/commitment.ts';
import { priceIdOf } from '../../prices/price-id.ts';
import { HOURS_PER_DAY } from '../../units.ts';
import type { ApiRequest, CallContext, Route } from '../api.ts';
import type { SimulatorContext } from '../context.ts';
import { foundationModel, foundationModelArn, isLegacy } from '../foundation-models.ts';
import { pathOf, type RecordedUsage } from '../meter.ts';
import { ServiceError, invalid } from '../service-error.ts';
import { readTags } from '../tagging.ts';
import type { SimulatedResource } from '../usage.ts';
import { startedHours } from './billing.ts';
import type { CustomModel } from './custom-models.ts';
import { baseModel, usdOf, type BaseModel, type TrainingEnvironment } from './environment.ts';
import { commonFilters, pagedStore, type StoredItem, type PagedStore } from './paged-store.ts';
import {
  CHANGE_FAULTS,
  CREATE_FAULTS,
  DELETE_FAULTS,
  LIST_FAULTS,
  MINUTE_MS,
  READ_FAULTS,
  after,
  bedrockRoute,
  bodyOf,
  conflict,
  contractTags,
  creations,
  notFound,
  overQuota,
  resourceId,
  visibleFrom,
} from './requests.ts';

export const THROUGHPUT = 'AWS::Bedrock::ProvisionedModelThroughput';

/** The model that model units are bought for: a customised one, or a base model itself. */
interface Served {
  readonly arn: string;
  readonly base: BaseModel;
}

interface Throughput extends StoredItem {
  name: string;
  served: Served;
  readonly modelUnits: number;
  readonly commitment: ApiCommitment | undefined;
  readonly commitmentEnds: Date | undefined;
  readonly inServiceAt: Date;
  readonly fails: boolean;
  update: { readonly served: Served; readonly doneAt: Date } | undefined;
}

export interface Throughputs {
  readonly routes: readonly Route[];
  readonly kept: PagedStore<Throughput>;
  readonly settle: () => void;
  readonly usage: () => RecordedUsage[];
  readonly usdPerDay: (resource: SimulatedResource) => number | null;
  readonly serving: (arn: string) => { readonly base: BaseModel; readonly throughput: Throughput } | undefined;
  /** The throughput, whole or half, of a model. */
  readonly of: (modelArn: string) => readonly Throughput[];
}

const DURATION_MS = { creation: 10 * MINUTE_MS, update: 5 * MINUTE_MS } as const;

const NAME = /([0-9a-zA-Z][_-]?){1,63}/;

export function throughputs(
  environment: TrainingEnvironment,
  customModel: (identifier: string) => CustomModel | undefined,
): Throughputs {
  const { simulator, quotas } = environment;
  const { clock, region, accountId } = simulator;
  const kept = pagedStore<Throughput>(clock);
  const made = creations<Throughput>();
  const deleted: { readonly throughput: Throughput; readonly at: Date }[] = [];

  const settle = (): void => {
    for (const throughput of kept.all()) {
      const { update } = throughput;
      if (update !== undefined && clock.now() >= update.doneAt) {
        throughput.served = update.served;
        throughput.update = undefined;
      }
    }
  };

  const statusOf = ({ inServiceAt, fails, update }: Throughput): 'Creating' | 'InService' | 'Updating' | 'Failed' => {
    if (clock.now() < inServiceAt) return 'Creating';
    if (fails) return 'Failed';
    return update === undefined ? 'InService' : 'Updating';
  };

  const servedBy = (identifier: string): Served => {
    const custom = customModel(identifier);
    if (custom !== undefined) return { arn: custom.arn, base: custom.base };
    const base = baseModel(simulator, identifier) ?? plainModel(simulator, identifier);
    if (base === undefined) throw notFound('model', identifier);
    return { arn: base.arn, base };
  };

  const create = (request: ApiRequest, context: CallContext): Throughput => {
    const { check, members } = bodyOf(request, ['modelUnits', 'provisionedModelName', 'modelId']);
    const modelUnits = check.number('modelUnits', members['modelUnits'], { min: 1, whole: true }) ?? 1;
    const name =
      check.text('provisionedModelName', members['provisionedModelName'], { min: 1, max: 63, pattern: NAME }) ?? '';
    const identifier = check.text('modelId', members['modelId'], { min: 1, max: 2048 }) ?? '';
    const commitment = check.text('commitmentDuration', members['commitmentDuration'], {
      oneOf: API_COMMITMENTS,
    }) as Throughput['commitment'];
    const tags = readTags(check, 'tags', members['tags']);
    const { token, item } = made.before(check, members);
    check.finish();
    if (item !== undefined && kept.all().includes(item)) return item;
    contractTags('bedrock:CreateProvisionedModelThroughput', tags);
    const served = servedBy(identifier);
    const { entry, tuningId } = served.base;
    if (!entry.hosting.includes('provisioned'))
      throw invalid(`The model ${tuningId} does not support Provisioned Throughput.`);
    if (isLegacy(simulator, entry))
      throw invalid(`Provisioned Throughput cannot be bought for the legacy model ${tuningId}.`);
    if (kept.all().some((throughput) => throughput.name === name))
      throw conflict(`A provisioned model with the name ${name} already exists.`);
    const most = commitment === undefined ? quotas.modelUnits : quotas.committedModelUnits;
    const bought = kept
      .all()
      .filter((throughput) => (throughput.commitment === undefined) === (commitment === undefined))
      .reduce((sum, throughput) => sum + throughput.modelUnits, 0);
    if (bought + modelUnits > most)
      throw overQuota(`${commitment === undefined ? 'no-commitment' : 'committed'} model units`, most);
    const now = clock.now();
    const throughput: Throughput = {
      arn: `arn:aws:bedrock:${region}:${accountId}:provisioned-model/${resourceId(`throughput ${name} ${now.toISOString()}`)}`,
      name,
      tags,
      createdAt: now,
      visibleAt: visibleFrom(simulator, context),
      served,
      modelUnits,
      commitment,
      commitmentEnds: commitment === undefined ? undefined : monthsLater(now, MONTHS[commitment]),
      inServiceAt: after(now, DURATION_MS.creation),
      fails: context.fault === 'job-failure',
      update: undefined,
    };
    kept.add(throughput);
    made.made(token, members, throughput);
    return throughput;
  };

  const named = (identifier: string): Throughput => {
    const throughput = kept.find(identifier);
    if (throughput === undefined) throw notFound('provisioned model', identifier);
    return throughput;
  };

  const refuseWhileBusy = (throughput: Throughput): void => {
    const status = statusOf(throughput);
    if (status === 'Creating' || status === 'Updating') {
      throw conflict(`The provisioned model ${throughput.arn} is ${status}: try again when it is in service.`);
    }
  };

  const change = (request: ApiRequest): void => {
    const throughput = named(request.params['provisionedModelId'] ?? '');
    const { check, members } = bodyOf(request, []);
    const name = check.text('desiredProvisionedModelName', members['desiredProvisionedModelName'], {
      min: 1,
      max: 63,
      pattern: NAME,
    });
    const identifier = check.text('desiredModelId', members['desiredModelId'], { min: 1, max: 2048 });
    check.finish();
    refuseWhileBusy(throughput);
    if (identifier !== undefined) {
      const served = servedBy(identifier);
      if (served.base.modelId !== throughput.served.base.modelId) {
        throw invalid(
          'A provisioned model can only be moved to its base model or to another model customised from it.',
        );
      }
      throughput.update = { served, doneAt: after(clock.now(), DURATION_MS.update) };
    }
    if (name !== undefined) throughput.name = name;
  };

  const remove = (throughput: Throughput): void => {
    refuseWhileBusy(throughput);
    if (throughput.commitmentEnds !== undefined && clock.now() < throughput.commitmentEnds) {
      throw conflict(
        `The provisioned model ${throughput.arn} cannot be deleted before its commitment ends at ${throughput.commitmentEnds.toISOString()}.`,
      );
    }
    kept.remove(throughput);
    deleted.push({ throughput, at: clock.now() });
  };

  const summary = (throughput: Throughput) => ({
    provisionedModelName: throughput.name,
    provisionedModelArn: throughput.arn,
    modelArn: throughput.served.arn,
    desiredModelArn: throughput.update?.served.arn ?? throughput.served.arn,
    foundationModelArn: throughput.served.base.arn,
    modelUnits: throughput.modelUnits,
    desiredModelUnits: throughput.modelUnits,
    status: statusOf(throughput),
    creationTime: throughput.createdAt.toISOString(),
    lastModifiedTime: throughput.createdAt.toISOString(),
    ...(throughput.commitment === undefined
      ? {}
      : {
          commitmentDuration: throughput.commitment,
          commitmentExpirationTime: throughput.commitmentEnds?.toISOString(),
        }),
    ...(statusOf(throughput) === 'Failed' ? { failureMessage: 'No capacity is left for the model units.' } : {}),
  });

  // from the request on, whether in service yet or not: nobody says that the first minutes are free
  const hours = (throughput: Throughput, until: Date): RecordedUsage[] =>
    statusOf(throughput) === 'Failed'
      ? []
      : startedHours(
          {
            priceId: priceOf(throughput),
            resourceId: throughput.arn,
            tags: throughput.tags,
            path: pathOf(throughput.tags),
            component: 'inference',
            operation: 'ProvisionedModelThroughput',
          },
          throughput.modelUnits,
          throughput.createdAt,
          until,
        );

  const path = '/provisioned-model-throughput';
  const onePath = `${path}/{provisionedModelId}`;
  return {
    kept,
    settle,
    usage: () => [
      ...kept.all().flatMap((throughput) => hours(throughput, clock.now())),
      ...deleted.flatMap(({ throughput, at }) => hours(throughput, at)),
    ],
    usdPerDay: ({ arn }) => {
      const throughput = kept.all().find((candidate) => candidate.arn === arn);
      if (throughput === undefined || statusOf(throughput) === 'Failed') return 0;
      return usdOf(environment, priceOf(throughput), throughput.modelUnits * HOURS_PER_DAY);
    },
    serving: (arn) => {
      const throughput = kept.all().find((candidate) => candidate.arn === arn);
      if (throughput === undefined) return undefined;
      const status = statusOf(throughput);
      if (status !== 'InService' && status !== 'Updating') {
        throw new ServiceError('ResourceNotFoundException', `The provisioned model ${arn} is not in service.`);
      }
      return { base: throughput.served.base, throughput };
    },
    of: (modelArn) =>
      kept.all().filter(({ served, update }) => served.arn === modelArn || update?.served.arn === modelArn),
    routes: [
      bedrockRoute('CreateProvisionedModelThroughput', 'POST', path, CREATE_FAULTS, (request, context) => ({
        status: 201,
        json: { provisionedModelArn: create(request, context).arn },
      })),
      bedrockRoute('GetProvisionedModelThroughput', 'GET', onePath, READ_FAULTS, ({ params }) => ({
        json: summary(named(params['provisionedModelId'] ?? '')),
      })),
      bedrockRoute(
        'ListProvisionedModelThroughputs',
        'GET',
        '/provisioned-model-throughputs',
        LIST_FAULTS,
        ({ query }) => {
          const { page, nextToken } = kept.page(query, summary, {
            ...commonFilters,
            statusEquals: (throughput, value) => statusOf(throughput) === value,
            modelArnEquals: ({ served }, value) => served.arn === value,
          });
          return { json: { provisionedModelSummaries: page, nextToken } };
        },
      ),
      bedrockRoute('UpdateProvisionedModelThroughput', 'PATCH', onePath, CHANGE_FAULTS, (request) => {
        change(request);
        return { json: {} };
      }),
      bedrockRoute('DeleteProvisionedModelThroughput', 'DELETE', onePath, DELETE_FAULTS, ({ params }) => {
        remove(named(params['provisionedModelId'] ?? ''));
        return { json: {} };
      }),
    ],
  };
}

/** A base model as inference names it. */
function plainModel(simulator: SimulatorContext, identifier: string): BaseModel | undefined {
  const modelId = identifier.replace(foundationModelArn(simulator.region, ''), '');
  const model = foundationModel(simulator, modelId);
  if (model === undefined) return undefined;
  return { modelId, tuningId: modelId, arn: foundationModelArn(simulator.region, modelId), entry: model.entry };
}

const priceOf = ({ served, commitment }: Throughput): string =>
  priceIdOf(served.base.modelId, throughputMeter(commitment));

/** Counted by the calendar, apart from the hours that the estimators reckon a commitment with. */
const MONTHS: Readonly<Record<ApiCommitment, number>> = { OneMonth: 1, SixMonths: 6 };

function monthsLater(from: Date, months: number): Date {
  const later = new Date(from);
  later.setUTCMonth(later.getUTCMonth() + months);
  return later;
}
