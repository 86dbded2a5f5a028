import { describe, expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { priceBookOf, priceBookText } from '../../lib/aws/prices/book-file.ts';
import { componentOfUsageType } from '../../lib/meters/meters.ts';
import { regionPrefixes, usageTypesIn } from '../../lib/meters/region-prefixes.ts';
import type { Price, PriceBook } from '../../lib/prices/price-book.ts';
import { unitRatio, type PriceUnit } from '../../lib/prices/price-unit.ts';
import { PRICE_METERS } from '../support/catalogue.ts';

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

const TIERS = '(?:/(?:batch|flex|priority|latency-optimized))?';
const MODEL = '(?:amazon|anthropic|cohere|meta|openai)\\.[a-z0-9.-]+(?::\\d+)?';
/** What a price id may be, and the unit that its price must be in. */
const ID_SCHEME: readonly (readonly [RegExp, readonly PriceUnit[]])[] = [
  [new RegExp(`^${MODEL}/(?:input|output)${TIERS}(?:/global)?$`), ['1M tokens']],
  [new RegExp(`^${MODEL}/cache-(?:read|write|write-1h)(?:/global)?$`), ['1M tokens']],
  [new RegExp(`^${MODEL}/custom-(?:input|output|cache-read|cache-write)$`), ['1M tokens']],
  [new RegExp(`^${MODEL}/(?:training|embedding|embedding/batch)$`), ['1M tokens']],
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

const unlike = (found: ReturnType<typeof ratios>, expected: number) =>
  found.filter(({ ratio }) => Math.abs(ratio - expected) > 1e-9).map(({ region, id }) => `${region} ${id}`);

describe('known relations between prices hold', () => {
  test('batch and flex are half of standard, but for rows that the Price List itself has lower', () => {
    const found = ratios(/\/(?:batch|flex)(?:\/global)?$/, (id) => id.replace(/\/(?:batch|flex)/, ''));
    expect(found.length).toBeGreaterThan(60);
    // rounded down, or left behind when the standard price was raised
    const known = [
      'ap-northeast-1 amazon.titan-embed-text-v2:0/embedding/batch',
      'ap-northeast-1 openai.gpt-oss-120b-1:0/output/batch',
      'us-west-2 amazon.nova-2-lite-v1:0/input/batch',
      'us-west-2 amazon.nova-2-lite-v1:0/output/batch',
    ];
    expect(unlike(found, 0.5).filter((id) => !known.includes(id))).toEqual([]);
    expect(found.filter(({ ratio }) => ratio > 0.5 + 1e-9)).toEqual([]);
  });

  test('priority is 1.75 times standard', () => {
    const found = ratios(/\/priority(?:\/global)?$/, (id) => id.replace('/priority', ''));
    expect(found.length).toBeGreaterThan(6);
    expect(unlike(found, 1.75)).toEqual([]);
  });

  test('from Claude 4.5 and Nova 2 on, a call within a geography costs 1.1 times one through a global profile', () => {
    const found = ratios(/^(?!.*claude-sonnet-4-2025).*\/global$/, (id) => id.replace('/global', ''));
    expect(found.length).toBeGreaterThan(60);
    // 1 / 1.1: global is the cheaper one
    expect(unlike(found, 1 / 1.1)).toEqual([]);
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

  test('reading from the cache costs a quarter of the input of Nova, a tenth of that of Claude', () => {
    const reads = ratios(/\/cache-read(?:\/global)?$/, (id) => id.replace('cache-read', 'input'));
    const [nova, claude] = ['amazon.', 'anthropic.'].map((maker) => reads.filter(({ id }) => id.startsWith(maker)));
    expect(unlike(nova ?? [], 0.25)).toEqual([]);
    expect(unlike(claude ?? [], 0.1)).toEqual([]);
    expect(nova?.length).toBe(6);
    expect(claude?.length).toBeGreaterThan(20);
  });

  test('Claude writes to the cache at 1.25 times the input for five minutes, at twice for an hour', () => {
    expect(
      unlike(
        ratios(/^anthropic.*\/cache-write(?:\/global)?$/, (id) => id.replace('cache-write', 'input')),
        1.25,
      ),
    ).toEqual([]);
    expect(
      unlike(
        ratios(/\/cache-write-1h(?:\/global)?$/, (id) => id.replace('cache-write-1h', 'input')),
        2,
      ),
    ).toEqual([]);
  });

  test('a longer commitment makes throughput cheaper', () => {
    const monthly = ratios(/\/provisioned\/1-month$/, (id) => id.replace('1-month', 'no-commit'));
    const halfYearly = ratios(/\/provisioned\/6-month$/, (id) => id.replace('6-month', '1-month'));
    expect([...monthly, ...halfYearly].filter(({ ratio }) => ratio >= 1 || ratio < 0.5)).toEqual([]);
    expect(halfYearly.length).toBe(6);
  });

  test('arm is 20 percent cheaper than x86', () => {
    expect(ratios(/gb-second-arm$/, () => 'lambda/gb-second-x86').map(({ ratio }) => ratio.toFixed(3))).toEqual(
      REGIONS.map(() => '0.800'),
    );
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
