import { priceIdOf } from './price-id.ts';

export const TRAINING_VOLUME_PRICE_ID = 'sagemaker/training-volume';

/** Id of the price of an hour of one training instance. */
export const instancePriceId = (instanceType: string): string => priceIdOf('sagemaker', `${instanceType}/training`);

/** Hours of a February: the fewest by which a month of storage is divided, so what an upper bound reckons with. */
const SHORTEST_MONTH_HOURS = 28 * 24;

export interface TrainingInstances {
  /** Such as `ml.g6e.12xlarge`. */
  readonly instanceType: string;
  readonly instances: number;
  /** Of each instance. */
  readonly volumeGb: number;
  /** True if the instance is known to have NVMe disks: SageMaker then provisions no volume. @default a volume is billed */
  readonly ownDisks?: boolean | undefined;
}

/** GB-months of volume that training bills: none only for instances that are known to bring their disks. */
export function volumeGbMonths(
  { instances, volumeGb, ownDisks }: Omit<TrainingInstances, 'instanceType'>,
  hours: number,
  hoursPerMonth = SHORTEST_MONTH_HOURS,
): number {
  return ownDisks === true ? 0 : (instances * volumeGb * hours) / hoursPerMonth;
}
