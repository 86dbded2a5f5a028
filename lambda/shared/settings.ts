import type { PathId } from '../../lib/paths.ts';
import type { TokenPrices } from '../../lib/prices/token-pricing.ts';
import type { InferenceSettings } from './converse-request.ts';

/** What every function that answers is told by its construct, whichever path it serves. */
export interface AnswerSettings {
  readonly inference: InferenceSettings;
  readonly usdPerMillionTokens: TokenPrices['usdPerMillionTokens'];
  /** Absent: the model has one price for prompts of any length. */
  readonly longPrompt?: TokenPrices['longPrompt'];
  readonly maxQuestionCharacters: number;
  readonly requestDeadlineSeconds: number;
  /** Whether question and answer go into the log. */
  readonly logPrompts: boolean;
}

/** What the construct of every answering function sets. Values are strings, so `SETTINGS` is the JSON of `AnswerSettings`. */
export interface AnsweringEnv {
  readonly PATH_ID: PathId;
  readonly SETTINGS: string;
  /** Name of the file beside the bundle that holds the prompt: it may be longer than the environment can be. */
  readonly PROMPT_FILE: string;
}
