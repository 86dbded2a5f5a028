import type { Writable } from 'node:stream';
import { refusalOf } from '../../lib/errors/refusals.ts';
import type { PathId } from '../../lib/paths.ts';
import {
  AnswerError,
  parseAnswerRequest,
  type AnswerRequest,
  type AnswerResponse,
  type FilterTypes,
} from './contract.ts';
import type { RequestBudget, AnswerSink } from './generate.ts';
import { metricLine } from './metrics.ts';
import { Deadline, answerError, quotesNothing, type Pace } from './retry.ts';
import type { AnswerSettings } from './settings.ts';

/** How one path answers. */
export interface AnswerPath {
  readonly path: PathId;
  readonly settings: Pick<AnswerSettings, 'maxQuestionCharacters' | 'requestDeadlineSeconds' | 'logPrompts'>;
  /** `<name>/<version>`. */
  readonly promptId: string;
  readonly pace: Pace;
  /** What a caller may filter by; undefined where nothing is retrieved. */
  readonly filterTypes?: FilterTypes;
  /** The answer, told in parts as well where somebody listens. Throws what the SDK throws, or AnswerError. */
  readonly answer: (request: AnswerRequest, attempt: RequestBudget, parts?: AnswerSink) => Promise<AnswerResponse>;
}

/** One invocation, as the Lambda runtime hands it over. */
export interface Invocation {
  /** `{question}` of a direct invocation, or the HTTP request that came through the Function URL. */
  readonly event: unknown;
  readonly requestId: string;
  readonly remainingMs: number;
  /** The response of a direct invocation. */
  readonly stream: Writable;
  /** The response of an HTTP request: status and headers, then the body. */
  readonly openHttp: (statusCode: number, headers: Record<string, string>) => Writable;
  /** Takes one line of log. */
  readonly log: (line: string) => void;
}

