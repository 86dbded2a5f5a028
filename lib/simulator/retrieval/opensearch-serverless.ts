import { createHash } from 'node:crypto';
import { BYTES_PER_GB, HOURS_PER_DAY } from '../../units.ts';
import { resourceKind, members, text, type KindResource } from '../resource-kind.ts';
import { invalid } from '../service-error.ts';
import { createSearchIndex, type SearchIndex } from './search-index.ts';
import { BYTES_PER_NUMBER, storedGb } from './store-usage.ts';
import {
  unusable,
  type PlaceRequest,
  type SimulatedVectorStore,
  type StoredVectors,
  type StoreEnvironment,
  type StoreMeter,
  type VectorPlace,
} from './vector-store.ts';

const SERVICE = 'aoss';
const COLLECTION = 'AWS::OpenSearchServerless::Collection';

interface Collection {
  readonly endpoint: string;
  readonly standby: boolean;
  readonly group: string | undefined;
}

interface Policy {
  readonly kind: 'data' | 'encryption' | 'network';
  readonly rules: readonly PolicyRule[];
}

interface PolicyRule {
  /** `collection/name` and `index/name/*`. */
  readonly resources: readonly string[];
  readonly permissions: readonly string[];
  readonly principals: readonly string[];
  readonly open: boolean;
}

interface VectorField {
  readonly dimension: number;
  readonly engine: string;
}

interface CollectionIndex {
  readonly collectionId: string;
  readonly fields: ReadonlyMap<string, VectorField | 'text'>;
  readonly index: SearchIndex;
}

/** Permissions that a knowledge base's role needs on its index (Bedrock user guide, vector store prerequisites). */
const ROLE_NEEDS = ['aoss:DescribeIndex', 'aoss:ReadDocument', 'aoss:WriteDocument'];

/** The lower end of the 5 to 15 minutes that a collection is seen to take; an index a few seconds. */
const COLLECTION_SECONDS = 300;
const INDEX_SECONDS = 10;

/** OCUs of a collection that nobody uses: half a one each for indexing and search, and as much again for a standby. */
function idleOcus(standby: boolean): { readonly indexing: number; readonly search: number } {
  const ocus = standby ? 1 : 0.5;
  return { indexing: ocus, search: ocus };
}

/** Memory of one OCU, all of it taken for graphs: OpenSearch Serverless developer guide. */
const GB_PER_OCU = 6;

/** Vectors, and 16 links each way between them, with a tenth on top: OpenSearch documentation, memory of HNSW with faiss. */
function graphGb(vectors: number, dimensions: number): number {
  const bytesPerVector = BYTES_PER_NUMBER * dimensions + 2 * 4 * 16;
  return (vectors * bytesPerVector * 1.1) / BYTES_PER_GB;
}

/** What a collection bills in `hours`, however many questions come: search grows by whole OCUs with the graphs. */
export function openSearchMonth(stored: StoredVectors, standby: boolean, hours: number): StoreMeter[] {
  const idle = idleOcus(standby);
  const needed = graphGb(stored.vectors, stored.dimensions) / GB_PER_OCU;
  const search = needed <= 0.5 ? idle.search : Math.ceil(needed) * (standby ? 2 : 1);
  return [
    { priceId: 'aoss/ocu', operation: 'IndexingOCU', quantity: idle.indexing * hours },
    { priceId: 'aoss/ocu', operation: 'SearchOCU', quantity: search * hours },
    { priceId: 'aoss/storage', operation: 'Storage', quantity: storedGb(stored) },
  ];
}

