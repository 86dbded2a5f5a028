import {
  isRecord,
  refuseUnknownProperties,
  type Call,
  type Properties,
  type ResourceType,
  type ResourceResponse,
} from '../resource-type.ts';
import { ServiceError } from '../service-error.ts';
import type { KnowledgeBases } from './knowledge-bases.ts';

/** Tags of these types are a map, keys and all: they stay as they are. */
const MAPS = ['Tags'];

/** The API's words for the properties of a resource: the same with a small first letter. */
function apiWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(apiWords);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.charAt(0).toLowerCase() + key.slice(1),
      MAPS.includes(key) ? member : apiWords(member),
    ]),
  );
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

interface DescribedBase {
  readonly knowledgeBaseId: string;
  readonly knowledgeBaseArn: string;
  readonly status: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/**
 * `Ref` is the id. What can store vectors elsewhere is replaced; what the API cannot change fails, though the type calls it an update.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-bedrock-knowledgebase.html
 */
export function knowledgeBaseType(bases: KnowledgeBases, call: Call): ResourceType {
  const type = 'AWS::Bedrock::KnowledgeBase';
  const known = ['Name', 'Description', 'RoleArn', 'KnowledgeBaseConfiguration', 'StorageConfiguration', 'Tags'];
  const response = (answer: unknown): ResourceResponse => {
    const { knowledgeBase: base } = answer as { readonly knowledgeBase: DescribedBase };
    return {
      physicalResourceId: base.knowledgeBaseId,
      attributes: {
        KnowledgeBaseId: base.knowledgeBaseId,
        KnowledgeBaseArn: base.knowledgeBaseArn,
        Status: base.status,
        CreatedAt: base.createdAt,
        UpdatedAt: base.updatedAt,
      },
    };
  };
  const create = async (properties: Properties): Promise<ResourceResponse> => {
    refuseUnknownProperties(type, properties, known);
    return response(await call('CreateKnowledgeBase', { body: apiWords(properties) }));
  };
  return {
    create,
    update: async (id, properties) => {
      const body = apiWords(properties) as Readonly<Record<string, unknown>>;
      if (!same(body['storageConfiguration'], bases.existing(id).storageConfiguration)) return create(properties);
      return response(await call('UpdateKnowledgeBase', { params: { knowledgeBaseId: id }, body }));
    },
    delete: async (id) => {
      if (!bases.all().some((base) => base.id === id)) return;
      await call('DeleteKnowledgeBase', { params: { knowledgeBaseId: id } });
      if (bases.all().some((base) => base.id === id)) throw notStabilized(`knowledge base ${id}`);
    },
  };
}

/**
 * `Ref` is `<knowledge base>|<data source>`.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-bedrock-datasource.html
 */
export function dataSourceType(bases: KnowledgeBases, call: Call): ResourceType {
  const type = 'AWS::Bedrock::DataSource';
  const known = [
    'KnowledgeBaseId',
    'Name',
    'Description',
    'DataSourceConfiguration',
    'DataDeletionPolicy',
    'ServerSideEncryptionConfiguration',
    'VectorIngestionConfiguration',
  ];
  const response = (answer: unknown): ResourceResponse => {
    const { dataSource } = answer as {
      readonly dataSource: Readonly<
        Record<'dataSourceId' | 'knowledgeBaseId' | 'status' | 'createdAt' | 'updatedAt', string>
      >;
    };
    return {
      physicalResourceId: `${dataSource.knowledgeBaseId}|${dataSource.dataSourceId}`,
      attributes: {
        DataSourceId: dataSource.dataSourceId,
        DataSourceStatus: dataSource.status,
        CreatedAt: dataSource.createdAt,
        UpdatedAt: dataSource.updatedAt,
      },
    };
  };
  const params = (id: string): Record<string, string> => {
    const [knowledgeBaseId = '', dataSourceId = ''] = id.split('|');
    return { knowledgeBaseId, dataSourceId };
  };
  const find = (id: string) => {
    const { knowledgeBaseId = '', dataSourceId } = params(id);
    return bases.dataSources(knowledgeBaseId).find((source) => source.id === dataSourceId);
  };
  const create = async (properties: Properties): Promise<ResourceResponse> => {
    refuseUnknownProperties(type, properties, known);
    const { KnowledgeBaseId } = properties;
    return response(
      await call('CreateDataSource', {
        params: { knowledgeBaseId: String(KnowledgeBaseId) },
        body: apiWords(properties),
      }),
    );
  };
  return {
    create,
    update: async (id, properties) => {
      const source = find(id);
      if (source === undefined) {
        throw new ServiceError('ResourceNotFoundException', `The data source ${id} could not be found.`);
      }
      if (properties['KnowledgeBaseId'] !== source.knowledgeBaseId) return create(properties);
      return response(await call('UpdateDataSource', { params: params(id), body: apiWords(properties) }));
    },
    delete: async (id) => {
      if (find(id) === undefined) return;
      await call('DeleteDataSource', { params: params(id) });
      const left = find(id);
      if (left !== undefined) throw notStabilized(`data source ${id}`, left.failureReasons);
    },
  };
}

function notStabilized(what: string, reasons: readonly string[] = []): ServiceError {
  return new ServiceError(
    'ConflictException',
    `NotStabilized: the ${what} still exists after its deletion. ${reasons.join(' ')}`.trim(),
  );
}
