import { createHash } from 'node:crypto';
import { HOURS_PER_DAY } from '../../units.ts';
import type { ApiRequest, Route } from '../api.ts';
import { constraints, type Constraints } from '../constraints.ts';
import { members, resourceKind, text } from '../resource-kind.ts';
import { isRecord, type Properties } from '../resource-type.ts';
import { ServiceError, invalid } from '../service-error.ts';
import { createSearchIndex, type SearchIndex } from './search-index.ts';
import { openSqlDatabase, quoted, SqlError, type SqlDatabase, type SqlResult } from './sql-database.ts';
import { BYTES_PER_NUMBER, storedGb } from './store-usage.ts';
import {
  unusable,
  type MonthOfQuestions,
  type PlaceRequest,
  type SimulatedVectorStore,
  type StoredVectors,
  type StoreEnvironment,
  type StoreMeter,
  type VectorPlace,
} from './vector-store.ts';

const CLUSTER = 'AWS::RDS::DBCluster';

interface Cluster {
  readonly databaseName: string;
  readonly masterUser: string;
  readonly dataApi: boolean;
  readonly capacity: AuroraCapacity;
  /** Made with the cluster where its password is managed by RDS. */
  readonly managedSecretArn: string | undefined;
  /** Opened by the first statement. */
  database: Promise<SqlDatabase> | undefined;
  readonly tables: Map<string, SearchIndex>;
}

/** What a serverless instance runs with at least while it is awake, and when it pauses where nothing else is said. */
const LEAST_ACTIVE_ACUS = 0.5;
const DEFAULT_PAUSE_SECONDS = 300;

/** Seen: about ten minutes for a cluster and its first instance. */
const CLUSTER_SECONDS = 240;
const INSTANCE_SECONDS = 360;

/** Properties that CDK writes and that nothing here depends on. */
const CLUSTER_PROPERTIES = [
  'AutoMinorVersionUpgrade',
  'BackupRetentionPeriod',
  'CopyTagsToSnapshot',
  'DBClusterIdentifier',
  'DBClusterParameterGroupName',
  'DBSubnetGroupName',
  'DatabaseInsightsMode',
  'DatabaseName',
  'DeleteAutomatedBackups',
  'DeletionProtection',
  'EnableCloudwatchLogsExports',
  'EnableHttpEndpoint',
  'EnableIAMDatabaseAuthentication',
  'Engine',
  'EngineMode',
  'EngineVersion',
  'KmsKeyId',
  'ManageMasterUserPassword',
  'MasterUserPassword',
  'MasterUserSecret',
  'MasterUsername',
  'Port',
  'PreferredBackupWindow',
  'PreferredMaintenanceWindow',
  'ServerlessV2ScalingConfiguration',
  'StorageEncrypted',
  'StorageType',
  'Tags',
  'VpcSecurityGroupIds',
];
const INSTANCE_PROPERTIES = [
  'AutoMinorVersionUpgrade',
  'CACertificateIdentifier',
  'CopyTagsToSnapshot',
  'DBClusterIdentifier',
  'DBInstanceClass',
  'DBInstanceIdentifier',
  'DBParameterGroupName',
  'DBSubnetGroupName',
  'EnablePerformanceInsights',
  'Engine',
  'EngineVersion',
  'MonitoringInterval',
  'PreferredMaintenanceWindow',
  'PromotionTier',
  'PubliclyAccessible',
  'Tags',
];

export interface AuroraCapacity {
  readonly minAcus: number;
  /** While anything runs on it: nothing below half a one. */
  readonly activeAcus: number;
  /** Seconds without a connection until it pauses; undefined where it never does. */
  readonly pausesAfterSeconds: number | undefined;
}

