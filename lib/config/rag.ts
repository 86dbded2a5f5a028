import { modelEntry } from '../catalogue/model-entry.ts';
import { z } from 'zod';
import { PROFILE_SCOPES, judgeHelper, type ModelTarget } from '../catalogue/models.ts';
import { usdPer } from '../prices/usd-per.ts';
import {
  answeringFields,
  inherit,
  inheriting,
  modelFields,
  resolveAnswering,
  resolveTarget,
  withoutRefusedSampling,
  type AnsweringConfig,
  type PromptOnlySettings,
} from './answering.ts';
import { bookOf, configError, defaultModel, type SectionContext } from './sources.ts';
import { idleCostOf, judgeStore, MEANING_ONLY, STORE_SCHEMAS, STORE_SENTENCES, type IdleCost } from './stores.ts';

/** An answer that must be JSON has no place for citations. */
const citingFields = z.object(answeringFields).omit({ structuredOutput: true }).shape;

const chunkTokens = z.int().min(20).max(8_192);

const chunkingSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('fixed'),
    maxTokens: chunkTokens.default(300).describe('Longest chunk, in tokens. Default: 300.'),
    overlapPercentage: z
      .int()
      .min(1)
      .max(99)
      .default(20)
      .describe('Share of a chunk that the next one repeats; it is embedded twice. Default: 20.'),
  }),
  z.strictObject({
    kind: z.literal('hierarchical'),
    parentTokens: chunkTokens.default(1_500).describe('Longest chunk that is given to the model. Default: 1500.'),
    childTokens: chunkTokens.default(300).describe('Longest chunk that is searched. Default: 300.'),
    overlapTokens: z.int().min(1).default(60).describe('Tokens that neighbours share. Default: 60.'),
  }),
  z.strictObject({
    kind: z.literal('semantic'),
    maxTokens: chunkTokens.default(300).describe('Longest chunk, in tokens. Default: 300.'),
    bufferSentences: z
      .int()
      .min(0)
      .max(1)
      .default(0)
      .describe('Sentences before and after that are compared too. Default: 0.'),
    breakpointPercentile: z
      .int()
      .min(50)
      .max(99)
      .default(95)
      .describe('How unlike sentences must be to be parted. Default: 95.'),
  }),
  z.strictObject({ kind: z.literal('none') }),
]);

const metadataValue = z.union([z.string().max(500), z.number(), z.boolean()]);

/** Name of an attribute in a metadata sidecar. Those of Bedrock itself begin with `x-amz`, and no caller may ask for them. */
const metadataKey = z.string().regex(/^(?!x-amz)[A-Za-z][A-Za-z0-9_-]{0,62}$/, {
  error: 'must be letters, digits, _ and -, the first a letter, not beginning with x-amz',
});

