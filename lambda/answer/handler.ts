/// <reference types="aws-lambda" />
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PathId } from '../../lib/paths.ts';
import type { Prompt } from '../shared/converse-request.ts';
import { requireEnv } from '../shared/env.ts';
import type { Answerer } from './answer.ts';
import type { AnswerEnv, AnswerSettings } from './env.ts';
import { respond } from './respond.ts';

const env = (name: keyof AnswerEnv): string => requireEnv(process.env, name);

const answerer: Answerer = {
  // one place repeats a call: lambda/shared/retry.ts, which also counts it
  client: new BedrockRuntimeClient({ maxAttempts: 1 }),
  path: env('PATH_ID') as PathId,
  modelArn: env('MODEL_ARN'),
  settings: JSON.parse(env('SETTINGS')) as AnswerSettings,
  prompt: JSON.parse(readFileSync(new URL(env('PROMPT_FILE'), import.meta.url), 'utf8')) as Prompt,
  pace: { now: Date.now, sleep, random: Math.random },
};

export const handler = awslambda.streamifyResponse(async (event: unknown, stream, context) => {
  await respond(answerer, {
    event,
    requestId: context.awsRequestId,
    remainingMs: context.getRemainingTimeInMillis(),
    stream,
    openHttp: (statusCode, headers) => awslambda.HttpResponseStream.from(stream, { statusCode, headers }),
    // not console.log: it puts time and request id before the line, and CloudWatch then sees no metrics in it
    log: (line) => void process.stdout.write(`${line}\n`),
  });
});
