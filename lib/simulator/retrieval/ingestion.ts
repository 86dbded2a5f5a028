import { STORE_FACTS } from '../../catalogue/stores.ts';
import { componentOfResourceType } from '../../meters/meters.ts';
import { CONTROL_FAULTS, type CallContext, type Route } from '../api.ts';
import { constraints } from '../constraints.ts';
import type { SimulatorContext } from '../context.ts';
import type { UsageRecorder } from '../meter.ts';
import { isRecord } from '../resource-type.ts';
import { ServiceError, invalid } from '../service-error.ts';
import { countTokens } from '../tokens.ts';
import type { MeteredUsage } from '../usage.ts';
import { chunksOf } from './chunking.ts';
import type { StoredObject, HostServices } from './host-services.ts';
import {
  CLIENT_TOKEN,
  identified,
  idOf,
  paged,
  type DataSource,
  type KnowledgeBase,
  type KnowledgeBases,
} from './knowledge-bases.ts';
import { metadataBytes } from './store-usage.ts';

type Status = 'STARTING' | 'IN_PROGRESS' | 'COMPLETE' | 'FAILED' | 'STOPPING' | 'STOPPED';

interface Statistics {
  numberOfDocumentsScanned: number;
  numberOfMetadataDocumentsScanned: number;
  numberOfNewDocumentsIndexed: number;
  numberOfModifiedDocumentsIndexed: number;
  numberOfMetadataDocumentsModified: number;
  numberOfDocumentsDeleted: number;
  numberOfDocumentsFailed: number;
  numberOfDocumentsSkipped: number;
}

interface Job {
  readonly id: string;
  readonly token: string | undefined;
  readonly source: DataSource;
  readonly description: string | undefined;
  readonly startedAt: Date;
  updatedAt: Date;
  status: Status;
  readonly statistics: Statistics;
  failureReasons: string[];
}

/** Bedrock user guide, "Prerequisites for your knowledge base data". */
const MOST_DOCUMENT_BYTES = 50 * 1024 * 1024;
const MOST_METADATA_BYTES = 10 * 1024;
const METADATA_SUFFIX = '.metadata.json';
const SUPPORTED = ['.txt', '.md', '.html', '.doc', '.docx', '.csv', '.xls', '.xlsx', '.pdf'];
/** Those that are text as they are: the simulator reads nothing else. */
const READABLE = ['.txt', '.md', '.html', '.csv'];

/** Invented: what a small job might take, by what it has to do. */
const JOB_MS = { nothingToDo: 10_000, base: 30_000, perDocument: 250 } as const;

const DOCUMENTS_AT_ONCE = 16;

export interface IngestionEnvironment {
  readonly simulator: SimulatorContext;
  readonly bases: KnowledgeBases;
  readonly hostServices: HostServices;
  readonly meter: UsageRecorder;
}

export interface Ingestion {
  readonly routes: readonly Route[];
  /** When the last job completed that brought a document into a knowledge base; undefined where none did. */
  readonly indexedAt: (knowledgeBaseId: string) => Date | undefined;
  readonly isRunning: (knowledgeBaseId: string) => boolean;
}

