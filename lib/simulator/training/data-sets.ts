import { pick, seededRandom } from '../random.ts';
import type { ObjectStore } from '../simulator.ts';
import { countTokens } from '../tokens.ts';

/** What a job finds in its data. */
export interface TrainingData {
  readonly records: number;
  readonly tokens: number;
  /** Texts of the users' turns, where answers are to be made. */
  readonly prompts: readonly string[];
  /** Why the job fails as soon as it has read them. */
  readonly problem: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const EMPTY: TrainingData = { records: 0, tokens: 0, prompts: [], problem: undefined };

/** Records of a file of JSON lines, in any of the forms that jobs take. */
export async function readTrainingData(
  objects: ObjectStore,
  s3Uri: string,
  limits: { readonly min: number; readonly max: number },
): Promise<TrainingData> {
  const text = await objects.read(s3Uri);
  if (text === undefined) return { ...EMPTY, problem: `The object ${s3Uri} could not be read.` };
  return withinLimits(recordsOf(text), limits);
}

/** Invocation logs under a prefix: what was asked and, if logged answers are reused, what was answered. */
export async function readInvocationLogs(
  objects: ObjectStore,
  s3Uri: string,
  limits: { readonly min: number; readonly max: number },
): Promise<TrainingData> {
  const texts = await Promise.all((await objects.list(s3Uri)).map((uri) => objects.read(uri)));
  const lines = texts.flatMap((text) => (text ?? '').split('\n')).filter((line) => line.trim() !== '');
  const logged = lines.flatMap((line) => {
    const record = parsed(line);
    const input = member(member(record, 'input'), 'inputBodyJson');
    if (input === undefined) return [];
    const answer = member(member(member(member(record, 'output'), 'outputBodyJson'), 'output'), 'message');
    const asked: unknown = input['messages'];
    const turns = Array.isArray(asked) ? (asked as unknown[]) : [];
    return [JSON.stringify({ ...input, messages: answer === undefined ? turns : [...turns, answer] })];
  });
  return withinLimits(recordsOf(logged.join('\n')), limits);
}

function withinLimits(data: TrainingData, { min, max }: { readonly min: number; readonly max: number }): TrainingData {
  if (data.problem !== undefined) return data;
  if (data.records < min)
    return { ...data, problem: `The training data has ${data.records} records; at least ${min} are needed.` };
  if (data.records > max)
    return { ...data, problem: `The training data has ${data.records} records; at most ${max} are allowed.` };
  return data;
}

function recordsOf(text: string): TrainingData {
  let tokens = 0;
  const prompts: string[] = [];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  for (const [index, line] of lines.entries()) {
    const record = parsed(line);
    const texts = record === undefined ? undefined : textsOf(record);
    if (texts === undefined) {
      return { ...EMPTY, problem: `Line ${index + 1} of the training data is in no format that the model takes.` };
    }
    tokens += texts.all.reduce((sum, piece) => sum + countTokens(piece), 0);
    prompts.push(texts.prompt);
  }
  return { records: lines.length, tokens, prompts, problem: undefined };
}

function textsOf(record: Json): { readonly all: readonly string[]; readonly prompt: string } | undefined {
  const { prompt, completion, input, system, messages } = record;
  if (typeof prompt === 'string' && typeof completion === 'string') return { all: [prompt, completion], prompt };
  if (typeof input === 'string') return { all: [input], prompt: input };
  if (!Array.isArray(messages)) return undefined;
  const turns = messages.map((message: unknown) => ({
    role: isJson(message) ? message['role'] : undefined,
    texts: isJson(message) ? contentTexts(message['content']) : [],
  }));
  if (turns[0]?.role !== 'user') return undefined;
  const asked = turns.filter(({ role }) => role === 'user').flatMap(({ texts }) => texts);
  return { all: [...contentTexts(system), ...turns.flatMap(({ texts }) => texts)], prompt: asked.join('\n') };
}

function contentTexts(content: unknown): string[] {
  return (Array.isArray(content) ? (content as unknown[]) : []).flatMap((block) => {
    const text = isJson(block) ? block['text'] : undefined;
    return typeof text === 'string' ? [text] : [];
  });
}

function parsed(line: string): Json | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function member(of: Json | undefined, name: string): Json | undefined {
  const value = of?.[name];
  return isJson(value) ? value : undefined;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Bedrock may add prompts of its own up to this many; how many it adds to a small set, nobody says. */
const MOST_PROMPTS = 15_000;
const MADE_OF_EACH = [2, 3, 4] as const;

/** What a teacher is asked, and how much it says: as long as short answers are, cut where the job says. */
export interface TeacherWork {
  readonly prompts: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export function teacherWork({ prompts }: TrainingData, mostAnswerTokens: number): TeacherWork {
  const random = seededRandom(prompts.join('\n'));
  const made = prompts.map((prompt) => ({ tokens: countTokens(prompt), times: pick(random, MADE_OF_EACH) }));
  let asked = 0;
  let inputTokens = 0;
  let outputTokens = 0;
  const ask = (tokens: number): void => {
    asked += 1;
    inputTokens += tokens;
    outputTokens += Math.min(mostAnswerTokens, 40 + Math.floor(random() * 90));
  };
  for (const { tokens } of made) ask(tokens);
  for (const { tokens, times } of made) {
    for (let time = 1; time < times && asked < MOST_PROMPTS; time++) ask(tokens);
  }
  return { prompts: asked, inputTokens, outputTokens };
}
