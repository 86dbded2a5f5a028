import { describe, expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { priceBookOf, priceBookText } from '../../lib/aws/prices/book-file.ts';
import { componentOfUsageType } from '../../lib/meters/meters.ts';
import { regionPrefixes, usageTypesIn } from '../../lib/meters/region-prefixes.ts';
import { searchPrices } from '../../lib/meters/price-search.ts';
import { implausiblePairs } from '../../lib/prices/plausible-prices.ts';
import type { Price, PriceBook } from '../../lib/prices/price-book.ts';
import { unitRatio, type PriceUnit } from '../../lib/prices/price-unit.ts';
import { CATALOGUE, PRICE_METERS } from '../support/catalogue.ts';

const FOLDER = join(import.meta.dirname, '../../config/prices');
const FILES = readdirSync(FOLDER).sort();
const BOOKS = new Map(
  FILES.map((name) => {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    return [name.replace('.json', ''), { text, book: priceBookOf(text, name) }] as const;
  }),
);
const REGIONS = [...BOOKS.keys()];

function bookOf(region: string): PriceBook {
  const found = BOOKS.get(region);
  if (found === undefined) throw new Error(`no book of ${region}`);
  return found.book;
}

const pricesOf = (region: string): Price[] => [...bookOf(region).prices.values()];
const everyPrice = REGIONS.flatMap((region) => pricesOf(region).map((price) => ({ region, price })));

const MODEL = '[a-z0-9]+\\.[a-z0-9.:-]+';
const TERMS = '(?:/long-context)?(?:/(?:batch|flex|priority|latency-optimized|ultrafast))?(?:/global)?';
/** What a price id may be, and the unit that its price must be in. */
const ID_SCHEME: readonly (readonly [RegExp, readonly PriceUnit[]])[] = [
  [new RegExp(`^${MODEL}/(?:input|output|cache-read|cache-write(?:-30m|-1h)?)${TERMS}$`), ['1M tokens']],
  [new RegExp(`^${MODEL}/(?:input|output)/reserved-[13]-month(?:/global)?$`), ['1K TPM-hour']],
  [new RegExp(`^${MODEL}/custom-(?:input|output|cache-read|cache-write)$`), ['1M tokens']],
  [new RegExp(`^${MODEL}/(?:training|embedding(?:/batch)?(?:/global)?)$`), ['1M tokens']],
  [new RegExp(`^${MODEL}/reinforcement-training$`), ['training-hour']],
  [new RegExp(`^${MODEL}/storage$`), ['model-month']],
  [new RegExp(`^${MODEL}/provisioned/(?:no-commit|1-month|6-month)$`), ['model-unit-hour']],
  [new RegExp(`^${MODEL}/rerank$`), ['1K queries']],
  [/^sagemaker\/ml\.[a-z0-9]+\.[0-9a-z]+\/training$/, ['instance-hour']],
  [/^guardrail\/(?:content|topics|sensitive-information|grounding|automated-reasoning|words)$/, ['1K text units']],
  [/^cmi\/cmu-v[12]$/, ['CMU-minute']],
  [/^cmi\/storage$/, ['CMU-month']],
  [/^managed-kb\/index$/, ['GB-month']],
  [/^managed-kb\/(?:retrieve|agentic-retrieve)$/, ['1K requests']],
  [/^kb\/structured-query$/, ['1K queries']],
  [/^bda\/page$/, ['page']],
  [/^evaluation\/human-task$/, ['task']],
  [/^aoss\/ocu$/, ['OCU-hour']],
  [/^(?:aoss|s3|s3-vectors)\/storage$|^aurora\/storage(?:-io-optimized)?$|^logs\/archive$/, ['GB-month']],
  [/^aurora\/acu(?:-io-optimized)?$/, ['ACU-hour']],
  [/^aurora\/io$/, ['1M I/O']],
  [/^s3\/(?:put|get)$/, ['1K requests']],
  [/^s3-vectors\/(?:put|returned)$|^logs\/(?:ingest|insights)$/, ['GB']],
  [/^s3\/storage\/tier-[23]$/, ['GB-month']],
  [/^s3-vectors\/query$|^lambda\/request$|^api-gateway\/(?:http|rest)(?:\/tier-[234])?$/, ['1M requests']],
  [/^s3-vectors\/processed-tier-[123]$|^athena\/scanned$/, ['TB']],
  [/^lambda\/gb-second-(?:arm|x86)(?:\/tier-[23])?$/, ['GB-second']],
  [/^states\/transition$/, ['1K transitions']],
  [/^cloudwatch\/custom-metric(?:\/tier-[234])?$/, ['metric-month']],
  [/^cloudwatch\/alarm$/, ['alarm-month']],
  [/^cost-explorer\/request$/, ['1 request']],
  [/^secrets\/secret$/, ['secret-month']],
  [/^secrets\/request$/, ['10K requests']],
];

test.each(REGIONS)('the book of %s is in the form in which a refresh writes it', (region) => {
  expect(bookOf(region).region).toBe(region);
  expect(BOOKS.get(region)?.text).toBe(priceBookText(bookOf(region)));
});

test('every id follows the scheme and has the unit of its meter', () => {
  const odd = everyPrice
    .filter(({ price }) => !ID_SCHEME.some(([scheme, units]) => scheme.test(price.id) && units.includes(price.per)))
    .map(({ region, price }) => `${region} ${price.id} per ${price.per}`);
  expect(odd).toEqual([]);
});

test('every price names a public source and a day that has been', () => {
  const today = new Date().toISOString().slice(0, 10);
  const odd = everyPrice
    .filter(({ price: { source, date } }) => source.length < 20 || date > today || date < '2024-01-01')
    .map(({ region, price }) => `${region} ${price.id}: ${price.date} ${price.source}`);
  expect(odd).toEqual([]);
});

describe('a grade says what was read', () => {
  const graded = everyPrice.map(({ region, price }) => ({ ...price, at: `${region} ${price.id}` }));
  const places = (prices: typeof graded): string[] => prices.map(({ at }) => at);

  test('D where source or note says that it was derived, assumed or read for something else', () => {
    const derived = graded.filter(({ source, note = '' }) =>
      [source, note].some((text) =>
        /^derived|\bderived from\b|\bassumed\b|\binferred\b|\bread for\b|one figure (?:for all Regions|and no Region)/.test(
          text,
        ),
      ),
    );
    expect(derived.length).toBeGreaterThan(25);
    expect(places(derived.filter(({ confidence }) => confidence !== 'D'))).toEqual([]);
  });

  test('B where a second source says the same, and nowhere else', () => {
    const isAgreed = ({ source }: Price): boolean =>
      source.includes('; same in ') ||
      source.includes('; same on the bill lines') ||
      /; SKU \w+ in public source code/.test(source);
    expect(places(graded.filter((price) => price.confidence === 'B' && !isAgreed(price)))).toEqual([]);
    expect(places(graded.filter((price) => price.confidence === 'C' && isAgreed(price)))).toEqual([]);
  });

  test('a note is of the source that it stands beside: the public files have neither pages nor months', () => {
    const odd = graded.filter(
      ({ source, note = '' }) =>
        /^(?:LiteLLM|genai-prices|models\.dev)/.test(source) && /^the (?:page|source)|^read for/.test(note),
    );
    expect(places(odd)).toEqual([]);
  });
});

test('nothing is free of charge but word filters and what Nova writes to its cache, whose notes say so', () => {
  const free = everyPrice.filter(({ price }) => price.usd === 0);
  const odd = free.filter(
    ({ price: { id } }) => !/^guardrail\/words$|^amazon\.nova-.*\/cache-write(?:\/global)?$/.test(id),
  );
  expect(free.length).toBeGreaterThan(5);
  expect(odd).toEqual([]);
  expect(free.every(({ price }) => price.note?.includes('free of charge'))).toBe(true);
});

describe('usage types', () => {
  const typed = everyPrice.flatMap(({ region, price }) =>
    price.usageType === undefined ? [] : [{ region, price, usageType: price.usageType }],
  );

  test('carry the prefix of their Region, which us-east-1 may leave out', () => {
    const odd = typed.filter(({ region, price, usageType }) => {
      if (price.id === 'cost-explorer/request') return usageType !== 'USE1-APIRequest';
      const own = regionPrefixes(region).some((prefix) => usageType.startsWith(`${prefix}-`));
      const bare = region === 'us-east-1' && !/^[A-Z]{2,3}[0-9]-/.test(usageType);
      return !own && !bare;
    });
    expect(odd).toEqual([]);
  });

  test('are those by which a refresh finds the price', () => {
    const odd = typed
      .filter(({ region, price, usageType }) => {
        const meter = PRICE_METERS.get(price.id);
        return meter === undefined || !usageTypesIn(region, meter.usageTypes).has(usageType);
      })
      .map(({ region, price, usageType }) => `${region} ${price.id} ${usageType}`);
    expect(odd).toEqual([]);
  });

  test('belong to a cost component', () => {
    const odd = typed
      .filter(({ price: { service }, usageType }) => {
        const table = service.startsWith('AmazonBedrock') ? 'AmazonBedrock' : service;
        return componentOfUsageType(usageType, table) === undefined;
      })
      .map(({ region, price, usageType }) => `${region} ${price.id} ${usageType}`);
    expect(odd).toEqual([]);
  });
});

test('a meter converts into the unit of every price that it refreshes', () => {
  const odd = everyPrice
    .filter(({ price }) => {
      const meter = PRICE_METERS.get(price.id);
      return meter !== undefined && unitRatio(meter.per, price.per) !== 1;
    })
    .map(({ price }) => price.id);
  expect(odd).toEqual([]);
});

/** The prices of two ids as a ratio, wherever a Region has both. */
function ratios(of: RegExp, to: (id: string) => string): { id: string; region: string; ratio: number }[] {
  return everyPrice.flatMap(({ region, price }) => {
    const other = of.test(price.id) ? bookOf(region).prices.get(to(price.id)) : undefined;
    return other === undefined ? [] : [{ region, id: price.id, ratio: price.usd / other.usd }];
  });
}

/** The id of the standard tier. */
const withoutTier = (tier: string) => (id: string) => id.replace(`/${tier}`, '');

/**
 * The prices of a tier that are not their share of standard. AWS rounds to cents: both prices may be half a cent off, of which
 * the standard one counts `share` times. What is given more exactly must be it to half a percent.
 */
function unlikeShare(tier: string, share: number): string[] {
  return everyPrice.flatMap(({ region, price }) => {
    const standard = price.id.includes(`/${tier}`) ? bookOf(region).prices.get(withoutTier(tier)(price.id)) : undefined;
    if (standard === undefined) return [];
    const inCents = Math.abs(price.usd * 100 - Math.round(price.usd * 100)) < 1e-6;
    const tolerance = inCents ? 0.005 + 0.005 * share : 0.005 * share * standard.usd;
    return Math.abs(price.usd - share * standard.usd) > tolerance + 1e-9 ? [`${region} ${price.id}`] : [];
  });
}

/** Pairs that the rules of a refresh call implausible, and why they are in a book. */
const KNOWN_ODD: Readonly<Record<string, string>> = {
  'us-west-2 mistral.mistral-large-2407-v1:0/input/batch': '0.75: half of the older price, 3 a million',
  'us-west-2 mistral.mistral-large-2407-v1:0/output/batch': '0.75: half of the older price, 9 a million',
};

/** Batches that are not half, although every one but the first two is within 0.4 to 0.6. */
const KNOWN_BATCHES: Readonly<Record<string, string>> = {
  ...KNOWN_ODD,
  'ap-northeast-1 amazon.titan-embed-text-v2:0/embedding/batch': '0.417: so in every source',
  'ap-northeast-1 qwen.qwen3-next-80b-a3b/input/batch': 'of a second SKU, whose standard price is 0.168',
  'eu-central-1 amazon.nova-2-lite-v1:0/output/batch': '0.55: 1.9785, probably 1.7985 with two digits exchanged',
  'eu-west-1 qwen.qwen3-next-80b-a3b/input/batch': 'of a second SKU, whose standard price is 0.168',
  'eu-west-1 qwen.qwen3-next-80b-a3b/output/batch': 'of a second SKU, whose standard price is 1.44',
  'us-west-2 amazon.nova-2-lite-v1:0/input/batch': 'half of the price before the standard one was raised',
  'us-west-2 amazon.nova-2-lite-v1:0/output/batch': 'half of the price before the standard one was raised',
};

const KNOWN_PRIORITIES: Readonly<Record<string, string>> = {
  'us-east-1 qwen.qwen3-next-80b-a3b-instruct/input/priority': 'of a second SKU, whose standard price is 0.15',
  'us-west-2 qwen.qwen3-next-80b-a3b-instruct/input/priority': 'of a second SKU, whose standard price is 0.15',
};

describe('known relations between prices hold', () => {
  test('nothing is implausible that a refresh would refuse, but for what is known', () => {
    const odd = REGIONS.flatMap((region) =>
      implausiblePairs(bookOf(region).prices, CATALOGUE).map(({ id }) => `${region} ${id}`),
    );
    expect(odd).toEqual(Object.keys(KNOWN_ODD));
  });

  test('no base model has a price at a tier that the catalogue does not list: an estimate calls that one not offered', () => {
    const unlisted = everyPrice.flatMap(({ region, price: { id } }) => {
      const [, modelId = '', tier] = /^([^/]+)\/.*\b(flex|priority|ultrafast)\b/.exec(id) ?? [];
      const listed = CATALOGUE.models[modelId]?.serviceTiers ?? [tier];
      return tier === undefined || listed.some((each) => each === tier) ? [] : [`${region} ${id}`];
    });
    expect(unlisted).toEqual([]);
  });

  test('the rules are not empty: there are long prompts, outputs and batches to hold against each other', () => {
    const count = (part: string) => everyPrice.filter(({ price: { id } }) => id.includes(part)).length;
    expect(count('/long-context')).toBeGreaterThan(400);
    expect(count('/output')).toBeGreaterThan(900);
    expect(count('/batch')).toBeGreaterThan(500);
  });

  test('batch and flex are half of standard, but for what is known', () => {
    expect(unlikeShare('batch', 0.5)).toEqual(Object.keys(KNOWN_BATCHES).sort());
    expect(unlikeShare('flex', 0.5)).toEqual([]);
  });

  test('priority is 1.75 times standard, but for what is known', () => {
    expect(unlikeShare('priority', 1.75)).toEqual(Object.keys(KNOWN_PRIORITIES));
  });

  test('ultrafast costs more than standard', () => {
    const found = ratios(/\/ultrafast/, withoutTier('ultrafast'));
    expect(found.length).toBeGreaterThan(100);
    expect(found.filter(({ ratio }) => ratio <= 1)).toEqual([]);
  });

  test('a call within a geography costs 1.1 times one through a global profile, or the same with older models', () => {
    const found = ratios(/\/global$/, (id) => id.replace('/global', ''));
    expect(found.length).toBeGreaterThan(700);
    // 1 / 1.1: global is the cheaper one; prices of flex and batch are rounded after that
    const odd = found.filter(({ ratio }) => ratio !== 1 && Math.abs(ratio - 1 / 1.1) > 0.005);
    expect(odd).toEqual([]);
    const same = new Set(found.filter(({ ratio }) => ratio === 1).map(({ id }) => id.slice(0, id.indexOf('/'))));
    expect([...same].sort()).toEqual(['anthropic.claude-sonnet-4-20250514-v1:0', 'cohere.embed-v4:0']);
  });

  test('a further tier costs less than the one before it', () => {
    const tiers = everyPrice.filter(({ price: { id } }) => /\/tier-\d$/.test(id));
    const before = (id: string) =>
      id.replace(/\/tier-(\d)$/, (_, tier) => (tier === '2' ? '' : `/tier-${Number(tier) - 1}`));
    expect(tiers.length).toBeGreaterThan(8);
    const odd = tiers.filter(
      ({ region, price: { id, usd } }) => usd >= (bookOf(region).prices.get(before(id))?.usd ?? 0),
    );
    expect(odd).toEqual([]);
  });

  test('reading from the cache costs a quarter of the input at most, and something', () => {
    const reads = ratios(/\/cache-read/, (id) => id.replace('cache-read', 'input'));
    expect(reads.length).toBeGreaterThan(400);
    expect(reads.filter(({ ratio }) => ratio < 0.02 || ratio > 0.26)).toEqual([]);
  });

  test('writing to the cache costs 1.25 times the input for minutes and twice for an hour, where it is not free', () => {
    const writes = (meter: string) =>
      ratios(new RegExp(`/${meter}(?:/|$)`), (id) => id.replace(meter, 'input')).filter(({ ratio }) => ratio > 0);
    const rounded = (found: ReturnType<typeof ratios>, expected: number) =>
      found.filter(({ ratio }) => Math.abs(ratio / expected - 1) > 0.001);
    expect(writes('cache-write').length).toBeGreaterThan(150);
    expect(rounded(writes('cache-write'), 1.25)).toEqual([]);
    expect(rounded(writes('cache-write-30m'), 1.25)).toEqual([]);
    expect(rounded(writes('cache-write-1h'), 2)).toEqual([]);
  });

  test('a longer commitment makes throughput cheaper', () => {
    const monthly = ratios(/\/provisioned\/1-month$/, (id) => id.replace('1-month', 'no-commit'));
    const halfYearly = ratios(/\/provisioned\/6-month$/, (id) => id.replace('6-month', '1-month'));
    expect([...monthly, ...halfYearly].filter(({ ratio }) => ratio >= 1 || ratio < 0.5)).toEqual([]);
    expect(halfYearly.length).toBe(6);
  });

  test('arm is 20 percent cheaper than x86', () => {
    const found = ratios(/gb-second-arm$/, () => 'lambda/gb-second-x86').map(({ ratio }) => ratio.toFixed(3));
    expect(found).toEqual(['0.800', '0.800', '0.800']);
  });
});

describe('the catalogue and the books say the same', () => {
  const { models, named = {} } = CATALOGUE;
  const ownerOf = (id: string) => id.slice(0, id.indexOf('/'));
  const ofModels = everyPrice.filter(({ price: { id } }) => ownerOf(id).includes('.'));

  test('every model that has a price is in the catalogue', () => {
    const owners = new Set(ofModels.map(({ price: { id } }) => ownerOf(id)));
    expect(owners.size).toBeGreaterThan(100);
    expect([...owners].filter((id) => !Object.hasOwn(models, id) && !Object.hasOwn(named, id))).toEqual([]);
  });

  test('every text model that Converse calls has an input and an output price in a book, or the reason why not', () => {
    const priced = (model: string, meter: string) =>
      ofModels.some(({ price: { id } }) => id === `${model}/${meter}` || id.startsWith(`${model}/${meter}/`));
    const odd = Object.entries(models)
      .filter(([, { kind, endpoint }]) => kind === 'text' && endpoint === 'runtime')
      .filter(([id, { unpriced }]) => (priced(id, 'input') && priced(id, 'output')) === (unpriced !== undefined))
      .map(([id]) => id);
    expect(odd).toEqual([]);
  });

  test('long prompts have prices beside every usual one of a model that says above how many tokens, and of no other', () => {
    // batch of a long prompt is sold by nobody that a source names
    const pairs = ofModels.filter(
      ({ price: { id } }) => /\/(?:input|output|cache-)/.test(id) && !/\/(?:reserved-|batch)/.test(id),
    );
    const longId = (id: string) => id.replace(/\/((?:input|output|cache-)[^/]*)/, '/$1/long-context');
    const odd = pairs
      .filter(({ region, price: { id } }) => {
        const bands = models[ownerOf(id)]?.longPromptAboveTokens !== undefined;
        if (id.includes('/long-context')) return !bands || !bookOf(region).prices.has(id.replace('/long-context', ''));
        return bands && !bookOf(region).prices.has(longId(id));
      })
      .map(({ region, price: { id } }) => `${region} ${id}`);
    expect(odd).toEqual([]);
  });

  test('what a refresh cannot ask for is known: what has no usage type, and models without a name in the list', () => {
    const lacking = [...new Set(everyPrice.map(({ price: { id } }) => id))].filter((id) => !PRICE_METERS.has(id));
    const searches = searchPrices(CATALOGUE, lacking.sort());
    expect(new Set(searches.map(({ reason }) => reason))).toEqual(new Set(['by-hand', 'unnamed-model']));
    expect(searches.find(({ reason }) => reason === 'by-hand')?.ids).toEqual([
      'aoss/storage',
      'bda/page',
      'evaluation/human-task',
      'guardrail/words',
      'kb/structured-query',
      'managed-kb/agentic-retrieve',
      // tuned and trained under usage types that nobody has seen
      'qwen.qwen3-32b-v1:0/custom-input',
      'qwen.qwen3-32b-v1:0/custom-output',
      'qwen.qwen3-32b-v1:0/reinforcement-training',
      'qwen.qwen3-32b-v1:0/storage',
      's3-vectors/query',
    ]);
  });
});

describe('what each path needs has a price', () => {
  const tokens = (model: string) => [`${model}/input`, `${model}/output`];
  const NOVA = ['amazon.nova-micro-v1:0', 'amazon.nova-lite-v1:0', 'amazon.nova-pro-v1:0', 'amazon.nova-2-lite-v1:0'];
  const CLAUDE = [
    'anthropic.claude-haiku-4-5-20251001-v1:0',
    'anthropic.claude-sonnet-4-5-20250929-v1:0',
    'anthropic.claude-sonnet-4-6',
    'anthropic.claude-sonnet-5',
  ];
  const LLAMA = ['3-1-8b', '3-1-70b', '3-2-1b', '3-2-3b', '3-2-11b', '3-2-90b', '3-3-70b'].map(
    (size) => `meta.llama${size}-instruct-v1:0`,
  );
  const EMBEDDING = [
    'amazon.titan-embed-text-v2:0/embedding',
    'cohere.embed-english-v3/embedding',
    'cohere.embed-multilingual-v3/embedding',
    'cohere.embed-v4:0/embedding',
  ];
  const EVERYWHERE = [
    ...NOVA.flatMap(tokens),
    ...NOVA.flatMap((model) => tokens(model).map((id) => `${id}/batch`)),
    ...tokens('amazon.nova-2-lite-v1:0').map((id) => `${id}/global`),
    ...CLAUDE.flatMap(tokens),
    ...CLAUDE.flatMap((model) => tokens(model).map((id) => `${id}/global`)),
    ...CLAUDE.flatMap((model) => ['cache-read', 'cache-write', 'cache-write-1h'].map((meter) => `${model}/${meter}`)),
    ...EMBEDDING,
    'lambda/request',
    'lambda/gb-second-arm',
    'lambda/gb-second-x86',
    'logs/ingest',
    's3/storage',
    'aoss/ocu',
    'cost-explorer/request',
  ];
  const NEEDED: Record<string, readonly string[]> = {
    'us-east-1': [
      ...EVERYWHERE,
      ...LLAMA.flatMap(tokens),
      ...tokens('amazon.nova-premier-v1:0'),
      ...['flex', 'priority'].flatMap((tier) => tokens('amazon.nova-2-lite-v1:0').map((id) => `${id}/${tier}`)),
      ...NOVA.map((model) => `${model}/cache-read`),
      ...NOVA.flatMap((model) => [`${model}/custom-input`, `${model}/custom-output`, `${model}/storage`]),
      'amazon.nova-micro-v1:0/training',
      'amazon.nova-lite-v1:0/training',
      'amazon.nova-2-lite-v1:0/training',
      'amazon.nova-2-lite-v1:0/provisioned/no-commit',
      'amazon.nova-2-lite-v1:0/provisioned/1-month',
      'amazon.rerank-v1:0/rerank',
      'cohere.rerank-v3-5:0/rerank',
      'cmi/cmu-v1',
      'cmi/cmu-v2',
      'cmi/storage',
      ...['content', 'topics', 'sensitive-information', 'grounding', 'automated-reasoning', 'words'].map(
        (policy) => `guardrail/${policy}`,
      ),
      'evaluation/human-task',
      'kb/structured-query',
      'bda/page',
      'managed-kb/index',
      'managed-kb/retrieve',
      'managed-kb/agentic-retrieve',
      'aoss/storage',
      'aurora/acu',
      'aurora/acu-io-optimized',
      'aurora/storage',
      'aurora/storage-io-optimized',
      'aurora/io',
      ...['storage', 'put', 'query', 'processed-tier-1', 'processed-tier-2', 'processed-tier-3', 'returned'].map(
        (meter) => `s3-vectors/${meter}`,
      ),
      's3/put',
      's3/get',
      'logs/archive',
      'logs/insights',
      'cloudwatch/custom-metric',
      'states/transition',
      'athena/scanned',
      'secrets/secret',
      'secrets/request',
      'api-gateway/http',
      'api-gateway/rest',
      'sagemaker/ml.g5.12xlarge/training',
    ],
    'us-west-2': [
      ...EVERYWHERE,
      ...LLAMA.flatMap(tokens),
      // Llama is customised here and nowhere else
      ...LLAMA.flatMap((model) => [`${model}/training`, `${model}/storage`]),
      ...LLAMA.filter((model) => !model.includes('3-3')).flatMap((model) =>
        ['no-commit', '1-month', '6-month'].map((term) => `${model}/provisioned/${term}`),
      ),
      'meta.llama3-3-70b-instruct-v1:0/custom-input',
      'meta.llama3-3-70b-instruct-v1:0/custom-output',
      'cmi/cmu-v1',
      's3/put',
      's3/get',
      'sagemaker/ml.g5.12xlarge/training',
    ],
    'ap-northeast-1': [...EVERYWHERE, 'aoss/storage', 'logs/archive', 'cloudwatch/custom-metric', 's3/put', 's3/get'],
  };

  test.each(Object.entries(NEEDED))('in %s', (region, ids) => {
    expect(ids.filter((id) => !bookOf(region).prices.has(id))).toEqual([]);
  });
});
