import { ExecuteStatementCommand, RDSDataClient } from '@aws-sdk/client-rds-data';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { setUpDatabase } from '../../../lambda/set-up-database/set-up.ts';
import type { ResourceEvent } from '../../../lambda/shared/custom-resource.ts';
import { sdkError, virtualPace } from '../../support/pace.ts';

const data = mockClient(RDSDataClient);
const secrets = mockClient(SecretsManagerClient);

const PASSWORD = 'Abcdefgh12345678';

beforeEach(() => {
  data.reset();
  secrets.reset();
  data.on(ExecuteStatementCommand).resolves({});
  secretIs({ username: 'bedrock_user', password: PASSWORD });
});

function secretIs(secret: object): void {
  secrets.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify(secret) });
}

async function run(
  changes: Partial<ResourceEvent> = {},
  properties: Record<string, string> = {},
): Promise<{ readonly id: string; readonly waits: number[] }> {
  const pace = virtualPace();
  const id = await setUpDatabase(
    {
      RequestType: 'Create',
      ResponseURL: 'https://response',
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Table',
      ...changes,
      ResourceProperties: {
        ClusterArn: 'arn:cluster',
        OwnerSecretArn: 'arn:owner',
        UserSecretArn: 'arn:user',
        Database: 'knowledge',
        Table: 'bedrock_integration.vectors_ab12',
        Dimensions: '512',
        ...properties,
      },
    },
    { data: new RDSDataClient({}), secrets: new SecretsManagerClient({}) },
    pace,
    300_000,
  );
  return { id, waits: pace.waits };
}

const executed = (): string[] => data.commandCalls(ExecuteStatementCommand).map(({ args }) => args[0].input.sql ?? '');

test('every statement may be run again, and the id of the resource is the table', async () => {
  const { id } = await run();
  expect(id).toBe('bedrock_integration.vectors_ab12');
  const makes = executed().filter((sql) => sql.startsWith('CREATE'));
  expect(makes).toHaveLength(6);
  for (const sql of makes) expect(sql).toContain('IF NOT EXISTS');
  expect(executed().join('\n')).toContain('embedding vector(512)');
  expect(executed().join('\n')).toContain('USING hnsw (embedding vector_cosine_ops)');
});

test('the user may use its schema and read and write its table, and nothing more', async () => {
  await run();
  expect(executed().filter((sql) => sql.startsWith('GRANT'))).toEqual([
    'GRANT USAGE ON SCHEMA bedrock_integration TO bedrock_user',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON bedrock_integration.vectors_ab12 TO bedrock_user',
  ]);
  expect(executed().join('\n')).not.toMatch(/SUPERUSER|GRANT ALL|CREATEROLE/);
});

test('a cluster that resumes is waited for', async () => {
  data
    .on(ExecuteStatementCommand)
    .rejectsOnce(sdkError('DatabaseResumingException', 400))
    .rejectsOnce(sdkError('BadRequestException', 400, 'Communications link failure'))
    .resolves({});
  expect((await run()).waits).toEqual([5_000, 5_000]);
});

test('a cluster that never resumes fails in time, and what no wait can mend fails at once', async () => {
  data.on(ExecuteStatementCommand).rejects(sdkError('DatabaseResumingException', 400));
  await expect(run()).rejects.toThrow('DatabaseResumingException');
  data.reset();
  data.on(ExecuteStatementCommand).rejects(sdkError('DatabaseErrorException', 400, 'ERROR: syntax'));
  await expect(run()).rejects.toThrow('ERROR: syntax');
  expect(executed()).toHaveLength(1);
});

test('on deletion the table goes; a cluster that does not answer does not hold up the stack', async () => {
  const deletion = { RequestType: 'Delete', PhysicalResourceId: 'bedrock_integration.vectors_old' } as const;
  await run(deletion);
  expect(executed()).toEqual(['DROP TABLE IF EXISTS bedrock_integration.vectors_old']);
  data.on(ExecuteStatementCommand).rejects(sdkError('DatabaseNotFoundException', 404));
  await expect(run(deletion)).resolves.toMatchObject({ id: 'bedrock_integration.vectors_old' });
});

test('what was never made is deleted without asking the database', async () => {
  await run({ RequestType: 'Delete', PhysicalResourceId: 'Table' });
  expect(executed()).toEqual([]);
});

test.each([
  ['a table that is a statement', { Table: 'a.b; DROP TABLE c' }, {}],
  ['a table without a schema', { Table: 'vectors' }, {}],
  ['dimensions that are none', { Dimensions: '1) --' }, {}],
  ['a user that is a statement', {}, { username: 'a; b', password: PASSWORD }],
  ['a password that ends its text', {}, { username: 'bedrock_user', password: "x'; DROP TABLE c; --xxxxxx" }],
])('%s is refused before any SQL runs', async (_, properties, secret) => {
  if ('username' in secret) secretIs(secret);
  await expect(run({}, properties)).rejects.toThrow();
  expect(executed()).toEqual([]);
});
