import { expect, test } from '@jest/globals';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { familyOf, recordRules } from '../../lib/catalogue/family.ts';
import { checkDataset } from '../../lib/dataset/check.ts';
import type { DatasetFacts } from '../../lib/dataset/findings.ts';
import { CORPUS_RULES } from '../../lib/dataset/records.ts';
import { CATALOGUE } from '../support/catalogue.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDER = join(ROOT, 'config', 'datasets');

interface Question {
  readonly question: string;
  readonly referenceAnswer: string;
  readonly document: string;
}

interface Conversation {
  readonly system: readonly { readonly text: string }[];
  readonly messages: readonly { readonly content: readonly { readonly text: string }[] }[];
}

const linesOf = <T>(...path: string[]): T[] =>
  readFileSync(join(FOLDER, ...path), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

const QUESTIONS = new Map(linesOf<Question>('cdk-questions.jsonl').map((question) => [question.question, question]));
const oneSpace = (text: string): string => text.replace(/\s+/g, ' ');

const shipped = (customization: 'fine-tuning' | 'distillation', model: string): DatasetFacts => {
  const family = familyOf(CATALOGUE, model);
  return { customization, family: family?.id ?? 'none', rules: family && recordRules(family, customization) };
};

test.each<DatasetFacts>([
  shipped('fine-tuning', 'amazon.nova-lite-v1:0'),
  shipped('distillation', 'amazon.nova-lite-v1:0'),
  { customization: 'continued-pretraining', family: 'corpus', rules: CORPUS_RULES },
])('the sample data set of $customization passes the check', async (facts) => {
  const file = (name: string) => createReadStream(join(FOLDER, facts.customization, `${name}.jsonl`));
  const report = await checkDataset(facts, file('train'), file('validation'));
  expect(report.errors).toEqual([]);
  // a sample: fewer than a hundred examples are advised against, and that is all
  expect(report.warnings.filter(({ rule }) => rule !== 'few')).toEqual([]);
});

test.each(['fine-tuning', 'distillation'])(
  'the sample data set of %s asks the questions of cdk-questions.jsonl, each once, and splits them by document',
  (path) => {
    const system = readFileSync(join(ROOT, 'config', 'prompts', 'cdk-assistant', 'v1', 'system.md'), 'utf8').trim();
    const documents = (name: string): string[] =>
      linesOf<Conversation>(path, `${name}.jsonl`).map((record) => {
        const [asked, answered] = record.messages.map(({ content }) => content[0]?.text ?? '');
        const question = QUESTIONS.get(asked ?? '');
        expect(record.system).toEqual([{ text: system }]);
        expect(answered).toBe(path === 'fine-tuning' ? question?.referenceAnswer : undefined);
        return question?.document ?? `no such question: ${asked}`;
      });
    const [train, validation] = [documents('train'), documents('validation')];
    expect(train.length + validation.length).toBe(QUESTIONS.size);
    expect(validation.filter((document) => train.includes(document))).toEqual([]);
  },
);

test('the sample corpus is taken word for word from the documents, split by document', () => {
  const documents = [...new Set([...QUESTIONS.values()].map(({ document }) => document))].map((name) => ({
    name,
    text: oneSpace(readFileSync(join(ROOT, 'node_modules', 'aws-cdk-lib', name), 'utf8')),
  }));
  const sourcesOf = (file: string): string[] =>
    linesOf<{ text: string }>('continued-pretraining', file).map(({ text }) => {
      const paragraphs = text.split('\n\n').map(oneSpace);
      const source = documents.find((document) => paragraphs.every((paragraph) => document.text.includes(paragraph)));
      return source?.name ?? `in no document: ${text.slice(0, 80)}`;
    });
  const [train, validation] = [sourcesOf('train.jsonl'), sourcesOf('validation.jsonl')];
  expect([...train, ...validation].filter((name) => name.startsWith('in no document'))).toEqual([]);
  expect(validation.filter((document) => train.includes(document))).toEqual([]);
});
