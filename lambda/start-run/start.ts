import { CopyObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { StartExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { createHash } from 'node:crypto';
import type { RunRequest } from '../../lib/training/run-request.ts';
import { requireProperty, type ResourceEvent } from '../shared/custom-resource.ts';

/** Values that reach a custom resource are text. */
export interface StartProperties {
  /** Changes when the dataset does: nothing else begins another run. */
  readonly DatasetHash: string;
  readonly SourceBucket: string;
  readonly SourceKey: string;
  /** JSON of `maxUsd` and `hosting`. */
  readonly Request: string;
}

export interface StartClients {
  readonly s3: Pick<S3Client, 'send'>;
  readonly stepFunctions: Pick<SFNClient, 'send'>;
}

export interface StartTarget {
  readonly bucket: string;
  readonly stateMachineArn: string;
}

/**
 * Begins a run with the dataset of the deployment and does not wait for it. A stack begins one run with a dataset, however often
 * it is asked: also where CloudFormation rolls an update back, which asks for the dataset before once more.
 */
export async function startOnDeploy(
  event: ResourceEvent,
  { s3, stepFunctions }: StartClients,
  target: StartTarget,
): Promise<string | undefined> {
  if (event.RequestType === 'Delete') return undefined;
  const property = (name: keyof StartProperties): string => requireProperty(event, name);
  const hash = property('DatasetHash');
  // the same data set with other settings: what is changed holds for the next run, and none is begun
  if (event.PhysicalResourceId === hash) return hash;
  const key = `datasets/${hash.slice(0, 16)}/train.jsonl`;
  await s3.send(
    new CopyObjectCommand({
      Bucket: target.bucket,
      Key: key,
      CopySource: `${property('SourceBucket')}/${encodeURIComponent(property('SourceKey'))}`,
    }),
  );
  // short, because job names that begin with the stack's have 63 characters; of the stack's id, because they are reserved for ever
  const runId = `deploy-${createHash('sha256').update(`${event.StackId} ${hash}`).digest('hex').slice(0, 12)}`;
  const request: RunRequest = {
    action: 'train',
    runId,
    dataset: { trainUri: `s3://${target.bucket}/${key}` },
    ...(JSON.parse(property('Request')) as Pick<RunRequest, 'maxUsd' | 'hosting'>),
  };
  try {
    await stepFunctions.send(
      new StartExecutionCommand({
        stateMachineArn: target.stateMachineArn,
        name: runId,
        input: JSON.stringify(request),
      }),
    );
  } catch (error) {
    // it has been begun before
    if (!(error instanceof Error && error.name === 'ExecutionAlreadyExists')) throw error;
  }
  return hash;
}
