import type { Route } from '../api.ts';
import type { RecordedUsage } from '../meter.ts';
import type { HostedModels } from '../model-target.ts';
import type { SimulatedService } from '../simulated-service.ts';
import type { TrainedJob } from '../simulator.ts';
import type { Taggable } from '../tag-routes.ts';
import type { SimulatedResource, MeteredUsage } from '../usage.ts';
import { CUSTOM_MODEL, customModels } from './custom-models.ts';
import { CUSTOMIZATION_JOB, customizationJobs } from './customization-jobs.ts';
import { DEPLOYMENT, deployments } from './deployments.ts';
import type { TrainingEnvironment } from './environment.ts';
import { foundationRoutes } from './foundation-routes.ts';
import { IMPORTED_MODEL, IMPORT_JOB, modelImports } from './model-import.ts';
import type { StoredItem } from './paged-store.ts';
import { TRAINING_JOB, trainingJobs } from './sagemaker-training.ts';
import { THROUGHPUT, throughputs } from './throughput.ts';

export interface Training extends SimulatedService, HostedModels {
  readonly usage: () => readonly RecordedUsage[];
  readonly taggable: readonly Taggable[];
  readonly jobs: () => readonly TrainedJob[];
  /** What a window with a call bills, of every imported model. */
  readonly windowUsage: () => readonly MeteredUsage[];
}

/** Customization, import, training and hosting of models: what costs money although nobody asks anything. */
export function training(environment: TrainingEnvironment): Training {
  const models = customModels(environment, (arn) => {
    const users = [...hosted.of(arn), ...units.of(arn)];
    return users[0]?.arn;
  });
  const jobs = customizationJobs(environment, models.kept);
  const hosted = deployments(environment, models.kept.find);
  const units = throughputs(environment, models.kept.find);
  const imports = modelImports(environment);
  const machines = trainingJobs(environment);

  // what has ended by now has its effects before anybody looks
  const settle = (): void => {
    jobs.settle();
    hosted.settle();
    units.settle();
    imports.settle();
  };
  const settled = (route: Route): Route => ({
    ...route,
    handle: (request, context) => {
      settle();
      return route.handle(request, context);
    },
  });

  const resources = (): SimulatedResource[] => {
    settle();
    return [
      ...listed(CUSTOMIZATION_JOB, jobs.running()),
      ...listed(CUSTOM_MODEL, models.kept.all()),
      ...listed(DEPLOYMENT, hosted.kept.all()),
      ...listed(THROUGHPUT, units.kept.all()),
      ...listed(IMPORT_JOB, imports.running()),
      ...listed(IMPORTED_MODEL, imports.models.all()),
      ...listed(TRAINING_JOB, machines.running()),
    ];
  };

  const usdPerDay: NonNullable<SimulatedService['usdPerDay']> = (resource) => {
    switch (resource.type) {
      case CUSTOMIZATION_JOB:
        return jobs.usdPerDay(resource);
      case CUSTOM_MODEL:
        return models.usdPerDay(resource);
      case THROUGHPUT:
        return units.usdPerDay(resource);
      case IMPORTED_MODEL:
        return imports.usdPerDay(resource);
      case TRAINING_JOB:
        return machines.usdPerDay(resource);
      default:
        // a deployment bills its tokens only, an import nothing until there is a model
        return 0;
    }
  };

  return {
    routes: [
      ...foundationRoutes(environment),
      ...[jobs, models, hosted, units, imports, machines].flatMap(({ routes }) => routes.map(settled)),
    ],
    resources,
    usdPerDay,
    usage: () => {
      settle();
      return [jobs, models, units, imports, machines].flatMap(({ usage }) => usage());
    },
    taggable: [jobs.kept, models.kept, hosted.kept, units.kept, imports.jobs, imports.models].map(({ find }) =>
      taggable(find, settle),
    ),
    jobs: jobs.counts,
    windowUsage: () => imports.models.all().map(imports.windowUsage),
    target: (identifier) => {
      settle();
      const deployed = hosted.serving(identifier);
      if (deployed !== undefined) {
        const { base } = deployed.model;
        return {
          arn: identifier,
          modelId: base.modelId,
          entry: { ...base.entry, promptCaching: null },
          global: false,
          tags: deployed.deployment.tags,
          hosting: 'on-demand',
        };
      }
      const provisioned = units.serving(identifier);
      if (provisioned !== undefined) {
        const { base, throughput } = provisioned;
        return {
          arn: identifier,
          modelId: base.modelId,
          entry: { ...base.entry, promptCaching: null },
          global: false,
          tags: throughput.tags,
          hosting: 'provisioned',
        };
      }
      const imported = imports.serving(identifier);
      if (imported === undefined) return undefined;
      return {
        arn: identifier,
        modelId: imported.model.name,
        entry: imported.entry,
        global: false,
        tags: imported.model.tags,
        hosting: 'imported',
      };
    },
  };
}

function listed(type: string, kept: readonly StoredItem[]): SimulatedResource[] {
  return kept.map(({ arn, name, tags, createdAt }) => ({ type, arn, name, tags, createdAt }));
}

function taggable(find: (identifier: string) => StoredItem | undefined, settle: () => void): Taggable {
  const named = (arn: string): StoredItem | undefined => {
    settle();
    return arn.startsWith('arn:') ? find(arn) : undefined;
  };
  return {
    tagsOf: (arn) => named(arn)?.tags,
    retag: (arn, tags) => {
      const item = named(arn);
      if (item !== undefined) item.tags = tags;
    },
  };
}
