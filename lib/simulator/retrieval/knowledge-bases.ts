import { createHash } from 'node:crypto';
import { STORE_FACTS } from '../../catalogue/stores.ts';
import type { PathId } from '../../paths.ts';
import { CONTROL_FAULTS, type ApiRequest, type CallContext, type Route } from '../api.ts';
import { constraints, type Constraints } from '../constraints.ts';
import type { SimulatorContext } from '../context.ts';
import { foundationModel, foundationModelArn } from '../foundation-models.ts';
import type { InferenceProfiles } from '../inference-profiles.ts';
import { pathOf } from '../meter.ts';
import { members } from '../resource-kind.ts';
import { ServiceError, invalid } from '../service-error.ts';
import { limitTags, requireContractTags } from '../tagging.ts';
import type { SimulatedResource, Tags } from '../usage.ts';
import { DEFAULT_CHUNKING, type SimulatedChunking } from './chunking.ts';
import { unusable, type VectorPlace, type SimulatedVectorStore } from './vector-store.ts';

export interface KnowledgeBase {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly roleArn: string;
  /** As the request gave them, to be echoed. */
  readonly knowledgeBaseConfiguration: unknown;
  readonly storageConfiguration: unknown;
  readonly embeddingModelId: string;
  readonly dimensions: number;
  /** Most tokens that the embedding model takes at once. */
  readonly mostTokens: number;
  readonly place: VectorPlace;
  readonly tags: Tags;
  readonly path: PathId | null;
  readonly createdAt: Date;
  updatedAt: Date;
}

export interface IndexedDocument {
  readonly etag: string;
  readonly bytes: number;
  /** Of the text itself, each counted once. */
  readonly tokens: number;
  readonly embeddedTokens: number;
  readonly vectors: number;
  /** Of what is stored beside the vectors. */
  readonly textBytes: number;
}

export interface DataSource {
  readonly id: string;
  readonly knowledgeBaseId: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly dataSourceConfiguration: unknown;
  readonly vectorIngestionConfiguration: unknown;
  readonly dataDeletionPolicy: 'RETAIN' | 'DELETE';
  readonly bucket: string;
  readonly prefix: string;
  readonly chunking: SimulatedChunking;
  status: 'AVAILABLE' | 'DELETE_UNSUCCESSFUL';
  failureReasons: readonly string[];
  /** By URI. */
  readonly documents: Map<string, IndexedDocument>;
  readonly createdAt: Date;
  updatedAt: Date;
}

export interface KnowledgeBases {
  readonly routes: readonly Route[];
  readonly resources: () => SimulatedResource[];
  readonly all: () => readonly KnowledgeBase[];
  /** @throws ServiceError where there is none */
  readonly existing: (id: string) => KnowledgeBase;
  readonly dataSources: (knowledgeBaseId: string) => readonly DataSource[];
  /** @throws ServiceError where there is none */
  readonly dataSource: (knowledgeBaseId: string, id: string) => DataSource;
}

const ID = /[0-9a-zA-Z]{10}/;
const NAME = /([0-9a-zA-Z][_-]?){1,100}/;
const ROLE_ARN = /arn:aws(-[^:]+)?:iam::([0-9]{12})?:role\/.+/;
export const CLIENT_TOKEN = { min: 33, max: 256, pattern: /[a-zA-Z0-9](-*[a-zA-Z0-9]){0,256}/ };
const EMBEDDING_ARN =
  /(arn:aws(-[^:]{1,12})?:(bedrock|sagemaker):[a-z0-9-]{1,20}:([0-9]{12})?:([a-z-]+\/)?)?([a-zA-Z0-9.-]{1,63}){0,2}(([:][a-z0-9-]{1,63}){0,2})?(\/[a-z0-9]{1,12})?/;

/** Most data sources of a knowledge base (Bedrock quotas, default). */
const MOST_DATA_SOURCES = 5;

