import { describe, expect, test } from '@jest/globals';
import type { ModelEntry } from '../../lib/catalogue/models.ts';
import { parseCatalogue } from '../../lib/config/config.ts';
import { tokensOfText } from '../../lib/catalogue/text-tokens.ts';
import { CATALOGUE } from '../support/catalogue.ts';
import { MODEL, MODEL_ID } from '../support/example-config.ts';

const TEXT = Object.entries(CATALOGUE.models).filter(([, { kind }]) => kind === 'text');

const said = ({ sources }: ModelEntry, start: string): string[] =>
  sources.map(({ says }) => says).filter((says) => says.startsWith(start));

const model = (id: string): ModelEntry => {
  const entry = CATALOGUE.models[id];
  if (entry === undefined) throw new Error(`no model '${id}'`);
  return entry;
};

test.each(TEXT)('%s: a source says when it thinks, or that nobody knows', (_, entry) => {
  const sources = said(entry, 'thinking: ');
  expect(sources).not.toEqual([]);
  expect(sources.some((says) => says.includes('not known'))).toBe(entry.thinking === null);
});

test.each(TEXT.filter(([, { thinking }]) => thinking === 'always'))(
  '%s thinks unless told otherwise, and a source says so',
  (_, entry) => {
    expect(said(entry, 'thinking: ').join()).toMatch(
      /always|by default|where a call (?:does not mention|sets no)|mandatory|plain call/,
    );
  },
);

test('models without text do not think, and have no tokens to count', () => {
  for (const { kind, thinking, tokensPerCounted, quotaBurndown } of Object.values(CATALOGUE.models)) {
    if (kind !== 'text') expect([thinking, tokensPerCounted, quotaBurndown]).toEqual([null, undefined, undefined]);
  }
});

const TIMES = new Map([
  [1, 'once'],
  [5, 'fivefold'],
  [10, 'tenfold'],
  [15, 'fifteenfold'],
]);

test.each(TEXT)('%s: a source says how its output counts against the quota, or that no page does', (_, entry) => {
  const { quotaBurndown, endpoint } = entry;
  const sources = said(entry, 'a token of output counts ');
  if (quotaBurndown === undefined) {
    expect(sources).toEqual([]);
    // the other endpoint has a quota for output alone: nothing is burnt down there
    expect(endpoint === 'mantle' || said(entry, 'no quotaBurndown: ').length === 1).toBe(true);
  } else {
    expect(endpoint).toBe('runtime');
    expect(sources).toEqual([
      expect.stringContaining(`a token of output counts ${TIMES.get(quotaBurndown.output) ?? '?'} `),
    ]);
  }
});

test.each(TEXT)('%s: a default quota has a source, and is of calls that the model takes', (_, entry) => {
  const { defaultQuotas = {}, inRegion, profiles } = entry;
  const scopes = Object.keys(profiles);
  expect(said(entry, 'tokens a minute by default')).toHaveLength(entry.defaultQuotas === undefined ? 0 : 1);
  if (defaultQuotas['in-region'] !== undefined) expect(inRegion).not.toEqual([]);
  if (defaultQuotas.geographic !== undefined) expect(scopes.filter((scope) => scope !== 'global')).not.toEqual([]);
  if (defaultQuotas.global !== undefined) expect(scopes).toContain('global');
});

describe('tokens of the same text', () => {
  const factors = TEXT.flatMap(([, { tokensPerCounted }]) => tokensPerCounted ?? []);

  test('a factor is measured, and within reason', () => {
    expect(factors.length).toBeGreaterThan(70);
    for (const { factor, confidence, source } of factors) {
      expect(factor).toBeGreaterThan(0.5);
      expect(factor).toBeLessThan(2);
      expect(source).toContain('measured with ');
      expect(['B', 'C']).toContain(confidence);
    }
  });

  test('the known error of the counter holds every factor', () => {
    const { charactersPerToken, error, errorAfterFactor } = CATALOGUE.tokenCount ?? { charactersPerToken: NaN };
    // 400 letters are 100 tokens of four characters
    expect(tokensOfText('a'.repeat(400)) * charactersPerToken).toBe(400);
    expect(Math.min(...factors.map(({ factor }) => factor))).toBeGreaterThanOrEqual(error?.low ?? NaN);
    expect(Math.max(...factors.map(({ factor }) => factor))).toBeLessThanOrEqual(error?.high ?? NaN);
    // a factor leaves the difference between kinds of text
    expect(errorAfterFactor?.low).toBeGreaterThan(error?.low ?? NaN);
    expect(errorAfterFactor?.high).toBeLessThan(error?.high ?? NaN);
  });

  test.each([
    // two public measurements: 27 to 42 % more
    ['anthropic.claude-sonnet-5', 'anthropic.claude-sonnet-4-6', 1.27, 1.42],
    // its maker: about 30 % more
    ['anthropic.claude-haiku-5-5', 'anthropic.claude-haiku-4-5-20251001-v1:0', 1.2, 1.42],
  ])('%s makes as many more than %s as others measured', (newer, older, least, most) => {
    const ratio = (model(newer).tokensPerCounted?.factor ?? NaN) / (model(older).tokensPerCounted?.factor ?? NaN);
    expect(ratio).toBeGreaterThan(least);
    expect(ratio).toBeLessThan(most);
  });
});

