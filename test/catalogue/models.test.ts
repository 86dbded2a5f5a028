import { expect, test } from '@jest/globals';
import { judgeHelper, judgeModel, type ModelChoice, type ModelEntry } from '../../lib/catalogue/models.ts';
import { parseCatalogue } from '../../lib/config/config.ts';
import { CATALOGUE } from '../support/catalogue.ts';
import { MODEL, MODEL_ID } from '../support/example-config.ts';
import { FAMILIES } from '../support/families.ts';
import { LIFECYCLE_RULES } from '../support/lifecycle-rules.ts';

const CHOICE: ModelChoice = {
  model: MODEL_ID,
  profileScope: 'us',
  region: 'us-east-1',
  maxTokens: 100,
  serviceTier: 'standard',
  promptCaching: false,
  structuredOutput: false,
};

const judge = (choice: Partial<ModelChoice> = {}, model: Partial<ModelEntry> = {}) =>
  judgeModel({ models: { [MODEL_ID]: { ...MODEL, ...model } } }, { ...CHOICE, ...choice }, '2026-06-01');

test('a profile is called by its scope and may run the model in every Region that it spans', () => {
  expect(judge()).toEqual({
    target: {
      modelId: MODEL_ID,
      systemProfileId: `us.${MODEL_ID}`,
      regions: ['us-east-1', 'us-east-2', 'us-west-2'],
    },
    errors: [],
    warnings: [],
  });
});

test('without a profile the model runs in the one Region', () => {
  expect(judge({ profileScope: 'in-region', region: 'us-west-2' }).target).toEqual({
    modelId: MODEL_ID,
    regions: ['us-west-2'],
  });
});

test('a global profile may run the model in every commercial Region', () => {
  expect(judge({ profileScope: 'global' }).target?.regions).toBe('every-commercial-region');
});

const errorOf = (...args: Parameters<typeof judge>) => {
  const { target, errors } = judge(...args);
  expect(target).toBeUndefined();
  return errors.map(({ setting, message }) => `${setting}: ${message}`);
};

test.each<[string, Partial<ModelChoice>, Partial<ModelEntry>, string]>([
  [
    'an unknown model',
    { model: 'acme.other' },
    {},
    `model: 'acme.other' is not in config/models.json; known text models: ${MODEL_ID}`,
  ],
  [
    'a model id with the prefix of a profile',
    { model: `us.${MODEL_ID}` },
    {},
    `model: 'us.${MODEL_ID}' is not in config/models.json (write it without the prefix 'us.' and set profileScope instead); known text models: ${MODEL_ID}`,
  ],
  ...['constructor', '__proto__', 'toString'].map(
    (model): [string, Partial<ModelChoice>, Partial<ModelEntry>, string] => [
      `'${model}', which every object has,`,
      { model },
      {},
      `model: '${model}' is not in config/models.json; known text models: ${MODEL_ID}`,
    ],
  ),
  [
    'a model past its end of life',
    {},
    { lifecycle: { status: 'legacy', endOfLife: '2026-06-01' } },
    `model: '${MODEL_ID}' is past its end of life since 2026-06-01: calls to it fail; choose an active one`,
  ],
  [
    'an embedding model',
    {},
    { kind: 'embedding' },
    `model: '${MODEL_ID}' is an embedding model: it does not answer questions`,
  ],
  ['a rerank model', {}, { kind: 'rerank' }, `model: '${MODEL_ID}' is a rerank model: it does not answer questions`],
  [
    'a Region where the model answers only through a profile',
    { profileScope: 'in-region' },
    {},
    `profileScope: '${MODEL_ID}' answers without a cross-Region profile only in us-west-2, not in us-east-1; allowed in us-east-1: us, global`,
  ],
  [
    'a model that answers nowhere without a profile',
    { profileScope: 'in-region' },
    { inRegion: [] },
    `profileScope: '${MODEL_ID}' answers without a cross-Region profile in no Region, not in us-east-1; allowed in us-east-1: us, global`,
  ],
  [
    'a profile that the model lacks',
    { profileScope: 'jp' },
    {},
    `profileScope: '${MODEL_ID}' has no 'jp' profile; allowed in us-east-1: us, global`,
  ],
  [
    'a profile that cannot be called from the Region',
    { region: 'eu-west-1' },
    {},
    `profileScope: the profile us.${MODEL_ID} can be called from us-east-1, us-west-2, not from eu-west-1; allowed in eu-west-1: global`,
  ],
  [
    'a profile whose Regions nobody knows',
    { profileScope: 'eu' },
    {},
    `profileScope: it is not known which Regions the profile eu.${MODEL_ID} spans, so no least-privilege policy can be written; add them to config/models.json from 'aws bedrock get-inference-profile'`,
  ],
  [
    'more tokens than the model writes',
    { maxTokens: 1_001 },
    {},
    `maxTokens: '${MODEL_ID}' writes at most 1000 tokens, got 1001`,
  ],
  [
    'a tier that is not offered',
    { serviceTier: 'priority' },
    {},
    `serviceTier: '${MODEL_ID}' is not known to offer the tier 'priority'; allowed: standard, flex`,
  ],
  [
    'caching without a cache',
    { promptCaching: true },
    { promptCaching: null },
    `promptCaching: '${MODEL_ID}' is not known to cache prompts: only false is allowed`,
  ],
  [
    'a schema that the model cannot hold',
    { structuredOutput: true },
    { structuredOutput: false },
    `structuredOutput: '${MODEL_ID}' cannot hold its answers to a JSON schema: leave the setting out`,
  ],
  [
    'temperature and topP together where the model takes one',
    { temperature: 0, topP: 1 },
    { sampling: 'one-of' },
    `topP: '${MODEL_ID}' takes either temperature or topP, not both: leave one out`,
  ],
])('%s is refused', (_, choice, model, message) => {
  expect(errorOf(choice, model)).toEqual([message]);
});

