import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  InvokeCommand,
  LambdaClient,
  TooManyRequestsException,
  type InvokeCommandOutput,
} from '@aws-sdk/client-lambda';
import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { cloudFormationClient, stackOutputs } from '../deployment/stack-outputs.ts';
import type { ErrorCode } from '../errors/answer-error-code.ts';
import { PATHS } from '../paths.ts';
import type { DatasetQuestion } from './questions.ts';

const count = z.int().min(0);

/** What every path answers; more fields are let through, fewer are not. */
const answerSchema = z.object({
  path: z.enum(PATHS),
  answer: z.string(),
  usage: z.object({
    inputTokens: count,
    outputTokens: count,
    cacheReadInputTokens: count,
    cacheWriteInputTokens: count,
  }),
  latencyMs: z.number().min(0),
  meteredUsd: z.number().min(0).nullable(),
  modelArn: z.string(),
  retries: count,
});

const refusalSchema = z.object({
  statusCode: z.int(),
  error: z.object({ code: z.string(), message: z.string() }),
});

export type Answer = z.infer<typeof answerSchema>;

export type Outcome =
  | ({ readonly id: string; readonly status: 'answered' } & Answer)
  | { readonly id: string; readonly status: 'failed'; readonly code: string; readonly message: string };

/** Sends one question to a deployed path. Rejects only where the path cannot be asked at all. */
export type Ask = (question: DatasetQuestion) => Promise<Outcome>;

/** Calls in all for one question that Lambda refuses to start. */
const MOST_CALLS = 3;

/**
 * Calls the function once. Asks again only where it was not started, so that nothing is billed twice; an answer that got lost on
 * its way may have been billed.
 * @throws what says that the function cannot be called at all
 */
async function invoke(
  client: Pick<LambdaClient, 'send'>,
  functionName: string,
  question: string,
): Promise<InvokeCommandOutput | { readonly code: string; readonly message: string }> {
  for (let call = 1; ; call += 1) {
    try {
      return await client.send(
        new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify({ question })) }),
      );
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // more at once than the function or the account may run
      if (error instanceof TooManyRequestsException || isThrottlingError(error as never)) {
        if (call === MOST_CALLS) return { code: 'throttled', message: error.message };
        await sleep(Math.random() * 200 * 2 ** call);
        continue;
      }
      if (isTransientError(error as never) || isServerError(error as never))
        return { code: 'answer_lost', message: `${error.name}: ${error.message}` };
      throw error;
    }
  }
}

/** Asks by direct invocation, as the owner of the function may. */
export function askLambda(client: Pick<LambdaClient, 'send'>, functionName: string): Ask {
  return async ({ id, question }) => {
    const invoked = await invoke(client, functionName, question);
    if ('code' in invoked) return { id, status: 'failed', ...invoked };
    const { FunctionError, Payload } = invoked;
    const text = Buffer.from(Payload ?? []).toString();
    if (FunctionError !== undefined)
      return { id, status: 'failed', code: 'function_error', message: text.slice(0, 300) };
    return outcomeOf(id, text);
  };
}

/** Reads what a path answered. */
export function outcomeOf(id: string, text: string): Outcome {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { id, status: 'failed', code: 'not_json', message: text.slice(0, 300) };
  }
  const refusal = refusalSchema.safeParse(json);
  if (refusal.success) return { id, status: 'failed', ...refusal.data.error };
  const answer = answerSchema.safeParse(json);
  if (answer.success) return { id, status: 'answered', ...answer.data };
  return { id, status: 'failed', code: 'not_the_contract', message: z.prettifyError(answer.error) };
}

export interface AskOptions {
  /** Questions under way at the same time. */
  readonly concurrency: number;
  /**
   * No further question is sent once the answers so far cost this much, or one of them has an unknown cost. Questions that
   * are then under way still end, so that as many answers as `concurrency` may come on top.
   * @default no limit
   */
  readonly maxUsd?: number;
  /** Called once for each question that was asked, in the order in which they ended. */
  readonly onOutcome: (outcome: Outcome) => void;
}

export interface AskEnd {
  /** Why questions at the end were not asked. */
  readonly stoppedBy: 'max-usd' | 'unknown-cost' | 'daily-quota' | null;
}

/**
 * Asks every question, `concurrency` at a time, and reads no further ahead than that; keeps no question and no outcome.
 * @throws what `ask`, `onOutcome` or the questions reject with, once the questions then under way have ended; no further one is asked
 */
export async function askDataset(
  questions: Iterable<DatasetQuestion> | AsyncIterable<DatasetQuestion>,
  ask: Ask,
  options: AskOptions,
): Promise<AskEnd> {
  const { concurrency, maxUsd = Infinity, onOutcome } = options;
  const waiting = inTurn(questions);
  const failures: unknown[] = [];
  const spent: { usd: number; stoppedBy: AskEnd['stoppedBy']; leftOut: boolean } = {
    usd: 0,
    stoppedBy: null,
    leftOut: false,
  };
  const spend = (outcome: Outcome): void => {
    const cost = costOf(outcome);
    spent.usd += cost ?? 0;
    // it lasts until the next day: every further question would be refused too
    if (outcome.status === 'failed' && outcome.code === DAILY_QUOTA) spent.stoppedBy ??= 'daily-quota';
    if (maxUsd === Infinity) return;
    if (cost === null) spent.stoppedBy ??= 'unknown-cost';
    else if (spent.usd >= maxUsd) spent.stoppedBy ??= 'max-usd';
  };
  const worker = async (): Promise<void> => {
    for (;;) {
      const next = await waiting.next();
      if (next.done === true) return;
      if (failures.length > 0 || spent.stoppedBy !== null) {
        spent.leftOut = true;
        return;
      }
      const outcome = await ask(next.value);
      onOutcome(outcome);
      spend(outcome);
    }
  };
  // also after a failure the questions under way are waited for: their answers are paid for
  await Promise.all(
    Array.from({ length: concurrency }, () => worker().catch((error: unknown) => void failures.push(error))),
  );
  await waiting.return(undefined);
  if (failures.length > 0) throw failures[0];
  return { stoppedBy: spent.leftOut ? spent.stoppedBy : null };
}

