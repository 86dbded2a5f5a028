/** Folder of the training bucket that says what may be created and what may stay. */
export const CONTROL_PREFIX = 'control/';

/** Creators may write below these and nowhere else: runs, and the leases of single things. */
export const LEASE_PREFIXES = [`${CONTROL_PREFIX}runs/`, `${CONTROL_PREFIX}leases/`] as const;

/** Folders of the training bucket with weights that can be imported: what a job has written, and what somebody has put there. */
export const WEIGHTS_PREFIXES = ['output/', 'weights/'] as const;

/** Whether weights may be imported from there. */
export const isWeightsFolder = (uri: string, bucket: string): boolean =>
  uri.endsWith('/') && WEIGHTS_PREFIXES.some((prefix) => uri.startsWith(`s3://${bucket}/${prefix}`));

/** Names of API-created things of a stack begin so: at most 41 characters, so that a run id fits behind it. */
export function namePrefix(stackName: string): string {
  return stackName.slice(0, 41).replace(/-+$/, '');
}

/** Job and model of one run. Job names are reserved for ever, so each run has its own. */
export const runName = (stackName: string, runId: string): string => `${namePrefix(stackName)}-${runId}`;

/** The one deployment and the one throughput of a stack: a retrained model is swapped behind the same ARN. */
export const hostName = (stackName: string): string => `${namePrefix(stackName)}-model`;
