import {
  ConverseCommand,
  ConverseStreamCommand,
  type BedrockRuntimeClient,
  type ConverseCommandInput,
  type ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime';
import { meteredUsd, type TokenUsage } from '../../lib/prices/token-pricing.ts';
import { AnswerError } from './contract.ts';
import { mayBeBilled, withRetries, type Deadline, type Pace } from './retry.ts';
import type { AnswerSettings } from './settings.ts';
import { tokenUsageOf } from './usage.ts';

/** Who calls the model, and at what prices. */
export interface ModelCaller {
  readonly client: Pick<BedrockRuntimeClient, 'send'>;
  readonly settings: Pick<AnswerSettings, 'inference' | 'usdPerMillionTokens' | 'longPrompt'>;
  readonly pace: Pace;
}

/** One request: its time limit, and who counts the retries even where the request fails. */
export interface RequestBudget {
  readonly deadline: Deadline;
  readonly startedMs: number;
  retries: number;
  /** Whether a call that failed before may be billed: what the question cost is then not known. */
  uncountedCall: boolean;
}

/** Who is told of an answer while it comes: `onStart` once, when the model has begun and retries end. */
export interface AnswerSink {
  readonly onStart: () => void;
  readonly onText: (text: string) => void;
}

export interface ModelAnswer {
  readonly text: string;
  readonly usage: TokenUsage;
  readonly stopReason: string;
  /** `null` where a price is unknown, or a call before may be billed. */
  readonly meteredUsd: number | null;
}

/** What the model answers: at once, or told in parts as well. Throws what the SDK throws, or AnswerError. */
export async function generate(
  request: ConverseCommandInput,
  generator: ModelCaller,
  attempt: RequestBudget,
  parts?: AnswerSink,
): Promise<ModelAnswer> {
  return parts === undefined
    ? await whole(request, generator, attempt)
    : await streamed(request, generator, attempt, parts);
}

async function whole(
  request: ConverseCommandInput,
  generator: ModelCaller,
  attempt: RequestBudget,
): Promise<ModelAnswer> {
  const { client, pace } = generator;
  const command = new ConverseCommand(request);
  const response = await withRetries(
    (abortSignal) => client.send(command, { abortSignal }),
    attempt.deadline,
    pace,
    (error) => countRetry(attempt, error),
  );
  const text = (response.output?.message?.content ?? []).map((block) => block.text ?? '').join('');
  return generated(generator, attempt, text, response);
}

async function streamed(
  request: ConverseCommandInput,
  generator: ModelCaller,
  attempt: RequestBudget,
  { onStart, onText }: AnswerSink,
): Promise<ModelAnswer> {
  const { client, pace } = generator;
  const { deadline } = attempt;
  const command = new ConverseStreamCommand(request);
  const { first, rest } = await withRetries(
    async (abortSignal) => {
      const response = await client.send(command, { abortSignal });
      if (response.stream === undefined) throw new AnswerError('model_answer_unusable', 'the model sent no stream');
      const rest = response.stream[Symbol.asyncIterator]();
      // a model that is busy says so in the first event: it may still be asked again, for nobody has seen a byte yet
      return { first: checked(await rest.next()), rest };
    },
    deadline,
    pace,
    (error) => countRetry(attempt, error),
  );
  onStart();
  let text = '';
  const end: StreamEnd = {};
  for (let next = first; next.done !== true; next = checked(await deadline.guard(rest.next()))) {
    const event = next.value;
    const part = event.contentBlockDelta?.delta?.text;
    if (part !== undefined && part !== '') {
      text += part;
      onText(part);
    }
    if (event.messageStop) end.stopReason = event.messageStop.stopReason;
    if (event.metadata) {
      end.usage = event.metadata.usage;
      end.serviceTier = event.metadata.serviceTier;
    }
  }
  return generated(generator, attempt, text, end);
}

/** Notes a repetition, and whether the call before it may be billed. */
export function countRetry(attempt: RequestBudget, error: unknown): void {
  attempt.retries += 1;
  if (mayBeBilled(error)) attempt.uncountedCall = true;
}

interface StreamEnd {
  stopReason?: string | undefined;
  usage?: Parameters<typeof tokenUsageOf>[0];
  serviceTier?: { readonly type: string | undefined } | undefined;
}

/** A stream reports an error as an event: thrown here, it is handled as the same error of Converse is. */
function checked(next: IteratorResult<ConverseStreamOutput>): IteratorResult<ConverseStreamOutput, undefined> {
  if (next.done === true) return { done: true, value: undefined };
  const event = next.value;
  const error =
    event.throttlingException ??
    event.serviceUnavailableException ??
    event.internalServerException ??
    event.modelStreamErrorException ??
    event.validationException;
  if (error !== undefined) throw error;
  return { done: false, value: event };
}

function generated(
  { settings }: ModelCaller,
  { uncountedCall }: RequestBudget,
  text: string,
  { stopReason, usage: reported, serviceTier }: StreamEnd,
): ModelAnswer {
  const usage = tokenUsageOf(reported);
  if (stopReason === undefined) {
    throw new AnswerError('model_answer_unusable', 'the model ended without a stop reason: the answer may be cut off');
  }
  const known = !uncountedCall && servedAsAsked(settings.inference, serviceTier?.type);
  return { text, usage, stopReason, meteredUsd: known ? meteredUsd(usage, settings) : null };
}

/** The prices belong to the tier that was asked for; another tier that Bedrock fell back to has a price not known here. */
function servedAsAsked({ serviceTier }: AnswerSettings['inference'], served: string | undefined): boolean {
  const asked = serviceTier === 'standard' ? 'default' : serviceTier;
  return served === undefined || served === asked;
}
