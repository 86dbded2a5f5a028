import { componentOfResourceType } from '../meters/meters.ts';
import type { PathId } from '../paths.ts';
import { BYTES_PER_GB } from '../units.ts';
import type { StoredUsage, Tags, MeteredUsage } from './usage.ts';

/** A resource of the stack whose use is measured outside the simulator. */
export interface MeasuredResource {
  readonly path: PathId;
  readonly arn: string;
  /** As in the template. */
  readonly tags: Tags;
}

/** AWS counts a gigabyte of logs in binary units. */

export interface LambdaMeasurement {
  readonly architecture: 'arm64' | 'x86_64';
  readonly memoryMb: number;
  /** Mean of the billed durations, each rounded up to a whole millisecond. */
  readonly billedMsPerInvocation: number;
  /** @default 1 */
  readonly invocationsPerRequest?: number;
}

/** What the invocations of one request bill. */
export function lambdaUsage(resource: MeasuredResource, measured: LambdaMeasurement): MeteredUsage[] {
  const { architecture, memoryMb, billedMsPerInvocation, invocationsPerRequest = 1 } = measured;
  const billable = { ...billableOf(resource, 'AWS::Lambda::Function'), operation: 'Invoke' };
  const gbSecondsPerInvocation = (memoryMb / 1024) * (billedMsPerInvocation / 1000);
  return [
    { ...billable, priceId: 'lambda/request', quantity: invocationsPerRequest },
    {
      ...billable,
      priceId: architecture === 'arm64' ? 'lambda/gb-second-arm' : 'lambda/gb-second-x86',
      quantity: invocationsPerRequest * gbSecondsPerInvocation,
    },
  ];
}

export interface LogMeasurement {
  readonly bytesPerRequest: number;
  readonly retentionDays: number;
  /**
   * Stored size over ingested size: AWS compresses archived logs.
   * @default 1, the upper bound
   */
  readonly storedShareOfIngested?: number;
}

/** What the log lines of one request bill: once for their ingestion, then for every month that they are kept. */
export function logUsage(
  resource: MeasuredResource,
  { bytesPerRequest, retentionDays, storedShareOfIngested = 1 }: LogMeasurement,
): { readonly ingested: MeteredUsage; readonly stored: StoredUsage } {
  const billable = billableOf(resource, 'AWS::Logs::LogGroup');
  const gb = bytesPerRequest / BYTES_PER_GB;
  return {
    ingested: { ...billable, priceId: 'logs/ingest', operation: 'PutLogEvents', quantity: gb },
    stored: {
      ...billable,
      priceId: 'logs/archive',
      operation: 'HourlyStorageMetering',
      quantity: gb * storedShareOfIngested,
      retentionDays,
    },
  };
}

export interface DocumentMeasurement {
  readonly documents: number;
  readonly bytes: number;
  /** Share of the documents that are put, and read by an ingestion job, anew in the month. */
  readonly changedShare: number;
}

/** What a bucket of documents bills in a month. Replaced versions are left out: how long they stay is the bucket's lifecycle. */
export function documentUsage(resource: MeasuredResource, measured: DocumentMeasurement): MeteredUsage[] {
  const billable = billableOf(resource, 'AWS::S3::Bucket');
  const changed = measured.documents * measured.changedShare;
  return [
    { ...billable, priceId: 's3/storage', operation: 'StandardStorage', quantity: measured.bytes / BYTES_PER_GB },
    { ...billable, priceId: 's3/put', operation: 'PutObject', quantity: changed },
    { ...billable, priceId: 's3/get', operation: 'GetObject', quantity: changed },
  ];
}

/** Secrets bill by the month that they exist, read or not. */
export function secretUsage(resource: MeasuredResource): MeteredUsage {
  const billable = billableOf(resource, 'AWS::SecretsManager::Secret');
  return { ...billable, priceId: 'secrets/secret', operation: 'SecretStorage', quantity: 1 };
}

/** A month of custom metrics. CloudWatch bills them to the account: no resource, no tags. */
export function customMetricUsage(path: PathId, metrics: number): MeteredUsage {
  return {
    path,
    component: componentOfResourceType('AWS::CloudWatch::Alarm'),
    resourceId: null,
    tags: {},
    priceId: 'cloudwatch/custom-metric',
    operation: 'MetricStorage',
    quantity: metrics,
  };
}

function billableOf({ path, arn, tags }: MeasuredResource, cloudFormationType: string) {
  return { path, component: componentOfResourceType(cloudFormationType), resourceId: arn, tags };
}
