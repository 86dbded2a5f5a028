import { priceIdOf, throughputMeter } from '../prices/price-id.ts';
import { PRICE_UNITS, unitRatio, type PriceUnit } from '../prices/price-unit.ts';
import { DEFAULTS } from './defaults.ts';
import { volumeGbMonths, TRAINING_VOLUME_PRICE_ID } from './training-volume.ts';

/** The few prices that a run needs: what a function can be given without the whole book. */
export type RunPrices = Readonly<Record<string, { readonly usd: number; readonly per: string }>>;

/** What a run trains. */
export type RunTraining =
  | { readonly kind: 'none' }
  | { readonly kind: 'tokens'; readonly modelId: string; readonly tokensPerEpoch: number; readonly epochs: number }
  | {
      readonly kind: 'distillation';
      readonly studentModelId: string;
      readonly teacherModelId: string;
      /** Suffix of the teacher's prices: `/global` behind a global profile. */
      readonly teacherPriceSuffix: '' | '/global';
      readonly prompts: number;
      readonly tokensPerPrompt: number;
      readonly tokensPerAnswer: number;
      readonly epochs: number;
      /** The teacher is not asked: its answers come from logs. */
      readonly reuseLoggedAnswers: boolean;
    }
  | {
      readonly kind: 'instances';
      readonly instanceType: string;
      readonly instances: number;
      /** Of each instance. */
      readonly volumeGb: number;
      readonly maxHours: number;
    };

export type RunHosting =
  | { readonly kind: 'none' | 'on-demand'; readonly modelId: string }
  | { readonly kind: 'imported'; readonly customModelUnits: number; readonly cmuVersion: 'v1' | 'v2' }
  | {
      readonly kind: 'provisioned';
      readonly modelId: string;
      readonly modelUnits: number;
      readonly maxHours: number;
      readonly commitment?: 'OneMonth' | 'SixMonths' | undefined;
    };

export interface BoundLine {
  readonly name: string;
  readonly quantity: number;
  readonly unit: PriceUnit;
  readonly priceId: string;
  /** `null` where the price is unknown. */
  readonly usd: number | null;
}

export interface RunBound {
  readonly lines: readonly BoundLine[];
  /** `null` where a price is unknown: such a run is refused, however high the limit. */
  readonly usd: number | null;
  /** Ids of the prices that are unknown. */
  readonly unknown: readonly string[];
}

/**
 * A token is hardly ever shorter than three bytes of text: what cannot be counted is taken as so many.
 * (English has about four characters a token; a Chinese or Japanese character has three bytes and is about one.)
 */
export const LEAST_BYTES_PER_TOKEN = 3;

/** No commitment is longer: AWS says at its purchase when it ends. */
export const COMMITTED_HOURS = { OneMonth: 31 * 24, SixMonths: 184 * 24 } as const;

/** A throughput is removed at the first look after its end; a begun hour is billed whole. */
const LATEST_REMOVAL_HOURS = 1;

/** The most hours that such a throughput is billed, its removal included; those of a commitment are owed from its first. */
export function throughputHours({
  commitment,
  maxHours,
}: Pick<Extract<RunHosting, { kind: 'provisioned' }>, 'commitment' | 'maxHours'>): number {
  return commitment === undefined
    ? Math.ceil(maxHours) + LATEST_REMOVAL_HOURS
    : Math.max(Math.ceil(maxHours), COMMITTED_HOURS[commitment]);
}

/**
 * The most that one run can cost: training, a month of storage, and hosting for its maximum hours. What answering questions costs
 * afterwards is paid by the request and not in it.
 */
