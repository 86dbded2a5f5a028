import { z } from 'zod';
import type { ModelCatalogue, ModelEntry } from '../catalogue/models.ts';
import { tokensOfText } from '../catalogue/text-tokens.ts';
import { tokenFactor } from '../catalogue/token-factor.ts';
import { promptBand } from './prompt-band.ts';
import { atLeastOne, atLeastZero, modelId, profileScope, wholeAtLeastZero, wholePositive } from './workload-fields.ts';

const textSchema = z
  .strictObject({
    text: z.string().optional(),
    characters: atLeastZero.optional().describe('of English; four are counted as a token'),
    tokens: atLeastZero.optional().describe('counted by the model of countedWith'),
  })
  .refine(
    ({ text, characters, tokens }) => [text, characters, tokens].filter((one) => one !== undefined).length === 1,
    {
      error: 'must have one of text, characters and tokens',
    },
  );

/** What a request is made of, an average one: all paths send the same text. */
export const requestSchema = z.strictObject({
  instruction: textSchema.optional().describe('the system prompt, without examples'),
  examples: textSchema.optional().describe('few-shot examples: what training data can replace'),
  context: textSchema
    .optional()
    .describe('text that every path sends with the question; what rag retrieves comes on top'),
  history: textSchema.optional().describe('earlier talk that comes with every question, besides that of turns'),
  question: textSchema,
  answer: textSchema,
  countedWith: modelId
    .optional()
    .describe('the model whose tokens are given where tokens are; absent: counted as four characters each'),
  thinkingTokens: atLeastZero
    .optional()
    .describe(
      'tokens that a model which thinks writes before what it answers, billed as output and counted by that model itself: in every call of the model that answers, each turn and each tool step a call of its own; not in that of the router. No default',
    ),
  turns: wholePositive
    .max(200)
    .optional()
    .describe(
      'questions of one conversation: each carries those before it with their answers; a request is one of them',
    ),
  toolSteps: z
    .strictObject({
      steps: wholeAtLeastZero.max(100).describe('calls of tools before the answer'),
      call: textSchema.describe('what the model writes to call one'),
      result: textSchema.describe('what the tool gives back'),
    })
    .optional()
    .describe('an agent: every step sends the whole prompt again, with the calls and results before it'),
  router: z
    .strictObject({
      modelId,
      profileScope: profileScope.optional(),
      instruction: textSchema.optional(),
      answer: textSchema.describe('what it writes, with what it thinks: thinkingTokens are not added to it'),
    })
    .optional()
    .describe('a model that reads each question first and says where it goes'),
  cache: z
    .strictObject({
      prefix: z
        .enum(['instruction', 'examples', 'context'])
        .describe('the last part of the prompt that is the same in many requests: it is cached with all before it'),
      distinctPrefixes: atLeastOne.optional().describe('how many such prefixes share the requests; absent: one'),
    })
    .optional()
    .describe('absent: nothing is marked for the prompt cache'),
});

export type Request = z.infer<typeof requestSchema>;

type Text = z.infer<typeof textSchema>;

/** One kind of call of a request, its tokens counted as its model counts them. */
export interface RequestCall {
  readonly name: string;
  readonly modelId?: string;
  readonly profileScope?: string;
  readonly callsPerRequest: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedPrefixTokens?: number;
}

export interface CallOptions {
  readonly catalogue: ModelCatalogue;
  /** The model that answers. */
  readonly modelId: string;
  /** Whose limit of a usual prompt holds; a tuned model has none. */
  readonly banded: boolean;
  /** Text that the path retrieves on top, in tokens of four characters: it may take a prompt beyond the limit. */
  readonly retrievedTokens: number;
  /** False: training data replace the examples. */
  readonly withExamples: boolean;
}

/** Parts of a prompt in the order in which they are sent: what stays the same longest comes first. */
const PROMPT_PARTS = ['instruction', 'examples', 'context'] as const;

/** Tokens of the calls that answer a request, by the part of it that makes them grow. */
interface AnswerTokens {
  readonly parts: Readonly<Record<(typeof PROMPT_PARTS)[number], number>>;
  /** The prompt of the first call. */
  readonly first: number;
  /** By which the prompt of every turn is longer than that of the one before. */
  readonly perTurn: number;
  readonly perStep: number;
  /** Written by the calls before the last one of a turn, thought included. */
  readonly toolCall: number;
  /** Written by the last call of a turn, thought included. */
  readonly answer: number;
}

function answerTokens(request: Request, { catalogue, modelId, withExamples }: CallOptions): AnswerTokens {
  const count = (text: Text | undefined): number =>
    text === undefined ? 0 : tokensFor(text, request.countedWith, modelId, catalogue);
  const [question, answer] = [count(request.question), count(request.answer)];
  const parts = {
    instruction: count(request.instruction),
    examples: withExamples ? count(request.examples) : 0,
    context: count(request.context),
  };
  const fixed = PROMPT_PARTS.reduce((sum, part) => sum + parts[part], 0);
  const thinking = thinks(catalogue, modelId) ? (request.thinkingTokens ?? 0) : 0;
  const [toolCall, toolResult] = [count(request.toolSteps?.call), count(request.toolSteps?.result)];
  return {
    parts,
    first: fixed + count(request.history) + question,
    perTurn: question + answer,
    perStep: toolCall + toolResult,
    toolCall: toolCall + thinking,
    answer: answer + thinking,
  };
}

const retrievedBy = ({ catalogue, modelId, retrievedTokens }: CallOptions): number =>
  retrievedTokens * tokenFactor(catalogue, modelId);

/**
 * The prompt and the answer of the longest call that answers a request: what a context window must hold. No call is longer than
 * the last step of the last turn, which carries all before it.
 */
