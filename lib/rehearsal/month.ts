import type { PathId } from '../paths.ts';
import { customMetricUsage, lambdaUsage, logUsage } from '../simulator/operations-usage.ts';
import type { MeasuredProfile, MonthOfUsage } from '../simulator/usage.ts';
import type { DeployedPath } from './deployed-path.ts';

/** What the path's own operation used on the rehearsed calls, and the settings that bill whatever is asked. */
export interface MeasuredOperations {
  readonly path: PathId;
  readonly deployed: DeployedPath;
  readonly logBytesPerRequest: number;
  readonly customMetrics: number;
}

/** The first calendar month that has not begun at `now`, `YYYY-MM`. */
export function nextMonth(now: Date): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString().slice(0, 7);
}

/** What a month of `requestsPerMonth` requests uses when each is like the measured ones. */
export function monthOfUsage(
  month: string,
  requestsPerMonth: number,
  profile: MeasuredProfile,
  operations: MeasuredOperations,
): MonthOfUsage {
  const { path, deployed, logBytesPerRequest, customMetrics } = operations;
  const logs = logUsage(
    { path, arn: deployed.logGroupArn, tags: deployed.logGroupTags },
    { bytesPerRequest: logBytesPerRequest, retentionDays: deployed.logRetentionDays },
  );
  const invocations = lambdaUsage(
    { path, arn: deployed.functionArn, tags: deployed.functionTags },
    {
      architecture: deployed.architecture,
      memoryMb: deployed.memoryMegabytes,
      billedMsPerInvocation: billedMilliseconds(profile),
    },
  );
  return {
    month,
    requestsPerMonth,
    usagePerRequest: [...profile.usagePerRequest, ...invocations, logs.ingested],
    usagePerMonth: [customMetricUsage(path, customMetrics)],
    storagePerRequest: [logs.stored],
  };
}

/**
 * Lambda bills whole milliseconds, and the function waits while the model answers. Virtual, as the simulated answers are: how
 * long this machine took says nothing about AWS.
 */
export function billedMilliseconds({ latencyMsPerCall, calls, requests }: MeasuredProfile): number {
  return Math.ceil((latencyMsPerCall * calls) / requests);
}