/** Hours in which a cluster is awake when `requests` come evenly spread: each keeps it awake until the pause after it. */
export function auroraAwakeHours(capacity: AuroraCapacity, requests: number, hours: number): number {
  const { minAcus, pausesAfterSeconds } = capacity;
  if (minAcus > 0 || pausesAfterSeconds === undefined) return hours;
  if (requests === 0) return 0;
  const gapSeconds = (hours * 3600) / requests;
  return gapSeconds <= pausesAfterSeconds ? hours : (requests * pausesAfterSeconds) / 3600;
}

/** What a cluster bills in a month. Its working set fits into memory: questions read no block from storage. */
export function auroraMonth(
  stored: StoredVectors,
  capacity: AuroraCapacity,
  { instances, requests, hours }: MonthOfQuestions & { readonly instances: number },
): StoreMeter[] {
  const awake = auroraAwakeHours(capacity, requests, hours);
  const acuHours = awake * capacity.activeAcus + (hours - awake) * capacity.minAcus;
  return [
    { priceId: 'aurora/acu', operation: 'CreateDBInstance:0021', quantity: instances * acuHours },
    { priceId: 'aurora/storage', operation: 'CreateDBInstance:0021', quantity: storedGb(stored) },
  ];
}

/** A write of Aurora is one I/O for every 4 KB of the row. */
const BYTES_PER_WRITE = 4096;

export function auroraWrites(stored: StoredVectors): number {
  const { vectors, dimensions, textBytes } = stored;
  if (vectors === 0) return 0;
  return vectors * Math.ceil((BYTES_PER_NUMBER * dimensions + textBytes / vectors) / BYTES_PER_WRITE);
}

