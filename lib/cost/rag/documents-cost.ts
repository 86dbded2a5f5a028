import { priceIdOf } from '../../prices/price-id.ts';
import { tokenPriceIds } from '../../prices/token-pricing.ts';
import { BYTES_PER_GB } from '../../units.ts';
import { DEFAULTS } from '../defaults.ts';
import { addLine, addTiers, needed, tiers, type LineSheet, type LineSpec } from '../line-sheet.ts';
import { bandSpec, notedBand } from '../prompt-band.ts';
import type { Rag } from '../workload.ts';
import { bytesPerDocument, embeddedTokensPerDocument, RERANK_PIECE_TOKENS } from './documents.ts';
import { data } from './store-lines.ts';
import { STORES } from './stores.ts';

const EMBED_ONCE = data({
  kind: 'one-time',
  name: 'Embedding tokens (first load)',
  unit: '1M tokens',
  assumption: 'every document is embedded once; the overlap of chunks is embedded twice',
  formula: 'documents.documents × embeddedTokensPerDocument',
});
const EMBED_CHANGES = data({
  kind: 'fixed',
  name: 'Embedding tokens (changed documents)',
  unit: '1M tokens',
  assumption: 'a changed document is embedded anew as a whole',
  formula: 'documents.documents × documents.changedSharePerMonth × embeddedTokensPerDocument',
});
const EMBED_QUERIES = data({
  kind: 'usage',
  name: 'Embedding tokens (questions)',
  unit: '1M tokens',
  assumption: 'every question is embedded once',
  formula: 'requestsPerMonth × retrieval.queryTokensPerRequest',
});
const RERANK = data({
  kind: 'usage',
  name: 'Rerank queries',
  unit: '1K queries',
  assumption: `one query reranks up to 100 pieces of up to ${RERANK_PIECE_TOKENS} tokens with the question; a longer chunk is several`,
  formula: `requestsPerMonth × ceil(retrieval.rerank.candidatesPerRequest × rerankPiecesPerChunk ÷ 100)`,
});
const STRUCTURED = data({
  kind: 'usage',
  name: 'Structured data queries',
  unit: '1K queries',
  assumption: 'questions turned into SQL by the knowledge base',
  formula: 'retrieval.structuredQueriesPerMonth',
});
const SOURCE_STORAGE = tiers(
  data({
    kind: 'fixed',
    name: 'S3 Standard storage (documents)',
    unit: 'GB-month',
    assumption: 'the documents as they were uploaded; 1 GB is 1,024³ bytes',
    formula: `documents.documents × bytesPerDocument ÷ ${BYTES_PER_GB}`,
  }),
  's3/storage',
);
const PUT_ONCE = data({
  kind: 'one-time',
  name: 'S3 PUT requests (first load)',
  unit: '1K requests',
  assumption: 'one PUT a document',
  formula: 'documents.documents',
});
const PUT_CHANGES = data({
  kind: 'fixed',
  name: 'S3 PUT requests (changed documents)',
  unit: '1K requests',
  assumption: 'one PUT a changed document',
  formula: 'documents.documents × documents.changedSharePerMonth',
});
const GET_ONCE = data({
  kind: 'one-time',
  name: 'S3 GET requests (first load)',
  unit: '1K requests',
  assumption: 'the ingestion job reads each document once',
  formula: 'documents.documents',
});
const GET_CHANGES = data({
  kind: 'fixed',
  name: 'S3 GET requests (changed documents)',
  unit: '1K requests',
  assumption: 'the ingestion job reads each changed document once',
  formula: 'documents.documents × documents.changedSharePerMonth',
});

function parsingSpec(kind: 'one-time' | 'fixed', name: string, unit: '1M tokens' | 'page', perPage: string): LineSpec {
  const changed = kind === 'fixed' ? ' × documents.changedSharePerMonth' : '';
  return data({
    kind,
    name: `${name} (${kind === 'fixed' ? 'changed documents' : 'first load'})`,
    unit,
    assumption: 'every page is parsed once a load',
    formula: `documents.documents${changed} × parsing.pagesPerDocument${perPage}`,
  });
}

const PARSE_INPUT = ' × parsing.inputTokensPerPage';
const PARSE_OUTPUT = ' × parsing.outputTokensPerPage';
const PARSING = {
  once: {
    input: parsingSpec('one-time', 'Parsing input tokens', '1M tokens', PARSE_INPUT),
    output: parsingSpec('one-time', 'Parsing output tokens', '1M tokens', PARSE_OUTPUT),
    page: parsingSpec('one-time', 'Data automation pages', 'page', ''),
  },
  changes: {
    input: parsingSpec('fixed', 'Parsing input tokens', '1M tokens', PARSE_INPUT),
    output: parsingSpec('fixed', 'Parsing output tokens', '1M tokens', PARSE_OUTPUT),
    page: parsingSpec('fixed', 'Data automation pages', 'page', ''),
  },
};

