import { expect, test } from '@jest/globals';
import { questionsIn, type DatasetQuestion } from '../../lib/aws/questions.ts';
import { UserError } from '../../lib/errors/user-error.ts';

async function* bytes(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
}

async function read(...chunks: readonly (string | Uint8Array)[]): Promise<DatasetQuestion[]> {
  const questions: DatasetQuestion[] = [];
  for await (const question of questionsIn(bytes(...chunks), 'f')) questions.push(question);
  return questions;
}

test('a dataset is read line by line, without the members that are for judging', async () => {
  expect(
    await read('{"id":"a","question":"why?","referenceAnswer":"so"}\n\n{"id":"b","ques', 'tion":"how?"}\n'),
  ).toEqual([
    { id: 'a', question: 'why?', referenceAnswer: 'so' },
    { id: 'b', question: 'how?' },
  ]);
});

test('a byte order mark and Windows line ends are no part of a question', async () => {
  expect(await read('\uFEFF{"id":"a","question":"why?"}\r\n')).toEqual([{ id: 'a', question: 'why?' }]);
});

test.each([
  ['{"id":"a","question":"why?"}\n{', /^f line 2 is not JSON: /],
  ['{"id":"a","queston":"b"}', /got \{"id":"a","queston":"b"\}; did you mean question\?$/],
  ['{"id":"a"}', /^f line 1 must have a non-empty 'id' and 'question', both text, got \{"id":"a"\}$/],
  ['{"id":"a","question":""}', /^f line 1 must have/],
  ['\n', /^f holds no question: write one JSON object a line/],
  ['', /^f holds no question: write one JSON object a line/],
  [
    '{"id":"a","question":"x"}\n{"id":"a","question":"y"}',
    /^f line 2 has the id 'a' a second time: each question needs its own$/,
  ],
])('the dataset %j is refused', async (text, message) => {
  await expect(read(text)).rejects.toThrow(message);
  await expect(read(text)).rejects.toThrow(UserError);
});

test('a file in another encoding is refused with its line', async () => {
  await expect(read('{"id":"a","question":"x"}\n', new Uint8Array([0xff, 0xfe, 0x7b, 0x0a]))).rejects.toThrow(
    'f line 2 is not UTF-8',
  );
});

test('no more of a file is read than is asked for', async () => {
  const lines = Array.from({ length: 1000 }, (_, index) => `{"id":"q${index}","question":"why?"}\n`);
  let given = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for (const line of lines) {
      given += 1;
      yield await Promise.resolve(Buffer.from(line));
    }
  }
  for await (const { id } of questionsIn(counted(), 'f')) if (id === 'q2') break;
  expect(given).toBe(3);
});
