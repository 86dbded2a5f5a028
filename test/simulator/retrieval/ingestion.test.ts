import {
  DeleteDataSourceCommand,
  GetIngestionJobCommand,
  ListIngestionJobsCommand,
  StartIngestionJobCommand,
  StopIngestionJobCommand,
} from '@aws-sdk/client-bedrock-agent';
import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { countTokens } from '../../../lib/simulator/tokens.ts';
import {
  createKnowledgeBase,
  createKnowledgeBaseOn,
  createVectorIndex,
  knowledgeBaseBed,
  s3VectorsStorage,
  sync,
} from '../../support/simulated-knowledge-base.ts';
import { errorOf } from '../../support/simulator-bed.ts';

const NOTHING = {
  numberOfDocumentsScanned: 0,
  numberOfMetadataDocumentsScanned: 0,
  numberOfNewDocumentsIndexed: 0,
  numberOfModifiedDocumentsIndexed: 0,
  numberOfMetadataDocumentsModified: 0,
  numberOfDocumentsDeleted: 0,
  numberOfDocumentsFailed: 0,
  numberOfDocumentsSkipped: 0,
};

test('an empty bucket is a job that completes with nothing', async () => {
  const bed = await knowledgeBaseBed();
  const job = await sync(bed, await createKnowledgeBase(bed));
  expect(job).toMatchObject({ status: 'COMPLETE', statistics: NOTHING });
  expect(job.failureReasons).toBeUndefined();
});

test('only what changed is read anew, and what is gone is removed', async () => {
  const bed = await knowledgeBaseBed();
  const base = await createKnowledgeBase(bed);
  bed.objects.set('a.md', 'alpha').set('b.md', 'beta').set('b.md.metadata.json', '{"metadataAttributes":{"team":"x"}}');
  const first = await sync(bed, base);
  expect(first.statistics).toEqual({
    ...NOTHING,
    numberOfDocumentsScanned: 2,
    numberOfMetadataDocumentsScanned: 1,
    numberOfNewDocumentsIndexed: 2,
  });
  bed.objects.set('a.md', 'alpha and omega').set('c.md', 'gamma');
  bed.objects.delete('b.md');
  const second = await sync(bed, base);
  expect(second.statistics).toMatchObject({
    numberOfDocumentsScanned: 2,
    numberOfNewDocumentsIndexed: 1,
    numberOfModifiedDocumentsIndexed: 1,
    numberOfDocumentsDeleted: 1,
  });
  const third = await sync(bed, base);
  expect(third.statistics).toEqual({ ...NOTHING, numberOfDocumentsScanned: 2, numberOfMetadataDocumentsScanned: 1 });
  expect(bed.simulator.control.knowledgeBases()).toMatchObject([{ documents: 2, vectors: 2 }]);
});

test('a document whose metadata file changed is read anew', async () => {
  const bed = await knowledgeBaseBed();
  const base = await createKnowledgeBase(bed);
  bed.objects.set('a.md', 'alpha');
  await sync(bed, base);
  bed.objects.set(
    'a.md.metadata.json',
    '{"metadataAttributes":{"team":{"value":{"type":"STRING","stringValue":"x"}}}}',
  );
  expect((await sync(bed, base)).statistics).toMatchObject({ numberOfModifiedDocumentsIndexed: 1 });
});

test.each<[string, string, string, RegExp]>([
  [
    'of 60 MB',
    'big.md',
    '(62914560 bytes)',
    /big.md. Ignored, as its size of 62914560 bytes exceeds the maximum of 52428800/,
  ],
  ['of a type that is not supported', 'a.exe', 'MZ', /a.exe. Ignored, as its file format was not supported/],
  ['without a text', 'empty.txt', ' ', /empty.txt. The document has no text/],
  ['that the simulator cannot read', 'a.pdf', '%PDF', /The simulator does not read .pdf files/],
])('a file %s is a failed document of a job that completes', async (_, key, text, reason) => {
  const bed = await knowledgeBaseBed();
  const base = await createKnowledgeBase(bed);
  bed.objects.set('good.md', 'alpha').set(key, text);
  const job = await sync(bed, base);
  expect(job).toMatchObject({
    status: 'COMPLETE',
    statistics: { numberOfDocumentsScanned: 2, numberOfNewDocumentsIndexed: 1, numberOfDocumentsFailed: 1 },
    failureReasons: [expect.stringMatching(reason)],
  });
});

test.each([
  ['is not JSON', 'team: x', /metadata file is not JSON with metadataAttributes/],
  ['has no attributes', '{"team":"x"}', /metadata file is not JSON with metadataAttributes/],
  [
    'is too large',
    JSON.stringify({ metadataAttributes: { team: 'x'.repeat(10_240) } }),
    /exceeds the maximum of 10240 bytes/,
  ],
])('a document whose metadata file %s fails', async (_, sidecar, reason) => {
  const bed = await knowledgeBaseBed();
  const base = await createKnowledgeBase(bed);
  bed.objects.set('a.md', 'alpha').set('a.md.metadata.json', sidecar);
  expect((await sync(bed, base)).failureReasons).toEqual([expect.stringMatching(reason)]);
});

