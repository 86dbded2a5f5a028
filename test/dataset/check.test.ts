import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkDataset } from '../../lib/dataset/check.ts';
import type { DatasetFacts, DatasetReport } from '../../lib/dataset/findings.ts';
import { tokensOfText } from '../../lib/catalogue/text-tokens.ts';
import { anyText } from '../support/any-text.ts';
import { datasetFacts } from '../support/families.ts';

const TUNING = datasetFacts('fine-tuning', 'plain');
const DISTILLATION = datasetFacts('distillation', 'plain');
const CORPUS = datasetFacts('continued-pretraining', 'corpus');

const bytesOf = (text: string, chunkBytes = 7): AsyncGenerator<Uint8Array> =>
  chunked(new TextEncoder().encode(text), chunkBytes);

async function* chunked(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    yield await Promise.resolve(bytes.subarray(start, start + chunkBytes));
  }
}

const user = (text: string) => ({ role: 'user', content: [{ text }] });
const assistant = (text: string) => ({ role: 'assistant', content: [{ text }] });
const record = (messages: unknown[], more: object = {}) =>
  JSON.stringify({ schemaVersion: 'bedrock-conversation-2024', ...more, messages });
const good = (index: number) => record([user(`question ${index}`), assistant(`answer ${index}`)]);
const goodLines = (count: number): string[] => Array.from({ length: count }, (_, index) => good(index));

const check = (lines: readonly string[], facts = TUNING, validation?: readonly string[]): Promise<DatasetReport> =>
  checkDataset(facts, bytesOf(lines.join('\n')), validation && bytesOf(validation.join('\n')));

/** The finding about one line between eight good ones. */
async function findingOf(line: string, facts = TUNING): Promise<string[]> {
  const lines =
    facts === CORPUS ? goodLines(8).map((_, index) => JSON.stringify({ text: `t ${index}` })) : goodLines(8);
  const { errors } = await check([...lines, line, ''], facts);
  return errors.filter((issue) => issue.line === 9).map(({ rule, message }) => `${rule}: ${message}`);
}

test('a good data set is counted and has no error', async () => {
  const lines = goodLines(100);
  const report = await check(lines);
  // 'question 7' and 'answer 7' have 10 and 8 characters, a number of two digits one more each
  const characters = 10 * 18 + 90 * 20;
  expect(report).toEqual({
    records: 100,
    bytes: new TextEncoder().encode(lines.join('\n')).length,
    characters,
    // 10 / 4 and 8 / 4 rounded up are 3 and 2 tokens; 11 / 4 and 9 / 4 are 3 and 3
    estimatedTokens: 10 * 5 + 90 * 6,
    errors: [],
    warnings: [],
    errorCount: 0,
    warningCount: 0,
  });
});

