import type { AnsweringConfig } from '../config/answering.ts';
import type { AnswerFunctionProps } from '../constructs/answer-function.ts';

/** What a function that answers takes from the configuration of its path. */
export function answering(
  config: Omit<AnsweringConfig, 'modelId' | 'target' | 'warnings'>,
): Omit<AnswerFunctionProps, 'path' | 'model'> {
  const { temperature, topP, maxTokens, stopSequences, serviceTier, promptCaching, guardrail } = config;
  return {
    prompt: config.prompt,
    settings: {
      inference: { temperature, topP, maxTokens, stopSequences, serviceTier, promptCaching, guardrail },
      usdPerMillionTokens: config.tokenPrices.usdPerMillionTokens,
      ...(config.tokenPrices.longPrompt && { longPrompt: config.tokenPrices.longPrompt }),
      maxQuestionCharacters: config.maxQuestionCharacters,
      requestDeadlineSeconds: config.requestDeadlineSeconds,
      logPrompts: config.logPrompts,
    },
    memoryMegabytes: config.memoryMegabytes,
    logRetentionDays: config.logRetentionDays,
    maxConcurrency: config.maxConcurrency,
  };
}
