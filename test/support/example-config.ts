import type { ImportRules } from '../../lib/catalogue/custom-model-import.ts';
import type { ModelEntry } from '../../lib/catalogue/models.ts';
import { parseCatalogue, parseConfig, type Config, type EnvironmentInput } from '../../lib/config/config.ts';
import type { ConfigSources } from '../../lib/config/sources.ts';
import { priceBook, type Price } from '../../lib/prices/price-book.ts';

/** An invented model: no change of the real catalogue breaks a test. */
export const MODEL: ModelEntry = {
  name: 'Example',
  provider: 'Acme',
  kind: 'text',
  lifecycle: { status: 'active', endOfLife: null },
  inRegion: ['us-west-2'],
  profiles: {
    us: { from: ['us-east-1', 'us-west-2'], spans: ['us-east-1', 'us-east-2', 'us-west-2'] },
    eu: { from: null, spans: null },
    global: { from: null, spans: 'every-commercial-region' },
  },
  released: null,
  endpoint: 'runtime',
  contextWindowTokens: null,
  maxOutputTokens: 1_000,
  promptCaching: { minimumTokens: 1_024, lifetimes: ['5m'] },
  serviceTiers: ['standard', 'flex'],
  batch: null,
  structuredOutput: true,
  sampling: 'both',
  thinking: null,
  customization: null,
  hosting: [],
  sources: [{ says: 'everything', source: 'this test', date: '2026-01-01' }],
};

export const MODEL_ID = 'acme.example-v1:0';

const EMBEDDING = 'amazon.titan-embed-text-v2:0';

/** The embedding model that `rag` takes where nothing is configured, and a reranker. */
const HELPERS: Record<string, ModelEntry> = {
  [EMBEDDING]: {
    ...MODEL,
    kind: 'embedding',
    inRegion: ['us-east-1', 'us-west-2'],
    embeddingDimensions: [512, 1_024],
  },
  'acme.rerank-v1:0': { ...MODEL, kind: 'rerank', inRegion: ['us-east-1', 'us-west-2'] },
};

/** What an invented Custom Model Import takes. */
export const IMPORTS: ImportRules = {
  architectures: [
    { modelType: 'plain', names: ['Plain'], chatTemplate: 'needed', weightsBelowGb: 200 },
    { modelType: 'bare', names: ['Bare'], chatTemplate: 'optional', weightsBelowGb: 100 },
  ],
  mostPositions: 131_072,
};

export const ENVIRONMENT = {
  project: 'fmpaths',
  environment: 'test',
  region: 'us-east-1',
  promptOnly: { model: MODEL_ID, profileScope: 'us', prompt: 'short/v1' },
} satisfies EnvironmentInput;

const FILES: Record<string, string> = {
  'prompts/short/v1/system.md': 'Be short.\n',
  'schemas/answer.json': '{"type":"object","properties":{"answer":{"type":"string"}}}',
};

const price = (id: string, usd: number, per: Price['per'] = '1M tokens'): Price => ({
  id,
  usd,
  per,
  service: 'AmazonBedrock',
  source: 'this test',
  date: '2026-01-01',
  confidence: 'A',
});

/** All that an answer of `MODEL` is billed for. */
export const EXAMPLE_PRICES: readonly Price[] = [
  price(`${MODEL_ID}/input`, 2),
  price(`${MODEL_ID}/output`, 10),
  price('amazon.titan-embed-text-v2:0/embedding', 0.1),
  price('acme.rerank-v1:0/rerank', 3, '1K queries'),
  price('aoss/ocu', 0.2, 'OCU-hour'),
  price('aurora/acu', 0.1, 'ACU-hour'),
  price('secrets/secret', 0.5, 'secret-month'),
  price('lambda/request', 0.2, '1M requests'),
  price('lambda/gb-second-arm', 0.00001, 'GB-second'),
  price('logs/ingest', 0.5, 'GB'),
  price('logs/archive', 0.03, 'GB-month'),
  price('cloudwatch/custom-metric', 0.3, 'metric-month'),
];

export function exampleSources(
  changes: Partial<ConfigSources> & { readonly model?: Partial<ModelEntry> } = {},
): ConfigSources {
  const { model, ...sources } = changes;
  return {
    catalogue: parseCatalogue({
      defaults: { embedding: EMBEDDING },
      customModelImport: { ...IMPORTS, example: 'plain', sources: MODEL.sources },
      models: { [MODEL_ID]: { ...MODEL, ...model }, ...HELPERS },
    }),
    priceBook: (region) => priceBook(region, EXAMPLE_PRICES),
    readText: (path) => FILES[path] ?? null,
    today: '2026-06-01',
    ...sources,
  };
}

type PromptOnlyInput = EnvironmentInput['promptOnly'];

/** A configuration like `ENVIRONMENT` with some settings of `promptOnly` changed. */
export function exampleConfig(
  promptOnly: Partial<PromptOnlyInput> = {},
  sources: ConfigSources = exampleSources(),
  environment: Partial<EnvironmentInput> = {},
): Config {
  return parseConfig(
    { ...ENVIRONMENT, ...environment, promptOnly: { ...ENVIRONMENT.promptOnly, ...promptOnly } },
    sources,
  );
}
