import { BedrockAgentClient } from '@aws-sdk/client-bedrock-agent';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerCloudFormation, type ResourceEvent } from '../shared/custom-resource.ts';
import { runHook } from './hooks.ts';

const clients = { agent: new BedrockAgentClient(), s3: new S3Client(), sqs: new SQSClient() };

export const handler = async (event: ResourceEvent, context: Context): Promise<void> => {
  await answerCloudFormation(event, async (asked) =>
    runHook(asked, clients, { now: Date.now, sleep, random: Math.random }, context.getRemainingTimeInMillis()),
  );
};