test('a chunk of more tokens than the embedding model takes fails its document', async () => {
  const bed = await knowledgeBaseBed();
  const base = await createKnowledgeBase(bed, { chunking: { chunkingStrategy: 'NONE' } });
  bed.objects.set('short.md', 'word '.repeat(100)).set('long.md', 'word '.repeat(2_000));
  expect(await sync(bed, base)).toMatchObject({
    statistics: { numberOfNewDocumentsIndexed: 1, numberOfDocumentsFailed: 1 },
    failureReasons: [expect.stringMatching(/long.md. A chunk has more than the 1000 tokens/)],
  });
});

test('a document that is deleted while the job runs fails, and the rest is kept', async () => {
  const bed = await knowledgeBaseBed({ beforeRead: (_, objects) => objects.delete('gone.md') });
  const base = await createKnowledgeBase(bed);
  bed.objects.set('a.md', 'alpha').set('gone.md', 'beta');
  expect(await sync(bed, base)).toMatchObject({
    status: 'COMPLETE',
    statistics: { numberOfNewDocumentsIndexed: 1, numberOfDocumentsFailed: 1 },
    failureReasons: [expect.stringMatching(/gone.md. The specified key does not exist/)],
  });
});

test('one job runs on a knowledge base at a time; the same token is the same job', async () => {
  const bed = await knowledgeBaseBed();
  const base = await createKnowledgeBase(bed);
  bed.objects.set('a.md', 'alpha');
  const clientToken = 'token-'.padEnd(36, '0');
  const [one, two] = await Promise.all([
    bed.agent.send(new StartIngestionJobCommand({ ...base, clientToken })),
    bed.agent.send(new StartIngestionJobCommand({ ...base, clientToken })),
  ]);
  expect(one.ingestionJob?.ingestionJobId).toBe(two.ingestionJob?.ingestionJobId);
  const { ingestionJobSummaries } = await bed.agent.send(new ListIngestionJobsCommand(base));
  expect(ingestionJobSummaries).toHaveLength(1);
  bed.simulator.control.inject({ operation: 'StartIngestionJob', kind: 'conflict' });
  expect(await errorOf(bed.agent.send(new StartIngestionJobCommand(base)))).toMatchObject({
    name: 'ConflictException',
    $metadata: { httpStatusCode: 409 },
  });
});

test('a second start while a job still reads is a conflict', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const bed = await knowledgeBaseBed({ beforeRead: () => held });
  const base = await createKnowledgeBase(bed);
  bed.objects.set('a.md', 'alpha');
  await bed.agent.send(new StartIngestionJobCommand(base));
  const error = await errorOf(bed.agent.send(new StartIngestionJobCommand(base)));
  expect(error).toMatchObject({
    name: 'ConflictException',
    message: expect.stringMatching(/There is an ongoing ingestion job/),
  });
  release();
});

test('a data source cannot be deleted while its job runs; a stopped job ends, one that has ended cannot be stopped', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const bed = await knowledgeBaseBed({ beforeRead: () => held });
  const base = await createKnowledgeBase(bed);
  for (let each = 0; each < 40; each++) bed.objects.set(`${each}.md`, `word${each}`);
  const { ingestionJob } = await bed.agent.send(new StartIngestionJobCommand(base));
  const ids = { ...base, ingestionJobId: ingestionJob?.ingestionJobId ?? '' };
  expect(await errorOf(bed.agent.send(new DeleteDataSourceCommand(base)))).toMatchObject({
    name: 'ConflictException',
    message: expect.stringMatching(/has an ongoing ingestion job/),
  });
  await bed.agent.send(new StopIngestionJobCommand(ids));
  release();
  const status = async () => (await bed.agent.send(new GetIngestionJobCommand(ids))).ingestionJob?.status;
  while ((await status()) === 'STOPPING') await sleep(2);
  expect(await status()).toBe('STOPPED');
  expect((await errorOf(bed.agent.send(new StopIngestionJobCommand(ids)))).message).toMatch(/has ended: it is STOPPED/);
  await bed.agent.send(new DeleteDataSourceCommand(base));
});

