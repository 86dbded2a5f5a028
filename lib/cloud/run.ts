import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import { PATHS } from '../paths.ts';
import { cloudFormationClient, stackOutputs } from './stack-outputs.ts';

/** One question of a dataset; what else its line holds is for judging the answers. */
export interface DatasetQuestion {
  readonly id: string;
  readonly question: string;
}

const questionSchema = z.object({ id: z.string().min(1), question: z.string().min(1) });

/**
 * The questions of a dataset, one JSON object a line.
 * @throws UserError that names the file and the line
 */
export function parseDataset(text: string, file: string): DatasetQuestion[] {
  const lines = text.split('\n').map((line, index) => ({ line, number: index + 1 }));
  const questions = lines
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => questionOf(line, `${file} line ${number}`));
  if (questions.length === 0)
    throw new UserError(
      `${file} holds no question: write one JSON object a line, such as {"id": "q1", "question": "..."}`,
    );
  const repeated = questions.find(({ id }, index) => questions.findIndex((other) => other.id === id) !== index);
  if (repeated !== undefined)
    throw new UserError(`${file} has the id '${repeated.id}' more than once: each question needs its own`);
  return questions;
}

function questionOf(line: string, where: string): DatasetQuestion {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    throw new UserError(`${where} is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const parsed = questionSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UserError(`${where} must have a non-empty 'id' and 'question', both text, got ${line.slice(0, 80)}`);
}

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

/** Asks by direct invocation, as the owner of the function may. */
export function askLambda(client: Pick<LambdaClient, 'send'>, functionName: string): Ask {
  return async ({ id, question }) => {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify({ question })) }),
    );
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

export interface RunOptions {
  /** Questions under way at the same time. */
  readonly concurrency: number;
  /**
   * No further question is sent once the answers so far cost this much, or one of them has an unknown cost. Questions that
   * are then under way still end, so that as many answers as `concurrency` may come on top.
   * @default no limit
   */
  readonly maxUsd?: number;
  readonly onOutcome?: (outcome: Outcome) => void;
}

export interface Run {
  /** In the order of the questions. */
  readonly outcomes: readonly Outcome[];
  /** Why questions at the end were not asked. */
  readonly stoppedBy: 'max-usd' | 'unknown-cost' | null;
}

/** Asks every question, `concurrency` at a time. @throws what `ask` rejects with; nothing more is asked then */
export async function runDataset(questions: readonly DatasetQuestion[], ask: Ask, options: RunOptions): Promise<Run> {
  const { concurrency, maxUsd = Infinity, onOutcome } = options;
  const answers = new Map<number, Outcome>();
  const waiting = [...questions.entries()];
  const spent: { usd: number; stoppedBy: Run['stoppedBy'] } = { usd: 0, stoppedBy: null };
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, question] = next;
      const outcome = await ask(question);
      answers.set(index, outcome);
      onOutcome?.(outcome);
      if (maxUsd === Infinity) continue;
      const usd = costOf(outcome);
      if (usd === null) spent.stoppedBy ??= 'unknown-cost';
      else spent.usd += usd;
      if (spent.usd >= maxUsd) spent.stoppedBy ??= 'max-usd';
      if (spent.stoppedBy !== null) waiting.length = 0;
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, questions.length) }, worker);
  try {
    await Promise.all(workers);
  } catch (error) {
    waiting.length = 0;
    throw error;
  }
  const outcomes = [...answers].sort(([a], [b]) => a - b).map(([, outcome]) => outcome);
  return { outcomes, stoppedBy: outcomes.length < questions.length ? spent.stoppedBy : null };
}

/** Failures for which the model is not run, or refuses before it runs. Any other may have been billed half-way. */
const FREE_FAILURES = new Set([
  'invalid_request',
  'method_not_allowed',
  'throttled',
  'model_access_denied',
  'model_rejected_request',
]);

/** What a question cost in tokens, `null` where nobody can say. */
function costOf(outcome: Outcome): number | null {
  if (outcome.status === 'answered') return outcome.meteredUsd;
  return FREE_FAILURES.has(outcome.code) ? 0 : null;
}

export interface RunSummary {
  readonly answered: number;
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
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

export function summaryOf(outcomes: readonly Outcome[]): RunSummary {
  const answers = outcomes.filter((outcome) => outcome.status === 'answered');
  const failures: Record<string, number> = {};
  for (const outcome of outcomes) {
    if (outcome.status === 'failed') failures[outcome.code] = (failures[outcome.code] ?? 0) + 1;
  }
  const sum = (valueOf: (answer: Answer) => number): number =>
    answers.reduce((total, answer) => total + valueOf(answer), 0);
  const latencies = answers.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  return {
    answered: answers.length,
    failed: outcomes.length - answers.length,
    failures,
    inputTokens: sum(({ usage }) => usage.inputTokens),
    outputTokens: sum(({ usage }) => usage.outputTokens),
    cacheReadInputTokens: sum(({ usage }) => usage.cacheReadInputTokens),
    cacheWriteInputTokens: sum(({ usage }) => usage.cacheWriteInputTokens),
    retries: sum(({ retries }) => retries),
    latencyMs:
      latencies.length === 0
        ? null
        : { median: percentile(latencies, 0.5), p95: percentile(latencies, 0.95), max: percentile(latencies, 1) },
    meteredUsd: outcomes.some((outcome) => costOf(outcome) === null) ? null : sum(({ meteredUsd }) => meteredUsd ?? 0),
  };
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
): Promise<string> {
  const { FunctionName } = await stackOutputs(client, stackName, path, ['FunctionName']);
  return FunctionName;
}

/** The clients that a run needs, for one Region. */
export function runClients(region: string): {
  readonly cloudFormation: CloudFormationClient;
  readonly lambda: LambdaClient;
} {
  return { cloudFormation: cloudFormationClient(region), lambda: new LambdaClient({ region }) };
}