/** Values of an embedding model where the catalogue does not say it. */
const UNKNOWN_EMBEDDING = { dimensions: [1024], mostTokens: 8_192 };

export interface KnowledgeBaseEnvironment {
  readonly simulator: SimulatorContext;
  readonly profiles: InferenceProfiles;
  readonly stores: readonly SimulatedVectorStore[];
  /** Whether a job reads the knowledge base's documents now. */
  readonly isSyncing: (knowledgeBaseId: string) => boolean;
}

export function knowledgeBases({ simulator, profiles, stores, isSyncing }: KnowledgeBaseEnvironment): KnowledgeBases {
  const { region, accountId, clock } = simulator;
  const bases = new Map<string, KnowledgeBase>();
  const sources = new Map<string, DataSource>();
  let made = 0;

  const existing = (id: string): KnowledgeBase => {
    const base = bases.get(id);
    if (base === undefined) {
      throw new ServiceError('ResourceNotFoundException', `KnowledgeBase with id ${id} is not found.`);
    }
    return base;
  };
  const dataSource = (knowledgeBaseId: string, id: string): DataSource => {
    existing(knowledgeBaseId);
    const source = sources.get(id);
    if (source?.knowledgeBaseId !== knowledgeBaseId) {
      throw new ServiceError(
        'ResourceNotFoundException',
        `DataSource with id ${id} in KnowledgeBase with id ${knowledgeBaseId} is not found.`,
      );
    }
    return source;
  };
  const sourcesOf = (id: string): DataSource[] =>
    [...sources.values()].filter(({ knowledgeBaseId }) => knowledgeBaseId === id);

  const embeddingOf = (check: Constraints, value: unknown) => {
    const at = 'knowledgeBaseConfiguration.vectorKnowledgeBaseConfiguration';
    const vector = check.object(at, value) ?? {};
    check.required(`${at}.embeddingModelArn`, vector['embeddingModelArn']);
    const arn =
      check.text(`${at}.embeddingModelArn`, vector['embeddingModelArn'], {
        min: 20,
        max: 2048,
        pattern: EMBEDDING_ARN,
      }) ?? '';
    const model = members(members(vector['embeddingModelConfiguration'])['bedrockEmbeddingModelConfiguration']);
    const asked = check.number(`${at}.embeddingModelConfiguration.dimensions`, model['dimensions'], {
      min: 0,
      max: 4096,
      whole: true,
    });
    check.finish();
    const prefix = foundationModelArn(region, '');
    const modelId = arn.startsWith(prefix) ? arn.slice(prefix.length) : profiles.find(arn)?.model.modelId;
    const found = modelId === undefined ? undefined : foundationModel(simulator, modelId);
    if (modelId === undefined || found?.entry.kind !== 'embedding') {
      throw invalid(`The embedding model ${arn} is not supported or does not exist in ${region}.`);
    }
    const {
      embeddingDimensions: dimensions = UNKNOWN_EMBEDDING.dimensions,
      defaultEmbeddingDimensions: usual = Math.max(...dimensions),
      maxInputTokens: mostTokens = UNKNOWN_EMBEDDING.mostTokens,
    } = found.entry;
    if (asked !== undefined && !dimensions.includes(asked)) {
      throw invalid(
        `The embedding model ${modelId} makes vectors of ${dimensions.join(', ')} dimensions, got ${asked}.`,
      );
    }
    return { embeddingModelId: modelId, dimensions: asked ?? usual, mostTokens };
  };

  const placeOf = async (
    check: Constraints,
    value: unknown,
    of: { readonly roleArn: string; readonly dimensions: number },
  ): Promise<VectorPlace> => {
    const storage = check.object('storageConfiguration', value) ?? {};
    check.required('storageConfiguration.type', storage['type']);
    const type = check.text('storageConfiguration.type', storage['type'], {
      oneOf: stores.map(({ kind }) => STORE_FACTS[kind].storageType),
    });
    check.finish();
    const store = stores.find(({ kind }) => STORE_FACTS[kind].storageType === type);
    if (store === undefined) throw invalid(`The simulator has no vector store of type ${type ?? ''}.`);
    const { storageMember } = STORE_FACTS[store.kind];
    const configuration = check.object(storageMember, storage[storageMember]);
    check.required(`storageConfiguration.${storageMember}`, configuration);
    check.finish();
    return store.place({ configuration: configuration ?? {}, check, ...of });
  };

  const create = async ({ body }: ApiRequest, { fault }: CallContext): Promise<KnowledgeBase> => {
    const check = constraints();
    const request = check.object('body', body) ?? {};
    for (const member of ['name', 'roleArn', 'knowledgeBaseConfiguration']) check.required(member, request[member]);
    check.text('clientToken', request['clientToken'], CLIENT_TOKEN);
    const name = check.text('name', request['name'], { pattern: NAME }) ?? '';
    const description = check.text('description', request['description'], { min: 1, max: 200 });
    const roleArn = check.text('roleArn', request['roleArn'], { max: 2048, pattern: ROLE_ARN }) ?? '';
    const configuration = check.object('knowledgeBaseConfiguration', request['knowledgeBaseConfiguration']) ?? {};
    const type = check.text('knowledgeBaseConfiguration.type', configuration['type'], {
      oneOf: ['VECTOR', 'KENDRA', 'SQL', 'MANAGED'],
    });
    const tags = Object.fromEntries(
      Object.entries(check.object('tags', request['tags']) ?? {}).map(([key, value]) => [key, String(value)]),
    );
    check.finish();
    if (type !== 'VECTOR') throw invalid(`The simulator plays knowledge bases of type VECTOR, got ${type ?? ''}.`);
    limitTags(tags);
    requireContractTags('bedrock:CreateKnowledgeBase', tags);
    if ([...bases.values()].some((base) => base.name === name)) {
      throw new ServiceError('ConflictException', `KnowledgeBase with name ${name} already exists.`, 409);
    }
    const embedding = embeddingOf(check, configuration['vectorKnowledgeBaseConfiguration']);
    const place = await placeOf(check, request['storageConfiguration'], { roleArn, dimensions: embedding.dimensions });
    if (fault === 'slow-consistency') {
      throw unusable('Dependency error document status code: 404, error message: no such index');
    }
    const id = idOf(`knowledge base ${name} ${++made}`);
    const now = clock.now();
    const base: KnowledgeBase = {
      id,
      arn: `arn:aws:bedrock:${region}:${accountId}:knowledge-base/${id}`,
      name,
      description,
      roleArn,
      knowledgeBaseConfiguration: request['knowledgeBaseConfiguration'],
      storageConfiguration: request['storageConfiguration'],
      ...embedding,
      place,
      tags,
      path: pathOf(tags),
      createdAt: now,
      updatedAt: now,
    };
    bases.set(id, base);
    return base;
  };

  const update = ({ params, body }: ApiRequest): KnowledgeBase => {
    const base = existing(identified(params, 'knowledgeBaseId'));
    const check = constraints();
    const request = check.object('body', body) ?? {};
    const name = check.text('name', request['name'], { pattern: NAME }) ?? base.name;
    const roleArn = check.text('roleArn', request['roleArn'], { max: 2048, pattern: ROLE_ARN }) ?? base.roleArn;
    const description = check.text('description', request['description'], { min: 1, max: 200 });
    check.finish();
    for (const member of ['knowledgeBaseConfiguration', 'storageConfiguration'] as const) {
      const asked = request[member];
      if (asked !== undefined && JSON.stringify(asked) !== JSON.stringify(base[member])) {
        throw invalid(`${member} of a knowledge base cannot be changed: make a new one.`);
      }
    }
    const updated = { ...base, name, roleArn, description, updatedAt: clock.now() };
    bases.set(base.id, updated);
    return updated;
  };

  const createSource = ({ params, body }: ApiRequest): DataSource => {
    const base = existing(identified(params, 'knowledgeBaseId'));
    const check = constraints();
    const request = check.object('body', body) ?? {};
    for (const member of ['name', 'dataSourceConfiguration']) check.required(member, request[member]);
    check.text('clientToken', request['clientToken'], CLIENT_TOKEN);
    const name = check.text('name', request['name'], { pattern: NAME }) ?? '';
    const description = check.text('description', request['description'], { min: 1, max: 200 });
    const policy = check.text('dataDeletionPolicy', request['dataDeletionPolicy'], { oneOf: ['RETAIN', 'DELETE'] });
    const { bucket, prefix } = readS3(check, request['dataSourceConfiguration']);
    const chunking = readChunking(check, request['vectorIngestionConfiguration']);
    check.finish();
    if (sourcesOf(base.id).some((source) => source.name === name)) {
      throw new ServiceError('ConflictException', `DataSource with name ${name} already exists.`, 409);
    }
    if (sourcesOf(base.id).length >= MOST_DATA_SOURCES) {
      throw new ServiceError(
        'ServiceQuotaExceededException',
        `The knowledge base has ${MOST_DATA_SOURCES} data sources, which is its quota.`,
        402,
      );
    }
    const now = clock.now();
    const source: DataSource = {
      id: idOf(`data source ${base.id} ${name} ${++made}`),
      knowledgeBaseId: base.id,
      name,
      description,
      dataSourceConfiguration: request['dataSourceConfiguration'],
      vectorIngestionConfiguration: request['vectorIngestionConfiguration'],
      dataDeletionPolicy: policy === 'RETAIN' ? 'RETAIN' : 'DELETE',
      bucket,
      prefix,
      chunking,
      status: 'AVAILABLE',
      failureReasons: [],
      documents: new Map(),
      createdAt: now,
      updatedAt: now,
    };
    sources.set(source.id, source);
    return source;
  };

  const updateSource = ({ params, body }: ApiRequest): DataSource => {
    const source = dataSource(identified(params, 'knowledgeBaseId'), identified(params, 'dataSourceId'));
    const request = members(body);
    const chunking = (value: unknown): string => JSON.stringify(members(value)['chunkingConfiguration'] ?? null);
    if (chunking(request['vectorIngestionConfiguration']) !== chunking(source.vectorIngestionConfiguration)) {
      throw invalid('chunkingConfiguration of a data source cannot be changed: make a new one.');
    }
    source.updatedAt = clock.now();
    return source;
  };

  /** Deletes the vectors too, unless told to keep them; without the store it cannot. */
  const removeSource = (source: DataSource): void => {
    if (isSyncing(source.knowledgeBaseId)) {
      throw new ServiceError(
        'ConflictException',
        `Data source ${source.id} has an ongoing ingestion job: stop it, or wait for its end.`,
        409,
      );
    }
    const { place } = existing(source.knowledgeBaseId);
    if (source.dataDeletionPolicy === 'DELETE' && source.documents.size > 0) {
      if (!place.exists()) {
        source.status = 'DELETE_UNSUCCESSFUL';
        source.failureReasons = ['Unable to delete data from vector store for data source: the vector index is gone.'];
        return;
      }
      place.index.removeDataSource(source.id);
    }
    sources.delete(source.id);
  };

  const route = (
    operation: string,
    method: string,
    path: string,
    faults: Route['faults'],
    handle: Route['handle'],
    plays?: Route['plays'],
  ): Route => ({
    operation,
    service: 'bedrock-agent',
    method,
    path,
    faults,
    handle,
    ...(plays === undefined ? {} : { plays }),
  });
  const readFaults = [...CONTROL_FAULTS, 'slow-consistency'] as const;
  const basePath = '/knowledgebases/{knowledgeBaseId}';
  const sourcePath = `${basePath}/datasources/{dataSourceId}`;

  return {
    all: () => [...bases.values()],
    existing,
    dataSources: sourcesOf,
    dataSource,
    resources: () => [
      ...[...bases.values()].map(({ arn, name, tags, createdAt }) => ({
        type: 'AWS::Bedrock::KnowledgeBase',
        arn,
        name,
        tags,
        createdAt,
      })),
      ...[...sources.values()].map(({ id, knowledgeBaseId, name, createdAt }) => ({
        type: 'AWS::Bedrock::DataSource',
        arn: `${knowledgeBaseId}|${id}`,
        name,
        tags: null,
        createdAt,
      })),
    ],
    routes: [
      route(
        'CreateKnowledgeBase',
        'PUT',
        '/knowledgebases/',
        [...CONTROL_FAULTS, 'quota', 'slow-consistency'],
        async (request, context) => ({
          status: 202,
          json: { knowledgeBase: described(await create(request, context)) },
        }),
        ['slow-consistency'],
      ),
      route('GetKnowledgeBase', 'GET', basePath, readFaults, ({ params }) => ({
        json: { knowledgeBase: described(existing(identified(params, 'knowledgeBaseId'))) },
      })),
      route('UpdateKnowledgeBase', 'PUT', basePath, CONTROL_FAULTS, (request) => ({
        status: 202,
        json: { knowledgeBase: described(update(request)) },
      })),
      route('ListKnowledgeBases', 'POST', '/knowledgebases/', CONTROL_FAULTS, (request) => {
        const { page, nextToken } = paged(request, [...bases.values()]);
        return { json: { knowledgeBaseSummaries: page.map(baseSummary), nextToken } };
      }),
      route('DeleteKnowledgeBase', 'DELETE', basePath, [...readFaults, 'stuck-deletion'], ({ params }) => {
        const base = existing(identified(params, 'knowledgeBaseId'));
        for (const source of sourcesOf(base.id)) sources.delete(source.id);
        bases.delete(base.id);
        return { status: 202, json: { knowledgeBaseId: base.id, status: 'DELETING' } };
      }),
      route('CreateDataSource', 'PUT', `${basePath}/datasources/`, [...CONTROL_FAULTS, 'quota'], (request) => ({
        json: { dataSource: describedSource(createSource(request)) },
      })),
      route('GetDataSource', 'GET', sourcePath, readFaults, ({ params }) => ({
        json: {
          dataSource: describedSource(
            dataSource(identified(params, 'knowledgeBaseId'), identified(params, 'dataSourceId')),
          ),
        },
      })),
      route('UpdateDataSource', 'PUT', sourcePath, CONTROL_FAULTS, (request) => ({
        json: { dataSource: describedSource(updateSource(request)) },
      })),
      route('ListDataSources', 'POST', `${basePath}/datasources/`, CONTROL_FAULTS, (request) => {
        const base = existing(identified(request.params, 'knowledgeBaseId'));
        const { page, nextToken } = paged(request, sourcesOf(base.id));
        return { json: { dataSourceSummaries: page.map(sourceSummary), nextToken } };
      }),
      route('DeleteDataSource', 'DELETE', sourcePath, [...readFaults, 'stuck-deletion'], ({ params }) => {
        const source = dataSource(identified(params, 'knowledgeBaseId'), identified(params, 'dataSourceId'));
        removeSource(source);
        const { knowledgeBaseId, id } = source;
        return { status: 202, json: { knowledgeBaseId, dataSourceId: id, status: 'DELETING' } };
      }),
    ],
  };
}