interface HttpRequest {
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** How an answer leaves: whole as JSON, or in parts as server-sent events. */
interface AnswerReply {
  /** Present where the caller asked for parts. */
  readonly parts?: AnswerSink;
  readonly done: (answer: AnswerResponse) => void;
  readonly failed: (error: AnswerError) => void;
}

/** Time kept back for the answer to be written and logged before Lambda ends the function. */
const RESERVED_MS = 1_000;

/** Answers one invocation and logs it in one line. Never throws: the caller is told of a failure by status and code. */
export async function respond(responder: AnswerPath, invocation: Invocation): Promise<void> {
  const { settings, pace } = responder;
  const startedMs = pace.now();
  const limitMs = Math.min(settings.requestDeadlineSeconds * 1000, invocation.remainingMs - RESERVED_MS);
  const attempt: RequestBudget = {
    deadline: new Deadline(limitMs, pace.now),
    startedMs,
    retries: 0,
    uncountedCall: false,
  };
  const reply = replyTo(invocation);
  let request: AnswerRequest | undefined;
  try {
    request = parseAnswerRequest(requestOf(invocation.event), settings.maxQuestionCharacters, responder.filterTypes);
    const result = await responder.answer(request, attempt, reply.parts);
    for (const line of answeredLines(responder, invocation, request.question, result)) invocation.log(line);
    reply.done(result);
  } catch (thrown) {
    const error = answerError(thrown);
    invocation.log(failedLine(responder, invocation, attempt, request?.question, error));
    reply.failed(error);
  } finally {
    attempt.deadline.clear();
  }
}

/** One line for the model, and one for finding the passages where that was done: they are paid in different components. */
function answeredLines(
  { path, settings, promptId, pace }: AnswerPath,
  { requestId }: Invocation,
  question: string,
  result: AnswerResponse,
): string[] {
  const { usage, latencyMs, retries, meteredUsd, generationUsd = meteredUsd, stopReason, retrieval } = result;
  const usd = (amount: number | null): { MeteredUsd?: number } => (amount === null ? {} : { MeteredUsd: amount });
  const line = metricLine({
    path,
    component: 'inference',
    timestampMs: pace.now(),
    metrics: {
      InputTokens: usage.inputTokens,
      OutputTokens: usage.outputTokens,
      CacheReadInputTokens: usage.cacheReadInputTokens,
      CacheWriteInputTokens: usage.cacheWriteInputTokens,
      LatencyMs: latencyMs,
      Retries: retries,
      ...usd(generationUsd),
    },
    properties: {
      level: 'INFO',
      outcome: 'answered',
      requestId,
      stopReason,
      prompt: promptId,
      ...(settings.logPrompts ? { question, answer: result.answer } : {}),
    },
  });
  if (retrieval === undefined) return [line];
  const { passages, queryEmbeddingTokens, rerankQueries, counts } = retrieval;
  return [
    line,
    metricLine({
      path,
      component: 'data',
      timestampMs: pace.now(),
      metrics: { InputTokens: queryEmbeddingTokens, ...usd(retrieval.meteredUsd) },
      properties: { level: 'INFO', outcome: 'retrieved', requestId, passages, rerankQueries, counts },
    }),
  ];
}

function failedLine(
  { path, settings, promptId, pace }: AnswerPath,
  { requestId }: Invocation,
  { startedMs, retries }: RequestBudget,
  question: string | undefined,
  error: AnswerError,
): string {
  const { cause } = error;
  const callerAtFault = error.response.statusCode < 500 && error.response.statusCode !== 429;
  return metricLine({
    path,
    component: 'inference',
    timestampMs: pace.now(),
    metrics: callerAtFault ? {} : { LatencyMs: Math.round(pace.now() - startedMs), Retries: retries },
    properties: {
      level: callerAtFault ? 'WARN' : 'ERROR',
      outcome: error.code,
      requestId,
      prompt: promptId,
      // a call that failed half-way may still be billed, and nobody says for how many tokens
      ...(callerAtFault ? {} : { meteredUsd: null }),
      ...(cause instanceof Error ? { cause: cause.name } : {}),
      ...(cause instanceof Error && (settings.logPrompts || quotesNothing(cause))
        ? { causeMessage: cause.message }
        : {}),
      // what is known of it, in words of our own
      ...(refusalOf(cause) === undefined ? {} : { reason: error.message }),
      ...(settings.logPrompts && question !== undefined ? { question } : {}),
    },
  });
}

function replyTo({ event, stream, openHttp }: Invocation): AnswerReply {
  if (!isHttp(event)) {
    const write = (body: object): void => void stream.end(JSON.stringify(body));
    return { done: write, failed: (error) => write(error.response) };
  }
  const whole = (statusCode: number, body: object): void => {
    openHttp(statusCode, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
  };
  const failedWhole = (error: AnswerError): void => whole(error.response.statusCode, error.response);
  if (!acceptsEvents(event)) return { done: (result) => whole(200, result), failed: failedWhole };
  let body: Writable | undefined;
  const send = (name: string, data: object): void =>
    void body?.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  return {
    parts: {
      onStart: () => {
        body = openHttp(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      },
      onText: (text) => send('text', { text }),
    },
    done: (result) => {
      send('answer', result);
      body?.end();
    },
    failed: (error) => {
      if (body === undefined) {
        failedWhole(error);
        return;
      }
      // the status is already sent as 200: only an event can still say that the answer is not whole
      send('error', error.response);
      body.end();
    },
  };
}

function requestOf(event: unknown): unknown {
  if (!isHttp(event)) return event;
  const { method } = event.requestContext.http;
  if (method !== 'POST') {
    throw new AnswerError('method_not_allowed', `the question is sent by POST, got ${method}`);
  }
  const body = event.isBase64Encoded === true ? Buffer.from(event.body ?? '', 'base64').toString() : event.body;
  if (body === undefined || body === '') {
    throw new AnswerError('invalid_request', 'the body must be JSON such as {"question": "..."}, got nothing');
  }
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new AnswerError('invalid_request', 'the body must be JSON such as {"question": "..."}, got something else', {
      cause: error,
    });
  }
}

function acceptsEvents({ headers }: HttpRequest): boolean {
  return headers?.['accept']?.includes('text/event-stream') ?? false;
}

function isHttp(event: unknown): event is HttpRequest {
  if (typeof event !== 'object' || event === null || !('requestContext' in event)) return false;
  const context = event.requestContext;
  return typeof context === 'object' && context !== null && 'http' in context;
}