test('a model past its end of life is not offered in place of an unknown one', () => {
  const gone = { ...MODEL, lifecycle: { status: 'active', endOfLife: '2026-06-01' } } as const;
  const models = {
    [MODEL_ID]: MODEL,
    'acme.gone-v1:0': gone,
    'acme.embed-v1:0': { ...MODEL, kind: 'embedding' },
  } as const;
  const { errors } = judgeModel({ models }, { ...CHOICE, model: 'acme.other' }, '2026-06-01');
  expect(errors[0]?.message).toMatch(new RegExp(`known text models: ${MODEL_ID}$`));
});

test('all that is wrong is told at once', () => {
  expect(errorOf({ maxTokens: 2_000, serviceTier: 'priority', profileScope: 'jp' })).toHaveLength(3);
});

test.each<[string, Partial<ModelChoice>, Partial<ModelEntry>, string]>([
  [
    'an end of life within 90 days',
    {},
    { lifecycle: { status: 'active', endOfLife: '2026-08-30' } },
    'reaches its end of life on 2026-08-30, in 90 days',
  ],
  ['a legacy model', {}, { lifecycle: { status: 'legacy', endOfLife: null } }, 'is Legacy'],
  ['an unknown lifecycle', {}, { lifecycle: { status: 'unknown', endOfLife: null } }, 'not known whether'],
  ['an unknown calling Region', { profileScope: 'global' }, {}, 'not known whether the profile'],
  ['unknown Regions', { profileScope: 'in-region' }, { inRegion: null }, 'without a cross-Region profile'],
  ['unknown sampling', { temperature: 0, topP: 1 }, { sampling: null }, 'temperature and topP together'],
  ['unknown structured output', { structuredOutput: true }, { structuredOutput: null }, 'may refuse every call'],
])('%s is a warning', (_, choice, model, message) => {
  const { target, errors, warnings } = judge(choice, model);
  expect(errors).toEqual([]);
  expect(target).toBeDefined();
  expect(warnings.map((warning) => warning.message)).toEqual([expect.stringContaining(message)]);
});

const RETIRING = { lifecycle: { status: 'legacy', endOfLife: '2026-11-01' }, released: '2025-01-01' } as const;

