import {
  RetrieveCommand,
  type BedrockAgentRuntimeClient,
  type KnowledgeBaseRetrievalResult,
  type RetrievalFilter,
  type RetrieveCommandInput,
} from '@aws-sdk/client-bedrock-agent-runtime';
import { errorLabel } from '../../lib/errors/aws-error.ts';
import { isPassing } from '../../lib/errors/passing.ts';
import { refusalOf } from '../../lib/errors/refusals.ts';
import {
  AnswerError,
  type AnswerRequest,
  type CallerFilter,
  type Citation,
  type Retrieval,
} from '../shared/contract.ts';
import { countRetry, type RequestBudget } from '../shared/generate.ts';
import { whereToRead, withRetries, type Pace } from '../shared/retry.ts';
import type { RetrievalSettings } from './env.ts';

export interface Retriever {
  readonly client: Pick<BedrockAgentRuntimeClient, 'send'>;
  readonly knowledgeBaseId: string;
  readonly retrieval: RetrievalSettings;
  readonly pace: Pace;
}

export interface Retrieved {
  /** Best first; each may be cited. */
  readonly passages: readonly Citation[];
  readonly retrieval: Retrieval;
}

/**
 * Longest text that is searched for: AWS states 1,000 characters on one page and 20,000 on another. The model gets the whole question.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_KnowledgeBaseQuery.html
 */
const MAX_QUERY_CHARACTERS = 1_000;

/** What is nearest to the question, within the filters. Throws what the SDK throws, or AnswerError. */
export async function retrieve(
  request: AnswerRequest,
  retriever: Retriever,
  attempt: RequestBudget,
): Promise<Retrieved> {
  const { client, pace, retrieval } = retriever;
  const query = Array.from(request.question).slice(0, MAX_QUERY_CHARACTERS).join('');
  const command = new RetrieveCommand(retrieveInput(query, request.filter, retriever));
  const own: RequestBudget = { ...attempt, retries: 0, uncountedCall: false };
  const { retrievalResults = [] } = await withRetries(
    async (abortSignal) => {
      try {
        return await client.send(command, { abortSignal });
      } catch (error) {
        throw isResuming(error) ? new Resuming('the store is resuming', { cause: error }) : error;
      }
    },
    attempt.deadline,
    pace,
    (error) => {
      countRetry(own, error);
      attempt.retries += 1;
    },
  ).catch((error: unknown) => {
    throw unavailable(error);
  });
  const relevant = retrievalResults.filter(({ score, content }) => {
    const text = content?.text ?? '';
    return text.trim() !== '' && (score === undefined || score >= retrieval.minScore);
  });
  const passages = relevant.slice(0, retrieval.topK).map((result, index) => passage(result, index));
  const embeddingTokens = estimatedTokens(query);
  const texts = retrievalResults.map(({ content }) => content?.text ?? '');
  const rerankQueries =
    retrieval.rerank === undefined ? 0 : rerankQueriesOf(retrieval.rerank.candidates, texts, embeddingTokens);
  return {
    passages,
    retrieval: {
      passages: passages.length,
      queryEmbeddingTokens: embeddingTokens,
      rerankQueries,
      counts: 'estimated',
      meteredUsd: own.uncountedCall ? null : retrievalUsd(embeddingTokens, rerankQueries, retrieval),
    },
  };
}

function retrieveInput(
  text: string,
  callerFilter: CallerFilter | undefined,
  { knowledgeBaseId, retrieval }: Retriever,
): RetrieveCommandInput {
  const { topK, search, rerank } = retrieval;
  const filter = narrowed(retrieval.filter, callerFilter ?? {});
  return {
    knowledgeBaseId,
    retrievalQuery: { text },
    retrievalConfiguration: {
      vectorSearchConfiguration: {
        numberOfResults: rerank?.candidates ?? topK,
        overrideSearchType: search === 'hybrid' ? 'HYBRID' : 'SEMANTIC',
        ...(filter === undefined ? {} : { filter }),
        ...(rerank === undefined
          ? {}
          : {
              rerankingConfiguration: {
                type: 'BEDROCK_RERANKING_MODEL',
                bedrockRerankingConfiguration: {
                  modelConfiguration: { modelArn: rerank.modelArn },
                  numberOfRerankedResults: topK,
                },
              },
            }),
      },
    },
  };
}