/** Simulates OpenSearch Serverless as far as a knowledge base needs it; the order and the permissions are those of AWS. */
export function openSearchServerless({ simulator, usd }: StoreEnvironment): SimulatedVectorStore {
  const { region, accountId } = simulator;
  const arn = (rest: string): string => `arn:aws:aoss:${region}:${accountId}:${rest}`;

  const policyKind = (type: string, noun: string, kinds: readonly Policy['kind'][]) =>
    resourceKind<Policy>(simulator, {
      type,
      noun,
      service: SERVICE,
      properties: ['Name', 'Type', 'Policy', 'Description'],
      required: ['Name', 'Type', 'Policy'],
      tagged: false,
      inPlace: ['Policy', 'Description'],
      make: (properties) => {
        const name = resourceName(text(properties, 'Name') ?? '', 'policy');
        const kind = kinds.find((known) => known === properties['Type']);
        if (kind === undefined) throw invalid(`Type must be one of ${kinds.join(', ')}`);
        const policyText = text(properties, 'Policy') ?? '';
        return {
          // a name is taken once for each kind
          id: `${kind}|${name}`,
          name,
          arn: arn(`${kind === 'data' ? 'accesspolicy' : 'securitypolicy'}/${kind}/${name}`),
          made: { kind, rules: policyRules(policyText, kind) },
          attributes: {},
        };
      },
    });
  const security = policyKind('AWS::OpenSearchServerless::SecurityPolicy', 'SecurityPolicy', ['encryption', 'network']);
  const access = policyKind('AWS::OpenSearchServerless::AccessPolicy', 'AccessPolicy', ['data']);

  const groups = resourceKind<{ readonly standby: boolean; readonly generation: string }>(simulator, {
    type: 'AWS::OpenSearchServerless::CollectionGroup',
    noun: 'CollectionGroup',
    service: SERVICE,
    properties: ['Name', 'StandbyReplicas', 'CapacityLimits', 'Description', 'Generation', 'Tags'],
    required: ['Name', 'StandbyReplicas'],
    tagged: true,
    inPlace: ['CapacityLimits', 'Description', 'Tags'],
    make: (properties) => {
      const name = resourceName(text(properties, 'Name') ?? '', 'collection group');
      const generation = text(properties, 'Generation') ?? 'CLASSIC';
      const standby = isStandby(text(properties, 'StandbyReplicas'));
      if (generation === 'NEXTGEN' && !standby) {
        throw invalid('StandbyReplicas must be ENABLED for collection groups of generation NEXTGEN.');
      }
      const id = hashId(`group ${name}`, 20);
      const groupArn = arn(`collection-group/${id}`);
      return { id, name, arn: groupArn, made: { standby, generation }, attributes: { Id: id, Arn: groupArn } };
    },
    beforeDelete: ({ name }) => {
      const within = collections.all().filter(({ made }) => made.group === name);
      if (within.length > 0) throw invalid(`The collection group ${name} still has collections: delete them first.`);
    },
  });

  const collections = resourceKind<Collection>(simulator, {
    type: COLLECTION,
    noun: 'Collection',
    service: SERVICE,
    properties: [
      'Name',
      'Type',
      'StandbyReplicas',
      'CollectionGroupName',
      'EncryptionConfig',
      'DeletionProtection',
      'Description',
      'VectorOptions',
      'Tags',
    ],
    required: ['Name'],
    tagged: true,
    inPlace: ['Description', 'DeletionProtection'],
    takesSeconds: COLLECTION_SECONDS,
    make: (properties) => {
      const name = resourceName(text(properties, 'Name') ?? '', 'collection');
      if (properties['Type'] !== 'VECTORSEARCH') {
        throw invalid(`A knowledge base needs a collection of type VECTORSEARCH, got ${String(properties['Type'])}.`);
      }
      const encrypted =
        properties['EncryptionConfig'] !== undefined ||
        covers(rulesOf(security.all(), 'encryption'), `collection/${name}`);
      if (!encrypted) {
        throw invalid(
          `No matching security policy of encryption type found for collection name: ${name}. Please create security policy of encryption type for this collection.`,
        );
      }
      const group = text(properties, 'CollectionGroupName');
      const standby = isStandby(text(properties, 'StandbyReplicas'));
      if (group !== undefined) {
        const found = groups.all().find((known) => known.name === group);
        if (found === undefined) throw invalid(`The collection group ${group} does not exist.`);
        if (found.made.standby !== standby) {
          throw invalid(`StandbyReplicas of the collection must be that of its group ${group}.`);
        }
      }
      const id = hashId(`collection ${name}`, 20);
      const endpoint = `https://${id}.${region}.aoss.amazonaws.com`;
      return {
        id,
        name,
        arn: arn(`collection/${id}`),
        made: { endpoint, standby, group },
        attributes: {
          Id: id,
          Arn: arn(`collection/${id}`),
          CollectionEndpoint: endpoint,
          DashboardEndpoint: `${endpoint}/_dashboards`,
        },
      };
    },
    beforeDelete: ({ properties }) => {
      if (properties['DeletionProtection'] === 'ENABLED') throw invalid('The collection is protected from deletion.');
    },
  });

  /** The identity that makes an index is whoever CloudFormation acts as: the data policy must name it too. */
  const requireIndexCreator = (collection: string, index: string): void => {
    const rules = rulesOf(access.all(), 'data').filter(
      ({ permissions, principals }) =>
        (permissions.includes('aoss:CreateIndex') || permissions.includes('aoss:*')) &&
        principals.some((principal) => /cfn-exec-role|:root$/.test(principal)),
    );
    if (!covers(rules, `index/${collection}/${index}`)) {
      throw invalid(
        `403 Forbidden: no data access policy lets the role that CloudFormation acts as create the index ${index} in ${collection}.`,
      );
    }
  };

  const makeIndex = (
    collection: KindResource<Collection> | undefined,
    name: string,
    fields: CollectionIndex['fields'],
  ) => {
    if (collection === undefined) throw invalid(`The collection of the index ${name} does not exist.`);
    requireIndexCreator(collection.name, name);
    return {
      id: `${name}|${collection.id}`,
      name,
      arn: arn(`index/${collection.id}/${name}`),
      made: { collectionId: collection.id, fields, index: createSearchIndex() },
      attributes: { Uuid: hashId(`index ${collection.id} ${name}`, 22) },
    };
  };
  const indexKind = {
    service: SERVICE,
    tagged: false,
    takesSeconds: INDEX_SECONDS,
  } as const;
  const indexes = resourceKind<CollectionIndex>(simulator, {
    ...indexKind,
    type: 'AWS::OpenSearchServerless::Index',
    noun: 'Index',
    properties: ['CollectionEndpoint', 'IndexName', 'Mappings', 'Settings'],
    required: ['CollectionEndpoint', 'IndexName'],
    inPlace: ['Settings'],
    make: (properties) => {
      const endpoint = text(properties, 'CollectionEndpoint') ?? '';
      const settings = members(members(properties['Settings'])['Index']);
      if (settings['Knn'] !== true) throw invalid('An index with vectors needs Settings.Index.Knn: true.');
      return makeIndex(
        collections.all().find(({ made }) => made.endpoint === endpoint),
        text(properties, 'IndexName') ?? '',
        fieldsOf(members(members(properties['Mappings'])['Properties']), 'Type', 'Dimension', 'Method', 'Engine'),
      );
    },
  });
  const collectionIndexes = resourceKind<CollectionIndex>(simulator, {
    ...indexKind,
    type: 'AWS::OpenSearchServerless::CollectionIndex',
    noun: 'CollectionIndex',
    properties: ['Id', 'IndexName', 'IndexSchema'],
    required: ['Id', 'IndexName'],
    make: (properties) => {
      const schema = members(parsedJson(text(properties, 'IndexSchema') ?? '{}', 'IndexSchema'));
      return makeIndex(
        collections.find(text(properties, 'Id') ?? ''),
        text(properties, 'IndexName') ?? '',
        fieldsOf(members(members(schema['mappings'])['properties']), 'type', 'dimension', 'method', 'engine'),
      );
    },
  });

  const place = ({ configuration, check, roleArn, dimensions }: PlaceRequest): VectorPlace => {
    for (const member of ['collectionArn', 'vectorIndexName', 'fieldMapping']) {
      check.required(`opensearchServerlessConfiguration.${member}`, configuration[member]);
    }
    const collectionArn =
      check.text('opensearchServerlessConfiguration.collectionArn', configuration['collectionArn'], {
        pattern: /arn:aws:aoss:[a-z]{2}(-gov)?-[a-z]+-\d{1}:\d{12}:collection\/[a-z0-9-]{3,32}/,
      }) ?? '';
    const indexName =
      check.text('opensearchServerlessConfiguration.vectorIndexName', configuration['vectorIndexName']) ?? '';
    check.finish();
    const collection = collections.find(collectionArn);
    if (collection === undefined)
      throw unusable(`Dependency error document status code: 404, no collection ${collectionArn}`);
    if (
      !covers(
        rulesOf(security.all(), 'network').filter(({ open }) => open),
        `collection/${collection.name}`,
      )
    ) {
      throw unusable(
        `Dependency error document status code: 403, no network policy admits bedrock.amazonaws.com to ${collection.name}`,
      );
    }
    const granted = rulesOf(access.all(), 'data').filter(({ principals }) => principals.includes(roleArn));
    const lacking = ROLE_NEEDS.filter(
      (permission) =>
        !covers(
          granted.filter(({ permissions }) => permissions.includes(permission) || permissions.includes('aoss:*')),
          `index/${collection.name}/${indexName}`,
        ),
    );
    if (lacking.length > 0) {
      throw unusable(
        `Dependency error document status code: 403, bad authorization: ${roleArn} has no ${lacking.join(', ')} on the index`,
      );
    }
    const found = [...indexes.all(), ...collectionIndexes.all()].find(
      ({ name, made }) => name === indexName && made.collectionId === collection.id,
    );
    if (found === undefined) {
      throw unusable(`Dependency error document status code: 404, error message: no such index [${indexName}]`);
    }
    checkFields(members(configuration['fieldMapping']), found.made.fields, dimensions);
    return {
      kind: 'opensearch-serverless',
      arn: collection.arn,
      tags: collection.tags ?? {},
      index: found.made.index,
      exists: () => indexes.find(found.id) === found || collectionIndexes.find(found.id) === found,
      monthUsage: (stored, { hours }) => openSearchMonth(stored, collection.made.standby, hours),
    };
  };

  const kinds = [security, access, groups, collections, indexes, collectionIndexes] as const;
  return {
    kind: 'opensearch-serverless',
    place,
    routes: kinds.flatMap(({ routes }) => routes),
    resources: () => kinds.flatMap((kind) => kind.resources()),
    usdPerDay: ({ type, arn: of }) => {
      if (type !== COLLECTION) return 0;
      const ocuUsd = usd('aoss/ocu');
      const standby = collections.find(of)?.made.standby ?? true;
      const { indexing, search } = idleOcus(standby);
      return ocuUsd === null ? null : (indexing + search) * HOURS_PER_DAY * ocuUsd;
    },
    resourceTypes: (call) => Object.fromEntries(kinds.map((kind) => [kind.type, kind.resourceType(call)])),
  };
}

