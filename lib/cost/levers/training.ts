import { PATH_SECTIONS } from '../../paths.ts';
import { DEFAULTS } from '../defaults.ts';
import { scale, set, type Lever } from './lever.ts';

/** Fewer runs, of fewer tokens or hours. */
export const TRAINING_LEVERS = {
  'fewer-epochs': {
    component: 'training',
    pull: ({ workload, training }) => {
      if (training === undefined) return undefined;
      const section = PATH_SECTIONS[training];
      const epochs = workload[section]?.epochs;
      return epochs === undefined || epochs <= 1 ? undefined : set(workload, `${section}.epochs`, epochs, epochs - 1);
    },
  },
  'sample-training-data': {
    component: 'training',
    pull: ({ workload, path }) => {
      if (path !== 'fine-tuning' && path !== 'continued-pretraining') return undefined;
      const section = PATH_SECTIONS[path];
      const training = workload[section];
      if (training === undefined || !('epochs' in training)) return undefined;
      const { sampledShare = DEFAULTS.sampledShare } = training;
      return set(workload, `${section}.sampledShare`, sampledShare, sampledShare / 2);
    },
  },
  'retrain-less': {
    component: 'training',
    pull: ({ workload, training }) => {
      if (training === undefined) return undefined;
      const section = PATH_SECTIONS[training];
      return scale(workload, `${section}.retrainingRunsPerYear`, workload[section]?.retrainingRunsPerYear, 0.5);
    },
  },
  'reuse-logged-answers': {
    component: 'training',
    pull: ({ workload, path }) =>
      path !== 'distillation' ||
      workload.distillation === undefined ||
      workload.distillation.reuseLoggedAnswers === true
        ? undefined
        : set(workload, 'distillation.reuseLoggedAnswers', false, true),
  },
  'parameter-efficient': {
    component: 'training',
    pull: ({ workload, path }) => {
      // jobs on Bedrock are billed by the token, whatever they update
      const training = workload.continuedPretraining;
      if (path !== 'continued-pretraining' || training?.route !== 'sagemaker') return undefined;
      const { method = DEFAULTS.method, instanceHoursPerRun } = training;
      if (instanceHoursPerRun === undefined) {
        return method === 'full' ? set(workload, 'continuedPretraining.method', method, 'lora') : undefined;
      }
      return scale(workload, 'continuedPretraining.instanceHoursPerRun', training.instanceHoursPerRun, 0.5);
    },
  },
} as const satisfies Record<string, Lever>;
