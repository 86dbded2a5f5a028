import type { PathId } from '../../lib/paths.ts';

/** What the construct must set. Values are strings, so `SETTINGS` is the JSON of `AnswerSettings`. */
export interface AnswerEnv {
  readonly PATH_ID: PathId;
  /** The application inference profile. */
  readonly MODEL_ARN: string;
  readonly SETTINGS: string;
  /** Name of the file beside the bundle that holds the prompt: it may be longer than the environment can be. */
  readonly PROMPT_FILE: string;
}
