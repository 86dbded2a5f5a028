import type { ApiRequest, CallContext, Route } from '../api.ts';
import { ServiceError, invalid } from '../service-error.ts';
import { readTags } from '../tagging.ts';
import type { CustomModel } from './custom-models.ts';
import type { TrainingEnvironment } from './environment.ts';
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

export const DEPLOYMENT = 'AWS::Bedrock::CustomModelDeployment';

interface Update {
  readonly model: CustomModel;
  readonly doneAt: Date;
  readonly fails: boolean;
}

interface Deployment extends StoredItem {
  model: CustomModel;
  readonly description: string | undefined;
  readonly activeAt: Date;
  readonly fails: boolean;
  update: Update | undefined;
  goneAt: Date | undefined;
}

export interface Deployments {
  readonly routes: readonly Route[];
  readonly kept: PagedStore<Deployment>;
  /** Ends the deletions and updates that have ended by now. */
  readonly settle: () => void;
  /** What the ARN answers with. @throws ServiceError where it does not answer yet */
  readonly serving: (arn: string) => { readonly model: CustomModel; readonly deployment: Deployment } | undefined;
  /** The deployments, whole or half, of a model. */
  readonly of: (modelArn: string) => readonly Deployment[];
}

const DURATION_MS = { creation: 8 * MINUTE_MS, update: 8 * MINUTE_MS, deletion: MINUTE_MS } as const;

const NAME = /([0-9a-zA-Z][_-]?){1,63}/;

const CAPACITY = 'The deployment failed for want of capacity.';