/** A path parameter that is an id of Bedrock's. */
export function identified(params: ApiRequest['params'], name: string): string {
  const check = constraints();
  const id = check.text(name, params[name], { pattern: ID }) ?? '';
  check.finish();
  return id;
}

/** Ten letters and digits, as the service makes them. */
export function idOf(seed: string): string {
  const digest = createHash('sha256').update(seed).digest('hex').slice(0, 16);
  return BigInt(`0x${digest}`).toString(36).toUpperCase().padStart(10, '0').slice(-10);
}

/** One page of a list, with the token of the next. */
export function paged<T>(
  { body }: ApiRequest,
  all: readonly T[],
): { readonly page: readonly T[]; readonly nextToken?: string } {
  const check = constraints();
  const request = check.object('body', body) ?? {};
  const size = check.number('maxResults', request['maxResults'], { min: 1, max: 1000, whole: true }) ?? 100;
  const token = check.text('nextToken', request['nextToken'], { min: 1, max: 2048, pattern: /\S*/ });
  check.finish();
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0) throw invalid('The provided nextToken is invalid.');
  const end = start + size;
  return {
    page: all.slice(start, end),
    ...(end < all.length ? { nextToken: Buffer.from(String(end)).toString('base64url') } : {}),
  };
}

function readS3(check: Constraints, value: unknown): Pick<DataSource, 'bucket' | 'prefix'> {
  const at = 'dataSourceConfiguration';
  const configuration = check.object(at, value) ?? {};
  const type = check.text(`${at}.type`, configuration['type']);
  if (type !== 'S3') throw invalid(`The simulator plays data sources of type S3, got ${type ?? ''}.`);
  const s3 = check.object(`${at}.s3Configuration`, configuration['s3Configuration']) ?? {};
  check.required(`${at}.s3Configuration.bucketArn`, s3['bucketArn']);
  const bucketArn =
    check.text(`${at}.s3Configuration.bucketArn`, s3['bucketArn'], {
      max: 2048,
      pattern: /arn:aws(|-cn|-us-gov):s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/,
    }) ?? '';
  const prefixes = check.list(`${at}.s3Configuration.inclusionPrefixes`, s3['inclusionPrefixes'], { min: 1, max: 1 });
  const prefix = check.text(`${at}.s3Configuration.inclusionPrefixes.1.member`, prefixes?.[0], { min: 1, max: 300 });
  return { bucket: bucketArn.split(':::')[1] ?? '', prefix: prefix ?? '' };
}

