import { expect, test } from '@jest/globals';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonSchemas } from '../../.config/write-schemas.ts';
import { loadConfig, parseConfig } from '../../lib/config/config.ts';
import { ConfigError } from '../../lib/config/sources.ts';
import { UserError } from '../../lib/errors/user-error.ts';
import { priceBook } from '../../lib/prices/price-book.ts';
import { ENVIRONMENT, EXAMPLE_PRICES, MODEL_ID, exampleConfig, exampleSources } from '../support/example-config.ts';

const ROOT = join(import.meta.dirname, '..', '..');

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

const refusal = (environment: object, promptOnly: object = {}): string =>
  messageOf(() =>
    parseConfig(
      { ...ENVIRONMENT, ...environment, promptOnly: { ...ENVIRONMENT.promptOnly, ...promptOnly } },
      exampleSources(),
    ),
  );

test('what is left out takes its default, and the defaults cost nothing extra', () => {
  expect(exampleConfig().promptOnly).toMatchObject({
    maxTokens: 512,
    stopSequences: [],
    promptCaching: false,
    serviceTier: 'standard',
    logPrompts: false,
    logRetentionDays: 30,
    requestDeadlineSeconds: 25,
    memoryMegabytes: 512,
    maxQuestionCharacters: 4_000,
  });
  expect(exampleConfig().promptOnly.guardrail).toBeUndefined();
});

test('the prompt is read with its version, and a JSON schema with its name', () => {
  const { prompt } = exampleConfig({ structuredOutput: 'schemas/answer.json' }).promptOnly;
  expect(prompt).toEqual({
    id: 'short/v1',
    system: 'Be short.',
    examples: [],
    outputSchema: { name: 'answer', schema: { type: 'object', properties: { answer: { type: 'string' } } } },
  });
});

test('prices are those of the scope and tier; an unknown one stays unknown and is warned about', () => {
  expect(exampleConfig().promptOnly.tokenPrices.usdPerMillionTokens).toMatchObject({ input: 2, output: 10 });
  expect(exampleConfig().promptOnly.warnings).toEqual([]);
  const flex = exampleConfig({ serviceTier: 'flex' });
  expect(flex.promptOnly.tokenPrices.usdPerMillionTokens).toMatchObject({ input: null, output: null });
  expect(flex.promptOnly.warnings).toEqual([
    `no price for ${MODEL_ID}/input/flex, ${MODEL_ID}/output/flex in config/prices/us-east-1.json: what these tokens cost will be metered as unknown`,
  ]);
  expect(exampleConfig({ profileScope: 'global' }).promptOnly.tokenPrices.priceIds.input).toBe(
    `${MODEL_ID}/input/global`,
  );
});

test('a Region without a price book works and is warned about', () => {
  const { promptOnly } = exampleConfig({}, exampleSources({ priceBook: () => null }));
  expect(promptOnly.tokenPrices.usdPerMillionTokens.input).toBeNull();
  expect(promptOnly.warnings).toHaveLength(2);
});

test.each(['lambda/request', 'lambda/gb-second-arm', 'logs/ingest', 'logs/archive', 'cloudwatch/custom-metric'])(
  'a book without %s is warned about, because the estimate of the path is then unknown',
  (missing) => {
    const prices = EXAMPLE_PRICES.filter(({ id }) => id !== missing);
    expect(
      exampleConfig({}, exampleSources({ priceBook: (region) => priceBook(region, prices) })).promptOnly.warnings,
    ).toEqual([`no price for ${missing} in config/prices/us-east-1.json: the estimate of prompt-only will be unknown`]);
  },
);

const promptOf = (system: string) =>
  exampleSources({ readText: (path) => (path.endsWith('system.md') ? system : null) });