export function deployments(
  environment: TrainingEnvironment,
  customModel: (identifier: string) => CustomModel | undefined,
): Deployments {
  const { simulator, quotas } = environment;
  const { clock, region, accountId } = simulator;
  const kept = pagedStore<Deployment>(clock);
  const made = creations<Deployment>();

  const settle = (): void => {
    for (const deployment of kept.all()) {
      const { update, goneAt } = deployment;
      if (update !== undefined && !update.fails && clock.now() >= update.doneAt) deployment.model = update.model;
      if (goneAt !== undefined && clock.now() >= goneAt) kept.remove(deployment);
    }
  };

  const statusOf = ({ activeAt, fails }: Deployment): 'Creating' | 'Active' | 'Failed' =>
    clock.now() < activeAt ? 'Creating' : fails ? 'Failed' : 'Active';

  const updateStatus = ({ doneAt, fails }: Update) =>
    clock.now() < doneAt ? 'Updating' : fails ? 'UpdateFailed' : 'UpdateCompleted';

  const deployable = (identifier: string): CustomModel => {
    const model = customModel(identifier);
    if (model === undefined) throw notFound('custom model', identifier);
    if (!model.base.entry.hosting.includes('on-demand')) {
      throw invalid(
        `The model ${identifier} cannot be deployed on demand: its base model ${model.base.tuningId} does not support it.`,
      );
    }
    return model;
  };

  const create = (request: ApiRequest, context: CallContext): Deployment => {
    const { check, members } = bodyOf(request, ['modelDeploymentName', 'modelArn']);
    const name =
      check.text('modelDeploymentName', members['modelDeploymentName'], { min: 1, max: 63, pattern: NAME }) ?? '';
    const modelArn = check.text('modelArn', members['modelArn'], { min: 20, max: 1011 }) ?? '';
    const description = check.text('description', members['description'], { max: 2048 });
    const tags = readTags(check, 'tags', members['tags']);
    const { token, item } = made.before(check, members);
    check.finish();
    if (item !== undefined && kept.all().includes(item)) return item;
    contractTags('bedrock:CreateCustomModelDeployment', tags);
    const model = deployable(modelArn);
    if (kept.all().some((deployment) => deployment.name === name)) {
      throw conflict(`A custom model deployment with the name ${name} already exists.`);
    }
    if (kept.all().length >= quotas.deployments) throw overQuota('custom model deployments', quotas.deployments);
    const creating = kept.all().filter((deployment) => statusOf(deployment) === 'Creating');
    if (creating.length >= quotas.deploymentsInProgress) {
      throw overQuota('custom model deployments in progress', quotas.deploymentsInProgress);
    }
    const now = clock.now();
    const deployment: Deployment = {
      arn: `arn:aws:bedrock:${region}:${accountId}:custom-model-deployment/${resourceId(`deployment ${name} ${now.toISOString()}`)}`,
      name,
      tags,
      createdAt: now,
      visibleAt: visibleFrom(simulator, context),
      model,
      description,
      activeAt: after(now, DURATION_MS.creation),
      fails: context.fault === 'job-failure',
      update: undefined,
      goneAt: undefined,
    };
    kept.add(deployment);
    made.made(token, members, deployment);
    return deployment;
  };

  const named = (identifier: string): Deployment => {
    const deployment = kept.find(identifier);
    if (deployment === undefined) throw notFound('custom model deployment', identifier);
    return deployment;
  };

  const change = (request: ApiRequest, { fault }: CallContext): Deployment => {
    const deployment = named(request.params['customModelDeploymentIdentifier'] ?? '');
    const { check, members } = bodyOf(request, ['modelArn']);
    const modelArn = check.text('modelArn', members['modelArn'], { min: 20, max: 1011 }) ?? '';
    check.finish();
    const model = deployable(modelArn);
    if (model.base.modelId !== deployment.model.base.modelId) {
      throw invalid('A deployment can only be updated to a model of the same base model.');
    }
    refuseWhileBusy(deployment);
    if (statusOf(deployment) !== 'Active') throw conflict(`The deployment ${deployment.arn} is not active.`);
    deployment.update = { model, doneAt: after(clock.now(), DURATION_MS.update), fails: fault === 'job-failure' };
    return deployment;
  };

  const refuseWhileBusy = (deployment: Deployment): void => {
    if (deployment.goneAt !== undefined) throw conflict(`The deployment ${deployment.arn} is being deleted.`);
    const updating = deployment.update !== undefined && updateStatus(deployment.update) === 'Updating';
    if (updating || statusOf(deployment) === 'Creating') {
      throw conflict(`The deployment ${deployment.arn} is being ${updating ? 'updated' : 'created'}: try again later.`);
    }
  };

  const remove = (deployment: Deployment): void => {
    if (deployment.goneAt !== undefined) return;
    refuseWhileBusy(deployment);
    deployment.goneAt = after(clock.now(), DURATION_MS.deletion);
  };

  const summary = (deployment: Deployment) => ({
    customModelDeploymentArn: deployment.arn,
    customModelDeploymentName: deployment.name,
    modelArn: deployment.model.arn,
    createdAt: deployment.createdAt.toISOString(),
    status: statusOf(deployment),
    ...(statusOf(deployment) === 'Failed' ? { failureMessage: CAPACITY } : {}),
  });

  const described = (deployment: Deployment) => ({
    ...summary(deployment),
    modelDeploymentName: deployment.name,
    ...(deployment.description === undefined ? {} : { description: deployment.description }),
    ...(deployment.update === undefined
      ? {}
      : {
          updateDetails: {
            modelArn: deployment.update.model.arn,
            updateStatus: updateStatus(deployment.update),
          },
        }),
  });

  const path = '/model-customization/custom-model-deployments';
  const onePath = `${path}/{customModelDeploymentIdentifier}`;
  return {
    kept,
    settle,
    serving: (arn) => {
      const deployment = kept.all().find((candidate) => candidate.arn === arn);
      if (deployment === undefined) return undefined;
      if (statusOf(deployment) !== 'Active' || deployment.goneAt !== undefined) {
        throw new ServiceError('ResourceNotFoundException', `The deployment ${arn} is not active.`);
      }
      return { model: deployment.model, deployment };
    },
    of: (modelArn) =>
      kept
        .all()
        .filter(({ model, update }) => model.arn === modelArn || (update?.model.arn === modelArn && !update.fails)),
    routes: [
      bedrockRoute('CreateCustomModelDeployment', 'POST', path, CREATE_FAULTS, (request, context) => ({
        status: 202,
        json: { customModelDeploymentArn: create(request, context).arn },
      })),
      bedrockRoute('GetCustomModelDeployment', 'GET', onePath, READ_FAULTS, ({ params }) => ({
        json: described(named(params['customModelDeploymentIdentifier'] ?? '')),
      })),
      bedrockRoute('ListCustomModelDeployments', 'GET', path, LIST_FAULTS, ({ query }) => {
        const { page, nextToken } = kept.page(query, summary, {
          nameContains: commonFilters.nameContains,
          createdAfter: commonFilters.creationTimeAfter,
          createdBefore: commonFilters.creationTimeBefore,
          statusEquals: (deployment, value) => statusOf(deployment) === value,
          modelArnEquals: ({ model }, value) => model.arn === value,
        });
        return { json: { modelDeploymentSummaries: page, nextToken } };
      }),
      bedrockRoute('UpdateCustomModelDeployment', 'PATCH', onePath, CHANGE_FAULTS, (request, context) => ({
        status: 202,
        json: { customModelDeploymentArn: change(request, context).arn },
      })),
      bedrockRoute('DeleteCustomModelDeployment', 'DELETE', onePath, DELETE_FAULTS, ({ params }) => {
        remove(named(params['customModelDeploymentIdentifier'] ?? ''));
        return { json: {} };
      }),
    ],
  };
}
