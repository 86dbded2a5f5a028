import { setTimeout as sleep } from 'node:timers/promises';
import { componentOfResourceType } from '../meters/meters.ts';
import { simulatedAnswer } from './answer.ts';
import { RUNTIME_FAULTS, type ApiRequest, type CallContext, type Route } from './api.ts';
import type { SimulatorContext } from './context.ts';
import { parseConverseRequest, type ConverseRequest } from './converse-request.ts';
import { streamEvent, streamException } from './event-stream.ts';
import { assessment, guardedText, guardrailOf, isBlocked, textUnits, type GuardrailCheck } from './guardrails.ts';
import type { InferenceProfiles } from './inference-profiles.ts';
import type { Llm } from './llm.ts';
import { pathOf, meteredTokens, type UsageRecorder, type TokenCall } from './meter.ts';
import { modelTarget, type HostedModels, type ModelTarget } from './model-target.ts';
import type { InputTokens, PromptCache } from './prompt-cache.ts';
import { seededRandom } from './random.ts';
import { ServiceError } from './service-error.ts';
import type { SimulatedGuardrail } from './simulator.ts';
import { countTokens, tokenize } from './tokens.ts';
import type { MeteredUsage } from './usage.ts';

export interface ConverseEnvironment {
  readonly simulator: SimulatorContext;
  readonly profiles: InferenceProfiles;
  readonly hosted: HostedModels;
  readonly guardrails: readonly SimulatedGuardrail[];
  readonly cache: PromptCache;
  readonly meter: UsageRecorder;
  readonly llm: Llm | undefined;
}

type StopReason = 'end_turn' | 'max_tokens' | 'stop_sequence' | 'guardrail_intervened';

interface AnswerEnd {
  readonly stopReason: StopReason;
  /** Undefined where the model behind does not count. */
  readonly outputTokens: number | undefined;
}

/** Pieces of the answer as they come, then how it ended. */
type Answer = AsyncGenerator<string, AnswerEnd>;

interface Exchange {
  readonly operation: 'Converse' | 'ConverseStream';
  readonly target: ModelTarget;
  readonly request: ConverseRequest;
  readonly guard: GuardrailCheck | undefined;
  readonly signal: AbortSignal;
}

interface Outcome {
  readonly text: string;
  readonly stopReason: StopReason;
  readonly input: InputTokens;
  readonly outputTokens: number;
  readonly latencyMs: number;
  readonly trace: unknown;
}

const NO_INPUT: InputTokens = { inputTokens: 0, cacheReadInputTokens: 0, cacheWriteInputTokens: 0, cacheDetails: [] };

/** A stream has about this many pieces, a millisecond apart: enough to see that it streams, too few to wait for. */
const STREAM_PIECES = 24;
const PIECE_PAUSE_MS = 1;

/** Invented, in the order of what small models take: nothing that AWS promises. */
const LATENCY = { baseMs: 350, msPerInputToken: 0.05, msPerCachedToken: 0.01, msPerOutputToken: 6 } as const;
const TIER_SLOWNESS: Record<ConverseRequest['tier'], number> = {
  standard: 1,
  flex: 1.5,
  priority: 0.8,
};

export function converseRoutes(environment: ConverseEnvironment): Route[] {
  const plays = ['stream-abort', 'stream-error'] as const;
  const route = (operation: Exchange['operation'], path: string, faults: Route['faults'], handle: Route['handle']) =>
    ({ operation, service: 'bedrock-runtime', method: 'POST', path, faults, plays, handle }) satisfies Route;
  return [
    route('Converse', '/model/{modelId}/converse', RUNTIME_FAULTS, async (request) => ({
      json: await converse(environment, exchangeOf(environment, 'Converse', request)),
    })),
    route(
      'ConverseStream',
      '/model/{modelId}/converse-stream',
      [...RUNTIME_FAULTS, 'stream-abort', 'stream-error'],
      (request, { fault }) => ({
        events: converseStream(environment, exchangeOf(environment, 'ConverseStream', request), fault),
      }),
    ),
  ];
}

/** Everything that the service refuses is refused here, before the first byte of an answer. */
function exchangeOf(
  { simulator, profiles, hosted, guardrails }: ConverseEnvironment,
  operation: Exchange['operation'],
  { params, body, signal }: ApiRequest,
): Exchange {
  const target = modelTarget(simulator, profiles, hosted, params['modelId'] ?? '');
  const request = parseConverseRequest(body, target.entry);
  const guard = guardrailOf(simulator, guardrails, request.guardrail);
  const exchange = { operation, target, request, guard, signal };
  // a schema that cannot be answered is refused before the stream begins
  if (request.format !== undefined) simulatedAnswer(target.modelId, request);
  return exchange;
}

