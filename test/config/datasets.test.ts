import { expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '..', '..');
const LIBRARY = join(ROOT, 'node_modules', 'aws-cdk-lib');
const LINES = readFileSync(join(ROOT, 'config', 'datasets', 'cdk-questions.jsonl'), 'utf8')
  .trimEnd()
  .split('\n');

const Question = z.strictObject({
  id: z.string(),
  question: z.string().min(20).max(400),
  referenceAnswer: z.string().min(30).max(500),
  document: z.string().regex(/^([\w-]+\/)*README\.md$/),
  quote: z.string().min(40).max(200),
});
type Question = z.infer<typeof Question>;

/** Cast, so that a bad line fails the test that names it and not the whole file. */
const QUESTIONS = LINES.map((line) => JSON.parse(line) as Question);
const DOCUMENTS = new Map(
  QUESTIONS.map(({ document }) => {
    const path = join(LIBRARY, document);
    return [document, existsSync(path) ? oneSpace(readFileSync(path, 'utf8')) : undefined];
  }),
);

function oneSpace(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function textOf({ document }: Question): string {
  return DOCUMENTS.get(document) ?? '';
}

/** The quote with `reachCharacters` of what stands before and after it. */
function around(question: Question, reachCharacters: number): string {
  const text = textOf(question);
  const start = text.indexOf(question.quote);
  return text.slice(Math.max(0, start - reachCharacters), start + question.quote.length + reachCharacters);
}

const PARAGRAPHS_CHARACTERS = 1000;
const SECTION_CHARACTERS = 2500;

const COMMON = new Set(
  'also because cannot does each either from have into more must neither only other same such than that them then there they this what when where which while with without'.split(
    ' ',
  ),
);

/** Words of four letters or more cut to six, so that "defaults" meets "default"; camelCase names count by their parts. */
function keyWords(text: string): Set<string> {
  const words =
    text
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .match(/[a-z0-9]{4,}/g) ?? [];
  return new Set(words.filter((word) => !COMMON.has(word)).map((word) => word.slice(0, 6)));
}

function share(words: Set<string>, within: Set<string>): number {
  return [...words].filter((word) => within.has(word)).length / words.size;
}

/** The longest run of words of `answer` that stands in `text` as it is. */
function longestCopy(answer: string, text: string): number {
  const words = oneSpace(answer).split(' ');
  return Math.max(
    ...words.map((_, start) => {
      let end = start;
      while (end < words.length && text.includes(words.slice(start, end + 1).join(' '))) end += 1;
      return end - start;
    }),
  );
}

/** Ids of the questions for which `holds` is false: an empty list reads better in a failure than a boolean. */
function failing(holds: (question: Question) => boolean): string[] {
  return QUESTIONS.filter((question) => !holds(question)).map(({ id }) => id);
}

test('every line is an object with exactly the five keys, each within its limits', () => {
  const problems = QUESTIONS.flatMap((question, index) => {
    const result = Question.safeParse(question);
    return result.success ? [] : [`line ${index + 1}: ${z.prettifyError(result.error)}`];
  });
  expect(problems).toEqual([]);
});

test('there are at least 60 questions over at least 40 documents', () => {
  expect(QUESTIONS.length).toBeGreaterThanOrEqual(60);
  expect(DOCUMENTS.size).toBeGreaterThanOrEqual(40);
});

test('ids count up from q001 without a gap', () => {
  expect(QUESTIONS.map(({ id }) => id)).toEqual(QUESTIONS.map((_, index) => `q${String(index + 1).padStart(3, '0')}`));
});

test('no question is asked twice', () => {
  const asked = QUESTIONS.map(({ question }) =>
    question
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, ' ')
      .trim(),
  );
  expect(new Set(asked).size).toBe(asked.length);
});

test('every question asks something and no answer is a mere yes', () => {
  expect(failing(({ question }) => question.includes('?'))).toEqual([]);
  expect(failing(({ referenceAnswer }) => !/^yes\b/i.test(referenceAnswer))).toEqual([]);
});

test('every document is a file of the installed library', () => {
  expect(failing(({ document }) => DOCUMENTS.get(document) !== undefined)).toEqual([]);
});

test('every quote stands in its document exactly once, white space aside', () => {
  expect(failing((question) => textOf(question).split(question.quote).length === 2)).toEqual([]);
});

test('every name in backticks and every number of an answer stands near its quote', () => {
  expect(
    failing((question) => {
      const passage = around(question, SECTION_CHARACTERS);
      const numbers = new Set(passage.match(/\d+/g));
      const names = [...question.referenceAnswer.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
      return (
        names.every((name) => passage.includes(name)) &&
        (question.referenceAnswer.match(/\d+/g) ?? []).every((number) => numbers.has(number))
      );
    }),
  ).toEqual([]);
});

test('an answer shares at least half of its key words with the passage around its quote', () => {
  expect(
    failing(
      (question) => share(keyWords(question.referenceAnswer), keyWords(around(question, PARAGRAPHS_CHARACTERS))) >= 0.5,
    ),
  ).toEqual([]);
});

test('nine answers in ten fit their own passage better than the passage of any other document', () => {
  const passages = QUESTIONS.map((question) => ({
    question,
    words: keyWords(around(question, PARAGRAPHS_CHARACTERS)),
  }));
  const misplaced = failing((question) => {
    const answer = keyWords(question.referenceAnswer);
    const own = share(answer, keyWords(around(question, PARAGRAPHS_CHARACTERS)));
    return passages.every((other) => other.question.document === question.document || share(answer, other.words) < own);
  });
  expect(misplaced.length).toBeLessThanOrEqual(QUESTIONS.length / 10);
});

test('answers are in their own words: never nine words in a row from the document', () => {
  expect(failing((question) => longestCopy(question.referenceAnswer, textOf(question)) < 9)).toEqual([]);
});