/** Tokens of the longest chunk that there is. */
function longestChunkTokens({ chunking, documents }: Rag): number {
  return Math.min(chunking?.tokensPerChunk ?? 0, documents?.tokensPerDocument ?? Infinity);
}

/**
 * Tokens that retrieval adds to every prompt: full chunks, or whole documents where those are shorter, and what the path says
 * of them.
 */
export function contextTokensPerRequest(rag: Rag): number {
  const { contextTokensPerRequest: context, chunksPerRequest = 0, rulesTokensPerRequest } = rag.retrieval ?? {};
  return (
    (context ?? chunksPerRequest * longestChunkTokens(rag)) + (rulesTokensPerRequest ?? DEFAULTS.rulesTokensPerRequest)
  );
}

/** Whether questions are only turned into queries of a database: then nothing is chunked, embedded or indexed. */
export function isStructuredOnly({ retrieval, documents, vectorStore }: Rag): boolean {
  return (retrieval?.structuredQueriesPerMonth ?? 0) > 0 && documents === undefined && vectorStore === undefined;
}

/** Adds what keeping the documents retrievable costs: S3, parsing, embedding, reranking. The vector store is apart. */
export function addDocuments(sheet: LineSheet, rag: Rag, requestsPerMonth: number | undefined): void {
  const managed = rag.vectorStore !== undefined && STORES[rag.vectorStore.kind].readsDocuments;
  const indexes = !managed && !isStructuredOnly(rag);
  const documents = indexes ? needed(sheet, 'data', rag.documents, 'rag.documents') : rag.documents;
  const chunking = indexes ? needed(sheet, 'data', rag.chunking, 'rag.chunking') : rag.chunking;
  const embedding = indexes ? needed(sheet, 'data', rag.embedding, 'rag.embedding') : undefined;
  const retrieval = indexes ? needed(sheet, 'data', rag.retrieval, 'rag.retrieval') : rag.retrieval;

  if (documents !== undefined) {
    const changed = documents.documents * (documents.changedSharePerMonth ?? DEFAULTS.changedSharePerMonth);
    const storedGb = (documents.documents * bytesPerDocument(documents)) / BYTES_PER_GB;
    addTiers(sheet, SOURCE_STORAGE, storedGb);
    addLine(sheet, PUT_ONCE, 's3/put', documents.documents);
    addLine(sheet, PUT_CHANGES, 's3/put', changed);
    addLine(sheet, GET_ONCE, 's3/get', documents.documents);
    addLine(sheet, GET_CHANGES, 's3/get', changed);
    if (!managed && rag.parsing !== undefined) {
      addParsing(sheet, rag.parsing, documents.documents, PARSING.once);
      addParsing(sheet, rag.parsing, changed, PARSING.changes);
    }
    if (embedding !== undefined && chunking !== undefined) {
      const tokens = embeddedTokensPerDocument(documents.tokensPerDocument, chunking);
      const priceId = priceIdOf(embedding.modelId, embedding.batch === true ? 'embedding/batch' : 'embedding');
      addLine(sheet, EMBED_ONCE, priceId, documents.documents * tokens);
      addLine(sheet, EMBED_CHANGES, priceId, changed * tokens);
    }
  }
  if (retrieval === undefined) return;
  if (requestsPerMonth !== undefined) {
    if (embedding !== undefined) {
      addLine(
        sheet,
        EMBED_QUERIES,
        priceIdOf(embedding.modelId, 'embedding'),
        requestsPerMonth * retrieval.queryTokensPerRequest,
      );
    }
    if (!managed && retrieval.rerank !== undefined) {
      const { modelId, candidatesPerRequest } = retrieval.rerank;
      const room = Math.max(1, RERANK_PIECE_TOKENS - retrieval.queryTokensPerRequest);
      const pieces = candidatesPerRequest * Math.max(1, Math.ceil(longestChunkTokens(rag) / room));
      addLine(sheet, RERANK, priceIdOf(modelId, 'rerank'), requestsPerMonth * Math.ceil(pieces / 100));
    }
  }
  addLine(sheet, STRUCTURED, 'kb/structured-query', retrieval.structuredQueriesPerMonth ?? 0);
}

function addParsing(
  sheet: LineSheet,
  parsing: NonNullable<Rag['parsing']>,
  documents: number,
  specs: (typeof PARSING)['once'],
): void {
  const pages = documents * parsing.pagesPerDocument;
  if (parsing.kind === 'data-automation') {
    addLine(sheet, specs.page, 'bda/page', pages);
    return;
  }
  const { modelId, inputTokensPerPage, outputTokensPerPage } = parsing;
  const band = notedBand(sheet, modelId, inputTokensPerPage);
  const { input, output } = tokenPriceIds({ modelId, scope: 'regional', tier: 'standard', band });
  addLine(sheet, bandSpec(specs.input, band), input, pages * inputTokensPerPage);
  addLine(sheet, bandSpec(specs.output, band), output, pages * outputTokensPerPage);
}