test('jobs are listed newest first, or oldest first where asked', async () => {
  const bed = await knowledgeBaseBed();
  const base = await createKnowledgeBase(bed);
  const jobs = [await sync(bed, base), await sync(bed, base)].map(({ ingestionJobId }) => ingestionJobId);
  const listed = async (order: 'ASCENDING' | 'DESCENDING') => {
    const sortBy = { attribute: 'STARTED_AT', order } as const;
    const { ingestionJobSummaries } = await bed.agent.send(new ListIngestionJobsCommand({ ...base, sortBy }));
    return ingestionJobSummaries?.map(({ ingestionJobId }) => ingestionJobId);
  };
  expect(await listed('ASCENDING')).toEqual(jobs);
  expect(await listed('DESCENDING')).toEqual([...jobs].reverse());
});

test('faults: a failed job, failed documents, throttling', async () => {
  const bed = await knowledgeBaseBed();
  const base = await createKnowledgeBase(bed);
  for (let each = 0; each < 20; each++) bed.objects.set(`${each}.md`, `word${each}`);
  const { control } = bed.simulator;
  control.inject({ operation: 'StartIngestionJob', kind: 'job-failure' });
  expect(await sync(bed, base)).toMatchObject({ status: 'FAILED', failureReasons: [expect.any(String)] });
  control.inject({ operation: 'StartIngestionJob', kind: 'document-failure' });
  // a tenth of them
  expect((await sync(bed, base)).statistics).toMatchObject({
    numberOfNewDocumentsIndexed: 18,
    numberOfDocumentsFailed: 2,
  });
  // what failed is tried again
  expect((await sync(bed, base)).statistics).toMatchObject({
    numberOfNewDocumentsIndexed: 2,
    numberOfDocumentsFailed: 0,
  });
  control.inject({ operation: 'StartIngestionJob', kind: 'throttle' });
  expect(await errorOf(sync(bed, base))).toMatchObject({ name: 'ThrottlingException' });
});

test('a bucket that is gone fails the job', async () => {
  const bed = await knowledgeBaseBed();
  const base = await createKnowledgeBase(bed);
  const { CreateDataSourceCommand } = await import('@aws-sdk/client-bedrock-agent');
  const { dataSource } = await bed.agent.send(
    new CreateDataSourceCommand({
      knowledgeBaseId: base.knowledgeBaseId,
      name: 'other',
      dataSourceConfiguration: { type: 'S3', s3Configuration: { bucketArn: 'arn:aws:s3:::gone' } },
    }),
  );
  const job = await sync(bed, { ...base, dataSourceId: dataSource?.dataSourceId ?? '' });
  expect(job).toMatchObject({
    status: 'FAILED',
    failureReasons: [expect.stringMatching(/bucket gone does not exist/)],
  });
});

test('an unknown job, data source or knowledge base is not found', async () => {
  const bed = await knowledgeBaseBed();
  const base = await createKnowledgeBase(bed);
  for (const request of [
    { ...base, ingestionJobId: 'ABCDEFGHIJ' },
    { ...base, dataSourceId: 'ABCDEFGHIJ', ingestionJobId: 'ABCDEFGHIJ' },
    { ...base, knowledgeBaseId: 'ABCDEFGHIJ', ingestionJobId: 'ABCDEFGHIJ' },
  ]) {
    expect(await errorOf(bed.agent.send(new GetIngestionJobCommand(request)))).toMatchObject({
      name: 'ResourceNotFoundException',
    });
  }
});

test('tokens are metered with the overlap, without a tag, for the path', async () => {
  const bed = await knowledgeBaseBed();
  const base = await createKnowledgeBase(bed, {
    chunking: {
      chunkingStrategy: 'FIXED_SIZE',
      fixedSizeChunkingConfiguration: { maxTokens: 4, overlapPercentage: 25 },
    },
  });
  const text = 'one two three four five six seven eight nine ten';
  bed.objects.set('a.md', text);
  await sync(bed, base);
  expect(countTokens(text)).toBe(10);
  // three chunks of four: two tokens are embedded twice
  expect(bed.simulator.control.ledger.usage()).toMatchObject([
    { priceId: 'acme.embed-v1:0/embedding', quantity: 12, path: 'rag', component: 'data', tags: {}, resourceId: null },
  ]);
  expect(bed.simulator.control.knowledgeBases()).toMatchObject([
    { documents: 1, sourceTokens: 10, embeddedTokens: 12, vectors: 3, sourceBytes: text.length },
  ]);
});

test('an S3 Vectors index without the keys of Bedrock as non-filterable refuses every document', async () => {
  const bed = await knowledgeBaseBed();
  const { index } = await createVectorIndex(bed, ['AMAZON_BEDROCK_TEXT']);
  const base = await createKnowledgeBaseOn(bed, s3VectorsStorage(index.physicalResourceId));
  bed.objects.set('a.md', 'alpha');
  expect(await sync(bed, base)).toMatchObject({
    status: 'COMPLETE',
    statistics: { numberOfDocumentsFailed: 1 },
    failureReasons: [expect.stringMatching(/Filterable metadata must have at most 2048 bytes/)],
  });
});
