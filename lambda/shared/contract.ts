import type { PathId } from '../../lib/paths.ts';
import type { TokenUsage } from '../../lib/cost/token-pricing.ts';

/** What every path is asked. */
export interface AnswerRequest {
  readonly question: string;
}

/** A passage that an answer rests on. Only paths that retrieve have any. */
interface Citation {
  readonly id: string;
  readonly text: string;
}

/** What every path answers. */
export interface AnswerResponse {
  readonly path: PathId;
  readonly answer: string;
  readonly citations: readonly Citation[];
  readonly usage: TokenUsage;
  /** From the start of the work to the whole answer, retries and their waits included. */
  readonly latencyMs: number;
  /** Token counts times the prices known at deployment; `null` where a price is unknown, or a call before may be billed. */
  readonly meteredUsd: number | null;
  /** What was invoked: the tag on it decides who is billed. */
  readonly modelArn: string;
  /** As Converse reports it: `end_turn`, `max_tokens` (the answer is cut off), `guardrail_intervened`, … */
  readonly stopReason: string;
  /** Calls repeated after throttling or a passing failure. */
  readonly retries: number;
}

export type ErrorCode =
  | 'invalid_request'
  | 'method_not_allowed'
  | 'throttled'
  | 'deadline_exceeded'
  | 'model_unavailable'
  | 'model_access_denied'
  | 'model_rejected_request'
  | 'model_answer_unusable'
  | 'no_hosted_model'
  | 'internal_error';

export interface ErrorResponse {
  readonly statusCode: number;
  readonly error: { readonly code: ErrorCode; readonly message: string };
}

const STATUS: Record<ErrorCode, number> = {
  invalid_request: 400,
  method_not_allowed: 405,
  throttled: 429,
  deadline_exceeded: 504,
  model_unavailable: 503,
  // the caller did nothing wrong: the deployment's permissions or settings do not fit the model
  model_access_denied: 500,
  model_rejected_request: 500,
  model_answer_unusable: 502,
  // nothing is broken: somebody has to train first
  no_hosted_model: 409,
  internal_error: 500,
};

/** A failure that the caller is told about, by a code that stays the same and a message that says what to do. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get response(): ErrorResponse {
    return { statusCode: STATUS[this.code], error: { code: this.code, message: this.message } };
  }
}

/** Control characters other than tab, line feed and carriage return: they carry no question, but may carry terminal escapes. */
const CONTROL_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/** Half of a character outside the basic plane: cannot be sent as UTF-8. */
const LONE_SURROGATE = /\p{Cs}/u;

/** @throws AnswerError `invalid_request` that names the field, what was got and what is allowed. */
export function parseAnswerRequest(input: unknown, maxQuestionCharacters: number): AnswerRequest {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw invalid(`the request must be a JSON object such as {"question": "..."}, got ${kindOf(input)}`);
  }
  const unknownKeys = Object.keys(input).filter((key) => key !== 'question');
  if (unknownKeys.length > 0) {
    throw invalid(`unknown field ${unknownKeys.map(quoted).join(', ')}: this path takes only 'question'`);
  }
  const question: unknown = 'question' in input ? input.question : undefined;
  if (typeof question !== 'string') throw invalid(`'question' must be a string, got ${kindOf(question)}`);
  if (question.trim() === '') throw invalid(`'question' must not be empty`);
  if (question.length > maxQuestionCharacters) {
    throw invalid(`'question' must be at most ${maxQuestionCharacters} characters, got ${question.length}`);
  }
  const control = CONTROL_CHARACTER.exec(question);
  if (control) {
    throw invalid(
      `'question' must not hold control characters, got ${codePoint(control[0])} at character ${control.index}`,
    );
  }
  if (LONE_SURROGATE.test(question)) throw invalid(`'question' must be well-formed Unicode, got a lone surrogate`);
  return { question };
}

const invalid = (message: string): AnswerError => new AnswerError('invalid_request', message);

const quoted = (text: string): string => `'${text.slice(0, 40)}'`;

const codePoint = (character: string): string =>
  `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
