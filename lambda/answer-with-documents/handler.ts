import { BedrockAgentRuntimeClient } from '@aws-sdk/client-bedrock-agent-runtime';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { readFileSync } from 'node:fs';
import type { PathId } from '../../lib/paths.ts';
import { PACE, answerHandler } from '../shared/answer-handler.ts';
import type { Prompt } from '../shared/converse-request.ts';
import { requireEnv } from '../shared/env.ts';
import type { AnswerSettings } from '../shared/settings.ts';
import { documentsPath } from './answer.ts';
import type { DocumentsEnv, RetrievalSettings } from './env.ts';

const env = (name: keyof DocumentsEnv): string => requireEnv(process.env, name);

export const handler = answerHandler(
  documentsPath({
    // one place repeats a call: lambda/shared/retry.ts, which also counts it
    client: new BedrockRuntimeClient({ maxAttempts: 1 }),
    path: env('PATH_ID') as PathId,
    modelArn: env('MODEL_ARN'),
    settings: JSON.parse(env('SETTINGS')) as AnswerSettings,
    prompt: JSON.parse(readFileSync(new URL(env('PROMPT_FILE'), import.meta.url), 'utf8')) as Prompt,
    pace: PACE,
    retriever: {
      client: new BedrockAgentRuntimeClient({ maxAttempts: 1 }),
      knowledgeBaseId: env('KNOWLEDGE_BASE_ID'),
      retrieval: JSON.parse(env('RETRIEVAL')) as RetrievalSettings,
    },
  }),
);