/** Simulates Aurora PostgreSQL behind the Data API: the SQL is run by a real PostgreSQL with pgvector in this process. */
export function aurora({ simulator, hostServices, usd }: StoreEnvironment): SimulatedVectorStore {
  const { region, accountId } = simulator;
  const arn = (rest: string): string => `arn:aws:rds:${region}:${accountId}:${rest}`;
  let unnamed = 0;
  const opened: Promise<SqlDatabase>[] = [];

  const clusters = resourceKind<Cluster>(simulator, {
    type: CLUSTER,
    noun: 'DBCluster',
    service: 'rds',
    properties: CLUSTER_PROPERTIES,
    required: ['Engine'],
    tagged: true,
    inPlace: ['ServerlessV2ScalingConfiguration', 'Tags', 'DeletionProtection', 'EnableHttpEndpoint'],
    takesSeconds: CLUSTER_SECONDS,
    make: (properties) => {
      if (properties['Engine'] !== 'aurora-postgresql') {
        throw invalid(`A knowledge base needs aurora-postgresql, got ${String(properties['Engine'])}.`);
      }
      const id = identifier(properties, 'DBClusterIdentifier') ?? `cluster-${++unnamed}`;
      const address = `${id}.cluster-abcdefghijkl.${region}.rds.amazonaws.com`;
      const managed = properties['ManageMasterUserPassword'] === true;
      const managedSecretArn = managed
        ? `arn:aws:secretsmanager:${region}:${accountId}:secret:rds!${id}-AbCdEf`
        : undefined;
      return {
        id,
        name: id,
        arn: arn(`cluster:${id}`),
        made: {
          databaseName: text(properties, 'DatabaseName') ?? 'postgres',
          masterUser: text(properties, 'MasterUsername') ?? 'postgres',
          dataApi: properties['EnableHttpEndpoint'] === true,
          capacity: capacityOf(properties),
          managedSecretArn,
          database: undefined,
          tables: new Map(),
        },
        attributes: {
          DBClusterArn: arn(`cluster:${id}`),
          DBClusterResourceId: `cluster-${hash(id).toUpperCase()}`,
          'Endpoint.Address': address,
          'Endpoint.Port': '5432',
          'ReadEndpoint.Address': address.replace('.cluster-', '.cluster-ro-'),
          ...(managedSecretArn === undefined ? {} : { 'MasterUserSecret.SecretArn': managedSecretArn }),
        },
      };
    },
    beforeDelete: ({ id, properties, made }) => {
      if (properties['DeletionProtection'] === true) {
        throw invalid(`Cannot delete protected Cluster, please disable deletion protection and try again.`);
      }
      if (instances.all().some((instance) => instance.made === id)) {
        throw invalid('Cluster cannot be deleted, it still contains DB instances in non-deleting state.');
      }
      made.tables.clear();
    },
  });

  const instances = resourceKind<string>(simulator, {
    type: 'AWS::RDS::DBInstance',
    noun: 'DBInstance',
    service: 'rds',
    properties: INSTANCE_PROPERTIES,
    required: ['DBClusterIdentifier', 'DBInstanceClass'],
    tagged: true,
    inPlace: ['Tags', 'PromotionTier', 'EnablePerformanceInsights'],
    takesSeconds: INSTANCE_SECONDS,
    make: (properties) => {
      const cluster = text(properties, 'DBClusterIdentifier') ?? '';
      if (clusters.find(cluster) === undefined) throw invalid(`DBCluster ${cluster} not found.`);
      if (properties['DBInstanceClass'] !== 'db.serverless') {
        throw invalid(
          `The simulator plays instances of class db.serverless, got ${String(properties['DBInstanceClass'])}.`,
        );
      }
      const id = identifier(properties, 'DBInstanceIdentifier') ?? `instance-${++unnamed}`;
      return {
        id,
        name: id,
        arn: arn(`db:${id}`),
        made: cluster,
        attributes: {
          DBInstanceArn: arn(`db:${id}`),
          'Endpoint.Address': `${id}.abcdefghijkl.${region}.rds.amazonaws.com`,
          'Endpoint.Port': '5432',
        },
      };
    },
  });

  const subnetGroups = resourceKind<undefined>(simulator, {
    type: 'AWS::RDS::DBSubnetGroup',
    noun: 'DBSubnetGroup',
    service: 'rds',
    properties: ['DBSubnetGroupDescription', 'DBSubnetGroupName', 'SubnetIds', 'Tags'],
    required: ['DBSubnetGroupDescription', 'SubnetIds'],
    tagged: true,
    inPlace: ['DBSubnetGroupDescription', 'SubnetIds', 'Tags'],
    make: (properties) => {
      const subnets = properties['SubnetIds'];
      if (!Array.isArray(subnets) || subnets.length < 2) {
        throw invalid('The DB subnet group must cover at least two Availability Zones: name two subnets.');
      }
      const id = identifier(properties, 'DBSubnetGroupName') ?? `subnet-group-${++unnamed}`;
      return { id, name: id, arn: arn(`subgrp:${id}`), made: undefined, attributes: {} };
    },
  });

  const parameterGroups = resourceKind<undefined>(simulator, {
    type: 'AWS::RDS::DBClusterParameterGroup',
    noun: 'DBClusterParameterGroup',
    service: 'rds',
    properties: ['DBClusterParameterGroupName', 'Description', 'Family', 'Parameters', 'Tags'],
    required: ['Description', 'Family', 'Parameters'],
    tagged: true,
    inPlace: ['Description', 'Parameters', 'Tags'],
    make: (properties) => {
      const id = identifier(properties, 'DBClusterParameterGroupName') ?? `parameters-${++unnamed}`;
      return { id, name: id, arn: arn(`cluster-pg:${id}`), made: undefined, attributes: {} };
    },
  });

  /** Writes the address into the secret on AWS; nothing here reads it there. */
  const attachments = resourceKind<undefined>(simulator, {
    type: 'AWS::SecretsManager::SecretTargetAttachment',
    noun: 'SecretTargetAttachment',
    service: 'secretsmanager',
    properties: ['SecretId', 'TargetId', 'TargetType'],
    required: ['SecretId', 'TargetId', 'TargetType'],
    tagged: false,
    make: (properties) => {
      const [secretId, targetId] = [text(properties, 'SecretId') ?? '', text(properties, 'TargetId') ?? ''];
      if (properties['TargetType'] !== CLUSTER || clusters.find(targetId) === undefined) {
        throw invalid(`The target ${targetId} of the secret is not a cluster of the simulator.`);
      }
      return { id: secretId, name: secretId, arn: `${secretId}|${targetId}`, made: undefined, attributes: {} };
    },
  });

  const databaseOf = (cluster: Cluster): Promise<SqlDatabase> => {
    if (cluster.database === undefined) {
      cluster.database = openSqlDatabase();
      opened.push(cluster.database);
    }
    return cluster.database;
  };

  /** Role that a secret opens the cluster as; undefined is the master user. */
  const roleOf = async ({ masterUser, managedSecretArn }: Cluster, secretArn: string): Promise<string | undefined> => {
    const user = secretArn === managedSecretArn ? masterUser : await hostServices.secretUser(secretArn);
    if (user === undefined) {
      throw new ServiceError('BadRequestException', `Error fetching secret ${secretArn} : it could not be found`);
    }
    return user === masterUser ? undefined : user;
  };

  const usable = (resourceArn: string) => {
    const cluster = clusters.find(resourceArn);
    if (cluster === undefined) throw new ServiceError('BadRequestException', `Cluster ${resourceArn} is not found`);
    if (cluster.properties['EnableHttpEndpoint'] !== true) {
      throw new ServiceError('BadRequestException', 'HttpEndpoint is not enabled for the cluster.');
    }
    if (!instances.all().some(({ made }) => made === cluster.id)) {
      throw new ServiceError(
        'BadRequestException',
        `Cluster ${cluster.id} has no instance that could run the statement`,
      );
    }
    return cluster;
  };

  const execute = async ({ body }: ApiRequest): Promise<unknown> => {
    const check = constraints();
    const request = check.object('body', body) ?? {};
    for (const member of ['resourceArn', 'secretArn', 'sql']) check.required(member, request[member]);
    const resourceArn = check.text('resourceArn', request['resourceArn'], { min: 11, max: 570 }) ?? '';
    const secretArn = check.text('secretArn', request['secretArn'], { min: 11, max: 570 }) ?? '';
    const sql = check.text('sql', request['sql'], { max: 65_536 }) ?? '';
    const database = check.text('database', request['database'], { max: 64 });
    if (request['transactionId'] !== undefined) throw invalid('The simulator plays no transactions of the Data API.');
    const parameters = readParameters(check, request['parameters']);
    check.finish();
    const { made: cluster } = usable(resourceArn);
    if (database !== undefined && database !== cluster.databaseName) {
      throw new ServiceError('BadRequestException', `FATAL: database "${database}" does not exist`);
    }
    const user = await roleOf(cluster, secretArn);
    try {
      const result = await (await databaseOf(cluster)).run({ sql, parameters }, user);
      return answerOf(result, request['formatRecordsAs'] === 'JSON');
    } catch (error) {
      throw databaseError(error);
    }
  };

  const place = async ({ configuration, check, dimensions }: PlaceRequest): Promise<VectorPlace> => {
    const at = 'rdsConfiguration';
    for (const member of ['resourceArn', 'credentialsSecretArn', 'databaseName', 'tableName', 'fieldMapping']) {
      check.required(`${at}.${member}`, configuration[member]);
    }
    const resourceArn = check.text(`${at}.resourceArn`, configuration['resourceArn']) ?? '';
    const secretArn = check.text(`${at}.credentialsSecretArn`, configuration['credentialsSecretArn']) ?? '';
    const databaseName =
      check.text(`${at}.databaseName`, configuration['databaseName'], { max: 63, pattern: /[a-zA-Z0-9_-]+/ }) ?? '';
    const table =
      check.text(`${at}.tableName`, configuration['tableName'], { max: 63, pattern: /[a-zA-Z0-9_.-]+/ }) ?? '';
    const mapping = check.object(`${at}.fieldMapping`, configuration['fieldMapping']) ?? {};
    const field = (name: string): string => {
      check.required(`${at}.fieldMapping.${name}`, mapping[name]);
      return check.text(`${at}.fieldMapping.${name}`, mapping[name], { max: 63, pattern: /[a-zA-Z0-9_-]+/ }) ?? '';
    };
    const fields = {
      key: field('primaryKeyField'),
      vector: field('vectorField'),
      text: field('textField'),
      metadata: field('metadataField'),
      custom: check.text(`${at}.fieldMapping.customMetadataField`, mapping['customMetadataField'], { max: 63 }),
    };
    check.finish();
    const cluster = usable(resourceArn);
    if (databaseName !== cluster.made.databaseName) throw unusable(`FATAL: database "${databaseName}" does not exist`);
    const user = await roleOf(cluster.made, secretArn);
    const database = await databaseOf(cluster.made);
    try {
      await database.rehearse(knowledgeBaseStatements(table, fields, dimensions), user ?? 'postgres');
      await requireIndexes(database, table, fields);
    } catch (error) {
      if (error instanceof SqlError) throw unusable(`${error.message} (SQLState: ${error.code})`);
      throw error;
    }
    const key = `${databaseName}.${table}`;
    const index = cluster.made.tables.get(key) ?? createSearchIndex();
    cluster.made.tables.set(key, index);
    return {
      kind: 'aurora-serverless-v2',
      arn: cluster.arn,
      tags: cluster.tags ?? {},
      index,
      exists: () => clusters.find(cluster.id) !== undefined,
      writeUsage: (stored) => [{ priceId: 'aurora/io', operation: 'StorageIO', quantity: auroraWrites(stored) }],
      monthUsage: (stored, { requests, hours }) => {
        const count = instances.all().filter(({ made }) => made === cluster.id).length;
        const { properties } = clusters.find(cluster.id) ?? cluster;
        return auroraMonth(stored, capacityOf(properties), { instances: count, requests, hours });
      },
    };
  };

  const kinds = [clusters, instances, subnetGroups, parameterGroups, attachments] as const;
  const statement: Route = {
    operation: 'ExecuteStatement',
    service: 'rds-data',
    method: 'POST',
    path: '/Execute',
    faults: ['access-denied', '5xx', 'resuming'],
    handle: async (request) => ({ json: await execute(request) }),
  };
  return {
    kind: 'aurora-serverless-v2',
    place,
    routes: [...kinds.flatMap(({ routes }) => routes), statement],
    resources: () => kinds.flatMap((kind) => kind.resources()),
    usdPerDay: ({ type, name }) => {
      const acuUsd = usd('aurora/acu');
      if (type !== 'AWS::RDS::DBInstance') return 0;
      const cluster = clusters.find(instances.find(name)?.made ?? '');
      return acuUsd === null
        ? null
        : (cluster === undefined ? 0 : capacityOf(cluster.properties).minAcus) * HOURS_PER_DAY * acuUsd;
    },
    resourceTypes: (call) => Object.fromEntries(kinds.map((kind) => [kind.type, kind.resourceType(call)])),
    close: async () => {
      await Promise.all(opened.splice(0).map(async (database) => await (await database).close()));
    },
  };
}