function resourceName(name: string, what: string): string {
  if (!/^[a-z][a-z0-9-]{2,31}$/.test(name)) {
    throw invalid(`The name of a ${what} must match [a-z][a-z0-9-]{2,31}, got '${name}'.`);
  }
  return name;
}

function isStandby(value: string | undefined): boolean {
  if (value !== undefined && value !== 'ENABLED' && value !== 'DISABLED') {
    throw invalid(`StandbyReplicas must be ENABLED or DISABLED, got '${value}'.`);
  }
  return value !== 'DISABLED';
}

function rulesOf(policies: readonly KindResource<Policy>[], kind: Policy['kind']): PolicyRule[] {
  return policies.flatMap(({ properties, made }) =>
    // a policy changes in place
    made.kind === kind ? policyRules(String(properties['Policy']), kind) : [],
  );
}

function policyRules(policy: string, kind: Policy['kind']): PolicyRule[] {
  const parsed = parsedJson(policy, 'Policy');
  const statements = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
  if (kind !== 'encryption' && !Array.isArray(parsed)) throw invalid(`Policy of type ${kind} must be a list.`);
  return statements.flatMap((statement) => {
    const { Rules, Principal, AllowFromPublic, SourceServices } = members(statement);
    const rules = Array.isArray(Rules) ? (Rules as unknown[]) : [];
    if (rules.length === 0) throw invalid('Policy must have Rules.');
    return rules.map((rule) => {
      const { Resource, Permission } = members(rule);
      return {
        resources: strings(Resource),
        permissions: strings(Permission),
        principals: strings(Principal),
        open: AllowFromPublic === true || strings(SourceServices).includes('bedrock.amazonaws.com'),
      };
    });
  });
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? (value as unknown[]).filter((each) => typeof each === 'string') : [];
}

