import { z } from 'zod';
import { linesOf } from '../dataset/lines.ts';
import { UserError } from '../errors/user-error.ts';
import { didYouMean } from '../json/nearest-name.ts';

/** One question of a dataset. Other members of its line are for judging the answers. */
export interface DatasetQuestion {
  readonly id: string;
  readonly question: string;
  /** Nothing that is asked depends on it: one that is no text is none. */
  readonly referenceAnswer?: string | undefined;
}

const questionSchema = z.object({
  id: z.string().min(1),
  question: z.string().min(1),
  referenceAnswer: z.string().min(1).optional().catch(undefined),
});

/** Far above the 6 MB that Lambda takes in a request: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MOST_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Reads the questions of a dataset, one JSON object a line, as they are asked for: only the ids stay in memory.
 * @param file how messages name the dataset
 * @throws UserError that names the file and the line
 */
export async function* questionsIn(bytes: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<DatasetQuestion> {
  const ids = new Set<string>();
  for await (const { number, text, fault } of linesOf(bytes, MOST_LINE_BYTES).lines) {
    const where = `${file} line ${number}`;
    if (fault === 'too-long') throw new UserError(`${where} is longer than ${MOST_LINE_BYTES} bytes`);
    if (fault === 'not-utf-8') throw new UserError(`${where} is not UTF-8: save the file in that encoding`);
    // editors on Windows begin a file with a byte order mark
    const line = number === 1 ? text.replace(/^\uFEFF/, '') : text;
    if (line.trim() === '') continue;
    const question = questionOf(line, where);
    if (ids.has(question.id))
      throw new UserError(`${where} has the id '${question.id}' a second time: each question needs its own`);
    ids.add(question.id);
    yield question;
  }
  if (ids.size === 0)
    throw new UserError(
      `${file} holds no question: write one JSON object a line, such as {"id": "q1", "question": "..."}`,
    );
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
  throw new UserError(
    `${where} must have a non-empty 'id' and 'question', both text, got ${line.slice(0, 80)}${misspelt(json)}`,
  );
}

/** The key that one of the question's was probably meant to be. */
function misspelt(json: unknown): string {
  if (typeof json !== 'object' || json === null) return '';
  const missing = ['id', 'question'].filter((key) => !(key in json));
  return (
    Object.keys(json)
      .map((key) => didYouMean(key, missing))
      .find((meant) => meant !== '') ?? ''
  );
}
