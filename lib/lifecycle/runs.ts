import { BedrockClient } from '@aws-sdk/client-bedrock';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cloudFormationClient } from '../deployment/stack-outputs.ts';
import { UserError } from '../errors/user-error.ts';
import type { RunRequest } from '../training/run-request.ts';
import type { RunState } from '../training/run-state.ts';

export interface RunClients {
  readonly cloudFormation: CloudFormationClient;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly stepFunctions: SFNClient;
  readonly ssm: SSMClient;
  readonly bedrock: BedrockClient;
  readonly sagemaker: SageMakerClient;
}

export function runClients(region: string): RunClients {
  return {
    cloudFormation: cloudFormationClient(region),
    lambda: new LambdaClient({ region }),
    s3: new S3Client({ region }),
    stepFunctions: new SFNClient({ region }),
    ssm: new SSMClient({ region }),
    bedrock: new BedrockClient({ region }),
    sagemaker: new SageMakerClient({ region }),
  };
}

/** Time and a few random digits: also the name of the execution, which is reserved for 90 days, and of the job, for ever. */
export function newRunId(now: Date, random: () => number): string {
  const digits = Math.floor(random() * 0x1000000)
    .toString(16)
    .padStart(6, '0');
  return `${now.toISOString().replace(/\D/g, '').slice(0, 14)}-${digits}`;
}

/** What S3 takes in one request. */
const MOST_BYTES = 5 * 1024 ** 3;

/** Hashes what flows through. */
export function hashing(source: AsyncIterable<Uint8Array>): {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly digest: () => string;
} {
  const hash = createHash('sha256');
  async function* through(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  }
  return { bytes: through(), digest: () => hash.digest('hex') };
}

/**
 * Puts a file where the workflow finds it, under its own hash: what is there already is not sent again.
 * @returns its address
 */
export async function uploadDataset(
  s3: Pick<S3Client, 'send'>,
  bucket: string,
  file: {
    readonly path: string;
    readonly name: 'train' | 'validation';
    readonly sha256: string;
    readonly bytes: number;
  },
): Promise<string> {
  if (file.bytes > MOST_BYTES) {
    throw new UserError(
      `'${file.path}' has ${file.bytes} bytes, and at most ${MOST_BYTES} are uploaded at once: put it there with 'aws s3 cp ${file.path} s3://${bucket}/datasets/' and give '--dataset s3://${bucket}/datasets/...'`,
    );
  }
  const Key = `datasets/${file.sha256.slice(0, 16)}/${file.name}.jsonl`;
  if (!(await isThere(s3, bucket, Key, file.bytes))) {
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key,
        Body: createReadStream(file.path),
        ContentLength: file.bytes,
        ContentType: 'application/jsonl',
      }),
    );
  }
  return `s3://${bucket}/${Key}`;
}

async function isThere(s3: Pick<S3Client, 'send'>, Bucket: string, Key: string, bytes: number): Promise<boolean> {
  try {
    return (await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength === bytes;
  } catch (error) {
    // without leave to list, S3 does not say whether there is none
    if (error instanceof Error && /NotFound|NoSuchKey|Forbidden|403/.test(error.name)) return false;
    throw error;
  }
}

export async function startRun(
  stepFunctions: Pick<SFNClient, 'send'>,
  stateMachineArn: string,
  request: RunRequest,
): Promise<void> {
  await stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn, name: request.runId, input: JSON.stringify(request) }),
  );
}

