import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreName } from '../../lib/catalogue/stores.ts';
import { configWithStore } from '../../lib/rehearsal/config-copy.ts';
import { startEmulated, type Emulated } from '../support/emulated-stacks.ts';
import { HANGS_MS } from '../support/processes.ts';

/** First deployments of `rag` that fail, each at another resource: what was made before goes, and the next deployment works. */
const PATH = 'rag';
const ROOT = join(import.meta.dirname, '..', '..');

let emulated: Emulated;

beforeAll(async () => {
  emulated = await startEmulated();
}, HANGS_MS);

afterAll(async () => {
  await emulated.end();
}, HANGS_MS);

/** What exists of the stack. One that failed keeps its name until it is deployed again, and nothing else. */
async function left(): Promise<string[]> {
  return [
    ...(await emulated.inventory()).filter(({ kind }) => kind !== 'stack').map(({ kind, id }) => `${kind} ${id}`),
    ...emulated.simulator.control.resources().map(({ type, name }) => `${type} ${name}`),
  ];
}

/** Somebody who does not wait for the end: two versions of a document, as soon as there is a bucket. */
async function uploadEarly(): Promise<void> {
  for (;;) {
    const bucket = (await emulated.inventory()).find(({ kind }) => kind === 'bucket')?.id;
    if (bucket === undefined) {
      await sleep(20);
      continue;
    }
    for (const text of ['a first version', 'a second version']) {
      await emulated.objects.write(`s3://${bucket}/early.md`, text);
    }
    return;
  }
}

/** What fails, and the resource that is then named: the last of each store, and with `ROLLBACK_CASES=all` every one. */
const FAILURES: readonly [StoreName, Readonly<Record<string, RegExp>>][] = [
  [
    'opensearch-serverless',
    {
      CreateCollection: /OpenSearchServerlessCollection\b/,
      CreateIndex: /OpenSearchServerlessIndex\b/,
      CreateKnowledgeBase: /BedrockKnowledgeBase\b/,
    },
  ],
  [
    'aurora',
    {
      CreateDBInstance: /RDSDBInstance\b/,
      // the project's own function, of which the deployment and its rollback ask the same thing
      ExecuteStatement: /Custom::VectorTable\b/,
      CreateKnowledgeBase: /BedrockKnowledgeBase\b/,
    },
  ],
  [
    's3-vectors',
    {
      CreateVectorIndex: /S3VectorsIndex\b/,
      CreateKnowledgeBase: /BedrockKnowledgeBase\b/,
      CreateDataSource: /BedrockDataSource\b/,
    },
  ],
];

test.each(FAILURES)(
  'a first deployment over %s leaves nothing wherever it fails, and the next one works',
  async (store, failures) => {
    const folder = await mkdtemp(join(emulated.folder, 'config-'));
    const app = await emulated.app(store, await configWithStore(ROOT, folder, store));
    const cases = Object.entries(failures);
    for (const [operation, resource] of process.env['ROLLBACK_CASES'] === 'all' ? cases : cases.slice(-1)) {
      emulated.simulator.control.inject({ operation, kind: 'access-denied' });
      const uploaded = operation === 'CreateKnowledgeBase' ? uploadEarly() : undefined;
      await expect(app.deploy(PATH)).rejects.toThrow(resource);
      await uploaded;
      expect([operation, ...(await left())]).toEqual([operation]);
    }
    // a first sync that fails is no failed deployment: the queue has it tried again
    emulated.simulator.control.inject({ operation: 'StartIngestionJob', kind: 'job-failure' });
    const { DocumentsBucket: bucket = '' } = await app.deploy(PATH);
    await emulated.objects.write(`s3://${bucket}/late.md`, 'while a job may be running');
    await app.destroy(PATH);
    expect(await left()).toEqual([]);
  },
  HANGS_MS,
);
