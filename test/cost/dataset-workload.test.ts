import { expect, test } from '@jest/globals';
import { datasetWorkload, NO_TEXTS, withText } from '../../lib/cost/dataset-workload.ts';
import { parseWorkload } from '../../lib/cost/workload.ts';

const counted = (...texts: readonly string[]) => texts.reduce(withText, NO_TEXTS);

const TEXTS = {
  name: 'mine',
  description: 'Two questions.',
  requestsPerMonth: 1_000,
  // 8 characters, and 12
  instruction: 'Be brief',
  examples: [{ question: 'Is it?', answer: 'Yes it is' }],
  questions: counted('abcd', 'abcdefgh', 'abcdefgh'),
  answers: counted('abcdefghijkl', 'abcdefgh', 'abcd'),
  training: {},
};

test('a text is a token for each four characters begun, and a request is as long as its texts on average', () => {
  const workload = datasetWorkload(TEXTS);
  expect(workload).toEqual({
    name: 'mine',
    description: 'Two questions.',
    requestsPerMonth: 1_000,
    request: {
      instruction: { tokens: 2 },
      // 6 characters are 2 tokens, 9 are 3
      examples: { tokens: 5 },
      // (1 + 2 + 2) / 3
      question: { tokens: 1.67 },
      // (3 + 2 + 1) / 3
      answer: { tokens: 2 },
    },
  });
  expect(parseWorkload(workload, 'mine')).toEqual(workload);
});

test('documents and training files are counted; a teacher writes as much as the answers have', () => {
  const workload = datasetWorkload({
    ...TEXTS,
    examples: [],
    documents: { texts: 4, tokens: 10, bytes: 42, changedSharePerMonth: 0.1 },
    training: {
      'fine-tuning': { texts: 8, tokens: 100 },
      'continued-pretraining': { texts: 3, tokens: 77 },
      distillation: { texts: 2, tokens: 9 },
    },
  });
  expect(workload.request?.examples).toBeUndefined();
  expect(workload).toMatchObject({
    rag: {
      documents: { documents: 4, tokensPerDocument: 2.5, bytesPerDocument: 10.5, changedSharePerMonth: 0.1 },
    },
    fineTuning: { trainingExamples: 8, tokensPerExample: 12.5 },
    continuedPretraining: { corpusTokens: 77 },
    distillation: { prompts: 2, tokensPerPrompt: 4.5, tokensPerTeacherAnswer: 2 },
  });
  expect(parseWorkload(workload, 'mine')).toEqual(workload);
});