const UNSAID = Object.fromEntries(Object.entries(MODEL).filter(([key]) => key !== 'thinking'));
const FACTOR = { factor: 1.1, confidence: 'B', source: 'this test', date: '2026-01-01' };
const TOKEN_COUNT = {
  charactersPerToken: 4,
  error: { low: 0.9, high: 1.2 },
  errorAfterFactor: { low: 0.95, high: 1.1 },
  sources: MODEL.sources,
};
const withModel = (entry: object): object => ({ tokenCount: TOKEN_COUNT, models: { [MODEL_ID]: entry } });

test('what is known of a model and of the counter is taken', () => {
  expect(() =>
    parseCatalogue(
      withModel({
        ...MODEL,
        thinking: 'always',
        tokensPerCounted: FACTOR,
        quotaBurndown: { output: 5 },
        defaultQuotas: { geographic: { tokensPerMinute: 400_000, except: { 'us-east-1': 8_000_000 } } },
      }),
    ),
  ).not.toThrow();
});

test.each<[string, object, string]>([
  ['nothing about thinking', withModel(UNSAID), 'thinking'],
  ['another word about thinking', withModel({ ...MODEL, thinking: 'sometimes' }), 'thinking'],
  ['no tokens', withModel({ ...MODEL, tokensPerCounted: { ...FACTOR, factor: 0 } }), 'tokensPerCounted.factor'],
  [
    'no grade',
    withModel({ ...MODEL, tokensPerCounted: { ...FACTOR, confidence: 'E' } }),
    'tokensPerCounted.confidence',
  ],
  ['no source', withModel({ ...MODEL, tokensPerCounted: { ...FACTOR, source: '' } }), 'tokensPerCounted.source'],
  ['output that takes nothing', withModel({ ...MODEL, quotaBurndown: { output: 0 } }), 'quotaBurndown.output'],
  ['a burndown of input', withModel({ ...MODEL, quotaBurndown: { output: 5, input: 1 } }), 'quotaBurndown'],
  ['a quota of nothing', withModel({ ...MODEL, defaultQuotas: { global: { tokensPerMinute: 0 } } }), 'tokensPerMinute'],
  ['another scope', withModel({ ...MODEL, defaultQuotas: { us: { tokensPerMinute: 1 } } }), 'defaultQuotas'],
  [
    'a quota in no Region',
    withModel({ ...MODEL, defaultQuotas: { global: { tokensPerMinute: 1, except: { mars: 1 } } } }),
    'defaultQuotas.global.except',
  ],
  [
    'an error upside down',
    { ...withModel(MODEL), tokenCount: { ...TOKEN_COUNT, error: { low: 1.2, high: 0.9 } } },
    'low must be at most high',
  ],
  [
    'a count without sources',
    { ...withModel(MODEL), tokenCount: { ...TOKEN_COUNT, sources: [] } },
    'tokenCount.sources',
  ],
])('a catalogue that says %s is refused', (_, catalogue, message) => {
  expect(() => parseCatalogue(catalogue)).toThrow(message);
});

describe('where sources disagree the entry has the value that is safe', () => {
  /** The figures of a text, without the numbers of versions. */
  const figures = (text: string): number[] =>
    (text.match(/\b\d[\d,]{3,}\b/g) ?? []).map((digits) => Number(digits.replaceAll(',', '')));

  test('of the longest answer the shorter one: a longer one may be refused', () => {
    const disputed = TEXT.flatMap(([id, entry]) =>
      entry.sources.flatMap(({ says }) => {
        // "max output: A 64000, B 128000; ...", or as a card gives both limits: "card ...: 1,000,000 / 131,072; B says 1,050,000 / 128,000"
        const [, output = ''] = /max output: ([^;]*)/.exec(says) ?? [];
        const values = [
          ...figures(output),
          ...[...says.matchAll(/ \/ ([\d,]+)/g)].flatMap(([, text = '']) => figures(text)),
        ];
        return values.length < 2 ? [] : [{ id, is: entry.maxOutputTokens, least: Math.min(...values) }];
      }),
    );
    expect(disputed.length).toBeGreaterThan(40);
    expect(disputed.filter(({ is, least }) => is !== least)).toEqual([]);
  });

  test('of the smallest cached prefix the larger one: a shorter prefix would be priced as cached and is not', () => {
    const disputed = TEXT.flatMap(([id, entry]) =>
      entry.sources.flatMap(({ says }) => {
        const [, minimum] = /cache minimum disputed: (.*)/.exec(says) ?? [];
        return minimum === undefined
          ? []
          : [
              {
                id,
                is: entry.promptCaching?.minimumTokens,
                most: Math.max(...figures(minimum.replace(/\d{4}-\d\d/g, ''))),
              },
            ];
      }),
    );
    expect(disputed.length).toBeGreaterThan(0);
    expect(disputed.filter(({ is, most }) => is !== most)).toEqual([]);
  });
});