const executionArn = (stateMachineArn: string, runId: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${runId}`;

/** The runs of a stack, newest first. */
export async function recentRuns(
  stepFunctions: Pick<SFNClient, 'send'>,
  stateMachineArn: string,
): Promise<{ readonly runId: string; readonly status: string; readonly startedAt: Date | undefined }[]> {
  const { executions = [] } = await stepFunctions.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 20 }));
  return executions.map(({ name = '', status = 'UNKNOWN', startDate }) => ({
    runId: name,
    status,
    startedAt: startDate,
  }));
}

export interface RunProgress {
  readonly status: 'running' | 'succeeded' | 'failed';
  /** Name of the state that the workflow is in; undefined before the first. */
  readonly phase?: string | undefined;
  readonly startedAt: Date;
  /** What the run knew when it entered the phase. */
  readonly run?: RunState | undefined;
  /** Why it failed, for a person. */
  readonly reason?: string | undefined;
}

/** Events of the history that are read backwards: a round of waiting has fewer. */
const RECENT_EVENTS = 40;

/** @throws UserError where there is no such run */
export async function runProgress(
  stepFunctions: Pick<SFNClient, 'send'>,
  stateMachineArn: string,
  runId: string,
): Promise<RunProgress> {
  const arn = executionArn(stateMachineArn, runId);
  const execution = await stepFunctions
    .send(new DescribeExecutionCommand({ executionArn: arn }))
    .catch((error: unknown) => {
      rethrowUnknownRun(error, runId);
      throw error;
    });
  const { status, startDate = new Date(0), output, cause, error } = execution;
  if (status === 'SUCCEEDED') return { status: 'succeeded', startedAt: startDate, run: runOf(output) };
  const { events = [] } = await stepFunctions.send(
    new GetExecutionHistoryCommand({ executionArn: arn, reverseOrder: true, maxResults: RECENT_EVENTS }),
  );
  const entered = events
    .map(({ stateEnteredEventDetails }) => stateEnteredEventDetails)
    .find((state) => state !== undefined);
  const run = events
    .flatMap(({ stateEnteredEventDetails, stateExitedEventDetails }) => [
      runOf(stateExitedEventDetails?.output),
      runOf(stateEnteredEventDetails?.input),
    ])
    .find((found) => found !== undefined);
  const progress = { phase: entered?.name, startedAt: startDate, run };
  return isUnderWay(status)
    ? { status: 'running', ...progress }
    : { status: 'failed', ...progress, reason: reasonOf(status, error, cause) };
}

const isUnderWay = (status: string | undefined): boolean => status === 'RUNNING' || status === 'PENDING_REDRIVE';

function rethrowUnknownRun(error: unknown, runId: string): void {
  if (error instanceof Error && /ExecutionDoesNotExist|InvalidArn/.test(error.name)) {
    throw new UserError(`there is no run '${runId}': leave its name out for the newest one`, { cause: error });
  }
}

/** The run in the input or output of a state; undefined where it holds something else. */
function runOf(text: string | undefined): RunState | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Partial<RunState> & { readonly run?: RunState };
    const run = value.run ?? value;
    return typeof run.runId === 'string' ? (run as RunState) : undefined;
  } catch {
    // Step Functions cuts what is too long
    return undefined;
  }
}

/** Lambda wraps what a step says in JSON. */
function reasonOf(status: string | undefined, error: string | undefined, cause: string | undefined): string {
  try {
    const { errorMessage } = JSON.parse(cause ?? '') as { readonly errorMessage?: string };
    if (errorMessage !== undefined) return errorMessage;
  } catch {
    // as it is
  }
  if (status === 'ABORTED') return `it was stopped${cause === undefined ? '' : `: ${cause}`}`;
  if (status === 'TIMED_OUT') return 'it did not end in its time and was stopped';
  return cause ?? error ?? 'no reason given';
}

type Stopped =
  { readonly done: true } | { readonly done: false; readonly executionArn: string; readonly reason: string };

/**
 * Ends the execution of a run; one that has ended stays as it is.
 * @throws UserError where there is no such run
 */
export async function stopRun(
  stepFunctions: Pick<SFNClient, 'send'>,
  stateMachineArn: string,
  runId: string,
): Promise<Stopped> {
  const arn = executionArn(stateMachineArn, runId);
  try {
    await stepFunctions.send(
      new StopExecutionCommand({ executionArn: arn, error: 'Stopped', cause: 'stopped by fmpaths train --stop' }),
    );
    return { done: true };
  } catch (error) {
    rethrowUnknownRun(error, runId);
    const { status } = await stepFunctions
      .send(new DescribeExecutionCommand({ executionArn: arn }))
      .catch(() => ({ status: undefined }));
    // only what has certainly ended need not be stopped
    return status !== undefined && !isUnderWay(status)
      ? { done: true }
      : { done: false, executionArn: arn, reason: String(error) };
  }
}

/**
 * Returns the id that the reaper knows a run by: the input of its execution says it. The name of the execution is the same but for
 * peak hours, where EventBridge puts more behind it.
 */
export async function reapedRunId(
  stepFunctions: Pick<SFNClient, 'send'>,
  stateMachineArn: string,
  name: string,
): Promise<string> {
  try {
    const { input } = await stepFunctions.send(
      new DescribeExecutionCommand({ executionArn: executionArn(stateMachineArn, name) }),
    );
    const { runId } = JSON.parse(input ?? '') as { readonly runId?: unknown };
    if (typeof runId === 'string') return runId;
  } catch {
    // the name serves as well
  }
  return name.split('_')[0] ?? name;
}