interface Fields {
  readonly key: string;
  readonly vector: string;
  readonly text: string;
  readonly metadata: string;
  readonly custom: string | undefined;
}

/** What Bedrock does with the table, so that a missing column, a wrong dimension or a missing grant is seen now. */
function knowledgeBaseStatements(table: string, fields: Fields, dimensions: number): string[] {
  const name = tableName(table);
  const vector = `'[${Array.from({ length: dimensions }, () => '0.1').join(',')}]'`;
  const custom = fields.custom === undefined ? [] : [quoted(fields.custom)];
  const columns = [fields.key, fields.vector, fields.text, fields.metadata].map(quoted).concat(custom);
  const values = ['gen_random_uuid()', vector, "'chunk'", "'{}'", ...custom.map(() => "'{}'")];
  const nearest = `SELECT ${quoted(fields.text)} FROM ${name} ORDER BY ${quoted(fields.vector)} <=> ${vector} LIMIT 1`;
  return [
    `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${values.join(', ')})`,
    nearest,
    `UPDATE ${name} SET ${quoted(fields.metadata)} = '{}'`,
    `DELETE FROM ${name}`,
  ];
}

/** Bedrock refuses a table that it would have to read whole (Bedrock user guide, Aurora PostgreSQL as a vector store). */
async function requireIndexes(database: SqlDatabase, table: string, fields: Fields): Promise<void> {
  const { rows } = await database.run({
    sql: 'SELECT indexdef FROM pg_indexes WHERE schemaname = :schema AND tablename = :name',
    parameters: new Map(Object.entries(schemaAndName(table))),
  });
  const indexes = rows.map(([definition]) => String(definition));
  if (!indexes.some((index) => index.includes('USING hnsw') && index.includes('vector_cosine_ops'))) {
    throw unusable(
      `${fields.vector} column must be indexed. Please create index on vector column by issuing: CREATE INDEX ON ${table} USING hnsw (${fields.vector} vector_cosine_ops);`,
    );
  }
  if (!indexes.some((index) => index.includes('USING gin') && index.includes('to_tsvector'))) {
    throw unusable(
      `${fields.text} column must be indexed. Please create index on text column by issuing: CREATE INDEX ON ${table} USING gin (to_tsvector('simple', ${fields.text}));`,
    );
  }
}