test.each<[string, string, DatasetFacts]>([
  ['{"a":', 'not-json: is no JSON', TUNING],
  ['[1]', 'not-an-object: must be a JSON object, got a list', TUNING],
  ['null', 'not-an-object: must be a JSON object, got null', TUNING],
  ['{"prompt":"a","completion":"b"}', 'form: must be like {"schemaVersion":"bedrock-conversation-2024"', TUNING],
  ['{"a":1}', 'got the keys a', TUNING],
  ['', 'empty-line: is empty: remove it', TUNING],
  [
    record([user('a'), assistant('b')], { schemaVersion: '1' }),
    'schema-version: \'schemaVersion\' must be "bedrock-conversation-2024", got "1"',
    TUNING,
  ],
  [
    record([user('a'), assistant('b')], { extra: 1 }),
    "unknown-key: has the key 'extra', allowed: schemaVersion, system, messages",
    TUNING,
  ],
  [record([]), "messages: 'messages' must be a list with at least one message, got an empty one", TUNING],
  [
    record([assistant('b'), user('a')]),
    'role-order: must start with user and alternate, got "assistant" as message 1',
    TUNING,
  ],
  [record([user('a'), user('b')]), 'role-order: must start with user and alternate, got "user" as message 2', TUNING],
  [record([user('a')]), 'role-order: must end with an answer of the assistant', TUNING],
  [
    record([{ role: 'system', content: [{ text: 'x' }] }, user('a')]),
    'role: \'messages.0.role\' must be "user" or "assistant", got "system"; instructions go into \'system\'',
    TUNING,
  ],
  [
    record([user('a'), { role: 'assistant', content: 'b' }]),
    "content: 'messages.1.content' must be a list like",
    TUNING,
  ],
  [
    record([user('a'), { role: 'assistant', content: [{ tool: 1 }] }]),
    "content: 'messages.1.content.0' must be like",
    TUNING,
  ],
  [record([user(' '), assistant('b')]), "text: 'messages.0.content.0.text' must not be empty", TUNING],
  [
    record([user('a'), assistant('b')], { system: 'x' }),
    "system: 'system' must be a list of texts, got the string",
    TUNING,
  ],
  [
    record([user('a'), assistant('b')], { system: [{ text: 1 }] }),
    "text: 'system.0.text' must be a text, got the number 1",
    TUNING,
  ],
  [
    record([user('User: hello'), assistant('b')]),
    "forbidden-text: contains 'User:', which makes the job fail: write it differently, such as 'User'",
    TUNING,
  ],
  [
    record([user('a'), assistant('b')], { system: [{ text: 'see [EOS]' }] }),
    "forbidden-text: contains '[EOS]'",
    TUNING,
  ],
  [
    record([{ role: 'user', content: [{ image: {} }, { video: {} }, { text: 'a' }] }, assistant('b')]),
    'media: a record may have 10 images or one video',
    TUNING,
  ],
  [
    record([{ role: 'user', content: [{ image: {} }, { text: 'a' }] }]),
    'media: distillation takes texts only',
    DISTILLATION,
  ],
  ['{"text": ""}', "text: 'text' must not be empty", CORPUS],
  ['{"input": "a"}', 'mixed-forms: is of the form input, the first record is text', CORPUS],
])('%s is refused with its line: %s', async (line, expected, facts) => {
  const found = await findingOf(line, facts);
  expect(found.join('\n')).toContain(expected);
});

test('what one family forbids another takes', async () => {
  const quoted = record([user('User: hello'), assistant('b')]);
  expect((await check([quoted], datasetFacts('fine-tuning', 'open'))).errors).toEqual([]);
  const pair = Array.from({ length: 8 }, (_, index) => `{"prompt":"a ${index}","completion":"b"}`);
  expect((await check(pair, datasetFacts('fine-tuning', 'open'))).errorCount).toBe(0);
  const prompts = Array.from({ length: 100 }, (_, index) => record([user(`question ${index}`)]));
  expect((await check(prompts, DISTILLATION)).errorCount).toBe(0);
});

test('Bedrock takes no continued pre-training, and the check says what does', async () => {
  const { errors } = await check(['{"input":"a"}'], datasetFacts('continued-pretraining', 'plain'));
  expect(errors).toEqual([
    {
      line: 0,
      file: 'train',
      rule: 'not-offered',
      message:
        'no base model on Amazon Bedrock takes continued pre-training today: train on SageMaker AI instead, with a corpus of lines like {"text":"…"}',
    },
  ]);
});

test.each<[number, DatasetFacts, string[]]>([
  [0, TUNING, ['empty']],
  [7, TUNING, ['too-few']],
  [8, TUNING, []],
  [20_001, TUNING, ['too-many']],
  [99, DISTILLATION, ['too-few']],
  [15_001, DISTILLATION, ['too-many']],
])('%d records of %j: %j', async (count, facts, rules) => {
  const report = await checkDataset(facts, bytesOf(goodLines(count).join('\n'), 65_536));
  expect(report.errors.map(({ rule }) => rule)).toEqual(rules);
});

test('few records are advised against, repeats are paid for twice', async () => {
  const { warnings } = await check([...goodLines(8), good(3), record([user('Question  4'), assistant('another')])]);
  expect(warnings).toEqual([
    { line: 9, file: 'train', rule: 'duplicate', message: expect.stringContaining('repeats line 4') },
    { line: 10, file: 'train', rule: 'same-question', message: expect.stringContaining('asks what line 5 asks') },
    { line: 0, file: 'train', rule: 'few', message: expect.stringContaining('fewer than 100') },
  ]);
});

