import type { PathId } from '../../lib/paths.ts';
import { converseRequest, type Prompt } from '../shared/converse-request.ts';
import { generate, type ModelCaller } from '../shared/generate.ts';
import type { AnswerPath } from '../shared/respond.ts';
import type { AnswerSettings } from '../shared/settings.ts';

/** A model that is asked the bare question. */
export interface BaseModelCaller extends ModelCaller {
  readonly path: PathId;
  readonly modelArn: string;
  readonly settings: AnswerSettings;
  readonly prompt: Prompt;
}

/** Answers with what the model knows. */
export function baseModelPath(answerer: BaseModelCaller): AnswerPath {
  const { path, modelArn, settings, prompt, pace } = answerer;
  return {
    path,
    settings,
    promptId: prompt.id,
    pace,
    answer: async ({ question }, attempt, parts) => {
      const request = converseRequest(question, modelArn, settings.inference, prompt);
      const { text, usage, stopReason, meteredUsd } = await generate(request, answerer, attempt, parts);
      return {
        path,
        answer: text,
        citations: [],
        usage,
        latencyMs: Math.round(pace.now() - attempt.startedMs),
        meteredUsd,
        modelArn,
        stopReason,
        retries: attempt.retries,
      };
    },
  };
}
