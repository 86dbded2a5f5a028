import { setTimeout as sleep } from 'node:timers/promises';
import { STORE_FACTS } from '../../catalogue/stores.ts';
import { componentOfResourceType } from '../../meters/meters.ts';
import type { PathId } from '../../paths.ts';
import { RUNTIME_FAULTS, type ApiRequest, type CallContext, type Route } from '../api.ts';
import { constraints, type Constraints } from '../constraints.ts';
import type { SimulatorContext } from '../context.ts';
import { foundationModel, foundationModelArn } from '../foundation-models.ts';
import type { UsageRecorder } from '../meter.ts';
import { isRecord } from '../resource-type.ts';
import { ServiceError, invalid } from '../service-error.ts';
import { countTokens } from '../tokens.ts';
import type { MeteredUsage } from '../usage.ts';
import { embeddingUsage, storeBillable } from './ingestion.ts';
import type { KnowledgeBase, KnowledgeBases } from './knowledge-bases.ts';
import { readFilter, type Filter } from './metadata-filter.ts';
import { createSearchIndex, type FoundChunk } from './search-index.ts';

/** Longest query (SDK model of bedrock-agent-runtime). */
const MOST_QUERY_CHARACTERS = 20_000;

const DEFAULT_RESULTS = 5;

const KNOWLEDGE_BASE =
  /[0-9a-zA-Z]{10}|arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:knowledge-base\/[0-9a-zA-Z]{10}/;
const RERANK_MODEL = /(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}::foundation-model\/(.*))?/;

/** A reranker counts pieces of this many tokens, the query included, and bills up to a hundred of them as one query (Bedrock pricing page). */
const PIECE_TOKENS = 512;
const PIECES_PER_QUERY = 100;

/** Invented, as the latencies of the models are. */
const LATENCY_MS = { embed: 60, search: 90, rerank: 250, resume: 15_000 } as const;

export interface RetrieveEnvironment {
  readonly simulator: SimulatorContext;
  readonly bases: KnowledgeBases;
  readonly meter: UsageRecorder;
}

interface Search {
  readonly text: string;
  readonly results: number;
  readonly filter: Filter;
  readonly rerank: { readonly modelId: string; readonly results: number } | undefined;
}

export function retrieveRoutes(environment: RetrieveEnvironment): Route[] {
  const route = (operation: string, path: string, faults: Route['faults'], handle: Route['handle']): Route => ({
    operation,
    service: 'bedrock-agent-runtime',
    method: 'POST',
    path,
    faults,
    plays: ['slow-consistency', 'resuming'],
    handle,
  });
  const faults = RUNTIME_FAULTS.filter((kind) => kind !== 'model-not-ready' && kind !== 'timeout');
  return [
    route(
      'Retrieve',
      '/knowledgebases/{knowledgeBaseId}/retrieve',
      [...faults, 'resuming'],
      async (request, context) => ({
        json: await retrieve(environment, request, context),
      }),
    ),
    route('Rerank', '/rerank', faults, (request) => ({ json: rerank(environment, request) })),
  ];
}

async function retrieve(
  environment: RetrieveEnvironment,
  { params, body, signal }: ApiRequest,
  { fault }: CallContext,
): Promise<unknown> {
  const { bases, meter, simulator } = environment;
  const base = baseOf(bases, params['knowledgeBaseId'] ?? '');
  const search = readSearch(simulator, base, body);
  if (fault === 'resuming') {
    // a paused cluster keeps the caller waiting before it refuses
    await sleep(20, undefined, { signal });
    throw invalid(
      'The Aurora DB instance db is resuming after being auto-paused. Please wait a few seconds and try again.',
    );
  }
  const found = fault === 'slow-consistency' ? [] : best(base, search);
  const { ranked, usage: reranked } = rerankedResults(search, found, base.path);
  const results = ranked.map(({ chunk, score }) => ({
    content: { type: 'TEXT', text: chunk.content },
    location: { type: 'S3', s3Location: { uri: chunk.uri } },
    score,
    metadata: {
      'x-amz-bedrock-kb-source-uri': chunk.uri,
      'x-amz-bedrock-kb-chunk-id': chunk.id,
      'x-amz-bedrock-kb-data-source-id': chunk.dataSourceId,
      ...chunk.metadata,
    },
  }));
  const returnedBytes = found.reduce((sum, { chunk }) => sum + Buffer.byteLength(chunk.content), 0);
  const { place, embeddingModelId, path } = base;
  meter.recordCall({
    operation: 'Retrieve',
    path,
    at: simulator.clock.now(),
    modelArn: base.arn,
    modelId: embeddingModelId,
    ...NO_TOKENS,
    latencyMs: LATENCY_MS.embed + LATENCY_MS.search + (search.rerank === undefined ? 0 : LATENCY_MS.rerank),
    usage: [
      embeddingUsage(embeddingModelId, path, countTokens(search.text)),
      ...(place.queryUsage?.(returnedBytes) ?? []).map((used) => ({ ...used, ...storeBillable(place, path) })),
      ...reranked,
    ],
  });
  return { retrievalResults: results, guardrailAction: 'NONE' };
}

