import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { requireLoopback } from '../errors/loopback.ts';
import type { Tags } from '../simulator/usage.ts';

/** Clients that can reach nothing but the emulator. */
export interface EmulatorClients {
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly stepFunctions: SFNClient;
  readonly parameters: SSMClient;
}

export function emulatorClients(emulatorUrl: string, region: string): EmulatorClients {
  const options = {
    endpoint: requireLoopback(emulatorUrl, 'the emulator').href,
    region,
    credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' },
  };
  return {
    lambda: new LambdaClient(options),
    logs: new CloudWatchLogsClient(options),
    stepFunctions: new SFNClient(options),
    parameters: new SSMClient(options),
  };
}

/** What was deployed, as the emulator's services themselves say it. */
export interface DeployedPath {
  readonly functionName: string;
  readonly functionArn: string;
  readonly functionTags: Tags;
  readonly memoryMegabytes: number;
  readonly architecture: 'arm64' | 'x86_64';
  readonly environment: Readonly<Record<string, string>>;
  readonly functionUrl: string;
  /** The inference profile; undefined where a registry says which model answers. */
  readonly modelArn: string | undefined;
  readonly logGroup: string;
  readonly logGroupArn: string;
  readonly logGroupTags: Tags;
  readonly logRetentionDays: number;
}

/** `outputs` are the stack's. @throws Error where the stack lacks what every path has */
export async function deployedPath(
  clients: EmulatorClients,
  outputs: Readonly<Record<string, string>>,
): Promise<DeployedPath> {
  const functionName = required(outputs['FunctionName'], 'output FunctionName');
  const { Configuration, Tags: functionTags } = await clients.lambda.send(
    new GetFunctionCommand({ FunctionName: functionName }),
  );
  const logGroup = required(Configuration?.LoggingConfig?.LogGroup, 'log group of its own');
  const groups = await clients.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroup }));
  const group = groups.logGroups?.find(({ logGroupName }) => logGroupName === logGroup);
  const logGroupArn = required(group?.logGroupArn, 'ARN of its log group');
  const { tags } = await clients.logs.send(new ListTagsForResourceCommand({ resourceArn: logGroupArn }));
  return {
    functionName,
    functionArn: required(Configuration?.FunctionArn, 'function ARN'),
    functionTags: functionTags ?? {},
    memoryMegabytes: required(Configuration?.MemorySize, 'memory size'),
    architecture: required(Configuration?.Architectures?.[0], 'architecture'),
    environment: Configuration?.Environment?.Variables ?? {},
    functionUrl: required(outputs['FunctionUrl'], 'output FunctionUrl'),
    modelArn: outputs['ModelArn'],
    logGroup,
    logGroupArn,
    logGroupTags: tags ?? {},
    logRetentionDays: required(group?.retentionInDays, 'log retention: its logs would be kept, and billed, for ever'),
  };
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the deployed stack has no ${what}`);
  return value;
}