async function converse(environment: ConverseEnvironment, exchange: Exchange): Promise<unknown> {
  const outcome = blockedInput(exchange) ?? (await wholeOutcome(environment, exchange));
  record(environment, exchange, outcome);
  return {
    output: { message: { role: 'assistant', content: [{ text: outcome.text }] } },
    stopReason: outcome.stopReason,
    ...closing(exchange, outcome),
  };
}

async function* converseStream(
  environment: ConverseEnvironment,
  exchange: Exchange,
  fault: CallContext['fault'],
): AsyncGenerator<Uint8Array> {
  yield streamEvent('messageStart', { role: 'assistant' });
  // a guardrail reads the whole answer before any of it is shown
  const checked = blockedInput(exchange) ?? (exchange.guard && (await wholeOutcome(environment, exchange)));
  const input = checked?.input ?? inputOf(environment, exchange);
  const answer = checked === undefined ? answerOf(environment, exchange) : replay(checked);
  let text = '';
  let end: AnswerEnd = { stopReason: 'end_turn', outputTokens: undefined };
  let billed = true;
  try {
    for (let pieces = 0; ; pieces++) {
      const next = await answer.next();
      if (next.done === true) {
        end = next.value;
        break;
      }
      if (pieces === 2 && fault === 'stream-abort') throw new Error('the stream was told to break off');
      if (pieces === 2 && fault === 'stream-error') {
        yield modelStreamError('The model failed while it was streaming its answer.');
        return;
      }
      text += next.value;
      yield streamEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: next.value } });
      await sleep(PIECE_PAUSE_MS);
    }
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    billed = false;
    yield modelStreamError(error.message);
    return;
  } finally {
    // an answer that broke off is billed as far as it came, whoever broke it off; one that the model behind broke off is not
    if (billed) record(environment, exchange, checked ?? outcomeOf(exchange, input, text, end));
  }
  const outcome = checked ?? outcomeOf(exchange, input, text, end);
  yield streamEvent('contentBlockStop', { contentBlockIndex: 0 });
  yield streamEvent('messageStop', { stopReason: outcome.stopReason });
  yield streamEvent('metadata', closing(exchange, outcome));
}

function modelStreamError(message: string): Uint8Array {
  return streamException('modelStreamErrorException', { message, originalStatusCode: 500, originalMessage: message });
}

function inputOf({ cache }: ConverseEnvironment, { target, request }: Exchange): InputTokens {
  return cache.read(target.modelId, request, target.entry.promptCaching?.minimumTokens ?? null);
}

/** What the guardrail says instead of asking the model: no tokens are used. */
function blockedInput({ guard, request }: Exchange): Outcome | undefined {
  if (guard === undefined) return undefined;
  const text = guardedText(request);
  if (!isBlocked(guard.guardrail, text)) return undefined;
  return {
    text: guard.guardrail.blockedMessage,
    stopReason: 'guardrail_intervened',
    input: NO_INPUT,
    outputTokens: 0,
    latencyMs: LATENCY.baseMs,
    trace: { inputAssessment: { [guard.guardrail.id]: assessment(guard.guardrail, text) } },
  };
}

async function wholeOutcome(environment: ConverseEnvironment, exchange: Exchange): Promise<Outcome> {
  const input = inputOf(environment, exchange);
  const answer = answerOf(environment, exchange);
  let text = '';
  for (;;) {
    const next = await answer.next();
    if (next.done !== true) {
      text += next.value;
      continue;
    }
    const outcome = outcomeOf(exchange, input, text, next.value);
    return exchange.guard === undefined ? outcome : guarded(exchange, exchange.guard, outcome);
  }
}

function guarded({ request }: Exchange, { guardrail }: GuardrailCheck, outcome: Outcome): Outcome {
  const blocked = isBlocked(guardrail, outcome.text);
  return {
    ...outcome,
    ...(blocked ? { text: guardrail.blockedMessage, stopReason: 'guardrail_intervened' } : {}),
    trace: {
      inputAssessment: { [guardrail.id]: assessment(guardrail, guardedText(request)) },
      outputAssessments: { [guardrail.id]: [assessment(guardrail, outcome.text)] },
    },
  };
}

function answerOf({ llm }: ConverseEnvironment, { target, request, signal }: Exchange): Answer {
  return llm?.answer(request, signal) ?? localAnswer(target, request);
}

