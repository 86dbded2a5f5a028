import { BedrockClient } from '@aws-sdk/client-bedrock';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { setTimeout as sleep } from 'node:timers/promises';
import { leaseStore } from '../../lib/lifecycle/leases.ts';
import { modelRegistry } from '../../lib/lifecycle/model-registry.ts';
import { putAnswer } from '../shared/custom-resource.ts';
import { requireEnv } from '../shared/env.ts';
import { trainingSettings } from '../shared/training-settings.ts';
import type { ReapRunEnv } from './env.ts';
import { reapEvent } from './event.ts';
import type { StackDeletion } from './stack-deletion.ts';

const env = (name: keyof ReapRunEnv): string => requireEnv(process.env, name);

const settings = trainingSettings(process.env);
const s3 = new S3Client({});

const deletion: StackDeletion = {
  settings,
  clients: {
    bedrock: new BedrockClient({}),
    sagemaker: new SageMakerClient({}),
    events: new EventBridgeClient({}),
    leases: leaseStore(s3, settings.bucket),
    registry: modelRegistry(new SSMClient({}), settings.registry),
  },
  s3,
  stepFunctions: new SFNClient({}),
  stateMachineArn: env('STATE_MACHINE_ARN'),
  startingRules: JSON.parse(env('STARTING_RULES')) as string[],
  now: () => new Date(),
  sleep,
};

const lambda = new LambdaClient({});

interface Context {
  readonly functionName: string;
  readonly getRemainingTimeInMillis: () => number;
}

export const handler = (event: unknown, context: Context): Promise<unknown> =>
  reapEvent(event, deletion, {
    remainingMs: context.getRemainingTimeInMillis(),
    invokeAgain: async (next) => {
      await lambda.send(
        new InvokeCommand({
          FunctionName: context.functionName,
          InvocationType: 'Event',
          Payload: JSON.stringify(next),
        }),
      );
    },
    respond: putAnswer,
  });
