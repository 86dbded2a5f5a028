import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { readFileSync } from 'node:fs';
import type { PathId } from '../../lib/paths.ts';
import { PACE, answerHandler } from '../shared/answer-handler.ts';
import type { Prompt } from '../shared/converse-request.ts';
import { requireEnv } from '../shared/env.ts';
import type { AnswerSettings } from '../shared/settings.ts';
import { baseModelPath } from './answer.ts';
import type { AnswerEnv } from './env.ts';

const env = (name: keyof AnswerEnv): string => requireEnv(process.env, name);

export const handler = answerHandler(
  baseModelPath({
    // one place repeats a call: lambda/shared/retry.ts, which also counts it
    client: new BedrockRuntimeClient({ maxAttempts: 1 }),
    path: env('PATH_ID') as PathId,
    modelArn: env('MODEL_ARN'),
    settings: JSON.parse(env('SETTINGS')) as AnswerSettings,
    prompt: JSON.parse(readFileSync(new URL(env('PROMPT_FILE'), import.meta.url), 'utf8')) as Prompt,
    pace: PACE,
  }),
);
