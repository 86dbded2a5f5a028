import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { questionsIn, type DatasetQuestion } from '../aws/questions.ts';
import { cannotRead } from './input-file.ts';

/** Questions of a file that have been read through once, so that a wrong line is known before any answer is paid for. */
export interface QuestionsFile {
  readonly count: number;
  readonly questions: AsyncIterable<DatasetQuestion> | readonly DatasetQuestion[];
}

/**
 * Checks every line of a dataset and gives its first `limit` questions. They are read again as they are asked, so that
 * memory does not follow the size of the file; those of a pipe, which can be read only once, are kept.
 * @throws UserError where the file cannot be read or a line is wrong
 */
export async function questionsOf(file: string, limit = Infinity): Promise<QuestionsFile> {
  const readable = await stat(file).catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  const kept: DatasetQuestion[] = [];
  let count = 0;
  for await (const question of questionsIn(bytesOf(file), file)) {
    if (count < limit) {
      count += 1;
      if (!readable.isFile()) kept.push(question);
    }
  }
  return { count, questions: readable.isFile() ? first(count, questionsIn(bytesOf(file), file)) : kept };
}

async function* first<T>(count: number, items: AsyncIterable<T>): AsyncGenerator<T> {
  let given = 0;
  for await (const item of items) {
    if (given === count) return;
    given += 1;
    yield item;
  }
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw cannotRead(file, error);
  }
}
