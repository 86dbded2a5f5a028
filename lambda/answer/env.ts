import type { PathId } from '../../lib/paths.ts';
import type { TokenPrices } from '../../lib/cost/token-pricing.ts';
import type { InferenceSettings } from '../shared/converse-request.ts';

/** What the construct must set. Values are strings, so `SETTINGS` is the JSON of `AnswerSettings`. */
export interface AnswerEnv {
  readonly PATH_ID: PathId;
  /** The application inference profile. */
  readonly MODEL_ARN: string;
  readonly SETTINGS: string;
  /** Name of the file beside the bundle that holds the prompt: it may be longer than the environment can be. */
  readonly PROMPT_FILE: string;
}

export interface AnswerSettings {
  readonly inference: InferenceSettings;
  readonly usdPerMillionTokens: TokenPrices['usdPerMillionTokens'];
  readonly maxQuestionCharacters: number;
  readonly requestDeadlineSeconds: number;
  /** Whether question and answer go into the log. */
  readonly logPrompts: boolean;
}