test.each([
  // 4 characters are about a token of English: 4,092 are 1,023, below the 1,024 of the model
  ['English below it', 'x'.repeat(4_092), 1],
  ['English at it', 'x'.repeat(4_096), 0],
  ['Japanese at it: a character is about a token', '日'.repeat(1_024), 0],
  ['Japanese below it', '日'.repeat(1_023), 1],
])('a prompt that is too short for the cache of its model is warned about: %s', (_, system, count) => {
  const warnings = exampleConfig({ promptCaching: true }, promptOf(system)).promptOnly.warnings.filter((warning) =>
    warning.startsWith('promptOnly.promptCaching: '),
  );
  expect(warnings).toHaveLength(count);
  if (count > 0) expect(warnings[0]).toContain('about 1023 tokens, and the model caches none shorter than 1024');
});

test('examples count as part of the prompt that is cached, and without caching no length is warned about', () => {
  const readText = (path: string): string | null =>
    path.endsWith('system.md')
      ? 'x'.repeat(4_000)
      : path.endsWith('examples.json')
        ? JSON.stringify([{ question: 'x'.repeat(50), answer: 'x'.repeat(46) }])
        : null;
  const cacheWarnings = (promptCaching: boolean) =>
    exampleConfig({ promptCaching }, exampleSources({ readText })).promptOnly.warnings.filter((text) =>
      text.includes('caches'),
    );
  expect(cacheWarnings(true)).toEqual([]);
  expect(exampleConfig({ promptCaching: false }, promptOf('short')).promptOnly.warnings).toEqual([]);
});

test.each<[string, object, object, string[]]>([
  ['an unknown key', { modelID: 'x' }, {}, ['modelID: unknown key', 'project, environment, region']],
  ['an unknown key inside', {}, { temprature: 0 }, ['promptOnly.temprature: unknown key', 'temperature']],
  [
    'a Region that is none',
    { region: 'us-est-1' },
    {},
    ["region: no model of config/models.json is known in 'us-est-1'", 'allowed: us-east-1, us-west-2'],
  ],
  [
    'a Region written wrongly',
    { region: 'Virginia' },
    {},
    ['region: must be a Region such as us-east-1', 'got "Virginia"'],
  ],
  ['an account that is none', { account: '123' }, {}, ['account: must be 12 digits', 'got "123"']],
  [
    'a project that no tag may hold',
    { project: 'My Project' },
    {},
    ['project: must be words of lower-case letters', 'got "My Project"'],
  ],
  ['a project that ends in a hyphen', { project: 'acme-' }, {}, ['project: must be words', 'got "acme-"']],
  ['an environment with two hyphens', { environment: 'a--b' }, {}, ['environment: must be words', 'got "a--b"']],
  ['a long project', { project: 'a'.repeat(17) }, {}, ['project: must have at most 16 characters']],
  [
    'an unknown model',
    {},
    { model: 'acme.other' },
    ["promptOnly.model: 'acme.other' is not in config/models.json", MODEL_ID],
  ],
  [
    'a wrong scope',
    {},
    { profileScope: 'usa' },
    ['promptOnly.profileScope: must be one of in-region, us, eu', 'got "usa"'],
  ],
  ['a hot temperature', {}, { temperature: 1.5 }, ['promptOnly.temperature: must be at most 1', 'got 1.5']],
  ['no tokens', {}, { maxTokens: 0 }, ['promptOnly.maxTokens: must be at least 1', 'got 0']],
  [
    'a retention that CloudWatch lacks',
    {},
    { logRetentionDays: 42 },
    ['promptOnly.logRetentionDays: must be one of 1, 3, 5', 'got 42'],
  ],
  ['a text for a number', {}, { maxTokens: '512' }, ['promptOnly.maxTokens: must be a', 'got "512"']],
  [
    'a deadline beyond what a function may run',
    {},
    { requestDeadlineSeconds: 900 },
    ['promptOnly.requestDeadlineSeconds', '840', 'got 900'],
  ],
  [
    'an ARN for a guardrail id',
    {},
    { guardrail: { id: 'arn:aws:x', version: '1' } },
    ['promptOnly.guardrail.id: must be the id of a guardrail', 'got "arn:aws:x"'],
  ],
  [
    'a prompt without a version',
    {},
    { prompt: 'short' },
    ['promptOnly.prompt: must be <name>/v<number>', 'got "short"'],
  ],
  ['a prompt outside its folder', {}, { prompt: '../../v1' }, ['promptOnly.prompt: must be <name>/v<number>']],
  [
    'a prompt that is not there',
    {},
    { prompt: 'short/v2' },
    ['promptOnly.prompt: config/prompts/short/v2/system.md is missing or empty'],
  ],
  [
    'a schema that is not there',
    {},
    { structuredOutput: 'schemas/none.json' },
    ['promptOnly.structuredOutput: config/schemas/none.json is missing: write it, or leave the setting out'],
  ],
  [
    'a text that ends an answer at its first space',
    {},
    { stopSequences: [' '] },
    ['promptOnly.stopSequences[0]: must hold more than white space', 'got " "'],
  ],
  ['a concurrency of nothing', {}, { maxConcurrency: 0 }, ['promptOnly.maxConcurrency: must be at least 1', 'got 0']],
])('%s is refused, with the key, the value and what is allowed', (_, environment, promptOnly, parts) => {
  const message = refusal(environment, promptOnly);
  for (const part of parts) expect(message).toContain(part);
});