/** Jobs run as soon as they are started and take as long as their work takes here; the virtual clock moves by what is invented for it. */
export function ingestion({ simulator, bases, hostServices, meter }: IngestionEnvironment): Ingestion {
  const { clock } = simulator;
  const jobs: Job[] = [];
  const runs = (job: Job): boolean => ['STARTING', 'IN_PROGRESS', 'STOPPING'].includes(job.status);

  const runningJob = (knowledgeBaseId: string): Job | undefined =>
    jobs.find((job) => job.source.knowledgeBaseId === knowledgeBaseId && runs(job));

  const start = (base: KnowledgeBase, source: DataSource, body: unknown, { fault }: CallContext): Job => {
    const check = constraints();
    const request = check.object('body', body) ?? {};
    const token = check.text('clientToken', request['clientToken'], CLIENT_TOKEN);
    const description = check.text('description', request['description'], { min: 1, max: 200 });
    check.finish();
    const before = token === undefined ? undefined : jobs.find((job) => job.token === token && job.source === source);
    if (before !== undefined) return before;
    const running = runningJob(base.id);
    if (running !== undefined) {
      throw new ServiceError(
        'ConflictException',
        `There is an ongoing ingestion job ${running.id} for knowledge base ${base.id}. Wait until it has ended, then try again.`,
        409,
      );
    }
    const job: Job = {
      id: idOf(`job ${source.id} ${jobs.length}`),
      token,
      source,
      description,
      startedAt: clock.now(),
      updatedAt: clock.now(),
      status: 'STARTING',
      statistics: {
        numberOfDocumentsScanned: 0,
        numberOfMetadataDocumentsScanned: 0,
        numberOfNewDocumentsIndexed: 0,
        numberOfModifiedDocumentsIndexed: 0,
        numberOfMetadataDocumentsModified: 0,
        numberOfDocumentsDeleted: 0,
        numberOfDocumentsFailed: 0,
        numberOfDocumentsSkipped: 0,
      },
      failureReasons: [],
    };
    jobs.push(job);
    void run(base, job, fault).catch((error: unknown) => {
      job.status = 'FAILED';
      job.failureReasons = [error instanceof Error ? error.message : String(error)];
    });
    return job;
  };

  const run = async (base: KnowledgeBase, job: Job, fault: CallContext['fault']): Promise<void> => {
    const { source, statistics } = job;
    const objects = await hostServices.objects(source.bucket, source.prefix);
    job.status = 'IN_PROGRESS';
    if (objects === undefined) throw new Error(`The bucket ${source.bucket} does not exist or cannot be listed.`);
    if (fault === 'job-failure') throw new Error('The ingestion job failed because of an internal error.');
    const sidecars = new Map(
      objects.filter(({ key }) => key.endsWith(METADATA_SUFFIX)).map((object) => [object.key, object]),
    );
    const documents = objects.filter(({ key }) => !key.endsWith(METADATA_SUFFIX) && !key.endsWith('/'));
    statistics.numberOfDocumentsScanned = documents.length;
    statistics.numberOfMetadataDocumentsScanned = sidecars.size;

    const changed = documents.filter((object) => {
      const known = source.documents.get(uriOf(source, object));
      return known?.etag !== stateOf(object, sidecars.get(`${object.key}${METADATA_SUFFIX}`));
    });
    const toFail = fault === 'document-failure' ? changed.slice(0, Math.max(1, Math.floor(changed.length / 10))) : [];
    const waiting = [...changed];
    const worker = async (): Promise<void> => {
      for (let object = waiting.shift(); object !== undefined; object = waiting.shift()) {
        if (job.status === 'STOPPING') return;
        const sidecar = sidecars.get(`${object.key}${METADATA_SUFFIX}`);
        const failure = toFail.includes(object)
          ? 'An internal error occurred while processing the document.'
          : await index(base, job, object, sidecar);
        if (failure === undefined) continue;
        statistics.numberOfDocumentsFailed += 1;
        job.failureReasons.push(`Issue occurred while processing file: ${uriOf(source, object)}. ${failure}`);
      }
    };
    await Promise.all(Array.from({ length: DOCUMENTS_AT_ONCE }, worker));

    const present = new Set(documents.map((object) => uriOf(source, object)));
    for (const uri of [...source.documents.keys()].filter((known) => !present.has(known))) {
      base.place.index.removeDocument(source.id, uri);
      source.documents.delete(uri);
      statistics.numberOfDocumentsDeleted += 1;
    }
    clock.advanceBy(changed.length === 0 ? JOB_MS.nothingToDo : JOB_MS.base + JOB_MS.perDocument * changed.length);
    job.updatedAt = clock.now();
    job.status = (job.status as Status) === 'STOPPING' ? 'STOPPED' : 'COMPLETE';
  };

  /** Reads, cuts and stores one document; the text is why it failed. */
  const index = async (
    base: KnowledgeBase,
    { source, statistics }: Job,
    object: StoredObject,
    sidecar: StoredObject | undefined,
  ): Promise<string | undefined> => {
    const suffix = /\.[^./]+$/.exec(object.key)?.[0].toLowerCase() ?? '';
    if (!SUPPORTED.includes(suffix)) return 'Ignored, as its file format was not supported.';
    if (object.bytes > MOST_DOCUMENT_BYTES) {
      return `Ignored, as its size of ${object.bytes} bytes exceeds the maximum of ${MOST_DOCUMENT_BYTES} bytes.`;
    }
    if (!READABLE.includes(suffix)) return `The simulator does not read ${suffix} files.`;
    const metadata = sidecar === undefined ? {} : await metadataOf(source.bucket, sidecar);
    if (typeof metadata === 'string') return metadata;
    if (base.place.refuses !== undefined) return base.place.refuses;
    const refused = base.place.refusesMetadata?.(metadata);
    if (refused !== undefined) return refused;
    const content = await hostServices.read(source.bucket, object.key);
    if (content === undefined) return 'The specified key does not exist: it was deleted while the job was running.';
    const text = Buffer.from(content).toString('utf8');
    const chunks = chunksOf(text, source.chunking);
    if (chunks.length === 0) return 'The document has no text.';
    if (chunks.some(({ tokens }) => tokens > base.mostTokens)) {
      return `A chunk has more than the ${base.mostTokens} tokens that the embedding model takes: cut the document into smaller ones.`;
    }
    const uri = uriOf(source, object);
    const known = source.documents.get(uri);
    if (known !== undefined) base.place.index.removeDocument(source.id, uri);
    base.place.index.add(
      chunks.map((chunk, number) => ({
        id: `${uri}#${number}`,
        text: chunk.text,
        content: chunk.parent ?? chunk.text,
        uri,
        dataSourceId: source.id,
        metadata,
      })),
    );
    const embeddedTokens = chunks.reduce((sum, { tokens }) => sum + tokens, 0);
    const textBytes = chunks.reduce((sum, chunk) => sum + Buffer.byteLength(chunk.parent ?? chunk.text), 0);
    source.documents.set(uri, {
      etag: stateOf(object, sidecar),
      bytes: object.bytes,
      tokens: countTokens(text),
      embeddedTokens,
      vectors: chunks.length,
      textBytes: textBytes + chunks.length * metadataBytes(metadata),
    });
    meter.recordUsage(indexingUsage(base, embeddedTokens, { vectors: chunks.length, textBytes }));
    if (known === undefined) statistics.numberOfNewDocumentsIndexed += 1;
    else statistics.numberOfModifiedDocumentsIndexed += 1;
    return undefined;
  };

  /** Attributes of a sidecar file; a text says why it cannot be read. */
  const metadataOf = async (
    bucket: string,
    sidecar: StoredObject,
  ): Promise<Readonly<Record<string, unknown>> | string> => {
    if (sidecar.bytes > MOST_METADATA_BYTES) {
      return `Its metadata file exceeds the maximum of ${MOST_METADATA_BYTES} bytes.`;
    }
    const content = await hostServices.read(bucket, sidecar.key);
    if (content === undefined) return {};
    try {
      const parsed: unknown = JSON.parse(Buffer.from(content).toString('utf8'));
      const attributes = isRecord(parsed) ? parsed['metadataAttributes'] : undefined;
      if (isRecord(attributes)) return Object.fromEntries(Object.entries(attributes).map(plainAttribute));
    } catch {
      // said below: it is the same mistake
    }
    return 'Its metadata file is not JSON with metadataAttributes.';
  };

  const jobOf = (source: DataSource, id: string): Job => {
    const job = jobs.find((known) => known.id === id && known.source === source);
    if (job === undefined) {
      throw new ServiceError('ResourceNotFoundException', `IngestionJob with id ${id} is not found.`);
    }
    return job;
  };
  const sourceOf = (params: Readonly<Record<string, string>>): DataSource =>
    bases.dataSource(identified(params, 'knowledgeBaseId'), identified(params, 'dataSourceId'));

  const jobsPath = '/knowledgebases/{knowledgeBaseId}/datasources/{dataSourceId}/ingestionjobs/';
  const readFaults = [...CONTROL_FAULTS, 'slow-consistency'] as const;
  return {
    indexedAt: (id) => jobs.findLast((job) => job.source.knowledgeBaseId === id && broughtIn(job))?.updatedAt,
    isRunning: (id) => runningJob(id) !== undefined,
    routes: [
      {
        operation: 'StartIngestionJob',
        service: 'bedrock-agent',
        method: 'PUT',
        path: jobsPath,
        faults: [...CONTROL_FAULTS, 'quota', 'conflict', 'document-failure', 'job-failure'],
        plays: ['document-failure', 'job-failure'],
        handle: ({ params, body }, context) => {
          const source = sourceOf(params);
          const job = start(bases.existing(source.knowledgeBaseId), source, body, context);
          return { status: 202, json: { ingestionJob: described(job) } };
        },
      },
      {
        operation: 'GetIngestionJob',
        service: 'bedrock-agent',
        method: 'GET',
        path: `${jobsPath}{ingestionJobId}`,
        faults: readFaults,
        handle: ({ params }) => ({
          json: { ingestionJob: described(jobOf(sourceOf(params), identified(params, 'ingestionJobId'))) },
        }),
      },
      {
        operation: 'ListIngestionJobs',
        service: 'bedrock-agent',
        method: 'POST',
        path: jobsPath,
        faults: CONTROL_FAULTS,
        handle: (request) => {
          const source = sourceOf(request.params);
          const statuses = statusFilter(request.body);
          const wanted = jobs.filter(
            (job) => job.source === source && (statuses === undefined || statuses.includes(job.status)),
          );
          const { page, nextToken } = paged(request, isAscending(request.body) ? wanted : wanted.reverse());
          return { json: { ingestionJobSummaries: page.map(summarized), nextToken } };
        },
      },
      {
        operation: 'StopIngestionJob',
        service: 'bedrock-agent',
        method: 'POST',
        path: `${jobsPath}{ingestionJobId}/stop`,
        faults: CONTROL_FAULTS,
        handle: ({ params }) => {
          const job = jobOf(sourceOf(params), identified(params, 'ingestionJobId'));
          if (!runs(job)) {
            throw new ServiceError('ConflictException', `Ingestion job ${job.id} has ended: it is ${job.status}.`, 409);
          }
          job.status = 'STOPPING';
          return { status: 202, json: { ingestionJob: described(job) } };
        },
      },
    ],
  };
}