/** The stack rag, as written. Every key may be left out. */
export const ragSchema = z.strictObject({
  ...inheriting(modelFields),
  ...inheriting(citingFields),
  store: z
    .discriminatedUnion('kind', STORE_SCHEMAS)
    .prefault({ kind: 'opensearch-serverless' })
    .describe(
      `Where the vectors are. ${STORE_SENTENCES.join(' ')} Changing it replaces the knowledge base. Default: opensearch-serverless.`,
    ),
  maxIdleUsdPerMonth: z
    .number()
    .min(0)
    .optional()
    .describe(
      'Refuses to synthesize a stack that costs more than this many USD a month while idle. Default: no limit.',
    ),
  embedding: z
    .strictObject({
      model: z
        .string()
        .optional()
        .describe(
          'Embedding model of config/models.json: its tokens are paid for every document and question. Default: defaults.embedding of config/models.json.',
        ),
      dimensions: z
        .int()
        .min(1)
        .max(4_096)
        .default(1_024)
        .describe('Numbers of a vector: fewer need less storage and memory, and find a little less. Default: 1024.'),
    })
    .prefault({})
    .describe('What turns text into vectors. Changing it replaces the knowledge base and embeds every document anew.'),
  chunking: chunkingSchema
    .prefault({ kind: 'fixed' })
    .describe(
      'How documents are cut: fixed, hierarchical, semantic (more embedding calls) or none (each document is one chunk). Changing it replaces the knowledge base and embeds every document anew. Default: fixed, 300 tokens.',
    ),
  parsing: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('foundation-model'),
        model: z.string().describe('Text model of config/models.json that reads the documents.'),
        profileScope: z.enum(PROFILE_SCOPES).describe('Where its calls may be served.'),
      }),
      z.strictObject({ kind: z.literal('data-automation') }),
    ])
    .optional()
    .describe(
      "Has each page of PDF files read for its tables and pictures, at every sync of a changed document. foundation-model: paid by the token, through the path's own profile. data-automation: Bedrock Data Automation, paid by the page; nothing that takes a tag stands before it, so look for it under the service. Default: Bedrock's own parser, which is free.",
    ),
  documents: z
    .strictObject({
      retain: z
        .boolean()
        .default(false)
        .describe('Keep bucket and documents when the stack is destroyed; storage is then still paid. Default: false.'),
      noncurrentDays: z
        .int()
        .min(1)
        .max(3_650)
        .default(30)
        .describe('Days that replaced and deleted versions are kept and paid for. Default: 30.'),
    })
    .prefault({})
    .describe('The S3 bucket of the documents.'),
  retrieval: z
    .strictObject({
      topK: z
        .int()
        .min(1)
        .max(100)
        .default(5)
        .describe('Passages that the model is given; their tokens are paid in every request. Default: 5.'),
      search: z
        .enum(['semantic', 'hybrid'])
        .default('semantic')
        .describe(
          `hybrid also searches by words; ${MEANING_ONLY.join(' and ')} cannot. Costs nothing extra. Default: semantic.`,
        ),
      minScore: z
        .number()
        .min(0)
        .max(1)
        .default(0)
        .describe(
          'A passage below this score counts as irrelevant; if all are, the answer is that the documents do not say, and no model is paid. Scales differ by store and reranker: read the scores in the citations of your own questions first. Default: 0, so that only an empty result counts.',
        ),
      rerank: z
        .strictObject({
          model: z.string().describe('Rerank model of config/models.json.'),
          candidates: z
            .int()
            .min(1)
            .max(100)
            .default(20)
            .describe('Passages that are retrieved and reranked, of which topK remain. Default: 20.'),
        })
        .optional()
        .describe('Has a model sort the passages: paid by the query, each request. Default: none.'),
      filter: z
        .record(metadataKey, metadataValue)
        .prefault({})
        .describe(
          'Attributes (of the metadata sidecar files) that every retrieved passage must have, whatever the caller asks. Default: none.',
        ),
      callerFilter: z
        .record(metadataKey, z.enum(['string', 'number', 'boolean']))
        .prefault({})
        .describe('Attributes by which a caller may narrow further, and their types. Default: none.'),
    })
    .prefault({})
    .describe('What is looked for, and how much of it the model is given.'),
  contextualGrounding: z
    .boolean()
    .default(false)
    .describe(
      "Has the guardrail's contextual grounding policy compare the answer with the passages: billed by text unit for passages, question and answer; questions up to 1,000 characters. Needs a guardrail with such a policy. Default: false.",
    ),
});

/** The settings of the stack rag, checked. */
export interface RagConfig
  extends AnsweringConfig, Pick<Written, 'store' | 'chunking' | 'documents' | 'contextualGrounding'> {
  readonly embedding: { readonly modelId: string; readonly dimensions: number };
  readonly parsing?:
    | { readonly kind: 'foundation-model'; readonly target: ModelTarget }
    | { readonly kind: 'data-automation' }
    | undefined;
  readonly retrieval: Written['retrieval'];
  /** What the stack costs while nobody asks and nothing changes. */
  readonly idle: IdleCost;
  /** Prices of what a question costs besides the model: `null` where the book has none. */
  readonly retrievalPrices: {
    readonly usdPerMillionEmbeddingTokens: number | null;
    /** `null` also where nothing is reranked: then there is nothing to pay. */
    readonly usdPerThousandRerankQueries: number | null;
  };
}

type Written = z.infer<typeof ragSchema>;

