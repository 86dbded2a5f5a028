import type { Accelerator, InstanceFacts, TrainingUtilisation } from '../catalogue/instances.ts';
import { DEFAULTS } from './defaults.ts';
import type { HoursDerivation, TrainingHours, TrainingMethod } from './line-sheet.ts';
import type { ContinuedPretraining } from './workload.ts';

/**
 * Floating point operations for each parameter and token. A forward pass takes 2, the gradients of the activations 2 and
 * those of the weights 2 (Kaplan et al. 2020, https://arxiv.org/abs/2001.08361; Hoffmann et al. 2022,
 * https://arxiv.org/abs/2203.15556). LoRA freezes the weights, so that their gradients fall away (Hu et al. 2021,
 * https://arxiv.org/abs/2106.09685). Attention over the length of an example and the adapters themselves are not counted:
 * both are small at the example length of the training script.
 */
export const OPERATIONS_PER_PARAMETER_AND_TOKEN: Readonly<Record<TrainingMethod, number>> = { lora: 4, full: 6 };

/**
 * The least bytes of accelerator memory for each parameter, as the training script keeps them: weights in BF16, and where
 * they are trained their gradients and the two moments of AdamW, in BF16 too. Activations come on top.
 */
const LEAST_BYTES_PER_PARAMETER: Readonly<Record<TrainingMethod, number>> = { lora: 2, full: 8 };

const BYTES_PER_MIB = 1024 ** 2;

/** What hours can be derived from. */
export interface TrainingSize {
  readonly training: ContinuedPretraining;
  readonly corpusTokens: number;
  readonly parametersBillions: number;
  readonly instance: InstanceFacts & { readonly accelerator: Accelerator & { readonly denseBf16Tflops: number } };
  readonly utilisation: TrainingUtilisation;
}

/** Derives the hours that each instance trains: operations of the model over those that the accelerators do. */
export function derivedHours({
  training,
  corpusTokens,
  parametersBillions,
  instance,
  utilisation: known,
}: TrainingSize): TrainingHours & { readonly derivedFrom: HoursDerivation } {
  const {
    method = DEFAULTS.method,
    epochs = DEFAULTS.epochs,
    sampledShare = DEFAULTS.sampledShare,
    instances = DEFAULTS.instances,
    parallelAccelerators: asked = DEFAULTS.parallelAccelerators,
    startUpHoursPerRun = DEFAULTS.startUpHoursPerRun,
    modelFlopsUtilisation: utilisation = known.assumed,
  } = training;
  const { accelerator, accelerators } = instance;
  const parallelAccelerators = Math.min(asked, accelerators);
  const parameters = parametersBillions * 1e9;
  const operationsPerParameterAndToken = OPERATIONS_PER_PARAMETER_AND_TOKEN[method];
  const tokens = corpusTokens * sampledShare * epochs;
  const operations = operationsPerParameterAndToken * parameters * tokens;
  const operationsPerSecond = instances * parallelAccelerators * accelerator.denseBf16Tflops * 1e12 * utilisation;
  return {
    hours: operations / operationsPerSecond / 3600 + startUpHoursPerRun,
    derivedFrom: {
      tokens,
      parametersBillions,
      method,
      operationsPerParameterAndToken,
      utilisation,
      utilisationAssumed: training.modelFlopsUtilisation === undefined,
      utilisationRange: [known.from, known.to],
      accelerator: accelerator.name,
      denseBf16Tflops: accelerator.denseBf16Tflops,
      accelerators,
      instances,
      parallelAccelerators,
      startUpHours: startUpHoursPerRun,
      scriptUsesAccelerators: accelerator.runsCuda,
      leastMemoryMib: (LEAST_BYTES_PER_PARAMETER[method] * parameters) / BYTES_PER_MIB,
      memoryMib: accelerators * accelerator.memoryMib,
    },
  };
}

/** The hours of one run in the names of the workload's fields. Facts of the instance stand in it as numbers. */
export function hoursFormula({
  utilisation,
  utilisationAssumed,
  accelerators,
  denseBf16Tflops,
}: HoursDerivation): string {
  const share = utilisationAssumed ? String(utilisation) : 'modelFlopsUtilisation';
  return `(trainingOperations ÷ (instances × min(parallelAccelerators, ${accelerators}) × ${denseBf16Tflops} × 1e12 × ${share}) ÷ 3600 + startUpHoursPerRun)`;
}

/** What the hours suppose, in words for `--explain`. */
export function hoursAssumption(derived: HoursDerivation): string {
  const { method, operationsPerParameterAndToken: operations, utilisation, utilisationRange, startUpHours } = derived;
  const [from, to] = utilisationRange;
  return [
    `${method === 'lora' ? 'LoRA' : 'full training'}: ${operations} operations for each parameter and token`,
    `${utilisation} of the ${derived.denseBf16Tflops} dense BF16 TFLOPS of an ${derived.accelerator}${derived.utilisationAssumed ? `, assumed (public measurements: ${from} to ${to})` : ''}`,
    startUpHours > 0 ? 'start-up as given' : 'instance start, downloads and compilation not counted',
    'every instance is billed for the whole run',
  ].join('; ');
}
