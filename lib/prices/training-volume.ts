import { priceIdOf } from './price-id.ts';

/**
 * Families whose instances all have NVMe disks of their own (Amazon EC2 Instance Types guide, accelerated computing): for
 * them SageMaker provisions no volume, whatever size is asked for (SageMaker AI developer guide, Managing storage paths
 * for different types of instance local storage).
 */
const WITH_OWN_DISKS = ['g4dn', 'g5', 'g6', 'g6e', 'p3dn', 'p4d', 'p4de', 'p5', 'p5e', 'p5en'];

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
}

/** GB-months of volume that training bills: none only for instances that are known to bring their disks. */
export function volumeGbMonths(
  { instanceType, instances, volumeGb }: TrainingInstances,
  hours: number,
  hoursPerMonth = SHORTEST_MONTH_HOURS,
): number {
  const family = instanceType.split('.')[1] ?? '';
  return WITH_OWN_DISKS.includes(family) ? 0 : (instances * volumeGb * hours) / hoursPerMonth;
}
