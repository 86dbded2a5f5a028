import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { answerCloudFormation, type ResourceEvent } from '../shared/custom-resource.ts';
import { requireEnv } from '../shared/env.ts';
import type { StartRunEnv } from './env.ts';
import { startOnDeploy } from './start.ts';

const env = (name: keyof StartRunEnv): string => requireEnv(process.env, name);

const clients = { s3: new S3Client({}), stepFunctions: new SFNClient({}) };
const target = { bucket: env('TRAINING_BUCKET'), stateMachineArn: env('STATE_MACHINE_ARN') };

export const handler = (event: ResourceEvent): Promise<void> =>
  answerCloudFormation(event, () => startOnDeploy(event, clients, target));
