import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../support/run-cli.ts';

const ROOT = join(import.meta.dirname, '../../..');

let folder = '';

const write = (name: string, text: string): string => {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
};

const QUESTION = { id: 'a', question: 'Twelve chars', referenceAnswer: 'Four' };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fmpaths-workload-'));
  write('own.jsonl', `${JSON.stringify(QUESTION)}\n`);
  write('mute.jsonl', '{"id":"a","question":"Why?"}\n');
  write('docs/one.md', 'x'.repeat(400));
  write('docs/deep/two.txt', 'x'.repeat(200));
  write('docs/three.pdf', '%PDF');
  write('training/continued-pretraining/train.jsonl', `${JSON.stringify({ text: 'x'.repeat(40) })}\n`);
  write('wrong/continued-pretraining/train.jsonl', '{"txt":"x"}\n');
  mkdirSync(join(folder, 'empty'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const own = (name: string) => join(folder, name);

const from = async (...args: readonly string[]) =>
  await runCli(['workload', 'from-dataset', '--out', own('made.json'), ...args]);

const made = () => JSON.parse(readFileSync(own('made.json'), 'utf8')) as object;

test('the default workload is what the command makes of the data set that the rehearsal asks', async () => {
  expect((await from('--name', 'default')).status).toBe(0);
  const shipped = JSON.parse(readFileSync(join(ROOT, 'config/workloads/default.json'), 'utf8')) as object;
  expect({ ...made(), $schema: '../schema/workload.schema.json' }).toEqual(shipped);
});

test('a data set of your own is counted with its documents and training files, and nothing of the sample is in it', async () => {
  const { status, stderr } = await from(
    ...['--dataset', own('own.jsonl'), '--documents', own('docs'), '--training', own('training')],
    ...['--requests-per-month', '5000', '--changed-share', '0.2'],
  );
  expect(status).toBe(0);
  expect(made()).toMatchObject({
    name: own('own.jsonl'),
    requestsPerMonth: 5_000,
    request: { question: { tokens: 3 }, answer: { tokens: 1 } },
    // 100 and 50 tokens
    rag: { documents: { documents: 2, tokensPerDocument: 75, bytesPerDocument: 300, changedSharePerMonth: 0.2 } },
    continuedPretraining: { corpusTokens: 10 },
  });
  expect(made()).not.toHaveProperty('fineTuning');
  expect(stderr).toBe(
    `warning: not counted, for their text is not known here: 1 other file of '${own('docs')}' (.pdf)\n`,
  );
  await from('--dataset', own('own.jsonl'));
  expect(Object.keys(made())).toEqual(['$schema', 'name', 'description', 'requestsPerMonth', 'request']);
});

test('a file that is no text is not counted, whatever it is called, and named', async () => {
  mkdirSync(own('mixed/folder.md'), { recursive: true });
  writeFileSync(own('mixed/a.md'), 'a'.repeat(400));
  // the first bytes of a picture, an old encoding of é, and bytes that happen to be UTF-8
  writeFileSync(own('mixed/picture.md'), Buffer.from([0x89, 0x50, 0x4e, 0x47]));
  writeFileSync(own('mixed/latin.txt'), Buffer.from('caf\u00e9', 'latin1'));
  writeFileSync(own('mixed/zeros.csv'), Buffer.alloc(400));
  writeFileSync(own('mixed/Makefile'), 'all:');
  const { status, stderr } = await from('--dataset', own('own.jsonl'), '--documents', own('mixed'));
  expect(status).toBe(0);
  expect(made()).toMatchObject({ rag: { documents: { documents: 1, tokensPerDocument: 100, bytesPerDocument: 400 } } });
  expect(stderr).toBe(
    [
      `warning: not counted, for their text is not known here: 1 other file of '${own('mixed')}' (Makefile)\n`,
      `warning: not counted, for they are no text in UTF-8: 3 files of '${own('mixed')}' (latin.txt, picture.md, zeros.csv)\n`,
    ].join(''),
  );
  mkdirSync(own('binary'));
  writeFileSync(own('binary/picture.md'), Buffer.from([0x89, 0x50, 0x4e, 0x47]));
  const refused = await from('--dataset', own('own.jsonl'), '--documents', own('binary'));
  expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('holds no text to count: .md, .txt') });
});

test('a file that is written is a workload that estimate takes, and anything else is left as it is', async () => {
  const out = own('out/workload.json');
  const { status, stdout } = await from('--dataset', own('own.jsonl'), '--out', out);
  expect(status).toBe(0);
  expect(stdout).toBe(`${out}: what it costs: npx fmpaths estimate --workload ${out}\n`);
  expect((await runCli(['estimate', '--workload', out])).status).toBe(0);
  // once more, over its own
  expect((await from('--dataset', own('own.jsonl'), '--out', out)).status).toBe(0);
  const other = write('other.json', '{"requestsPerMonth":1}');
  const refused = await from('--dataset', own('own.jsonl'), '--out', other);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toBe(
    `fmpaths: '${other}' exists and is no workload that this command has written: name another file with '--out'\n`,
  );
  expect(readFileSync(other, 'utf8')).toBe('{"requestsPerMonth":1}');
});

test('an answer is as long as the reference answers, or as somebody says', async () => {
  const refused = await from('--dataset', own('mute.jsonl'), '--out', own('never.json'));
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain("the question 'a' has no referenceAnswer");
  expect(existsSync(own('never.json'))).toBe(false);
  expect((await from('--dataset', own('mute.jsonl'), '--answer-tokens', '120')).status).toBe(0);
  expect(made()).toMatchObject({ request: { answer: { tokens: 120 } } });
});

test.each([
  [['--dataset', 'nowhere.jsonl'], /cannot read 'nowhere.jsonl': there is no such file/],
  [['--documents', 'nowhere'], /cannot read 'nowhere': there is no such file/],
  [['--prompt', 'none/v1'], /'--prompt' must name a folder of config\/prompts with system.md/],
  [['--requests-per-month', '0'], /'--requests-per-month' must be a whole number/],
  [['--changed-share=-1'], /'--changed-share' must be a number of at least 0/],
  [['extra'], /unexpected argument 'extra'/],
  [['--out', ''], /'--out' is missing: the file to write/],
])('%j is refused with what to write instead', async (args, message) => {
  const { status, stderr } = await from(...args);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
});

test('folders without anything to count, and training files that a job would refuse, are named', async () => {
  expect((await from('--documents', own('empty'))).stderr).toContain('holds no text to count');
  expect((await from('--training', own('empty'))).stderr).toContain('holds no training file');
  const { status, stderr } = await from('--training', own('wrong'));
  expect(status).toBe(2);
  expect(stderr).toContain('wrong/continued-pretraining/train.jsonl');
  expect(stderr).toContain('npx fmpaths dataset check');
});