/** Of a generating model: a retrieval has none. */
const NO_TOKENS = { inputTokens: 0, outputTokens: 0, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 } as const;

function baseOf(bases: KnowledgeBases, identifier: string): KnowledgeBase {
  const check = constraints();
  const id = check.text('knowledgeBaseId', identifier, { min: 10, max: 2048, pattern: KNOWLEDGE_BASE }) ?? '';
  check.finish();
  return bases.existing(id.split('/').at(-1) ?? id);
}

function readSearch(simulator: SimulatorContext, { place }: KnowledgeBase, body: unknown): Search {
  const check = constraints();
  const request = check.object('body', body) ?? {};
  for (const member of ['guardrailConfiguration', 'userContext', 'nextToken'] as const) {
    if (request[member] !== undefined) throw invalid(`The simulator does not play ${member}: leave it out.`);
  }
  check.required('retrievalQuery', request['retrievalQuery']);
  const query = check.object('retrievalQuery', request['retrievalQuery']) ?? {};
  const text = check.text('retrievalQuery.text', query['text'], { max: MOST_QUERY_CHARACTERS }) ?? '';
  const retrieval = check.object('retrievalConfiguration', request['retrievalConfiguration']) ?? {};
  if (retrieval['managedSearchConfiguration'] !== undefined) {
    throw invalid('managedSearchConfiguration is for managed knowledge bases. Use vectorSearchConfiguration instead.');
  }
  const at = 'retrievalConfiguration.vectorSearchConfiguration';
  const vector = check.object(at, retrieval['vectorSearchConfiguration']) ?? {};
  if (vector['implicitFilterConfiguration'] !== undefined) {
    throw invalid('The simulator does not play implicitFilterConfiguration: leave it out.');
  }
  const results =
    check.number(`${at}.numberOfResults`, vector['numberOfResults'], { min: 1, max: 100, whole: true }) ??
    DEFAULT_RESULTS;
  const type = check.text(`${at}.overrideSearchType`, vector['overrideSearchType'], { oneOf: ['HYBRID', 'SEMANTIC'] });
  const rerankAt = check.object(`${at}.rerankingConfiguration`, vector['rerankingConfiguration']);
  const reranking =
    rerankAt === undefined ? undefined : readReranking(simulator, check, `${at}.rerankingConfiguration`, rerankAt);
  check.finish();
  if (text.trim() === '') throw invalid('The query is blank. Add text to the query, and try again.');
  // a store that searches by words lets filters look inside a text as well
  const { searchesByWords } = STORE_FACTS[place.kind];
  if (type === 'HYBRID' && !searchesByWords) {
    throw invalid(
      'HYBRID search type is not supported for search operation on the vector store of this knowledge base.',
    );
  }
  const filter =
    vector['filter'] === undefined ? () => true : readFilter(check, `${at}.filter`, vector['filter'], searchesByWords);
  check.finish();
  return { text, results, filter, rerank: reranking };
}

function readReranking(simulator: SimulatorContext, check: Constraints, at: string, value: unknown): Search['rerank'] {
  const configuration = check.object(at, value) ?? {};
  check.required(`${at}.type`, configuration['type']);
  check.text(`${at}.type`, configuration['type'], { oneOf: ['BEDROCK_RERANKING_MODEL'] });
  const bedrock =
    check.object(`${at}.bedrockRerankingConfiguration`, configuration['bedrockRerankingConfiguration']) ?? {};
  const model = check.object(`${at}.modelConfiguration`, bedrock['modelConfiguration']) ?? {};
  check.required(`${at}.modelConfiguration.modelArn`, model['modelArn']);
  const arn =
    check.text(`${at}.modelConfiguration.modelArn`, model['modelArn'], { min: 1, max: 2048, pattern: RERANK_MODEL }) ??
    '';
  const limits = { min: 1, max: 100, whole: true };
  const results =
    check.number(`${at}.numberOfRerankedResults`, bedrock['numberOfRerankedResults'], limits) ??
    check.number(`${at}.numberOfResults`, bedrock['numberOfResults'], { ...limits, max: 1000 }) ??
    100;
  check.finish();
  return { modelId: rerankModel(simulator, arn), results };
}

function rerankModel(simulator: SimulatorContext, arn: string): string {
  const prefix = foundationModelArn(simulator.region, '');
  const modelId = arn.startsWith(prefix) ? arn.slice(prefix.length) : '';
  if (foundationModel(simulator, modelId)?.entry.kind !== 'rerank') {
    throw new ServiceError(
      'ResourceNotFoundException',
      `The reranking model ${arn} does not exist in ${simulator.region}.`,
    );
  }
  return modelId;
}

