import { MOST_DISTILLATION_PROMPTS } from '../catalogue/training-records.ts';
import { runBound, throughputHours, type RunBound, type RunPrices } from '../cost/run-bound.ts';
import {
  distillationItems,
  importStorage,
  instanceItems,
  modelStorage,
  modelUnits,
  smokeTest,
  trainedPrompts,
  trainingTokens,
  type RunItem,
} from '../cost/run-items.ts';
import { commitmentOf } from '../prices/commitment.ts';
import type { HostingChoice } from './run-request.ts';
import type { BedrockRoute, SageMakerRoute } from './settings.ts';

/** What the price of a run needs to know of how a path trains. */
export type TrainingRoute =
  | (Pick<BedrockRoute, 'route' | 'baseModelId' | 'hyperParameters' | 'maxEpochs'> & {
      readonly teacher?: Omit<NonNullable<BedrockRoute['teacher']>, 'identifier'> | undefined;
    })
  | Pick<
      SageMakerRoute,
      'route' | 'instanceType' | 'instances' | 'volumeGb' | 'ownDisks' | 'customModelUnits' | 'cmuVersion'
    >;

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
  readonly hosting: HostingChoice;
}

/** What one run costs for so many tokens: the most that it can where they are an upper bound. */
export function plannedBound(run: PlannedRun, route: TrainingRoute, prices: RunPrices): RunBound {
  return runBound([...trainingItems(run, route), ...hostingItems(run, route)], prices);
}

function trainingItems({ training }: PlannedRun, route: TrainingRoute): RunItem[] {
  if (training === undefined) return [];
  if (route.route === 'sagemaker') return instanceItems(route, training.maxHours);
  const { baseModelId, teacher, maxEpochs } = route;
  const { tokens, logs, records, hyperParameters } = training;
  const epochs = Number({ ...route.hyperParameters, ...hyperParameters }['epochCount'] ?? maxEpochs);
  if (teacher === undefined) return [trainingTokens(baseModelId, tokens * epochs)];
  const prompts = logs === undefined ? records : MOST_DISTILLATION_PROMPTS;
  const reusesAnswers = logs?.reuseAnswers === true;
  return distillationItems({
    studentModelId: baseModelId,
    teacher: reusesAnswers ? undefined : teacher,
    prompts: trainedPrompts(prompts, reusesAnswers),
    tokensPerPrompt: prompts === 0 ? 0 : tokens / prompts,
    tokensPerAnswer: teacher.maxResponseTokens,
    epochs,
  });
}

function hostingItems({ hosting }: PlannedRun, route: TrainingRoute): RunItem[] {
  if (route.route === 'sagemaker') {
    const { customModelUnits, cmuVersion } = route;
    return [importStorage(customModelUnits), smokeTest(customModelUnits, cmuVersion)];
  }
  const storage = modelStorage(route.baseModelId, 1);
  if (hosting.kind !== 'provisioned') return [storage];
  const unitHours = hosting.modelUnits * throughputHours(hosting);
  return [storage, modelUnits(route.baseModelId, commitmentOf(hosting.commitment), unitHours)];
}
