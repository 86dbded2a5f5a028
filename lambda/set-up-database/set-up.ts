import { ExecuteStatementCommand, type RDSDataClient } from '@aws-sdk/client-rds-data';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { requireProperty, type ResourceEvent } from '../shared/custom-resource.ts';
import type { Pace } from '../shared/retry.ts';

export interface DatabaseClients {
  readonly data: Pick<RDSDataClient, 'send'>;
  readonly secrets: Pick<SecretsManagerClient, 'send'>;
}

const RETRY_MS = 5_000;
const RESERVED_MS = 10_000;

/** A name that needs no quoting, so that no property can become another statement. */
const NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Makes the table of a knowledge base and the user that may read and write it, and nothing else. Every statement may be run again.
 * The table's name is the id of the resource: another table replaces this one, and CloudFormation then has it deleted.
 */
export async function setUpDatabase(
  event: ResourceEvent,
  clients: DatabaseClients,
  pace: Pace,
  remainingMs: number,
): Promise<string> {
  const untilMs = pace.now() + remainingMs - RESERVED_MS;
  const execute = (sql: string): Promise<void> => executePatiently(sql, event, clients, pace, untilMs);
  if (event.RequestType === 'Delete') {
    const old = event.PhysicalResourceId ?? '';
    // what was never made has another id than a table
    if (old.includes('.')) await execute(`DROP TABLE IF EXISTS ${tableName(old)}`).catch(forgotten);
    return old;
  }
  const table = tableName(requireProperty(event, 'Table'));
  const { username, password } = await credentials(requireProperty(event, 'UserSecretArn'), clients);
  for (const sql of statements(table, Number(requireProperty(event, 'Dimensions')), username, password))
    await execute(sql);
  return table;
}

/** The table ends with its cluster at the latest; a cluster that does not answer must not keep the stack from being deleted. */
function forgotten(error: unknown): void {
  process.stdout.write(`${JSON.stringify({ level: 'WARN', outcome: 'table_not_dropped', cause: String(error) })}\n`);
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.VectorDB.html, with the grants that are needed. */
function statements(table: string, dimensions: number, user: string, password: string): string[] {
  if (!Number.isInteger(dimensions) || dimensions < 1)
    throw new Error(`Dimensions must be a whole number, got ${dimensions}`);
  const [schema = '', name = ''] = table.split('.');
  return [
    'CREATE EXTENSION IF NOT EXISTS vector',
    `CREATE SCHEMA IF NOT EXISTS ${schema}`,
    `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${user}') THEN CREATE ROLE ${user} LOGIN; END IF; END $$`,
    `ALTER ROLE ${user} WITH PASSWORD '${password}'`,
    `GRANT USAGE ON SCHEMA ${schema} TO ${user}`,
    `CREATE TABLE IF NOT EXISTS ${table} (id uuid PRIMARY KEY, embedding vector(${dimensions}), chunks text, metadata json, custom_metadata jsonb)`,
    `CREATE INDEX IF NOT EXISTS ${name}_embedding ON ${table} USING hnsw (embedding vector_cosine_ops)`,
    `CREATE INDEX IF NOT EXISTS ${name}_chunks ON ${table} USING gin (to_tsvector('simple', chunks))`,
    `CREATE INDEX IF NOT EXISTS ${name}_custom_metadata ON ${table} USING gin (custom_metadata)`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO ${user}`,
  ];
}

function tableName(table: string): string {
  const parts = table.split('.');
  if (parts.length !== 2 || !parts.every((part) => NAME.test(part))) {
    throw new Error(`Table must be <schema>.<table> in lower-case letters, digits and _, got '${table}'`);
  }
  return table;
}

async function credentials(
  secretArn: string,
  { secrets }: DatabaseClients,
): Promise<{ readonly username: string; readonly password: string }> {
  const { SecretString = '{}' } = await secrets.send(new GetSecretValueCommand({ SecretId: secretArn }));
  const { username, password } = JSON.parse(SecretString) as { username?: unknown; password?: unknown };
  // a statement that makes a role takes no parameters
  if (typeof username !== 'string' || !NAME.test(username)) throw new Error('the secret has no usable username');
  if (typeof password !== 'string' || !/^[A-Za-z0-9]{16,}$/.test(password)) {
    throw new Error('the secret has no password of letters and digits, at least 16');
  }
  return { username, password };
}

/** Waits while the cluster resumes or its endpoint is not there yet. The error of a statement never shows the statement. */
async function executePatiently(
  sql: string,
  event: ResourceEvent,
  { data }: DatabaseClients,
  pace: Pace,
  untilMs: number,
): Promise<void> {
  const command = new ExecuteStatementCommand({
    resourceArn: requireProperty(event, 'ClusterArn'),
    secretArn: requireProperty(event, 'OwnerSecretArn'),
    database: requireProperty(event, 'Database'),
    sql,
  });
  for (;;) {
    try {
      await data.send(command);
      return;
    } catch (error) {
      if (!isPassing(error) || pace.now() + RETRY_MS > untilMs) throw error;
      await pace.sleep(RETRY_MS);
    }
  }
}

const PASSING = [
  'DatabaseResumingException',
  'DatabaseUnavailableException',
  'ServiceUnavailableError',
  'InternalServerErrorException',
  'ThrottlingException',
];

function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return PASSING.includes(error.name) || /Communications link failure|resuming/i.test(error.message);
}
