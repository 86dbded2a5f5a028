import { expect, test } from '@jest/globals';
import { AnswerError, parseAnswerRequest } from '../../../lambda/shared/contract.ts';

const parse = (input: unknown) => parseAnswerRequest(input, 20);

function refusal(input: unknown): unknown {
  try {
    parse(input);
  } catch (error) {
    if (error instanceof AnswerError) return error.response;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('a question passes as it was written, line feeds and tabs included', () => {
  expect(parse({ question: ' one\r\n\ttwo 日本 👍 ' })).toEqual({ question: ' one\r\n\ttwo 日本 👍 ' });
});

test.each([
  ['a list', [], 'the request must be a JSON object such as {"question": "..."}, got an array'],
  ['nothing', undefined, 'the request must be a JSON object such as {"question": "..."}, got nothing'],
  ['null', null, 'the request must be a JSON object such as {"question": "..."}, got null'],
  ['text', 'why?', 'the request must be a JSON object such as {"question": "..."}, got a string'],
  ['no question', {}, "'question' must be a string, got nothing"],
  ['a number', { question: 7 }, "'question' must be a string, got a number"],
  ['an object', { question: {} }, "'question' must be a string, got an object"],
  ['an empty question', { question: '' }, "'question' must not be empty"],
  ['white space', { question: ' \n\t ' }, "'question' must not be empty"],
  ['too much', { question: 'x'.repeat(21) }, "'question' must be at most 20 characters, got 21"],
  ['a NUL', { question: 'a\u0000b' }, "'question' must not hold control characters, got U+0000 at character 1"],
  ['an escape', { question: '\u001b[2J' }, "'question' must not hold control characters, got U+001B at character 0"],
  ['a C1 control', { question: 'ab\u009b' }, "'question' must not hold control characters, got U+009B at character 2"],
  ['half a pair', { question: 'a\ud83d' }, "'question' must be well-formed Unicode, got a lone surrogate"],
  ['another field', { question: 'why?', topK: 3 }, "unknown field 'topK': this path takes only 'question'"],
])('%s is refused with status 400 and a message that says what is wrong', (_, input, message) => {
  expect(refusal(input)).toEqual({ statusCode: 400, error: { code: 'invalid_request', message } });
});

test('a question of exactly the longest length passes', () => {
  expect(parse({ question: 'x'.repeat(20) }).question).toHaveLength(20);
});