/** @throws ConfigError that names every setting that cannot work. */
export function resolveRag(written: Written, base: PromptOnlySettings, context: SectionContext): RagConfig {
  const { section, file, region, sources } = context;
  const { store, maxIdleUsdPerMonth, embedding, chunking, parsing, documents, retrieval, contextualGrounding, ...own } =
    written;
  const inherited = { ...inherit(base, own), structuredOutput: undefined };
  const { models } = sources.catalogue;
  const entry = modelEntry(models, inherited.model);
  const sampling = withoutRefusedSampling(inherited.model, entry, inherited, own, section);
  const answering = resolveAnswering(sampling.settings, context);
  const book = bookOf(context);
  const errors: string[] = [];
  const warnings: string[] = [...sampling.warnings, ...answering.warnings];
  const helper = (setting: string, model: string, kind: 'embedding' | 'rerank') => {
    const verdict = judgeHelper(sources.catalogue, { model, kind, region }, sources.today);
    errors.push(...verdict.errors.map((message) => `${setting}: ${message}`));
    warnings.push(...verdict.warnings.map((message) => `${section}.${setting}: ${message}`));
    return verdict.entry;
  };

  const embeddingModel = embedding.model ?? defaultModel('embedding', 'embedding.model', context);
  const dimensions = helper('embedding.model', embeddingModel, 'embedding')?.embeddingDimensions;
  if (dimensions != null && !dimensions.includes(embedding.dimensions)) {
    errors.push(
      `embedding.dimensions: '${embeddingModel}' makes vectors of ${dimensions.join(', ')} dimensions, got ${embedding.dimensions}`,
    );
  }
  if (retrieval.rerank !== undefined) {
    const { model, candidates } = retrieval.rerank;
    helper('retrieval.rerank.model', model, 'rerank');
    if (candidates < retrieval.topK) {
      errors.push(
        `retrieval.rerank.candidates: must be at least topK (${retrieval.topK}), got ${candidates}: reranking picks topK of the candidates`,
      );
    }
  }
  if (chunking.kind === 'hierarchical') {
    if (chunking.childTokens >= chunking.parentTokens) {
      errors.push(
        `chunking.childTokens: must be less than parentTokens (${chunking.parentTokens}), got ${chunking.childTokens}`,
      );
    }
    if (chunking.overlapTokens >= chunking.childTokens) {
      errors.push(
        `chunking.overlapTokens: must be less than childTokens (${chunking.childTokens}), got ${chunking.overlapTokens}`,
      );
    }
  }
  const verdict = judgeStore(store, {
    search: retrieval.search,
    chunking: chunking.kind,
    dimensions: embedding.dimensions,
  });
  errors.push(...verdict.errors);
  warnings.push(...verdict.warnings.map((message) => `${section}.${message}`));
  if (contextualGrounding && answering.guardrail === undefined) {
    errors.push('contextualGrounding: needs a guardrail: set one, or leave it out');
  }
  const shared = Object.entries(retrieval.callerFilter).filter(([key]) => key in retrieval.filter);
  if (shared.length > 0) {
    errors.push(
      `retrieval.callerFilter: ${shared.map(([key]) => `'${key}'`).join(', ')} is already set by retrieval.filter, which no caller may change`,
    );
  }
  const filterBytes = Buffer.byteLength(JSON.stringify([retrieval.filter, retrieval.callerFilter]));
  if (filterBytes > MAX_FILTER_BYTES) {
    errors.push(
      `retrieval.filter and retrieval.callerFilter: may take ${MAX_FILTER_BYTES} bytes of JSON together, got ${filterBytes}: the function has them in its environment, for which Lambda allows 4 KB in all`,
    );
  }
  const idle = idleCostOf(store, book);
  if (maxIdleUsdPerMonth !== undefined && (idle.usdPerMonth === null || idle.usdPerMonth > maxIdleUsdPerMonth)) {
    const costs = idle.usdPerMonth === null ? 'an unknown amount' : `$${idle.usdPerMonth.toFixed(2)}`;
    errors.push(
      `maxIdleUsdPerMonth: store '${store.kind}' costs ${costs} a month idle (${idle.reason}), more than the $${maxIdleUsdPerMonth} allowed: choose another store, or raise the limit`,
    );
  }
  if (parsing?.kind === 'data-automation' && !DATA_AUTOMATION_REGIONS.includes(region)) {
    warnings.push(
      `${section}.parsing: AWS names no ${region} among the Regions of Bedrock Data Automation (${DATA_AUTOMATION_REGIONS.join(', ')}): ask 'aws bedrock-data-automation list-data-automation-projects' first`,
    );
  }
  const parser =
    parsing?.kind !== 'foundation-model'
      ? parsing
      : {
          kind: parsing.kind,
          target: resolveTarget(
            { model: parsing.model, profileScope: parsing.profileScope, maxTokens: 1 },
            { ...context, section: `${section}.parsing` },
            warnings,
          ),
        };
  if (errors.length > 0) throw configError(file, errors.map((error) => `  ${section}.${error}`).join('\n'));

  const embeddingUsd = usdPer(book.prices, `${embeddingModel}/embedding`, '1M tokens');
  const rerankUsd =
    retrieval.rerank === undefined ? null : usdPer(book.prices, `${retrieval.rerank.model}/rerank`, '1K queries');
  const unpriced = [
    ...(embeddingUsd === null ? [`${embeddingModel}/embedding`] : []),
    ...(retrieval.rerank !== undefined && rerankUsd === null ? [`${retrieval.rerank.model}/rerank`] : []),
  ];
  if (unpriced.length > 0) {
    warnings.push(
      `no price for ${unpriced.join(', ')} in config/prices/${book.region}.json: what answers cost will be metered as unknown`,
    );
  }
  return {
    ...answering,
    store,
    chunking,
    documents,
    retrieval,
    contextualGrounding,
    embedding: { modelId: embeddingModel, dimensions: embedding.dimensions },
    parsing: parser,
    idle,
    retrievalPrices: { usdPerMillionEmbeddingTokens: embeddingUsd, usdPerThousandRerankQueries: rerankUsd },
    warnings,
  };
}

/** What the rest of the function's environment leaves of its 4 KB: Lambda developer guide, quotas. */
const MAX_FILTER_BYTES = 2_000;

/** https://docs.aws.amazon.com/bedrock/latest/userguide/bda-cris.html */
const DATA_AUTOMATION_REGIONS = [
  'us-east-1',
  'us-west-2',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'ap-south-1',
  'ap-southeast-2',
];
