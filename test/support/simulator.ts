import type { ModelCatalogue, ModelEntry } from '../../lib/catalogue/models.ts';
import { costTags } from '../../lib/deployment/tags.ts';
import { priceBook, type Price, type PriceBook } from '../../lib/prices/price-book.ts';

export const REGION = 'us-east-1';
export const ACCOUNT = '123456789012';
export const TOKEN = 'run-token';
export const MODEL = 'acme.small-v1:0';
export const SYSTEM_PROFILE = `arn:aws:bedrock:${REGION}:${ACCOUNT}:inference-profile/us.${MODEL}`;

const small: ModelEntry = {
  name: 'Small',
  provider: 'Acme',
  lifecycle: { status: 'active', endOfLife: null },
  kind: 'text',
  inRegion: [],
  profiles: {
    us: { from: [REGION, 'us-west-2'], spans: [REGION, 'us-east-2', 'us-west-2'] },
    global: { from: null, spans: 'every-commercial-region' },
    eu: { from: ['eu-west-1'], spans: ['eu-west-1'] },
  },
  released: null,
  endpoint: 'runtime',
  contextWindowTokens: null,
  maxOutputTokens: 1_000,
  promptCaching: { minimumTokens: 100, lifetimes: ['5m'] },
  serviceTiers: ['standard', 'flex', 'priority'],
  batch: null,
  structuredOutput: true,
  sampling: 'both',
  thinking: null,
  customization: null,
  hosting: [],
  sources: [{ says: 'invented', source: 'test', date: '2026-11-01' }],
};

/** Invented models: one reached by profiles, one in the Region, one that ends, one that only embeds, one that only ranks. */
export const CATALOGUE: ModelCatalogue = {
  models: {
    [MODEL]: small,
    'acme.local-v1:0': {
      ...small,
      name: 'Local',
      inRegion: [REGION],
      profiles: {},
      promptCaching: null,
      serviceTiers: ['standard'],
      structuredOutput: false,
      sampling: 'one-of',
    },
    'acme.old-v1:0': {
      ...small,
      name: 'Old',
      inRegion: [REGION],
      lifecycle: { status: 'legacy', endOfLife: '2026-12-15' },
    },
    'acme.rerank-v1:0': { ...small, name: 'Rerank', kind: 'rerank', inRegion: [REGION], profiles: {} },
    'acme.embed-v1:0': {
      ...small,
      name: 'Embed',
      kind: 'embedding',
      inRegion: [REGION],
      profiles: {},
      embeddingDimensions: [512, 1024, 2048],
      defaultEmbeddingDimensions: 1024,
      maxInputTokens: 1000,
    },
  },
};

const price = (id: string, usd: number, per: Price['per'], service: string, usageType?: string): Price => ({
  id,
  usd,
  per,
  service,
  usageType,
  source: 'test',
  date: '2026-11-01',
  confidence: 'A',
});

/** Invented prices. */
export const PRICES: PriceBook = priceBook(REGION, [
  price(`${MODEL}/input`, 1, '1M tokens', 'AmazonBedrock', 'USE1-AcmeSmall-input-tokens'),
  price(`${MODEL}/output`, 5, '1M tokens', 'AmazonBedrock', 'USE1-AcmeSmall-output-tokens'),
  price(`${MODEL}/cache-read`, 0.1, '1M tokens', 'AmazonBedrock'),
  price(`${MODEL}/input/global`, 0.9, '1M tokens', 'AmazonBedrock'),
  price('lambda/request', 0.2, '1M requests', 'AWSLambda', 'Request'),
  price('lambda/gb-second-arm', 0.00001, 'GB-second', 'AWSLambda', 'Lambda-GB-Second-ARM'),
  price('logs/ingest', 0.5, 'GB', 'AmazonCloudWatch', 'USE1-DataProcessing-Bytes'),
  price('logs/archive', 0.03, 'GB-month', 'AmazonCloudWatch', 'USE1-TimedStorage-ByteHrs'),
  price('cloudwatch/custom-metric', 0.3, 'metric-month', 'AmazonCloudWatch', 'CW:MetricMonitorUsage'),
  price('acme.embed-v1:0/embedding', 0.02, '1M tokens', 'AmazonBedrock', 'USE1-AcmeEmbed-input-tokens'),
  price('acme.rerank-v1:0/rerank', 1, '1K queries', 'AmazonBedrock'),
  price('aoss/ocu', 0.24, 'OCU-hour', 'AmazonES', 'USE1-SearchOCU'),
  price('aoss/storage', 0.024, 'GB-month', 'AmazonES'),
  price('aurora/acu', 0.12, 'ACU-hour', 'AmazonRDS', 'Aurora:ServerlessV2Usage'),
  price('aurora/io', 0.2, '1M I/O', 'AmazonRDS', 'Aurora:StorageIOUsage'),
  price('aurora/storage', 0.1, 'GB-month', 'AmazonRDS', 'Aurora:StorageUsage'),
  price('s3/storage', 0.023, 'GB-month', 'AmazonS3', 'TimedStorage-ByteHrs'),
  price('s3/put', 0.005, '1K requests', 'AmazonS3', 'Requests-Tier1'),
  price('s3/get', 0.0004, '1K requests', 'AmazonS3', 'Requests-Tier2'),
  price('s3-vectors/processed-tier-1', 0.004, 'TB', 'AmazonS3', 'Vectors-Query-ProcessedBytes-Tier1'),
  price('s3-vectors/put', 0.2, 'GB', 'AmazonS3', 'Vectors-Put-Bytes'),
  price('s3-vectors/query', 2.5, '1M requests', 'AmazonS3'),
  price('s3-vectors/returned', 0.01, 'GB', 'AmazonS3', 'Vectors-Query-Returned-Bytes'),
  price('s3-vectors/storage', 0.06, 'GB-month', 'AmazonS3', 'Vectors-TimedStorage-ByteHrs'),
  price('guardrail/content', 0.15, '1K text units', 'AmazonBedrock', 'USE1-Guardrail-ContentPolicyUnitsConsumed'),
]);

export const TAGS = costTags({
  path: 'prompt-only',
  component: 'inference',
  project: 'fmpaths',
  environment: 'test',
  owner: `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/prompt-only/1`,
});

export const TAG_LIST = Object.entries(TAGS).map(([key, value]) => ({ key, value }));