test('all wrong keys are told in one go', () => {
  const message = refusal({ region: 'x', extra: 1 }, { maxTokens: 0 });
  expect(message.split('\n')).toHaveLength(4);
});

test.each([
  ['nothing', null],
  ['a list', []],
  ['a text', 'x'],
])('%s in place of the configuration is refused', (_, json) => {
  expect(messageOf(() => parseConfig(json, exampleSources()))).toContain('is not a valid configuration');
});

test.each([
  ['[{"question":"Why?"}]', '[0].answer: must be a string, got nothing'],
  ['[{"question":"Why?","answer":" \\n"}]', '[0].answer: must hold more than white space'],
  ['[{"question":"\\t","answer":"So."}]', '[0].question: must hold more than white space'],
])('examples of a prompt are checked too: %s', (json, message) => {
  const readText = (path: string): string | null =>
    path.endsWith('system.md') ? 'Be short.' : path.endsWith('examples.json') ? json : null;
  expect(messageOf(() => exampleConfig({}, exampleSources({ readText })))).toContain(message);
});

test('the project ships a configuration that needs no warning and prices every token', () => {
  const config = loadConfig(ROOT, new Date('2026-11-23'));
  expect(config.promptOnly.warnings).toEqual([]);
  expect(config.promptOnly.tokenPrices.usdPerMillionTokens.input).toBeGreaterThan(0);
  expect(config.promptOnly.tokenPrices.usdPerMillionTokens.output).toBeGreaterThan(0);
});

