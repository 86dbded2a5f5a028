import { BedrockAgentClient } from '@aws-sdk/client-bedrock-agent';
import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Context, SQSEvent } from 'aws-lambda';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PathId } from '../../lib/paths.ts';
import { requireEnv } from '../shared/env.ts';
import { readChange } from './change.ts';
import type { SyncEnv } from './env.ts';
import { syncDocuments, type Syncer } from './sync.ts';

const env = (name: keyof SyncEnv): string => requireEnv(process.env, name);
const sqs = new SQSClient();

const syncer: Syncer = {
  // one place repeats a call: sync.ts, at the pace that the service allows
  client: new BedrockAgentClient({ maxAttempts: 1 }),
  path: env('PATH_ID') as PathId,
  source: { knowledgeBaseId: env('KNOWLEDGE_BASE_ID'), dataSourceId: env('DATA_SOURCE_ID') },
  pace: { now: Date.now, sleep, random: Math.random },
  postpone: async (changedAt, jobId) => {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: env('QUEUE_URL'),
        MessageGroupId: 'documents',
        // the time too: the queue drops what it has seen within five minutes
        MessageBody: JSON.stringify({ sync: jobId, postponedAt: new Date().toISOString(), changedAt }),
      }),
    );
  },
  log: (line) => void process.stdout.write(`${line}\n`),
};

export const handler = async ({ Records }: SQSEvent, context: Context): Promise<void> => {
  await syncDocuments(
    Records.map(({ body }) => readChange(body)),
    syncer,
    context.getRemainingTimeInMillis(),
  );
};
