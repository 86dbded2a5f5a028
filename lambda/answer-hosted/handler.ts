import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { SSMClient } from '@aws-sdk/client-ssm';
import { readFileSync } from 'node:fs';
import { modelRegistry } from '../../lib/lifecycle/model-registry.ts';
import type { PathId } from '../../lib/paths.ts';
import { PACE, answerHandler } from '../shared/answer-handler.ts';
import type { Prompt } from '../shared/converse-request.ts';
import { requireEnv } from '../shared/env.ts';
import type { AnswerSettings } from '../shared/settings.ts';
import { hostedModelPath } from './answer.ts';
import type { AnswerHostedEnv } from './env.ts';

const env = (name: keyof AnswerHostedEnv): string => requireEnv(process.env, name);

export const handler = answerHandler(
  hostedModelPath({
    // one place repeats a call: lambda/shared/retry.ts, which also counts it
    client: new BedrockRuntimeClient({ maxAttempts: 1 }),
    path: env('PATH_ID') as PathId,
    registry: modelRegistry(new SSMClient({}), env('MODEL_REGISTRY')),
    settings: JSON.parse(env('SETTINGS')) as AnswerSettings,
    prompt: JSON.parse(readFileSync(new URL(env('PROMPT_FILE'), import.meta.url), 'utf8')) as Prompt,
    pace: PACE,
  }),
);
