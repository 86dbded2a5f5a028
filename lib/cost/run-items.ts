import { MOST_DISTILLATION_PROMPTS } from '../catalogue/training-records.ts';
import { commitmentMeter, type Commitment } from '../prices/commitment.ts';
import { priceIdOf } from '../prices/price-id.ts';
import type { PriceUnit } from '../prices/price-unit.ts';
import { tokenMeterIds, type PromptBand } from '../prices/token-pricing.ts';
import {
  TRAINING_VOLUME_PRICE_ID,
  instancePriceId,
  volumeGbMonths,
  type TrainingInstances,
} from '../prices/training-volume.ts';

/** Everything that a training run and its model bill for, as estimate and upper bound name it. */
export const RUN_ITEMS = {
  trainingTokens: { name: 'Training tokens', unit: '1M tokens' },
  teacherInput: { name: 'Teacher input tokens', unit: '1M tokens' },
  teacherOutput: { name: 'Teacher output tokens', unit: '1M tokens' },
  studentTokens: { name: 'Student training tokens', unit: '1M tokens' },
  instanceHours: { name: 'SageMaker training instance hours', unit: 'instance-hour' },
  instanceVolumes: { name: 'SageMaker training volumes', unit: 'GB-month' },
  modelStorage: { name: 'Custom model storage', unit: 'model-month' },
  importStorage: { name: 'Imported model storage', unit: 'CMU-month' },
  trialUnits: { name: 'Model units to try the model (no commitment)', unit: 'model-unit-hour' },
  modelUnits: { name: 'Model units', unit: 'model-unit-hour' },
  smokeTest: { name: 'Smoke test', unit: 'CMU-minute' },
} as const satisfies Record<string, { readonly name: string; readonly unit: PriceUnit }>;

export type RunItemId = keyof typeof RUN_ITEMS;

/** How much of one thing a run bills for, and at which price. */
export interface RunItem<Id extends RunItemId = RunItemId> {
  readonly id: Id;
  readonly priceId: string;
  /** Single tokens, hours, …, whatever the unit of the price counts them in. */
  readonly pieces: number;
}

function item<Id extends RunItemId>(id: Id, owner: string, meter: string, pieces: number): RunItem<Id> {
  return { id, priceId: priceIdOf(owner, meter), pieces };
}

/** @param tokens of all epochs: Bedrock bills them, however long the job runs */
export const trainingTokens = (modelId: string, tokens: number) => item('trainingTokens', modelId, 'training', tokens);

export interface DistillationRun {
  /** Undefined where it is not known. */
  readonly studentModelId: string | undefined;
  /** Undefined where it is not known, or is not asked because its answers come from logs. */
  readonly teacher:
    | {
        readonly modelId: string;
        readonly priceSuffix: '' | '/global';
        /** Of its prompts. @default 'usual' */
        readonly band?: PromptBand;
      }
    | undefined;
  /** That the job trains on: see `trainedPrompts`. */
  readonly prompts: number;
  readonly tokensPerPrompt: number;
  readonly tokensPerAnswer: number;
  readonly epochs: number;
}

/** The teacher answers every prompt once; the student learns every prompt with its answer, epochs times. */
export function distillationItems(run: DistillationRun) {
  const { studentModelId, teacher, prompts, tokensPerPrompt, tokensPerAnswer, epochs } = run;
  const trained = prompts * (tokensPerPrompt + tokensPerAnswer) * epochs;
  const meters = tokenMeterIds({
    tier: 'standard',
    scope: teacher?.priceSuffix === '/global' ? 'global' : 'regional',
    band: teacher?.band ?? 'usual',
  });
  return [
    ...(teacher === undefined
      ? []
      : [
          item('teacherInput', teacher.modelId, meters.input, prompts * tokensPerPrompt),
          item('teacherOutput', teacher.modelId, meters.output, prompts * tokensPerAnswer),
        ]),
    ...(studentModelId === undefined ? [] : [item('studentTokens', studentModelId, 'training', trained)]),
  ];
}

/**
 * Prompts that a distillation job trains on: the given ones, and those that Bedrock adds to them unless answers are reused.
 * @param synthesized prompts after Bedrock has added its own
 */
export function trainedPrompts(
  prompts: number,
  reusesAnswers: boolean,
  synthesized: number = MOST_DISTILLATION_PROMPTS,
): number {
  return reusesAnswers ? prompts : Math.max(prompts, synthesized);
}

/**
 * @param hours that each instance trains
 * @param hoursPerMonth by which a month of storage is divided. Default: those of the shortest month
 */
export function instanceItems(instances: TrainingInstances, hours: number, hoursPerMonth?: number) {
  return [
    {
      id: 'instanceHours' as const,
      priceId: instancePriceId(instances.instanceType),
      pieces: instances.instances * hours,
    },
    {
      id: 'instanceVolumes' as const,
      priceId: TRAINING_VOLUME_PRICE_ID,
      pieces: volumeGbMonths(instances, hours, hoursPerMonth),
    },
  ];
}

/** @param models kept for a month, called or not */
export const modelStorage = (modelId: string, models: number) => item('modelStorage', modelId, 'storage', models);

/** @param customModelUnits of all the models that are kept for a month, called or not */
export const importStorage = (customModelUnits: number) => item('importStorage', 'cmi', 'storage', customModelUnits);

/** @param unitHours model units times hours */
export const trialUnits = (modelId: string, unitHours: number) =>
  item('trialUnits', modelId, commitmentMeter('none'), unitHours);

/** @param unitHours model units times hours */
export const modelUnits = (modelId: string, commitment: Commitment, unitHours: number) =>
  item('modelUnits', modelId, commitmentMeter(commitment), unitHours);

/** An imported model bills whole windows, each begun by a call (Amazon Bedrock user guide, custom model import, pricing). */
export const IMPORT_WINDOW_MINUTES = 5;

/** One question to an imported model opens one window. */
export const smokeTest = (customModelUnits: number, cmuVersion: 'v1' | 'v2') =>
  item('smokeTest', 'cmi', `cmu-${cmuVersion}`, customModelUnits * IMPORT_WINDOW_MINUTES);