test('a Legacy model is warned of with every day that its rules give', () => {
  const models = { [MODEL_ID]: { ...MODEL, ...RETIRING } };
  const verdict = judgeModel({ models, lifecycleRules: LIFECYCLE_RULES }, CHOICE, '2026-06-01');
  expect(verdict.target).toBeDefined();
  // 2026-11-01 less 6 months, and 3 months later; June 1 to November 1: 153 days
  expect(verdict.warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining(
      'is Legacy since about 2026-05-01: an account that has not called it before cannot begin to',
    ),
    expect.stringContaining('may raise the price'),
    expect.stringContaining('on 2026-11-01, in 153 days'),
  ]);
  expect(verdict.warnings[1]?.message).toContain('from about 2026-08-01 on');
});

test('a helper that AWS retires is warned of as well, and one that ended is refused', () => {
  const catalogue = {
    lifecycleRules: LIFECYCLE_RULES,
    models: { [MODEL_ID]: { ...MODEL, ...RETIRING, kind: 'embedding' as const } },
    named: {
      'acme.gone': {
        name: 'Gone',
        kind: 'embedding' as const,
        reason: 'ended' as const,
        endOfLife: '2026-05-01',
        sources: MODEL.sources,
      },
    },
  };
  const help = (model: string, today: string) =>
    judgeHelper(catalogue, { model, kind: 'embedding', region: 'us-west-2' }, today);
  expect(help(MODEL_ID, '2026-06-01').warnings).toHaveLength(3);
  expect(help(MODEL_ID, '2026-11-01').errors).toEqual([
    `'${MODEL_ID}' is past its end of life since 2026-11-01: calls to it fail; choose an active one`,
  ]);
  expect(help('acme.gone', '2026-06-01').errors).toEqual([
    `'acme.gone' is past its end of life: calls to it fail (end of life 2026-05-01); known embedding models: ${MODEL_ID}`,
  ]);
});

test('an end of life in 91 days is not yet a warning', () => {
  expect(judge({}, { lifecycle: { status: 'active', endOfLife: '2026-08-31' } }).warnings).toEqual([]);
});

test.each(Object.entries(CATALOGUE.models))('%s: the catalogue does not contradict itself', (_, model) => {
  const { lifecycle, profiles, customization, hosting, promptCaching, kind } = model;
  if (lifecycle.status === 'end-of-life') expect(lifecycle.endOfLife).not.toBeNull();
  for (const { from, spansBySource = [] } of Object.values(profiles)) {
    // each Region that calls is in one group
    if (spansBySource.length > 0) expect(spansBySource.flatMap((group) => group.from).sort()).toEqual(from);
  }
  if (hosting.length > 0) expect(customization).not.toBeNull();
  if (kind !== 'text') expect(promptCaching).toBeNull();
});

const SHIPPED = { tuningFamilies: FAMILIES, models: { [MODEL_ID]: { ...MODEL, tuningFamily: 'plain' } } };

test.each([
  [
    'a family',
    { ...SHIPPED, tuningFamilies: {} },
    `models.${MODEL_ID}.tuningFamily: must be one of tuningFamilies: there is none`,
  ],
  [
    'a smaller model',
    { ...SHIPPED, models: { [MODEL_ID]: { ...MODEL, smaller: 'acme.none' } } },
    `models.${MODEL_ID}.smaller: must be one of models, got "acme.none"`,
  ],
  [
    'a default',
    { ...SHIPPED, defaults: { tuned: 'acme.none' } },
    'defaults.tuned: must be one of models, got "acme.none"',
  ],
  [
    'a usual size of vector',
    { ...SHIPPED, models: { [MODEL_ID]: { ...MODEL, embeddingDimensions: [256], defaultEmbeddingDimensions: 512 } } },
    `models.${MODEL_ID}.defaultEmbeddingDimensions: must be one of embeddingDimensions, got 512`,
  ],
  [
    'a model that has an entry and a name only',
    {
      ...SHIPPED,
      named: { [MODEL_ID]: { name: 'A', kind: 'text', reason: 'ended', endOfLife: null, sources: MODEL.sources } },
    },
    `named.${MODEL_ID}: is in models already: remove it here`,
  ],
])('a catalogue that does not agree with itself about %s is refused', (_, catalogue, message) => {
  expect(() => parseCatalogue(SHIPPED)).not.toThrow();
  expect(() => parseCatalogue(catalogue)).toThrow(message);
});