/** Gives each caller of `next` a question of its own, also where several ask at the same time. */
async function* inTurn(
  questions: Iterable<DatasetQuestion> | AsyncIterable<DatasetQuestion>,
): AsyncGenerator<DatasetQuestion, void, void> {
  yield* questions;
}

/** How the functions call a quota of the day that is used up. */
const DAILY_QUOTA: ErrorCode = 'daily_quota_exceeded';

/** Failures for which the model is not run, or refuses before it runs. Any other may have been billed half-way. */
const FREE_FAILURES = new Set<string>([
  'invalid_request',
  'method_not_allowed',
  'throttled',
  DAILY_QUOTA,
  'model_access_denied',
  'model_rejected_request',
  'no_hosted_model',
]);

/** What a question cost in tokens, `null` where nobody can say. */
function costOf(outcome: Outcome): number | null {
  if (outcome.status === 'answered') return outcome.meteredUsd;
  return FREE_FAILURES.has(outcome.code) ? 0 : null;
}

export interface AskSummary {
  readonly answered: number;
  readonly failed: number;
  /** How often each code came. */
  readonly failures: Readonly<Record<string, number>>;
  /** What the first failure with each code said. */
  readonly messages: Readonly<Record<string, string>>;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheWriteInputTokens: number;
  readonly retries: number;
  /** `null` where nothing was answered. */
  readonly latencyMs: { readonly median: number; readonly p95: number; readonly max: number } | null;
  /** What the questions cost in tokens; `null` as soon as the cost of one of them is unknown. */
  readonly meteredUsd: number | null;
}

/** Adds up outcomes as they come, and keeps of each no more than its latency. */
export class AskTally {
  readonly #failures: Record<string, number> = {};
  readonly #messages: Record<string, string> = {};
  readonly #latenciesMs: number[] = [];
  readonly #sums = {
    failed: 0,
    inputTokens: 0,
    outputTokens: 0,
    cacheReadInputTokens: 0,
    cacheWriteInputTokens: 0,
    retries: 0,
  };
  #meteredUsd: number | null = 0;

  add(outcome: Outcome): void {
    const cost = costOf(outcome);
    this.#meteredUsd = this.#meteredUsd === null || cost === null ? null : this.#meteredUsd + cost;
    if (outcome.status === 'failed') {
      this.#sums.failed += 1;
      this.#failures[outcome.code] = (this.#failures[outcome.code] ?? 0) + 1;
      this.#messages[outcome.code] ??= outcome.message;
      return;
    }
    const { usage, retries, latencyMs } = outcome;
    this.#latenciesMs.push(latencyMs);
    this.#sums.inputTokens += usage.inputTokens;
    this.#sums.outputTokens += usage.outputTokens;
    this.#sums.cacheReadInputTokens += usage.cacheReadInputTokens;
    this.#sums.cacheWriteInputTokens += usage.cacheWriteInputTokens;
    this.#sums.retries += retries;
  }

  summary(): AskSummary {
    const sorted = this.#latenciesMs.toSorted((one, other) => one - other);
    return {
      ...this.#sums,
      answered: sorted.length,
      failures: { ...this.#failures },
      messages: { ...this.#messages },
      latencyMs:
        sorted.length === 0
          ? null
          : { median: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), max: percentile(sorted, 1) },
      meteredUsd: this.#meteredUsd,
    };
  }
}

/** Nearest-rank percentile: a value that was measured. `sorted` is not empty. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/**
 * The function of a deployed stack.
 * @throws UserError where the stack is not deployed, or is no path of this project
 */
export async function deployedFunction(
  client: Pick<CloudFormationClient, 'send'>,
  stackName: string,
  path: string,
  account?: string,
): Promise<string> {
  const { FunctionName } = await stackOutputs(client, stackName, path, ['FunctionName'], account);
  return FunctionName;
}

/**
 * The clients that asking needs, for one Region.
 * @param concurrency questions under way at the same time: the SDK's own agent has 50 sockets, whatever is asked for
 */
export function askClients(
  region: string,
  concurrency: number,
): { readonly cloudFormation: CloudFormationClient; readonly lambda: LambdaClient } {
  const agent = { maxSockets: concurrency };
  return {
    cloudFormation: cloudFormationClient(region),
    // a question is billed each time that it arrives: only `askLambda` may ask again
    lambda: new LambdaClient({ region, maxAttempts: 1, requestHandler: { httpAgent: agent, httpsAgent: agent } }),
  };
}
