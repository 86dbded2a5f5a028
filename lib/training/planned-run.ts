import { runBound, type RunBound, type RunHosting, type RunPrices, type RunTraining } from '../cost/run-bound.ts';

/** How a path trains, as far as its price hangs on it. */
export type TrainingRoute =
  | {
      readonly route: 'bedrock';
      readonly baseModelId: string;
      readonly hyperParameters: Readonly<Record<string, string>>;
      /** Epochs that are reckoned with where no hyperparameter says them. */
      readonly maxEpochs: number;
      readonly teacher?:
        | {
            readonly modelId: string;
            readonly priceSuffix: '' | '/global';
            readonly maxResponseTokens: number;
          }
        | undefined;
    }
  | {
      readonly route: 'sagemaker';
      readonly instanceType: string;
      readonly instances: number;
      readonly volumeGb: number;
      readonly customModelUnits: number;
      readonly cmuVersion: 'v1' | 'v2';
    };

/** How the trained model is to be served. */
type PlannedHosting =
  | { readonly kind: 'none' | 'on-demand' | 'imported' }
  | {
      readonly kind: 'provisioned';
      readonly modelUnits: number;
      readonly maxHours: number;
      readonly commitment?: 'OneMonth' | 'SixMonths' | undefined;
    };

export interface PlannedRun {
  /** Absent where a trained model is only hosted. */
  readonly training?:
    | {
        readonly records: number;
        /** Of the training file, once. */
        readonly tokens: number;
        /** Of this run, over those of the route. */
        readonly hyperParameters?: Readonly<Record<string, string>> | undefined;
        /** Hours after which a job is stopped: what a job on instances can bill. */
        readonly maxHours: number;
        /** Distillation from logs: they are no list of prompts, and hold the teacher's answers. */
        readonly logs?: { readonly reuseAnswers: boolean } | undefined;
      }
    | undefined;
  readonly hosting: PlannedHosting;
}

/** What one run costs for so many tokens: the most that it can where they are an upper bound. */
export function plannedBound(run: PlannedRun, route: TrainingRoute, prices: RunPrices): RunBound {
  return runBound(trainingOf(run, route), hostingOf(run, route), prices);
}

/** As many prompts as a distillation job takes. */
const MOST_PROMPTS = 15_000;

function trainingOf({ training }: PlannedRun, route: TrainingRoute): RunTraining {
  if (training === undefined) return { kind: 'none' };
  if (route.route === 'sagemaker') {
    const { instanceType, instances, volumeGb } = route;
    return { kind: 'instances', instanceType, instances, volumeGb, maxHours: training.maxHours };
  }
  const { baseModelId, teacher, maxEpochs } = route;
  const { tokens, logs, records, hyperParameters } = training;
  const epochs = Number({ ...route.hyperParameters, ...hyperParameters }['epochCount'] ?? maxEpochs);
  if (teacher === undefined) return { kind: 'tokens', modelId: baseModelId, tokensPerEpoch: tokens, epochs };
  const prompts = logs === undefined ? records : MOST_PROMPTS;
  return {
    kind: 'distillation',
    studentModelId: baseModelId,
    teacherModelId: teacher.modelId,
    teacherPriceSuffix: teacher.priceSuffix,
    prompts,
    tokensPerPrompt: prompts === 0 ? 0 : tokens / prompts,
    tokensPerAnswer: teacher.maxResponseTokens,
    epochs,
    reuseLoggedAnswers: logs?.reuseAnswers === true,
  };
}

function hostingOf({ hosting }: PlannedRun, route: TrainingRoute): RunHosting {
  if (route.route === 'sagemaker') {
    const { customModelUnits, cmuVersion } = route;
    return { kind: 'imported', customModelUnits, cmuVersion };
  }
  const modelId = route.baseModelId;
  if (hosting.kind === 'provisioned') {
    const { modelUnits, maxHours, commitment } = hosting;
    return { kind: 'provisioned', modelId, modelUnits, maxHours, commitment };
  }
  return { kind: hosting.kind === 'none' ? 'none' : 'on-demand', modelId };
}
