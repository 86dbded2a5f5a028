import type { ErrorCode } from '../../lib/errors/answer-error-code.ts';
import type { PathId } from '../../lib/paths.ts';
import type { TokenUsage } from '../../lib/prices/token-pricing.ts';

/** What every path is asked. */
export interface AnswerRequest {
  readonly question: string;
  /** Attributes that a passage must have: a value, or one of several. Only for paths that retrieve. */
  readonly filter?: CallerFilter | undefined;
}

export type FilterValue = string | number | boolean;

export type CallerFilter = Readonly<Record<string, FilterValue | readonly FilterValue[]>>;

/** Attributes by which a caller may filter -> their type. */
export type FilterTypes = Readonly<Record<string, 'string' | 'number' | 'boolean'>>;

/** A passage that an answer rests on. Only paths that retrieve have any. */
export interface Citation {
  /** As the answer names it: `[p1]` is the passage `p1`. */
  readonly id: string;
  readonly text: string;
  /** Where the document is, such as `s3://bucket/key`. */
  readonly document: string;
  /** The store's own id of the passage; `null` where it gives none. */
  readonly chunk: string | null;
  /** Nearness to the question on the scale of store or reranker; `null` where it gives none. */
  readonly score: number | null;
}

/** What finding the passages took. */
export interface Retrieval {
  readonly passages: number;
  readonly queryEmbeddingTokens: number;
  readonly rerankQueries: number;
  /** Bedrock reports neither count: they are reckoned from the text. */
  readonly counts: 'estimated';
  /** Part of the whole `meteredUsd`. */
  readonly meteredUsd: number | null;
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
  /** The model's part of `meteredUsd`, where that has another. */
  readonly generationUsd?: number | null;
  /** What was invoked: the tag on it decides who is billed. */
  readonly modelArn: string;
  /** As Converse reports it: `end_turn`, `max_tokens` (the answer is cut off), `guardrail_intervened`, … */
  readonly stopReason: string;
  /** Calls repeated after throttling or a passing failure. */
  readonly retries: number;
  /** Present where documents were searched. */
  readonly retrieval?: Retrieval;
}

export interface ErrorResponse {
  readonly statusCode: number;
  readonly error: { readonly code: ErrorCode; readonly message: string };
}

const STATUS: Record<ErrorCode, number> = {
  invalid_request: 400,
  method_not_allowed: 405,
  throttled: 429,
  daily_quota_exceeded: 429,
  deadline_exceeded: 504,
  model_unavailable: 503,
  // the caller did nothing wrong: the deployment's permissions or settings do not fit the model
  model_access_denied: 500,
  model_rejected_request: 500,
  model_answer_unusable: 502,
  // nothing is broken: somebody has to train first
  no_hosted_model: 409,
  documents_unavailable: 503,
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

const FILTER_LIMITS = { keys: 5, values: 20, characters: 200 } as const;

/**
 * @param filterTypes what a caller may filter by; undefined where the path retrieves nothing
 * @throws AnswerError `invalid_request` that names the field, what was got and what is allowed
 */
export function parseAnswerRequest(
  input: unknown,
  maxQuestionCharacters: number,
  filterTypes?: FilterTypes,
): AnswerRequest {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw invalid(`the request must be a JSON object such as {"question": "..."}, got ${kindOf(input)}`);
  }
  const fields = filterTypes === undefined ? ['question'] : ['question', 'filter'];
  const unknownKeys = Object.keys(input).filter((key) => !fields.includes(key));
  if (unknownKeys.length > 0) {
    const taken = fields.map(quoted).join(' and ');
    throw invalid(`unknown field ${unknownKeys.map(quoted).join(', ')}: this path takes only ${taken}`);
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
  const filter: unknown = 'filter' in input ? input.filter : undefined;
  return filter === undefined ? { question } : { question, filter: parseFilter(filter, filterTypes ?? {}) };
}

function parseFilter(filter: unknown, types: FilterTypes): CallerFilter {
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) {
    throw invalid(`'filter' must be a JSON object such as {"team": "billing"}, got ${kindOf(filter)}`);
  }
  const entries = Object.entries(filter) as [string, unknown][];
  if (entries.length > FILTER_LIMITS.keys) {
    throw invalid(`'filter' may have ${FILTER_LIMITS.keys} attributes, got ${entries.length}`);
  }
  for (const [key, value] of entries) {
    const type = Object.hasOwn(types, key) ? types[key] : undefined;
    if (type === undefined) {
      const allowed = Object.keys(types).map(quoted).join(', ');
      throw invalid(
        `'filter' has the unknown attribute ${quoted(key)}; allowed: ${allowed || 'none (name them in rag.retrieval.callerFilter)'}`,
      );
    }
    const values: unknown[] = Array.isArray(value) ? value : [value];
    if (values.length === 0 || values.length > FILTER_LIMITS.values) {
      throw invalid(`${quoted(key)} in 'filter' must be a value or 1 to ${FILTER_LIMITS.values} of them`);
    }
    for (const each of values) {
      if (typeof each !== type) throw invalid(`${quoted(key)} in 'filter' must be a ${type}, got ${kindOf(each)}`);
      if (typeof each === 'string' && each.length > FILTER_LIMITS.characters) {
        throw invalid(`${quoted(key)} in 'filter' may have ${FILTER_LIMITS.characters} characters, got ${each.length}`);
      }
    }
  }
  return filter as CallerFilter;
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