test.each([
  [
    'a file that is missing',
    (root: string) => rmSync(join(root, 'config', 'environment.json')),
    'config/environment.json is missing',
  ],
  [
    'a file that is not JSON',
    (root: string) => writeFileSync(join(root, 'config', 'environment.json'), '{ "project": '),
    'config/environment.json is not JSON: ',
  ],
  [
    'a setting that stands twice',
    (root: string) => {
      const file = join(root, 'config', 'environment.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('"maxTokens"', '"maxTokens": 1, "maxTokens"'));
    },
    'config/environment.json has the key "maxTokens" twice in one object: keep one of them',
  ],
  [
    'a broken price book',
    (root: string) => writeFileSync(join(root, 'config', 'prices', 'us-east-1.json'), '{}'),
    'config/prices/us-east-1.json is not a valid price book',
  ],
  [
    'a price book of another Region',
    (root: string) =>
      cpSync(join(root, 'config', 'prices', 'us-west-2.json'), join(root, 'config', 'prices', 'us-east-1.json')),
    "config/prices/us-east-1.json holds the prices of 'us-west-2': its region must be us-east-1",
  ],
  [
    'a broken catalogue',
    (root: string) => writeFileSync(join(root, 'config', 'models.json'), '{"models":{"a.b":{}}}'),
    'config/models.json is not a valid configuration',
  ],
])('%s is told by its name', (_, breakIt, message) => {
  const root = mkdtempSync(join(tmpdir(), 'fmpaths-config-'));
  try {
    cpSync(join(ROOT, 'config'), join(root, 'config'), { recursive: true });
    breakIt(root);
    expect(() => loadConfig(root, new Date('2026-11-23'))).toThrow(UserError);
    expect(() => loadConfig(root, new Date('2026-11-23'))).toThrow(message);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("the account's own prices are those that a stack is deployed with, and synthesis says so", () => {
  const root = mkdtempSync(join(tmpdir(), 'fmpaths-config-'));
  const file = join(root, 'config', 'private-prices', 'us-east-1.json');
  const now = new Date('2026-11-23');
  try {
    cpSync(join(ROOT, 'config'), join(root, 'config'), {
      recursive: true,
      filter: (from) => !from.includes('private-prices'),
    });
    const shipped = loadConfig(root, now);
    expect(shipped.privatePrices).toBeUndefined();
    const { input } = shipped.promptOnly.tokenPrices.priceIds;
    const own = { usd: 0.0123, per: '1M tokens', source: 'your account', date: '2026-11-20', confidence: 'A' };
    mkdirSync(join(root, 'config', 'private-prices'));
    writeFileSync(file, JSON.stringify({ region: 'us-east-1', prices: { [input]: own } }));
    const config = loadConfig(root, now);
    expect(JSON.stringify(config.promptOnly.tokenPrices)).toContain('0.0123');
    expect(config.privatePrices).toBe(
      "1 price of us-east-1 is your account's own: config/private-prices/us-east-1.json (delete it to use the shipped prices again)",
    );
    writeFileSync(file, JSON.stringify({ region: 'us-east-1', prices: { 'no.such/input': own } }));
    expect(() => loadConfig(root, now)).toThrow("config/private-prices/us-east-1.json has a price for 'no.such/input'");
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('files that begin with a byte order mark are read as if they did not', () => {
  const root = mkdtempSync(join(tmpdir(), 'fmpaths-config-'));
  try {
    cpSync(join(ROOT, 'config'), join(root, 'config'), { recursive: true });
    const prompt = join(root, 'config', 'prompts', 'cdk-assistant', 'v1', 'system.md');
    for (const file of [join(root, 'config', 'environment.json'), prompt]) {
      writeFileSync(file, `\uFEFF${readFileSync(file, 'utf8')}`);
    }
    expect(loadConfig(root, new Date('2026-11-23'))).toEqual(loadConfig(ROOT, new Date('2026-11-23')));
  } finally {
    rmSync(root, { recursive: true });
  }
});

test.each(jsonSchemas())('config/schema/%s is what npm run schemas writes now', (file, schema) => {
  expect(JSON.parse(readFileSync(join(ROOT, 'config', 'schema', file), 'utf8'))).toEqual(schema);
});

test('every schema under config/schema is written by the script', () => {
  const files = readdirSync(join(ROOT, 'config', 'schema'), { recursive: true, encoding: 'utf8' });
  expect(files.filter((file) => file.endsWith('.json')).sort()).toEqual(
    jsonSchemas()
      .map(([file]) => file)
      .sort(),
  );
});

test('every setting says in an editor what it does, and what it costs where it costs something', () => {
  const text = readFileSync(join(ROOT, 'config', 'schema', 'environment.schema.json'), 'utf8');
  const { properties } = (
    JSON.parse(text) as { properties: { promptOnly: { properties: Record<string, { description?: string }> } } }
  ).properties.promptOnly;
  for (const [key, { description }] of Object.entries(properties))
    expect([key, description]).toEqual([key, expect.any(String)]);
});
