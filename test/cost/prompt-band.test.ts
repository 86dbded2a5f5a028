import { describe, expect, test } from '@jest/globals';
import type { ModelCatalogue } from '../../lib/catalogue/models.ts';
import { estimatePath, type PathEstimate } from '../../lib/cost/estimate.ts';
import { parseWorkload, type Workload } from '../../lib/cost/workload.ts';
import type { PathId } from '../../lib/paths.ts';
import { priceBook } from '../../lib/prices/price-book.ts';
import { MODEL } from '../support/example-config.ts';
import { inventedPrice } from '../support/workloads.ts';

const CATALOGUE: ModelCatalogue = { models: { 'a.long': { ...MODEL, longPromptAboveTokens: 1000 } } };

const priced = (prices: Record<string, number>) =>
  priceBook(
    'us-east-1',
    Object.entries(prices).map(([id, usd]) => ({ ...inventedPrice(id, '1M tokens'), usd })),
  );

const BOOK = priced({
  'a.long/input': 1,
  'a.long/output': 4,
  'a.long/input/long-context': 2,
  'a.long/output/long-context': 6,
  'a.long/input/long-context/global': 1.8,
  'a.long/output/long-context/global': 5,
  'a.student/training': 2,
});

const estimated = (path: PathId, workload: Workload): PathEstimate =>
  estimatePath(path, parseWorkload(workload), BOOK, CATALOGUE);

const usdOf = ({ lines }: PathEstimate, name: string): number | null | undefined =>
  lines.find((line) => line.name === name)?.usd;

describe('whoever reads a long prompt pays the prices of a long prompt, and the line says so', () => {
  const distilled = (tokensPerPrompt: number, own: Workload['distillation'] = {}): PathEstimate =>
    estimated('distillation', {
      parts: ['training'],
      distillation: {
        teacherModelId: 'a.long',
        studentModelId: 'a.student',
        prompts: 1000,
        synthesizedPrompts: 1000,
        tokensPerPrompt,
        tokensPerTeacherAnswer: 100,
        epochs: 1,
        ...own,
      },
    });

  test('a teacher', () => {
    // 1,000 x 1,001 tokens at $2 a million, 1,000 x 100 at $6
    const long = distilled(1001);
    expect(usdOf(long, 'Teacher input tokens (long prompt)')).toBeCloseTo(2.002, 12);
    expect(usdOf(long, 'Teacher output tokens (long prompt)')).toBeCloseTo(0.6, 12);
    expect(long).toMatchObject({ notes: ['long-prompt'], longPromptAboveTokens: [1000] });
    // $1 and $4 up to the limit itself
    expect(usdOf(distilled(1000), 'Teacher input tokens')).toBeCloseTo(1, 12);
    expect(usdOf(distilled(1000), 'Teacher output tokens')).toBeCloseTo(0.4, 12);
  });

  test('a teacher through a global profile', () => {
    const long = distilled(1001, { teacherProfileScope: 'global' });
    // 1,001,000 x $1.80 and 100,000 x $5 a million
    expect(usdOf(long, 'Teacher input tokens (long prompt)')).toBeCloseTo(1.8018, 12);
    expect(usdOf(long, 'Teacher output tokens (long prompt)')).toBeCloseTo(0.5, 12);
  });

  test('a teacher that is not asked has no prompts', () => {
    expect(distilled(1001, { reuseLoggedAnswers: true }).notes).toEqual([]);
  });

  test('a judge', () => {
    const result = estimated('prompt-only', {
      parts: ['operations'],
      operations: {
        evaluation: {
          runsPerMonth: 1,
          answersPerRun: 1000,
          judgeModelId: 'a.long',
          judgeInputTokensPerAnswer: 1001,
          judgeOutputTokensPerAnswer: 100,
        },
      },
    });
    expect(usdOf(result, 'Evaluation judge input tokens (long prompt)')).toBeCloseTo(2.002, 12);
    expect(result).toMatchObject({ notes: ['long-prompt'], longPromptAboveTokens: [1000] });
  });

  test('a model that parses documents, and one that plans retrieval', () => {
    const result = estimated('rag', {
      requestsPerMonth: 1000,
      parts: ['vector-store'],
      rag: {
        vectorStore: {
          kind: 'managed',
          indexGb: 0,
          agenticShare: 1,
          agenticModel: { modelId: 'a.long', callsPerRetrieve: 1, inputTokensPerCall: 1001, outputTokensPerCall: 100 },
        },
      },
    });
    expect(usdOf(result, 'Agentic retrieval input tokens (long prompt)')).toBeCloseTo(2.002, 12);
    expect(result.notes).toEqual(['long-prompt']);
    const parsed = estimated('rag', {
      parts: ['documents'],
      rag: {
        documents: { documents: 1000, tokensPerDocument: 10 },
        parsing: {
          kind: 'foundation-model',
          modelId: 'a.long',
          pagesPerDocument: 1,
          inputTokensPerPage: 1001,
          outputTokensPerPage: 100,
        },
      },
    });
    expect(usdOf(parsed, 'Parsing input tokens (first load) (long prompt)')).toBeCloseTo(2.002, 12);
    expect(parsed.notes).toEqual(['long-prompt']);
  });
});

describe('an average below the limit hides prompts above it', () => {
  const answered = (inputTokensPerRequest: number, changes: Workload = {}): PathEstimate =>
    estimated('prompt-only', {
      requestsPerMonth: 1000,
      parts: ['inference'],
      inference: { modelId: 'a.long', inputTokensPerRequest, outputTokensPerRequest: 10 },
      ...changes,
    });

  test('from half the limit on the estimate says so, and beyond it that prompts are long', () => {
    expect(answered(499).notes).toEqual([]);
    expect(answered(500).notes).toEqual(['prompt-near-limit']);
    expect(answered(1000).notes).toEqual(['prompt-near-limit']);
    expect(answered(1001).notes).toEqual(['long-prompt']);
  });

  test('a cached prefix is part of the prompt', () => {
    const cached = { modelId: 'a.long', inputTokensPerRequest: 600, outputTokensPerRequest: 10 };
    const inference = { ...cached, cachedPrefixTokensPerRequest: 590, cacheHitShare: 1, cacheMeasured: true };
    expect(answered(0, { inference }).notes).toEqual(['prompt-near-limit']);
  });

  test('each call of a request is held against the limit of its own model', () => {
    const call = { callsPerRequest: 1, outputTokens: 10 };
    const calls = [
      { ...call, name: 'router', modelId: 'a.other', inputTokens: 900 },
      { ...call, name: 'answer', inputTokens: 100 },
    ];
    expect(answered(0, { inference: { modelId: 'a.long', calls } }).notes).toEqual([]);
    const long = calls.map((one) => ({ ...one, inputTokens: 900 }));
    expect(answered(0, { inference: { modelId: 'a.long', calls: long } }).notes).toEqual(['prompt-near-limit']);
  });
});