/** The best chunks; of a parent whose children were found only the best. */
function best({ place }: KnowledgeBase, { text, results, filter }: Search): FoundChunk[] {
  const seen = new Set<string>();
  const found: FoundChunk[] = [];
  for (const candidate of place.index.search(text, ({ metadata }) => filter(metadata))) {
    const { content, uri } = candidate.chunk;
    const key = `${uri}\n${content}`;
    if (seen.has(key)) continue;
    seen.add(key);
    found.push(candidate);
    if (found.length === results) break;
  }
  return found;
}

function rerankedResults(
  { text, rerank: asked }: Search,
  found: readonly FoundChunk[],
  path: PathId | null,
): { readonly ranked: readonly FoundChunk[]; readonly usage: readonly MeteredUsage[] } {
  if (asked === undefined || found.length === 0) return { ranked: found, usage: [] };
  const scores = relevanceOf(
    text,
    found.map(({ chunk }) => chunk.content),
  );
  const ranked = found
    .map(({ chunk }, index) => ({ chunk, score: scores[index] ?? 0 }))
    .sort((one, other) => other.score - one.score)
    .slice(0, asked.results);
  return {
    ranked,
    usage: [
      rerankUsage(
        asked.modelId,
        path,
        text,
        found.map(({ chunk }) => chunk.content),
      ),
    ],
  };
}

/** Ranks the texts against each other alone, as a reranker does. */
function relevanceOf(query: string, texts: readonly string[]): number[] {
  const index = createSearchIndex();
  index.add(
    texts.map((text, number) => ({
      id: String(number),
      text,
      content: text,
      uri: '',
      dataSourceId: '',
      metadata: {},
    })),
  );
  const scores = new Map(index.search(query, () => true).map(({ chunk, score }) => [chunk.id, score]));
  return texts.map((_, number) => scores.get(String(number)) ?? 0);
}

function rerankUsage(modelId: string, path: PathId | null, query: string, texts: readonly string[]): MeteredUsage {
  const room = Math.max(1, PIECE_TOKENS - countTokens(query));
  const pieces = texts.reduce((sum, text) => sum + Math.max(1, Math.ceil(countTokens(text) / room)), 0);
  return {
    priceId: `${modelId}/rerank`,
    quantity: Math.ceil(pieces / PIECES_PER_QUERY),
    // no profile can stand before a reranker
    resourceId: null,
    tags: {},
    path,
    component: componentOfResourceType('AWS::Bedrock::KnowledgeBase'),
    operation: 'Rerank',
  };
}

/** Nobody can tell which path a reranking by itself belongs to: its request names no resource that has a tag. */
function rerank({ simulator, meter }: RetrieveEnvironment, { body }: ApiRequest): unknown {
  const check = constraints();
  const request = check.object('body', body) ?? {};
  for (const member of ['queries', 'sources', 'rerankingConfiguration']) check.required(member, request[member]);
  const queries = check.list('queries', request['queries'], { min: 1, max: 1 }) ?? [];
  const sources = check.list('sources', request['sources'], { min: 1, max: 1000 }) ?? [];
  check.finish();
  const query = inlineText(check, 'queries.1.member.textQuery', at(queries[0], 'textQuery'));
  const texts = sources.map((source, index) =>
    inlineText(
      check,
      `sources.${index + 1}.member.inlineDocumentSource.textDocument`,
      at(at(source, 'inlineDocumentSource'), 'textDocument'),
    ),
  );
  const asked = readReranking(simulator, check, 'rerankingConfiguration', request['rerankingConfiguration']);
  check.finish();
  const modelId = asked?.modelId ?? '';
  const scores = relevanceOf(query, texts);
  meter.recordCall({
    operation: 'Rerank',
    path: null,
    at: simulator.clock.now(),
    modelArn: foundationModelArn(simulator.region, modelId),
    modelId,
    ...NO_TOKENS,
    latencyMs: LATENCY_MS.rerank,
    usage: [rerankUsage(modelId, null, query, texts)],
  });
  return {
    results: scores
      .map((relevanceScore, index) => ({ index, relevanceScore }))
      .sort((one, other) => other.relevanceScore - one.relevanceScore)
      .slice(0, asked?.results),
  };
}

function at(value: unknown, member: string): unknown {
  return isRecord(value) ? value[member] : undefined;
}

function inlineText(check: Constraints, path: string, value: unknown): string {
  const text = check.object(path, value)?.['text'];
  check.required(`${path}.text`, text);
  return check.text(`${path}.text`, text, { min: 1, max: 32_000 }) ?? '';
}
