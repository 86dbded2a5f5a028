import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseWorkload } from '../../lib/cost/workload.ts';
import { UserError } from '../../lib/errors/user-error.ts';
import { VARIED } from '../support/workloads.ts';

const CONFIG = join(import.meta.dirname, '../../config');

function refusal(json: unknown): string {
  try {
    parseWorkload(json, 'mine.json');
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  throw new Error('was accepted');
}

describe('a workload that cannot be priced says where it is wrong, what was got and what is allowed', () => {
  test.each([
    [
      'a misspelt key',
      { inference: { inputTokenPerRequest: 1 } },
      'inference.inputTokenPerRequest: unknown key; did you mean inputTokensPerRequest?',
    ],
    [
      'a key of nowhere',
      { rag: { retrieval: { chunksPerRequest: 1, queryTokensPerRequest: 1, zzz: 1 } } },
      'rag.retrieval.zzz: unknown key; allowed: chunksPerRequest, contextTokensPerRequest, rulesTokensPerRequest, queryTokensPerRequest, rerank, structuredQueriesPerMonth',
    ],
    ['a negative number', { requestsPerMonth: -5 }, 'requestsPerMonth: must be at least 0, got -5'],
    [
      'a negative prompt, whatever its prefix',
      { inference: { inputTokensPerRequest: -1 } },
      'inference.inputTokensPerRequest: must be at least 0, got -1',
    ],
    ['a share above 1', { inference: { batchShare: 1.5 } }, 'inference.batchShare: must be at most 1, got 1.5'],
    [
      'shares that add up to more than 1',
      { inference: { batchShare: 0.7, flexShare: 0.6 } },
      'inference: batchShare, flexShare, priorityShare, latencyOptimizedShare and ultrafastShare together must not exceed 1, they are 1.3, got {"batchShare":0.7,"flexShare":0.6}',
    ],
    [
      'shares that add up to more than 1 in one path',
      { inference: { batchShare: 0.7 }, rag: { inference: { flexShare: 0.5 } } },
      'rag.inference: batchShare, flexShare, priorityShare, latencyOptimizedShare and ultrafastShare together must not exceed 1, they are 1.2, got {"flexShare":0.5}',
    ],
    [
      'a prefix longer than the prompt',
      { inference: { inputTokensPerRequest: 100, cachedPrefixTokensPerRequest: 200 } },
      'inference.cachedPrefixTokensPerRequest: must not exceed inference.inputTokensPerRequest, which is 100, got 200',
    ],
    [
      'a shared prefix longer than the prompt of one path',
      {
        inference: { inputTokensPerRequest: 300, cachedPrefixTokensPerRequest: 200 },
        rag: { inference: { inputTokensPerRequest: 50 } },
      },
      'inference.cachedPrefixTokensPerRequest: must not exceed rag.inference.inputTokensPerRequest, which is 50, got 200',
    ],
    [
      'an overlap as large as a chunk',
      { rag: { chunking: { tokensPerChunk: 300, overlapTokens: 300 } } },
      'rag.chunking.overlapTokens: must be smaller than tokensPerChunk, got 300',
    ],
    ['text for a number', { hoursPerMonth: '730' }, 'hoursPerMonth: must be a number, got "730"'],
    ['more hours than a month has', { hoursPerMonth: 745 }, 'hoursPerMonth: must be at most 744, got 745'],
    [
      'half a model unit',
      { promptOnly: { hosting: { kind: 'provisioned', modelUnits: 0.5 } } },
      'promptOnly.hosting.modelUnits: must be a whole number, got 0.5',
    ],
    [
      'an unknown store',
      { rag: { vectorStore: { kind: 'pinecone' } } },
      'rag.vectorStore.kind: must be one of opensearch-serverless, opensearch-serverless-nextgen, aurora-serverless-v2, s3-vectors, managed, got "pinecone"',
    ],
    [
      'a key of another store',
      { rag: { vectorStore: { kind: 'managed', indexGb: 1, indexes: 2 } } },
      'rag.vectorStore.indexes: unknown key; did you mean indexGb?',
    ],
    [
      'a profile id for a model',
      { inference: { modelId: 'us.amazon.nova-2-lite-v1:0' } },
      'inference.modelId: must be a base model id, as in config/models.json, without a profile prefix: that goes into profileScope, got "us.amazon.nova-2-lite-v1:0"',
    ],
    ['an ARN, which the price book will not know', { inference: { modelId: 'arn:aws:bedrock:us-east-1::x' } }, null],
    [
      'a profile scope that there is none of',
      { inference: { profileScope: 'US' } },
      'inference.profileScope: must be one of in-region, us, eu, apac, jp, au, ca, in, us-gov, global, got "US"',
    ],
    [
      'fewer model units than the given peak needs',
      {
        promptOnly: {
          hosting: {
            kind: 'provisioned',
            modelUnits: 1,
            tokensPerMinutePerModelUnit: 1000,
            peakTokensPerMinute: 2500,
          },
        },
      },
      'promptOnly.hosting.modelUnits: cannot carry peakTokensPerMinute 2500: 3 are needed, got 1',
    ],
    [
      'a peak of an imported model without what a copy serves',
      { fineTuning: { hosting: { kind: 'imported', customModelUnits: 2, peakTokensPerMinute: 2500 } } },
      'fineTuning.hosting: must say the copies in one way: copies, or peakTokensPerMinute with tokensPerMinutePerCopy, got {"kind":"imported","customModelUnits":2,"peakTokensPerMin...',
    ],
    [
      'less than one prefix',
      {
        request: {
          question: { tokens: 1 },
          answer: { tokens: 1 },
          cache: { prefix: 'context', distinctPrefixes: 0.5 },
        },
      },
      'request.cache.distinctPrefixes: must be at least 1, got 0.5',
    ],
    ['half a Region', { region: 'us-east' }, 'region: must be a Region such as us-east-1, got "us-east"'],
    ['no path', { paths: [] }, 'paths: must have at least 1 entry, got []'],
    ['a path twice', { paths: ['rag', 'rag'] }, 'paths: must name each only once, got ["rag","rag"]'],
    [
      'a policy twice, which would be paid twice',
      {
        operations: {
          guardrail: {
            outputPolicies: ['content', 'content'],
            inputCharactersPerRequest: 1,
            outputCharactersPerRequest: 1,
          },
        },
      },
      'operations.guardrail.outputPolicies: must name each only once, got ["content","content"]',
    ],
    [
      'a question checked against a source',
      {
        operations: {
          guardrail: { inputPolicies: ['grounding'], inputCharactersPerRequest: 1, outputCharactersPerRequest: 1 },
        },
      },
      'operations.guardrail.inputPolicies[0]: must be one of content, topics, sensitive-information, automated-reasoning, words, got "grounding"',
    ],
    ['a number too large to hold', { requestsPerMonth: Infinity }, 'requestsPerMonth: must be a number, got Infinity'],
    [
      'a number that no product of would be one',
      { requestsPerMonth: 1e16 },
      'requestsPerMonth: must be at most 1000000000000000, got 10000000000000000',
    ],
    [
      'fewer model units than the peak takes',
      {
        promptOnly: {
          hosting: { kind: 'provisioned', modelUnits: 1, tokensPerMinutePerModelUnit: 1000, peakTokensPerMinute: 2500 },
        },
      },
      'promptOnly.hosting.modelUnits: cannot carry peakTokensPerMinute 2500: 3 are needed, got 1',
    ],
    [
      'a commitment with a schedule',
      {
        fineTuning: {
          hosting: {
            kind: 'provisioned',
            commitment: '1-month',
            modelUnits: 1,
            schedule: { hoursPerDay: 8, daysPerMonth: 20, requestShare: 0.8 },
          },
        },
      },
      'fineTuning.hosting.commitment: must be none with a schedule: committed throughput is billed around the clock, got "1-month"',
    ],
    [
      'more synthesised prompts than Bedrock makes',
      { distillation: { synthesizedPrompts: 20_000 } },
      'distillation.synthesizedPrompts: must be at most 15000, got 20000',
    ],
    ['no workload at all', 7, '(root): must be an object, got 7'],
  ])('%s', (_, json, line) => {
    if (line === null) {
      expect(parseWorkload(json)).toEqual(json);
      return;
    }
    expect(refusal(json)).toBe(`mine.json is not a valid workload:\n  ${line}`);
  });

  test('several mistakes are told together', () => {
    expect(refusal({ requestsPerMonth: -1, hoursPerMonth: 0, request: 1 }).split('\n')).toHaveLength(4);
  });
});

test.each(VARIED)('what the tests price is a workload that a person could write: %s', (_, workload) => {
  expect(parseWorkload(JSON.parse(JSON.stringify(workload)))).toEqual(JSON.parse(JSON.stringify(workload)));
});

test.each(['workloads', 'scenarios'])('every file of config/%s is valid, names itself and its schema', (folder) => {
  const files = readdirSync(join(CONFIG, folder));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const json: unknown = JSON.parse(readFileSync(join(CONFIG, folder, file), 'utf8'));
    expect(parseWorkload(json, file)).toMatchObject({
      $schema: '../schema/workload.schema.json',
      name: file.replace('.json', ''),
    });
  }
});