test('a question of the validation file that the model was trained on is named with both lines', async () => {
  const held = [record([user('new'), assistant('b')]), record([user(' QUESTION 2 '), assistant('else')])];
  const report = await check(goodLines(8), TUNING, held);
  expect(report.validation).toMatchObject({ records: 2 });
  expect(report.errors).toEqual([
    {
      line: 2,
      file: 'validation',
      rule: 'leakage',
      message: expect.stringContaining('asks what line 3 of the training file asks'),
    },
  ]);
});

test('a validation file that the jobs of a family do not use is told', async () => {
  const report = await check(goodLines(8), datasetFacts('fine-tuning', 'reasoning'), [good(50)]);
  expect(report.warnings).toContainEqual({
    line: 0,
    file: 'validation',
    rule: 'unused',
    message: 'Reasoning does not use a validation file: it is not trained against, and costs nothing',
  });
});

test('thousands of wrong lines are counted, a hundred of them told', async () => {
  const report = await check(Array.from({ length: 3_000 }, () => '{'));
  // the lines and nothing else: they are enough records
  expect([report.errorCount, report.errors.length, report.records]).toEqual([3_000, 100, 3_000]);
});

test('bytes that are no UTF-8 and a byte order mark are named by their line', async () => {
  // eslint-disable-next-line @typescript-eslint/require-await -- streams are asynchronous
  async function* source(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d, 0x0a, 0xff, 0xfe, 0x0a]);
  }
  const { errors } = await checkDataset(TUNING, source());
  expect(errors.slice(0, 2).map(({ line, rule }) => [line, rule])).toEqual([
    [1, 'byte-order-mark'],
    [2, 'not-utf-8'],
  ]);
});

test('what JSON.parse lets pass and a job does not is named', async () => {
  expect(await findingOf(good(90).replace('"role":"user"', '"role":"user","ro\\u006ce":"user"'))).toEqual([
    expect.stringContaining('duplicate-key: has the key "ro\\u006ce" twice'),
  ]);
  expect(await findingOf(record([user('broken \ud83d half'), assistant('a')]))).toEqual([
    expect.stringContaining("lone-surrogate: 'messages.0.content.0.text' has half a character"),
  ]);
  // the whole pair is a character like any other, and one key in two objects is no repetition
  expect(await findingOf(record([user('whole \ud83d\ude00'), assistant('a')]))).toEqual([]);
});

test('what is nested a hundred thousand deep is refused like anything else', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  expect(await findingOf(deep)).toEqual(['not-an-object: must be a JSON object, got a list']);
  expect(await findingOf(good(90).replace('"bedrock-conversation-2024"', deep))).toEqual([
    expect.stringContaining('schema-version: \'schemaVersion\' must be "bedrock-conversation-2024", got a list'),
  ]);
  expect(await findingOf('{"a":'.repeat(100_000))).toEqual([expect.stringContaining('not-json')]);
});

test('lines may end as on Windows, and the last need not end', async () => {
  const { errors, records } = await checkDataset(TUNING, bytesOf(goodLines(8).join('\r\n')));
  expect([errors, records]).toEqual([[], 8]);
});

test('Japanese is counted by its characters, and no text has more tokens than a third of its bytes', async () => {
  const { estimatedTokens } = await check([...goodLines(7), record([user('日本語です'), assistant('はい')])]);
  // seven records of 18 characters are 5 tokens each; 5 and 2 characters of Japanese are as many tokens
  expect(estimatedTokens).toBe(7 * 5 + 7);
  fc.assert(
    fc.property(anyText({ minLength: 4 }), (text) => {
      const bound = new TextEncoder().encode(text).length / 3;
      expect(tokensOfText(text)).toBeLessThanOrEqual(Math.ceil(bound));
    }),
  );
});