/** Only PDF files and pictures are parsed, which the simulator does not read: so nothing comes of it, and nothing is billed. */
function readParsing(check: Constraints, value: unknown): void {
  const at = 'vectorIngestionConfiguration.parsingConfiguration';
  const parsing = check.object(at, value);
  if (parsing === undefined) return;
  check.required(`${at}.parsingStrategy`, parsing['parsingStrategy']);
  const strategy = check.text(`${at}.parsingStrategy`, parsing['parsingStrategy'], {
    oneOf: ['BEDROCK_FOUNDATION_MODEL', 'BEDROCK_DATA_AUTOMATION'],
  });
  const model = members(parsing['bedrockFoundationModelConfiguration']);
  if (strategy === 'BEDROCK_FOUNDATION_MODEL') {
    check.required(`${at}.bedrockFoundationModelConfiguration.modelArn`, model['modelArn']);
  }
  check.finish();
  const automation = members(parsing['bedrockDataAutomationConfiguration']);
  if ((model['parsingModality'] ?? automation['parsingModality']) !== undefined) {
    throw invalid('Multimodal parsing needs supplementalDataStorageConfiguration, which the simulator does not play.');
  }
}

function readChunking(check: Constraints, value: unknown): SimulatedChunking {
  const at = 'vectorIngestionConfiguration.chunkingConfiguration';
  const ingestion = check.object('vectorIngestionConfiguration', value) ?? {};
  readParsing(check, ingestion['parsingConfiguration']);
  const chunking = check.object(at, ingestion['chunkingConfiguration']);
  if (chunking === undefined) return DEFAULT_CHUNKING;
  const strategy = check.text(`${at}.chunkingStrategy`, chunking['chunkingStrategy'], {
    oneOf: ['FIXED_SIZE', 'NONE', 'HIERARCHICAL', 'SEMANTIC'],
  });
  const whole = (path: string, number: unknown, limits: { min: number; max: number }): number => {
    check.required(path, number);
    return check.number(path, number, { ...limits, whole: true }) ?? 0;
  };
  const tokens = { min: 1, max: 8192 };
  switch (strategy) {
    case 'FIXED_SIZE': {
      const fixed = members(chunking['fixedSizeChunkingConfiguration']);
      return {
        strategy,
        maxTokens: whole(`${at}.fixedSizeChunkingConfiguration.maxTokens`, fixed['maxTokens'], tokens),
        overlapPercentage: whole(`${at}.fixedSizeChunkingConfiguration.overlapPercentage`, fixed['overlapPercentage'], {
          min: 1,
          max: 99,
        }),
      };
    }
    case 'HIERARCHICAL': {
      const levels = members(chunking['hierarchicalChunkingConfiguration']);
      const list = check.list(`${at}.levelConfigurations`, levels['levelConfigurations'], { min: 2, max: 2 }) ?? [];
      const [parentTokens = 0, childTokens = 0] = list.map((level, index) =>
        whole(`${at}.levelConfigurations.${index + 1}.maxTokens`, members(level)['maxTokens'], tokens),
      );
      if (childTokens >= parentTokens) throw invalid('The second level must be smaller than the first.');
      const overlapTokens = whole(`${at}.overlapTokens`, levels['overlapTokens'], { min: 1, max: 8192 });
      if (overlapTokens >= childTokens) throw invalid('overlapTokens must be smaller than the second level.');
      return { strategy, parentTokens, childTokens, overlapTokens };
    }
    case 'SEMANTIC': {
      const semantic = members(chunking['semanticChunkingConfiguration']);
      return {
        strategy,
        maxTokens: whole(`${at}.maxTokens`, semantic['maxTokens'], tokens),
        bufferSize: whole(`${at}.bufferSize`, semantic['bufferSize'], { min: 0, max: 1 }),
        breakpointPercentile: whole(`${at}.breakpointPercentileThreshold`, semantic['breakpointPercentileThreshold'], {
          min: 50,
          max: 99,
        }),
      };
    }
    case undefined:
    default:
      return { strategy: 'NONE' };
  }
}