// eslint-disable-next-line @typescript-eslint/require-await -- the other answers come from a server
async function* localAnswer({ modelId, entry }: ModelTarget, request: ConverseRequest): Answer {
  const whole = simulatedAnswer(modelId, request);
  const stops = request.stopSequences.map((stop) => whole.indexOf(stop)).filter((index) => index >= 0);
  const spoken = stops.length === 0 ? whole : whole.slice(0, Math.min(...stops));
  const tokens = tokenize(spoken);
  const most = request.maxTokens ?? entry.maxOutputTokens ?? Infinity;
  const said = tokens.slice(0, most);
  yield* inPieces(said);
  const stopReason = said.length < tokens.length ? 'max_tokens' : stops.length > 0 ? 'stop_sequence' : 'end_turn';
  return { stopReason, outputTokens: said.length };
}

// eslint-disable-next-line @typescript-eslint/require-await -- stands in for an answer that comes from a server
async function* replay({ text, stopReason, outputTokens }: Outcome): Answer {
  yield* inPieces(tokenize(text));
  return { stopReason, outputTokens };
}

function* inPieces(tokens: readonly string[]): Generator<string> {
  const length = Math.max(1, Math.ceil(tokens.length / STREAM_PIECES));
  for (let start = 0; start < tokens.length; start += length) yield tokens.slice(start, start + length).join('');
}

function outcomeOf({ request, target }: Exchange, input: InputTokens, text: string, end: AnswerEnd): Outcome {
  const outputTokens = end.outputTokens ?? countTokens(text);
  const jitter = 0.9 + 0.2 * seededRandom(`${target.modelId} ${text}`)();
  const workMs =
    LATENCY.baseMs +
    LATENCY.msPerInputToken * (input.inputTokens + input.cacheWriteInputTokens) +
    LATENCY.msPerCachedToken * input.cacheReadInputTokens +
    LATENCY.msPerOutputToken * outputTokens;
  const latencyMs = Math.round(workMs * TIER_SLOWNESS[request.tier] * jitter);
  return { text, stopReason: end.stopReason, input, outputTokens, latencyMs, trace: undefined };
}

/** What both operations say at the end. */
function closing({ target, request, guard }: Exchange, { input, outputTokens, latencyMs, trace }: Outcome) {
  const { inputTokens, cacheReadInputTokens, cacheWriteInputTokens, cacheDetails } = input;
  const caches = target.entry.promptCaching !== null;
  return {
    usage: {
      inputTokens,
      outputTokens,
      totalTokens: inputTokens + outputTokens + cacheReadInputTokens + cacheWriteInputTokens,
      ...(caches ? { cacheReadInputTokens, cacheWriteInputTokens } : {}),
      ...(cacheDetails.length === 0 ? {} : { cacheDetails }),
    },
    metrics: { latencyMs },
    serviceTier: { type: request.serviceTier ?? 'default' },
    ...(guard?.trace === true ? { trace: { guardrail: trace } } : {}),
  };
}

function record({ simulator, meter }: ConverseEnvironment, exchange: Exchange, outcome: Outcome): void {
  const { operation, target, request } = exchange;
  const { input, outputTokens, latencyMs } = outcome;
  const call: TokenCall = {
    target,
    billedOperation: operation === 'Converse' ? 'InvokeModelInference' : 'InvokeModelStreamingInference',
    tier: request.tier,
    input,
    outputTokens,
  };
  meter.recordCall({
    operation,
    path: pathOf(target.tags),
    at: simulator.clock.now(),
    modelArn: target.arn,
    modelId: target.modelId,
    inputTokens: input.inputTokens,
    outputTokens,
    cacheReadInputTokens: input.cacheReadInputTokens,
    cacheWriteInputTokens: input.cacheWriteInputTokens,
    latencyMs,
    usage: [...meteredTokens(call), ...guardrailUsage(exchange, outcome)],
  });
}

/** Text units of the prompt, and of the answer where there was one; each policy counts them anew. */
function guardrailUsage({ guard, request, target }: Exchange, { text, input }: Outcome): MeteredUsage[] {
  if (guard === undefined) return [];
  const units = textUnits(guardedText(request)) + (input === NO_INPUT ? 0 : textUnits(text));
  return guard.guardrail.policies.map((policy) => ({
    priceId: `guardrail/${policy}`,
    quantity: units,
    resourceId: guard.arn,
    tags: {},
    path: pathOf(target.tags),
    component: componentOfResourceType('AWS::Bedrock::Guardrail'),
    operation: 'ApplyGuardrail',
  }));
}