export function longestCallTokens(request: Request, options: CallOptions): number {
  const { first, perTurn, perStep, answer } = answerTokens(request, options);
  const { turns = 1, toolSteps } = request;
  return first + (turns - 1) * perTurn + (toolSteps?.steps ?? 0) * perStep + retrievedBy(options) + answer;
}

/** The most that one call writes, thought included. */
export function longestAnswerTokens(request: Request, options: CallOptions): number {
  const { toolCall, answer } = answerTokens(request, options);
  return Math.max(answer, (request.toolSteps?.steps ?? 0) > 0 ? toolCall : 0);
}

/**
 * The calls of one request. Turns make the history grow, each step of an agent sends the whole prompt again, a router reads the
 * question first. Calls that are billed alike are one, with their average.
 */
export function requestCalls(request: Request, options: CallOptions): RequestCall[] {
  const { catalogue, modelId } = options;
  const { parts, first, perTurn, perStep, toolCall, answer } = answerTokens(request, options);
  const retrieved = retrievedBy(options);
  const { turns = 1, toolSteps, router, cache } = request;
  const steps = toolSteps?.steps ?? 0;

  const calls: RequestCall[] = [];
  if (router !== undefined) {
    const count = (text: Text | undefined): number =>
      text === undefined ? 0 : tokensFor(text, request.countedWith, router.modelId, catalogue);
    calls.push({
      name: 'router',
      modelId: router.modelId,
      ...(router.profileScope === undefined ? {} : { profileScope: router.profileScope }),
      callsPerRequest: 1,
      inputTokens: count(router.instruction) + count(request.question),
      outputTokens: count(router.answer),
    });
  }
  const prefix =
    cache === undefined
      ? 0
      : PROMPT_PARTS.slice(0, PROMPT_PARTS.indexOf(cache.prefix) + 1).reduce((sum, part) => sum + parts[part], 0);
  const groups = new Map<string, { calls: number; input: number; output: number }>();
  for (let turn = 0; turn < turns; turn++) {
    for (let step = 0; step <= steps; step++) {
      const input = first + turn * perTurn + step * perStep;
      const output = step < steps ? toolCall : answer;
      const band = options.banded ? promptBand(catalogue, modelId, input + retrieved) : 'usual';
      const group = groups.get(band) ?? { calls: 0, input: 0, output: 0 };
      groups.set(band, { calls: group.calls + 1, input: group.input + input, output: group.output + output });
    }
  }
  for (const group of groups.values()) {
    calls.push({
      name: 'answer',
      callsPerRequest: group.calls / turns,
      inputTokens: group.input / group.calls,
      outputTokens: group.output / group.calls,
      ...(prefix === 0 ? {} : { cachedPrefixTokens: prefix }),
    });
  }
  return calls;
}

/** True if the cache takes all that is the same in many requests: instruction and examples, and whatever the workload says of the context. */
const isCachedWhole = ({ cache }: Request): boolean => cache?.prefix === 'examples' || cache?.prefix === 'context';

/** The request with instruction and examples marked for the prompt cache; undefined where it has none, or they are marked. */
export function withCachedPrefix(request: Request): Request | undefined {
  const { instruction, examples, cache } = request;
  if (isCachedWhole(request) || (instruction === undefined && examples === undefined)) return undefined;
  // how many prefixes share the requests stays as it is told: nobody says that a longer one has no more
  return { ...request, cache: { ...cache, prefix: 'examples' } };
}

/**
 * The request with more text at the head of its instruction, cached with all that is the same in many requests.
 * @param tokens of four characters each
 */
export function withTextAhead(request: Request, tokens: number, catalogue: ModelCatalogue): Request {
  const { instruction = { tokens: 0 }, countedWith } = request;
  const factor = countedWith === undefined ? 1 : tokenFactor(catalogue, countedWith);
  const own = instruction.tokens ?? plainTokens(instruction) * factor;
  const longer = { ...request, instruction: { tokens: own + tokens * factor } };
  return withCachedPrefix(longer) ?? longer;
}

/** Whether tokens of thought are billed before an answer; of a model of which it is not known, they are reckoned with. */
function thinks({ models }: ModelCatalogue, id: string): boolean {
  return !Object.hasOwn(models, id) || models[id]?.thinking !== 'none';
}

/** When a model thinks before it answers, where nobody says how much it does; undefined where somebody does. */
export function unsaidThinking(
  request: Pick<Request, 'thinkingTokens'>,
  { models }: ModelCatalogue,
  id: string,
): ModelEntry['thinking'] | undefined {
  if (request.thinkingTokens !== undefined) return undefined;
  return Object.hasOwn(models, id) ? (models[id]?.thinking ?? null) : null;
}

/** Tokens of a text by the project's counter, or as they are given. */
export function plainTokens({ text, characters, tokens = 0 }: Text): number {
  if (text !== undefined) return tokensOfText(text);
  return characters === undefined ? tokens : characters / CHARACTERS_PER_TOKEN;
}

/** Tokens of a text as a model counts them: no count crosses models without a factor. */
function tokensFor(text: Text, countedWith: string | undefined, id: string, catalogue: ModelCatalogue): number {
  const factor = tokenFactor(catalogue, id);
  if (text.text !== undefined) return tokensOfText(text.text) * factor;
  if (text.characters !== undefined) return (text.characters / CHARACTERS_PER_TOKEN) * factor;
  const tokens = text.tokens ?? 0;
  return countedWith === undefined ? tokens * factor : (tokens * factor) / tokenFactor(catalogue, countedWith);
}

const CHARACTERS_PER_TOKEN = 4;