const uriOf = ({ bucket }: DataSource, { key }: StoredObject): string => `s3://${bucket}/${key}`;

/** What a document is known by: it is read anew when it or its sidecar changed. */
const stateOf = ({ etag }: StoredObject, sidecar: StoredObject | undefined): string => `${etag} ${sidecar?.etag ?? ''}`;

/** `{"value": {"type": "STRING", "stringValue": "a"}}` is the long form of `"a"`. */
function plainAttribute([key, attribute]: [string, unknown]): [string, unknown] {
  const value = isRecord(attribute) && isRecord(attribute['value']) ? attribute['value'] : undefined;
  if (value === undefined) return [key, attribute];
  return [key, value['stringValue'] ?? value['numberValue'] ?? value['booleanValue'] ?? value['stringListValue']];
}

/** What writing a document's chunks bills, once: the tokens of the embedding carry no tag, the store's requests its own. */
function indexingUsage(
  { embeddingModelId, dimensions, place, path }: KnowledgeBase,
  embeddedTokens: number,
  { vectors, textBytes }: { readonly vectors: number; readonly textBytes: number },
): MeteredUsage[] {
  const written = place.writeUsage?.({ vectors, dimensions, textBytes }) ?? [];
  return [
    embeddingUsage(embeddingModelId, path, embeddedTokens),
    ...written.map((meter) => ({ ...meter, ...storeBillable(place, path) })),
  ];
}