function schemaAndName(table: string): { schema: string; name: string } {
  const parts = table.split('.');
  return parts.length === 1 ? { schema: 'public', name: table } : { schema: parts[0] ?? '', name: parts[1] ?? '' };
}

function tableName(table: string): string {
  const { schema, name } = schemaAndName(table);
  return `${quoted(schema)}.${quoted(name)}`;
}

function capacityOf(properties: Properties): AuroraCapacity {
  const scaling = members(properties['ServerlessV2ScalingConfiguration']);
  const minAcus = Number(scaling['MinCapacity'] ?? LEAST_ACTIVE_ACUS);
  const pause = scaling['SecondsUntilAutoPause'];
  return {
    minAcus,
    activeAcus: Math.max(minAcus, LEAST_ACTIVE_ACUS),
    pausesAfterSeconds: minAcus > 0 ? undefined : Number(pause ?? DEFAULT_PAUSE_SECONDS),
  };
}

function identifier(properties: Properties, name: string): string | undefined {
  const id = text(properties, name);
  // RDS keeps names in lower case
  return id?.toLowerCase();
}

function readParameters(check: Constraints, value: unknown): Map<string, unknown> {
  const list = check.list('parameters', value) ?? [];
  return new Map(
    list.filter(isRecord).map((parameter) => {
      const field = members(parameter['value']);
      const [kind] = Object.keys(field);
      return [String(parameter['name']), kind === undefined || kind === 'isNull' ? null : field[kind]];
    }),
  );
}

function answerOf({ columns, rows, updated }: SqlResult, asJson: boolean): unknown {
  const numberOfRecordsUpdated = columns.length === 0 ? updated : 0;
  if (asJson) {
    const records = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])));
    return { numberOfRecordsUpdated, ...(columns.length === 0 ? {} : { formattedRecords: JSON.stringify(records) }) };
  }
  return { numberOfRecordsUpdated, ...(columns.length === 0 ? {} : { records: rows.map((row) => row.map(fieldOf)) }) };
}

function fieldOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === null || value === undefined) return { isNull: true };
  if (typeof value === 'boolean') return { booleanValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { longValue: value } : { doubleValue: value };
  if (typeof value === 'string') return { stringValue: value };
  return { stringValue: JSON.stringify(value) };
}

function databaseError(error: unknown): unknown {
  if (!(error instanceof SqlError)) return error;
  return new ServiceError('DatabaseErrorException', `ERROR: ${error.message}; SQLState: ${error.code}`);
}

function hash(seed: string): string {
  return createHash('sha256').update(seed).digest('hex').slice(0, 26);
}
