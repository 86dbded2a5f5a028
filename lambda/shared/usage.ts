import type { TokenUsage } from '../../lib/prices/token-pricing.ts';
import { AnswerError } from './contract.ts';

interface ReportedUsage {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cacheReadInputTokens?: number | undefined;
  readonly cacheWriteInputTokens?: number | undefined;
}

/**
 * The token counts of a Converse response. The cache counts are absent where nothing was cached.
 * @throws AnswerError where input or output is missing: an unknown count is not zero tokens.
 */
export function tokenUsageOf(reported: ReportedUsage | undefined): TokenUsage {
  const { inputTokens, outputTokens, cacheReadInputTokens = 0, cacheWriteInputTokens = 0 } = reported ?? {};
  const usage = { inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens };
  if (!isComplete(usage)) {
    throw new AnswerError(
      'model_answer_unusable',
      `the model answered without usable token counts (${JSON.stringify(usage)}): what the answer cost cannot be known`,
    );
  }
  return usage;
}

function isComplete(usage: ReportedUsage): usage is TokenUsage {
  return Object.values(usage).every((count) => Number.isSafeInteger(count) && count >= 0);
}