export function runBound(training: RunTraining, hosting: RunHosting, prices: RunPrices): RunBound {
  const lines: BoundLine[] = [];
  const add = (name: string, unit: PriceUnit, pieces: number, priceId: string): void => {
    // not a number would be compared with a limit, and found to be below it
    if (!(pieces >= 0 && Number.isFinite(pieces)))
      throw new RangeError(`${name}: how many is not known, got ${pieces}`);
    if (pieces === 0) return;
    const quantity = pieces / PRICE_UNITS[unit].pieces;
    const price = Object.hasOwn(prices, priceId) ? prices[priceId] : undefined;
    const ratio = price === undefined || !isUnit(price.per) ? null : unitRatio(unit, price.per);
    lines.push({
      name,
      quantity,
      unit,
      priceId,
      usd: price === undefined || ratio === null ? null : quantity * ratio * price.usd,
    });
  };
  switch (training.kind) {
    case 'none':
      break;
    case 'tokens':
      add(
        'Training tokens',
        '1M tokens',
        training.tokensPerEpoch * training.epochs,
        priceIdOf(training.modelId, 'training'),
      );
      break;
    case 'distillation': {
      const { reuseLoggedAnswers, tokensPerPrompt, tokensPerAnswer, teacherModelId, teacherPriceSuffix } = training;
      // Bedrock may add prompts of its own and asks the teacher for each
      const prompts = reuseLoggedAnswers ? training.prompts : Math.max(training.prompts, DEFAULTS.synthesizedPrompts);
      if (!reuseLoggedAnswers) {
        const teacher = (meter: string): string => priceIdOf(teacherModelId, `${meter}${teacherPriceSuffix}`);
        add('Teacher input tokens', '1M tokens', prompts * tokensPerPrompt, teacher('input'));
        add('Teacher output tokens', '1M tokens', prompts * tokensPerAnswer, teacher('output'));
      }
      add(
        'Student training tokens',
        '1M tokens',
        prompts * (tokensPerPrompt + tokensPerAnswer) * training.epochs,
        priceIdOf(training.studentModelId, 'training'),
      );
      break;
    }
    case 'instances':
      add(
        'SageMaker training instance hours',
        'instance-hour',
        training.instances * training.maxHours,
        priceIdOf('sagemaker', `${training.instanceType}/training`),
      );
      add(
        'SageMaker training volumes',
        'GB-month',
        volumeGbMonths(training, training.maxHours),
        TRAINING_VOLUME_PRICE_ID,
      );
  }
  switch (hosting.kind) {
    case 'imported':
      add('Imported model storage, a month', 'CMU-month', hosting.customModelUnits, 'cmi/storage');
      // the smoke test opens one window of five minutes
      add('Smoke test', 'CMU-minute', hosting.customModelUnits * 5, `cmi/cmu-${hosting.cmuVersion}`);
      break;
    case 'provisioned': {
      const { commitment, modelId, modelUnits } = hosting;
      const hours = throughputHours(hosting);
      add('Custom model storage, a month', 'model-month', 1, priceIdOf(modelId, 'storage'));
      add('Model units', 'model-unit-hour', modelUnits * hours, priceIdOf(modelId, throughputMeter(commitment)));
      break;
    }
    case 'none':
    case 'on-demand':
      add('Custom model storage, a month', 'model-month', 1, priceIdOf(hosting.modelId, 'storage'));
  }
  const unknown = lines.filter(({ usd }) => usd === null).map(({ priceId }) => priceId);
  return { lines, usd: unknown.length > 0 ? null : lines.reduce((all, { usd }) => all + (usd ?? 0), 0), unknown };
}

const isUnit = (per: string): per is PriceUnit => Object.hasOwn(PRICE_UNITS, per);

/** Ids of every price that such a run may need. */
export function runPriceIds(models: {
  readonly trained: string;
  readonly teacher?: string | undefined;
  readonly instanceType?: string | undefined;
}): string[] {
  const { trained, teacher, instanceType } = models;
  return [
    ...['training', 'storage', 'provisioned/no-commit', 'provisioned/1-month', 'provisioned/6-month'].map((meter) =>
      priceIdOf(trained, meter),
    ),
    ...(teacher === undefined
      ? []
      : ['input', 'output', 'input/global', 'output/global'].map((meter) => priceIdOf(teacher, meter))),
    ...(instanceType === undefined
      ? []
      : [
          priceIdOf('sagemaker', `${instanceType}/training`),
          TRAINING_VOLUME_PRICE_ID,
          'cmi/storage',
          'cmi/cmu-v1',
          'cmi/cmu-v2',
        ]),
  ];
}
