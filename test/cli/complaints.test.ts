import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/run-cli.ts';

/** Command -> the least that it must be told before anything else in its command line is looked at. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  estimate: [],
  breakeven: ['--between', 'rag,prompt-only', '--over', 'requestsPerMonth'],
  levers: [],
  recommend: [],
  bill: ['--from', '2026-08-01', '--until', '2026-08-02'],
  compare: ['--from', '2026-08-01', '--until', '2026-08-02'],
  'tags status': [],
  'tags activate': [],
  'tags backfill': [],
  doctor: [],
  rehearse: [],
  'dataset check': ['x.jsonl'],
  'run prompt-only': [],
  'ask prompt-only': [],
  'train fine-tuning': [],
  'host fine-tuning': [],
  'unhost fine-tuning': [],
  'cleanup --check': [],
  'prices show': [],
  'prices refresh': [],
  'prices diff': [],
};

const complaintOf = async (command: string, ...more: readonly string[]): Promise<string> => {
  const { status, stdout, stderr } = await runCli([...command.split(' '), ...(COMMANDS[command] ?? []), ...more]);
  expect([status, stdout]).toEqual([2, '']);
  return stderr;
};

describe.each(Object.keys(COMMANDS))('fmpaths %s', (command) => {
  test('has one wording for a bad format and a bad language', async () => {
    expect(await complaintOf(command, '--format', 'tabel')).toBe(
      "fmpaths: '--format' must be one of table, json, csv, markdown, got 'tabel'; did you mean table?\n",
    );
    expect(await complaintOf(command, '--lang', 'fr')).toBe("fmpaths: '--lang' must be one of en, ja, zh, got 'fr'\n");
  });

  test('says which option a misspelt one was meant to be', async () => {
    expect(await complaintOf(command, '--frmat', 'json')).toBe(
      "fmpaths: unknown option '--frmat'; did you mean --format?\n",
    );
    expect(await complaintOf(command, '--nothing-like-it')).toMatch(
      /^fmpaths: unknown option '--nothing-like-it'\. 'npx fmpaths [a-z]+ --help' explains it\n$/,
    );
  });

  test('says that a value is missing, and that a dash does not begin one', async () => {
    expect(await complaintOf(command, '--format')).toMatch(/^fmpaths: '--format' needs a value\. 'npx fmpaths /);
    expect(await complaintOf(command, '--format', '--lang')).toBe(
      "fmpaths: '--format' needs a value, got '--lang': write '--format=--lang' if that is the value\n",
    );
  });
});

test.each([
  ['bill', 'of at least 0'],
  ['compare', 'of at least 0'],
  ['run prompt-only', 'above 0, or none', '--dataset', 'x.jsonl'],
  ['ask prompt-only', 'above 0, or none', '--dataset', 'x.jsonl'],
  ['train fine-tuning', 'above 0', '--dataset', 'x.jsonl'],
  ['host fine-tuning', 'above 0'],
])('%s: dollars are a number %s', async (command, allowed, ...more) => {
  for (const wrong of ['five', '-1', '1e3', '0x10', ' 5', 'Infinity', '']) {
    expect(await complaintOf(command, ...more, `--max-usd=${wrong}`)).toBe(
      `fmpaths: '--max-usd' must be a number ${allowed}, got '${wrong}'\n`,
    );
  }
});

test.each([['run prompt-only', '--dataset=x.jsonl'], ['train fine-tuning', '--dataset=x.jsonl'], ['host fine-tuning']])(
  '%s takes no limit of nothing: a first answer or a run costs more',
  async (command, ...more) => {
    expect(await complaintOf(command, ...more, '--max-usd=0')).toMatch(/'--max-usd' must be a number above 0/);
  },
);

test.each([
  [['train', 'x'], "the path must be one of fine-tuning, continued-pretraining, distillation, got 'x'"],
  [['train', 'fine-tunin'], "got 'fine-tunin'; did you mean fine-tuning?"],
  [['train'], 'the path is missing: one of fine-tuning, continued-pretraining, distillation'],
  [['host', 'x'], 'the path must be one of'],
  [['unhost'], 'the path is missing'],
  [['unhost', 'fine-tuning', 'now'], "unexpected argument 'now'"],
  [['train', 'fine-tuning', 'now'], "unexpected argument 'now'"],
  [['train', 'fine-tuning', '--watch', 'run', 'now'], "unexpected argument 'now'"],
  [['train', 'fine-tuning', '--watch', '--stop'], "'--watch' and '--stop' exclude each other"],
  [['run', 'rag', 'now'], "unexpected argument 'now'"],
  [['estimate', 'now'], "unexpected argument 'now'. 'npx fmpaths estimate --help' explains it"],
  [['tags', 'stats'], "the action must be one of status, activate, backfill, got 'stats'; did you mean status?"],
  [['tags', 'status', '--keys', 'x'], "'--keys' is no option of 'fmpaths tags status': it takes --format, --lang"],
  [['tags', 'activate', '--keys', ','], "'--keys' must name at least one, got ','"],
  [['prices', 'sho'], "got 'sho'; did you mean show?"],
  [['dataset', 'chek'], "the action must be one of check, got 'chek'; did you mean check?"],
  [['estimate', '--region', 'us-est-1'], 'did you mean us-east-1?'],
  [['estimate', '--region', 'us-west-1'], "us-west-2. Fetch them with 'npx fmpaths prices refresh --region us-west-1'"],
  [
    ['dataset', 'check', 'x', '--for', 'fine-tuning', '--model', 'amazon.nova-lite-v1'],
    'did you mean amazon.nova-lite-v1:0?',
  ],
  [['cleanup', '--check=yes'], "'--check' takes no value, got 'yes'"],
  [['cleanup', '--check', '--yes'], "'--check' and '--yes' exclude each other"],
  [['cleanup', '--check', '--region', 'us-east-1,nowhere'], "each of '--region' must be a Region such as us-east-1"],
  [['breakeven', '--between', 'rag', '--over', 'x'], "'--between' must be two different paths, got 'rag'"],
  [['breakeven', '--between', 'rag,rga', '--over', 'x'], "got 'rga'; did you mean rag?"],
])('%j is refused by what is wrong with it', async (args, message) => {
  const { status, stdout, stderr } = await runCli(args);
  expect([status, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
});
