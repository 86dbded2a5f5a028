import { describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requiredPriceBook } from '../../lib/aws/prices/book-file.ts';
import { measuredFile, saveWorkload } from '../../lib/cli/save-workload.ts';
import { estimatePath } from '../../lib/cost/estimate.ts';
import { measuredWorkload, type MeasuredCalls } from '../../lib/cost/measured-workload.ts';
import { mergedWorkload } from '../../lib/cost/merged-workload.ts';
import type { Workload } from '../../lib/cost/workload.ts';
import { CATALOGUE } from '../support/catalogue.ts';
import { runCli } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDER = temporaryFolder();

const CALLS: MeasuredCalls = {
  name: 'rehearsed',
  requestsPerMonth: 100_000,
  hoursPerMonth: 744,
  modelId: 'amazon.nova-2-lite-v1:0',
  profileScope: 'us',
  inputTokensPerRequest: 265.27,
  outputTokensPerRequest: 89.46,
  cacheReadInputTokensPerRequest: 0,
  cacheWriteInputTokensPerRequest: 0,
  function: { memoryMb: 512, durationMsPerRequest: 881, architecture: 'arm' },
  logs: { bytesPerRequest: 1_103.125, retentionDays: 30 },
  customMetrics: 7,
};

const tuned = (modelId: string): Workload => measuredWorkload({ ...CALLS, modelId, profileScope: 'in-region' });

/** As a rehearsal measures them; `rag` answers with a model of another tokenizer, which thinks whenever it is asked. */
const MEASURED: Workload[] = [
  measuredWorkload({ ...CALLS, cacheReadInputTokensPerRequest: 31.5, cacheWriteInputTokensPerRequest: 4.25 }),
  {
    ...measuredWorkload({ ...CALLS, modelId: 'anthropic.claude-sonnet-5-5', inputTokensPerRequest: 412.3 }),
    paths: ['rag'],
    rag: {
      documents: { documents: 300, tokensPerDocument: 2_911.7, bytesPerDocument: 9_000.5, changedSharePerMonth: 0.05 },
      chunking: { tokensPerChunk: 251.08 },
      embedding: { modelId: 'amazon.titan-embed-text-v2:0', dimensions: 1024 },
      retrieval: { chunksPerRequest: 5, queryTokensPerRequest: 14.2 },
      vectorStore: { kind: 's3-vectors' },
    },
  },
  {
    ...tuned('amazon.nova-2-lite-v1:0'),
    paths: ['fine-tuning'],
    fineTuning: {
      baseModelId: 'amazon.nova-2-lite-v1:0',
      trainingTokensPerEpoch: 7_531,
      epochs: 2,
      hosting: { kind: 'on-demand' },
    },
  },
  {
    ...tuned('imported'),
    paths: ['continued-pretraining'],
    continuedPretraining: {
      route: 'sagemaker',
      instanceType: 'ml.g6e.12xlarge',
      instances: 1,
      instanceHoursPerRun: 0.77,
      hosting: { kind: 'imported', customModelUnits: 1 },
    },
  },
  {
    ...tuned('amazon.nova-lite-v1:0'),
    paths: ['distillation'],
    distillation: {
      teacherModelId: 'amazon.nova-pro-v1:0',
      studentModelId: 'amazon.nova-lite-v1:0',
      prompts: 120,
      synthesizedPrompts: 120,
      tokensPerPrompt: 41.5,
      tokensPerTeacherAnswer: 80.25,
      epochs: 2,
      hosting: { kind: 'on-demand' },
    },
  },
];

const merged = mergedWorkload(MEASURED, { description: 'Measured in a test', region: 'us-east-1' });

interface EstimateJson {
  readonly paths: readonly {
    readonly path: string;
    readonly modelId: string | null;
    readonly basis: string;
    readonly monthlyUsd: number | null;
    readonly lines: readonly { readonly usd: number | null }[];
  }[];
}

test('estimate shows of a measured workload what each path was estimated at with its measured tokens', async () => {
  const file = join(FOLDER, 'measured.json');
  await saveWorkload(measuredFile(file), merged, ROOT);
  const { stdout, status } = await runCli(['estimate', '--workload', file, '--format', 'json']);
  expect(status).toBe(0);
  const { paths } = JSON.parse(stdout) as EstimateJson;
  const book = await requiredPriceBook(ROOT, 'us-east-1');
  for (const measured of MEASURED) {
    const [path = 'prompt-only'] = measured.paths ?? [];
    const expected = estimatePath(path, measured, book, CATALOGUE).monthly.usd;
    const model = path === 'rag' ? 'anthropic.claude-sonnet-5-5' : undefined;
    const row = paths.find(
      (one) => one.path === path && one.basis !== 'untuned' && (model === undefined || one.modelId === model),
    );
    expect(expected).not.toBeNull();
    expect([path, row?.monthlyUsd]).toEqual([path, expect.closeTo(expected ?? NaN, 6)]);
  }
});

describe('the file of a measured workload', () => {
  const REFUSED = 'exists and is no workload that a rehearsal has measured';

  test('is replaced by a later one', async () => {
    const file = join(FOLDER, 'again.json');
    await saveWorkload(measuredFile(file), merged, ROOT);
    await saveWorkload(measuredFile(file), { ...merged, description: 'later' }, ROOT);
    expect(readFileSync(file, 'utf8')).toContain('"description": "later"');
  });

  test.each([
    ['a workload that a person wrote', '{ "name": "mine", "requestsPerMonth": 5 }'],
    ['something else', 'a letter'],
  ])('is not written over %s, which a rehearsal notices before it begins', async (_, text) => {
    const file = join(FOLDER, 'mine.json');
    writeFileSync(file, text);
    const { status, stderr, stdout } = await runCli(['rehearse', '--save-workload', file]);
    expect(status).toBe(2);
    expect(stderr).toContain(`'${file}' ${REFUSED}: name another file with '--save-workload'`);
    expect(stdout).toBe('');
    await expect(saveWorkload(measuredFile(file), merged, ROOT)).rejects.toThrow(REFUSED);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('is neither a folder nor below a file', async () => {
    const folder = await runCli(['rehearse', '--save-workload', FOLDER]);
    expect(folder).toMatchObject({ status: 2, stdout: '' });
    expect(folder.stderr).toContain(`'${FOLDER}' is no file: name another file with '--save-workload'`);
    const file = join(FOLDER, 'plain');
    writeFileSync(file, '');
    const below = await runCli(['rehearse', '--save-workload', join(file, 'a.json')]);
    expect(below).toMatchObject({ status: 2, stdout: '' });
    expect(below.stderr).toContain("To write it elsewhere, name another file with '--save-workload'");
  });
});
