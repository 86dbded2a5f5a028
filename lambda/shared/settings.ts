import type { TokenPrices } from '../../lib/cost/token-pricing.ts';
import type { InferenceSettings } from './converse-request.ts';

/** What every function that answers is told by its construct, whichever path it serves. */
export interface AnswerSettings {
  readonly inference: InferenceSettings;
  readonly usdPerMillionTokens: TokenPrices['usdPerMillionTokens'];
  readonly maxQuestionCharacters: number;
  readonly requestDeadlineSeconds: number;
  /** Whether question and answer go into the log. */
  readonly logPrompts: boolean;
}