function baseSummary({ id, name, description, updatedAt }: KnowledgeBase) {
  return {
    knowledgeBaseId: id,
    name,
    ...(description === undefined ? {} : { description }),
    status: 'ACTIVE',
    updatedAt: updatedAt.toISOString(),
  };
}

function described(base: KnowledgeBase) {
  return {
    ...baseSummary(base),
    knowledgeBaseArn: base.arn,
    roleArn: base.roleArn,
    knowledgeBaseConfiguration: base.knowledgeBaseConfiguration,
    storageConfiguration: base.storageConfiguration,
    createdAt: base.createdAt.toISOString(),
  };
}

function sourceSummary({ id, knowledgeBaseId, name, description, status, updatedAt }: DataSource) {
  return {
    dataSourceId: id,
    knowledgeBaseId,
    name,
    ...(description === undefined ? {} : { description }),
    status,
    updatedAt: updatedAt.toISOString(),
  };
}

function describedSource(source: DataSource) {
  return {
    ...sourceSummary(source),
    dataSourceConfiguration: source.dataSourceConfiguration,
    ...(source.vectorIngestionConfiguration === undefined
      ? {}
      : { vectorIngestionConfiguration: source.vectorIngestionConfiguration }),
    dataDeletionPolicy: source.dataDeletionPolicy,
    createdAt: source.createdAt.toISOString(),
    ...(source.failureReasons.length === 0 ? {} : { failureReasons: source.failureReasons }),
  };
}
