import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig, parseCatalogue } from '../../lib/config/config.ts';
import { configuredOf, unconfigured } from '../../lib/config/configured.ts';
import { PATHS } from '../../lib/paths.ts';
import { exampleConfig } from '../support/example-config.ts';

const ROOT = join(import.meta.dirname, '../..');

test('what an estimate takes of a configuration is what its stacks are made from', () => {
  const config = loadConfig(ROOT, new Date('2026-11-01'));
  const configured = configuredOf(config);
  expect(configured).toMatchObject({
    region: config.region,
    promptOnly: { modelId: config.promptOnly.modelId, profileScope: config.promptOnly.profileScope, tier: {} },
    ragModel: undefined,
    // 300 tokens, of which the next chunk repeats 20 %
    rag: {
      chunking: { tokensPerChunk: 300, overlapTokens: 60 },
      vectorStore: { kind: 'opensearch-serverless', standbyReplicas: false },
      retrieval: { chunksPerRequest: 5 },
    },
    fineTuning: { hosting: { kind: 'on-demand' } },
    continuedPretraining: {
      route: 'sagemaker',
      instanceType: 'ml.g6e.12xlarge',
      volumeGb: 200,
      hosting: { kind: 'imported', customModelUnits: 2, cmuVersion: 'v1' },
    },
    distillation: { teacherProfileScope: 'in-region', hosting: { kind: 'on-demand' } },
  });
  expect(configured.maxTokens).toEqual(Object.fromEntries(PATHS.map((path) => [path, config.promptOnly.maxTokens])));
  expect(configured.undeployable).toEqual([]);
  expect(Object.values(configured.stacks)).toEqual(Array(5).fill({ memoryMb: 512, logRetentionDays: 30 }));
});

test('a store, chunks and a tier that are written are taken as written', () => {
  const config = exampleConfig({ serviceTier: 'flex', memoryMegabytes: 1024 }, undefined, {
    rag: {
      store: { kind: 's3-vectors' },
      chunking: { kind: 'hierarchical', parentTokens: 1000, childTokens: 200, overlapTokens: 20 },
      retrieval: { topK: 3 },
      logRetentionDays: 7,
    },
  });
  const { promptOnly, rag, stacks } = configuredOf(config);
  expect(promptOnly?.tier).toEqual({ flexShare: 1 });
  expect(rag).toMatchObject({
    vectorStore: { kind: 's3-vectors' },
    chunking: { tokensPerChunk: 200, overlapTokens: 20 },
    // the model is given 3 parents of 1,000 tokens
    retrieval: { chunksPerRequest: 3, contextTokensPerRequest: 3000 },
  });
  expect(stacks).toMatchObject({
    'prompt-only': { memoryMb: 1024, logRetentionDays: 30 },
    rag: { memoryMb: 1024, logRetentionDays: 7 },
  });
});

test('without a file the defaults stand, and which model answers has none', () => {
  const catalogue = parseCatalogue(JSON.parse(readFileSync(join(ROOT, 'config/models.json'), 'utf8')));
  const { region, promptOnly, rag, fineTuning, distillation } = unconfigured(catalogue);
  expect([region, promptOnly]).toEqual([undefined, undefined]);
  expect(rag?.vectorStore).toEqual({ kind: 'opensearch-serverless', standbyReplicas: false });
  expect(rag?.embedding?.modelId).toBe(catalogue.defaults?.embedding);
  expect(fineTuning).toEqual({ baseModelId: catalogue.defaults?.tuned, hosting: { kind: 'on-demand' } });
  expect(distillation?.studentModelId).toBe(catalogue.defaults?.student);
});

test('a path whose defaults cannot work in the Region has no hosting, and is told from one that nobody knows', () => {
  const { fineTuning, undeployable } = configuredOf({
    ...loadConfig(ROOT, new Date('2026-11-01')),
    fineTuning: undefined,
    omitted: { 'fine-tuning': 'no model of it can be customised there' },
  });
  expect([fineTuning, undeployable]).toEqual([undefined, ['fine-tuning']]);
});