function covers(rules: readonly PolicyRule[], resource: string): boolean {
  return rules.some(({ resources }) =>
    resources.some((pattern) =>
      pattern.endsWith('*') ? resource.startsWith(pattern.slice(0, -1)) : pattern === resource,
    ),
  );
}

function fieldsOf(
  properties: Readonly<Record<string, unknown>>,
  ...[type, dimension, method, engine]: [string, string, string, string]
): Map<string, VectorField | 'text'> {
  return new Map(
    Object.entries(properties).map(([name, value]): [string, VectorField | 'text'] => {
      const field = members(value);
      if (field[type] !== 'knn_vector') return [name, 'text'];
      return [name, { dimension: Number(field[dimension]), engine: engineOf(members(field[method])[engine]) }];
    }),
  );
}

/** What OpenSearch takes where a mapping names no engine. */
function engineOf(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : 'nmslib';
}

function checkFields(
  mapping: Readonly<Record<string, unknown>>,
  fields: CollectionIndex['fields'],
  dimensions: number,
): void {
  const vector = fields.get(String(mapping['vectorField']));
  if (vector === undefined || vector === 'text') {
    throw unusable(`the index has no vector field ${String(mapping['vectorField'])}`);
  }
  if (vector.engine !== 'faiss') {
    throw unusable(`the engine of the index must be faiss for filters on metadata, got ${vector.engine}`);
  }
  if (vector.dimension !== dimensions) {
    throw unusable(`Query vector has invalid dimension: ${dimensions}. Dimension should be: ${vector.dimension}`);
  }
  for (const member of ['textField', 'metadataField']) {
    if (fields.get(String(mapping[member])) !== 'text')
      throw unusable(`the index has no field ${String(mapping[member])}`);
  }
}

function parsedJson(value: string, name: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw invalid(`${name} is not valid JSON.`);
  }
}

/** Lower-case letters and digits, as the service makes its ids. */
function hashId(seed: string, length: number): string {
  const digest = createHash('sha256').update(seed).digest('hex');
  return BigInt(`0x${digest}`).toString(36).padStart(length, '0').slice(-length);
}