/** Tokens that a knowledge base embeds. No one has seen a tag on such a line. */
export function embeddingUsage(modelId: string, path: MeteredUsage['path'], tokens: number): MeteredUsage {
  return {
    priceId: `${modelId}/embedding`,
    quantity: tokens,
    resourceId: null,
    tags: {},
    path,
    component: componentOfResourceType('AWS::Bedrock::KnowledgeBase'),
    operation: 'InvokeModelInference',
  };
}

export function storeBillable({ kind, arn, tags }: KnowledgeBase['place'], path: MeteredUsage['path']) {
  return { resourceId: arn, tags, path, component: componentOfResourceType(STORE_FACTS[kind].billedType) };
}

function statusFilter(body: unknown): readonly string[] | undefined {
  const check = constraints();
  const filters = check.list('filters', check.object('body', body)?.['filters'], { min: 1, max: 1 });
  const filter = check.object('filters.1.member', filters?.[0]);
  const values = check.list('filters.1.member.values', filter?.['values'], { max: 10 });
  check.finish();
  return values?.map(String);
}

/** Newest first, unless asked otherwise. */
function isAscending(body: unknown): boolean {
  const check = constraints();
  const sort = check.object('sortBy', check.object('body', body)?.['sortBy']);
  const attribute = check.text('sortBy.attribute', sort?.['attribute'], { oneOf: ['STATUS', 'STARTED_AT'] });
  const order = check.text('sortBy.order', sort?.['order'], { oneOf: ['ASCENDING', 'DESCENDING'] });
  check.finish();
  if (attribute === 'STATUS') throw invalid('The simulator sorts jobs by STARTED_AT only.');
  return order === 'ASCENDING';
}

const broughtIn = ({ status, statistics }: Job): boolean =>
  status === 'COMPLETE' && statistics.numberOfNewDocumentsIndexed + statistics.numberOfModifiedDocumentsIndexed > 0;

function summarized(job: Job) {
  return {
    knowledgeBaseId: job.source.knowledgeBaseId,
    dataSourceId: job.source.id,
    ingestionJobId: job.id,
    ...(job.description === undefined ? {} : { description: job.description }),
    status: job.status,
    statistics: job.statistics,
    startedAt: job.startedAt.toISOString(),
    updatedAt: job.updatedAt.toISOString(),
  };
}

function described(job: Job) {
  return { ...summarized(job), ...(job.failureReasons.length === 0 ? {} : { failureReasons: job.failureReasons }) };
}
