import type { PathId } from '../../lib/paths.ts';
import type { Prompt } from '../shared/converse-request.ts';
import { generate, type ModelAnswer, type ModelCaller } from '../shared/generate.ts';
import type { AnswerPath } from '../shared/respond.ts';
import type { AnswerSettings } from '../shared/settings.ts';
import { DO_NOT_KNOW, checkCitations, checkedParts, groundedRequest } from './prompt.ts';
import { retrieve, type Retriever } from './retrieve.ts';

/** A model that is given passages of the documents with each question. */
export interface DocumentsCaller extends ModelCaller {
  readonly path: PathId;
  readonly modelArn: string;
  readonly settings: AnswerSettings;
  readonly prompt: Prompt;
  readonly retriever: Omit<Retriever, 'pace'>;
}

/** The answer without a model: nothing was found, so nothing is paid for one. */
const NOTHING_FOUND: ModelAnswer = {
  text: DO_NOT_KNOW,
  usage: { inputTokens: 0, outputTokens: 0, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 },
  stopReason: 'no_relevant_passage',
  meteredUsd: 0,
};

/** Answers from the documents alone, and says from which. */
export function documentsPath(answerer: DocumentsCaller): AnswerPath {
  const { path, modelArn, settings, prompt, pace, retriever } = answerer;
  const { callerFilter, contextualGrounding } = retriever.retrieval;
  return {
    path,
    settings,
    promptId: prompt.id,
    pace,
    filterTypes: callerFilter,
    answer: async (request, attempt, parts) => {
      const { passages, retrieval } = await retrieve(request, { ...retriever, pace }, attempt);
      let generated = NOTHING_FOUND;
      if (passages.length === 0) {
        parts?.onStart();
        parts?.onText(DO_NOT_KNOW);
      } else {
        const { inference } = settings;
        const checked = parts && checkedParts(parts, passages);
        generated = await generate(
          groundedRequest(request.question, passages, modelArn, inference, prompt, contextualGrounding),
          answerer,
          attempt,
          checked?.parts,
        );
        checked?.end();
      }
      const { text, citations } = checkCitations(generated.text, passages);
      return {
        path,
        answer: text,
        citations,
        usage: generated.usage,
        latencyMs: Math.round(pace.now() - attempt.startedMs),
        meteredUsd: sum(generated.meteredUsd, retrieval.meteredUsd),
        generationUsd: generated.meteredUsd,
        modelArn,
        stopReason: generated.stopReason,
        retries: attempt.retries,
        retrieval,
      };
    },
  };
}

const sum = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? null : one + other;