test('bytes broken anywhere never make the check fail itself, and are found', async () => {
  const whole = new TextEncoder().encode(`${goodLines(40).join('\n')}\n`);
  const breakage = fc.record({
    at: fc.nat(whole.length - 1),
    byte: fc.constantFrom(0x00, 0x0a, 0x0d, 0x22, 0x5c, 0x7b, 0x80, 0xc0, 0xed, 0xff),
  });
  let broken = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(breakage, { minLength: 1, maxLength: 30 }), async (changes) => {
      const bytes = whole.slice();
      for (const { at, byte } of changes) bytes[at] = byte;
      const lines = Buffer.from(bytes).toString('latin1').split('\n').slice(0, -1);
      const { errors } = await checkDataset(TUNING, chunked(bytes, 1_024));
      const named = new Set(errors.map(({ line }) => line));
      // JSON lets no byte of these stand anywhere but inside a text, and a line of these has 8-bit bytes only where it was broken
      const unreadable = lines.flatMap((text, index) => (/[\x80-\xff]/.test(text) ? [index + 1] : []));
      broken += unreadable.length;
      expect(unreadable.filter((line) => !named.has(line))).toEqual([]);
    }),
    { numRuns: 100 },
  );
  expect(broken).toBeGreaterThan(130);
});

test('a file of 120 megabytes, half of it one line, needs little memory', async () => {
  const part = new TextEncoder().encode('x'.repeat(1024 * 1024));
  const line = new TextEncoder().encode(`${record([user('a'.repeat(100_000)), assistant('b')])}\n`);
  let most = 0;
  // eslint-disable-next-line @typescript-eslint/require-await -- streams are asynchronous
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let megabyte = 0; megabyte < 60; megabyte++) yield part;
    yield new TextEncoder().encode('\n');
    for (let index = 0; index < 600; index++) {
      if (index % 50 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers);
      yield line;
    }
  }
  const before = process.memoryUsage().arrayBuffers;
  const report = await checkDataset(TUNING, source());
  expect(report.records).toBe(600);
  expect(report.errors[0]).toMatchObject({ line: 1, rule: 'line-too-long' });
  expect(report.bytes).toBeGreaterThan(117 * 1024 * 1024);
  // V8 frees buffers when it likes: what matters is that the file is not held
  expect(most - before).toBeLessThan(60 * 1024 * 1024);
});

test('no line makes the check fail itself, and a wrong one is always named by its number', async () => {
  const text = fc.oneof(anyText(), fc.constantFrom('User:', '', ' ', '<image>', '\u0000', 'a'));
  const block = fc.oneof(fc.record({ text }), fc.record({ image: fc.anything() }), fc.anything());
  const message = fc.oneof(
    fc.record({ role: fc.constantFrom('user', 'assistant', 'system'), content: fc.array(block, { maxLength: 3 }) }),
    fc.anything(),
  );
  const value = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record(
        {
          schemaVersion: fc.oneof(fc.constant('bedrock-conversation-2024'), fc.anything()),
          system: fc.anything(),
          messages: fc.array(message, { maxLength: 4 }),
        },
        { requiredKeys: [] },
      )
      .map((object) =>
        JSON.stringify(object, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)),
      ),
  );
  const facts = fc
    .tuple(
      fc.constantFrom('fine-tuning', 'continued-pretraining', 'distillation'),
      fc.constantFrom('plain', 'reasoning', 'open', 'corpus'),
    )
    .map(([path, family]) => datasetFacts(path, family));
  await fc.assert(
    fc.asyncProperty(
      facts,
      fc.array(value, { minLength: 20, maxLength: 60 }),
      fc.constantFrom(3, 50, 700),
      async (of, values, chunk) => {
        const lines = values.map((written) => written.replaceAll(/[\n\r]/g, ' '));
        const { errors, errorCount, records } = await checkDataset(of, bytesOf(`${lines.join('\n')}\n`, chunk));
        expect(records).toBeLessThanOrEqual(lines.length);
        expect(errorCount).toBeGreaterThanOrEqual(errors.length);
        expect(errors.filter(({ line, message: said }) => line > lines.length || said.length <= 5)).toEqual([]);
        const named = new Set(errors.map(({ line }) => line));
        const plainlyWrong = lines.flatMap((written, index) => (isJson(written) ? [] : [index + 1]));
        // a report names the first hundred
        if (errorCount <= 100 && !named.has(0)) expect(plainlyWrong.filter((line) => !named.has(line))).toEqual([]);
      },
    ),
    // 60 data sets of 20 to 60 lines: thousands of lines
    { numRuns: 60 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
