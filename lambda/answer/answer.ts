import {
  ConverseCommand,
  ConverseStreamCommand,
  type BedrockRuntimeClient,
  type ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime';
import { meteredUsd } from '../../lib/cost/token-pricing.ts';
import type { PathId } from '../../lib/paths.ts';
import { AnswerError, type AnswerResponse } from '../shared/contract.ts';
import { converseRequest, type Prompt } from '../shared/converse-request.ts';
import { mayBeBilled, withRetries, type Deadline, type Pace } from '../shared/retry.ts';
import { tokenUsage } from '../shared/usage.ts';
import type { AnswerSettings } from './env.ts';

/** Everything an answer needs besides the question. */
export interface Answerer {
  readonly client: Pick<BedrockRuntimeClient, 'send'>;
  readonly path: PathId;
  readonly modelArn: string;
  readonly settings: AnswerSettings;
  readonly prompt: Prompt;
  readonly pace: Pace;
}

/** One request: its time limit, and who counts the retries even where the request fails. */
export interface Attempt {
  readonly deadline: Deadline;
  readonly startedMs: number;
  retries: number;
  /** Whether a call that failed before may be billed: what the question cost is then not known. */
  uncountedCall: boolean;
}

/** The whole answer at once. Throws what the SDK throws, or AnswerError. */
export async function answer(question: string, answerer: Answerer, attempt: Attempt): Promise<AnswerResponse> {
  const { client, modelArn, settings, prompt, pace } = answerer;
  const command = new ConverseCommand(converseRequest(question, modelArn, settings.inference, prompt));
  const response = await withRetries(
    (abortSignal) => client.send(command, { abortSignal }),
    attempt.deadline,
    pace,
    (error) => countRetry(attempt, error),
  );
  const text = (response.output?.message?.content ?? []).map((block) => block.text ?? '').join('');
  return answerResponse(answerer, attempt, text, response);
}

/** The answer in parts, each told to `onText` as it comes; `onStart` is told once, when the model has begun and retries end. */
export async function streamAnswer(
  question: string,
  answerer: Answerer,
  attempt: Attempt,
  onStart: () => void,
  onText: (text: string) => void,
): Promise<AnswerResponse> {
  const { client, modelArn, settings, prompt, pace } = answerer;
  const { deadline } = attempt;
  const command = new ConverseStreamCommand(converseRequest(question, modelArn, settings.inference, prompt));
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
  return answerResponse(answerer, attempt, text, end);
}

function countRetry(attempt: Attempt, error: unknown): void {
  attempt.retries += 1;
  if (mayBeBilled(error)) attempt.uncountedCall = true;
}

interface StreamEnd {
  stopReason?: string | undefined;
  usage?: Parameters<typeof tokenUsage>[0];
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

function answerResponse(
  { path, modelArn, settings, pace }: Answerer,
  { startedMs, retries, uncountedCall }: Attempt,
  text: string,
  { stopReason, usage: reported, serviceTier }: StreamEnd,
): AnswerResponse {
  const usage = tokenUsage(reported);
  if (stopReason === undefined) {
    throw new AnswerError('model_answer_unusable', 'the model ended without a stop reason: the answer may be cut off');
  }
  return {
    path,
    answer: text,
    citations: [],
    usage,
    latencyMs: Math.round(pace.now() - startedMs),
    meteredUsd: !uncountedCall && servedAsAsked(settings, serviceTier?.type) ? meteredUsd(usage, settings) : null,
    modelArn,
    stopReason,
    retries,
  };
}

/** The prices belong to the tier that was asked for; another tier that Bedrock fell back to has a price not known here. */
function servedAsAsked({ inference }: AnswerSettings, served: string | undefined): boolean {
  const asked = inference.serviceTier === 'standard' ? 'default' : inference.serviceTier;
  return served === undefined || served === asked;
}