/** Every condition of the server and every one of the caller: more conditions let fewer passages through, never others. */
function narrowed(own: RetrievalSettings['filter'], caller: CallerFilter): RetrievalFilter | undefined {
  const conditions = [...Object.entries(own), ...Object.entries(caller)].map(([key, value]): RetrievalFilter =>
    typeof value === 'object' ? { in: { key, value: value.slice() } } : { equals: { key, value } },
  );
  const [first] = conditions;
  return conditions.length < 2 ? first : { andAll: conditions };
}

function passage({ content, location, score, metadata }: KnowledgeBaseRetrievalResult, index: number): Citation {
  const chunk: unknown = metadata?.['x-amz-bedrock-kb-chunk-id'];
  return {
    id: `p${index + 1}`,
    text: content?.text ?? '',
    document: location?.s3Location?.uri ?? 'unknown',
    chunk: typeof chunk === 'string' ? chunk : null,
    score: score ?? null,
  };
}

/** A token is about 4 characters of English, and about one of Chinese or Japanese. Bedrock does not report how many it embedded. */
function estimatedTokens(text: string): number {
  const ascii = text.replace(/[^\0-\x7f]/gu, '').length;
  return Math.ceil(ascii / 4) + (Array.from(text).length - ascii);
}

/**
 * One query reranks up to 100 pieces of up to 512 tokens, the question included: https://aws.amazon.com/bedrock/pricing/. Longer
 * candidates are several pieces; those that did not remain are taken to be as long as those that did.
 */
function rerankQueriesOf(candidates: number, remaining: readonly string[], questionTokens: number): number {
  const room = Math.max(1, 512 - questionTokens);
  const pieces = remaining.map((text) => Math.max(1, Math.ceil(estimatedTokens(text) / room)));
  const mean = pieces.length === 0 ? 1 : pieces.reduce((sum, each) => sum + each, 0) / pieces.length;
  return Math.ceil((candidates * mean) / 100);
}

function retrievalUsd(tokens: number, rerankQueries: number, prices: RetrievalSettings): number | null {
  const { usdPerMillionEmbeddingTokens, usdPerThousandRerankQueries } = prices;
  if (usdPerMillionEmbeddingTokens === null) return null;
  if (rerankQueries > 0 && usdPerThousandRerankQueries === null) return null;
  return (tokens / 1e6) * usdPerMillionEmbeddingTokens + (rerankQueries / 1_000) * (usdPerThousandRerankQueries ?? 0);
}

/** Aurora that has paused takes some 15 s to resume, and is a ValidationException meanwhile. Named as what passes and costs nothing. */
class Resuming extends Error {
  override readonly name = 'ModelNotReadyException';
}

const isResuming = (error: unknown): boolean => error instanceof Error && /\bresuming\b/i.test(error.message);

/** Returns what the caller is told where the knowledge base refuses or is not there; the error itself where it says the same of a model. */
function unavailable(error: unknown): unknown {
  if (error instanceof AnswerError || !(error instanceof Error)) return error;
  if (refusalOf(error) !== undefined) return error;
  const options = { cause: error };
  const label = errorLabel(error);
  switch (error.name) {
    case 'AccessDeniedException':
      return new AnswerError(
        'documents_unavailable',
        `the function may not search its knowledge base, or the knowledge base not its store or model (${label}): ${whereToRead(error)}`,
        options,
      );
    case 'ValidationException':
    case 'ResourceNotFoundException':
    case 'ConflictException':
      return new AnswerError(
        'documents_unavailable',
        `the knowledge base refused the search (${label}): ${whereToRead(error)}`,
        options,
      );
    case 'ThrottlingException':
      return error;
  }
  return isPassing(error) || error.name === 'DependencyFailedException'
    ? new AnswerError(
        'documents_unavailable',
        `the documents could not be searched (${label}): try again later`,
        options,
      )
    : error;
}
