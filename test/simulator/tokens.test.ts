import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { countTokens, tokenize } from '../../lib/simulator/tokens.ts';
import { anyText } from '../support/any-text.ts';

test('a text is cut into words with the space before them, long words into parts', () => {
  expect(tokenize('Use RemovalPolicy.DESTROY, twice: 12345')).toEqual([
    'Use',
    ' Removal',
    'Policy',
    '.',
    'DESTROY',
    ',',
    ' twice',
    ':',
    ' 123',
    '45',
  ]);
});

test('Chinese, Japanese and Korean count one token a character', () => {
  expect(countTokens('模型定制')).toBe(4);
  expect(countTokens('モデル')).toBe(3);
  expect(countTokens('모델')).toBe(2);
});

test('the pieces of any text are the text', () => {
  fc.assert(fc.property(anyText(), (text) => expect(tokenize(text).join('')).toBe(text)));
});

test('documentation has between 3.5 and 4.5 characters a token', () => {
  const readme = readFileSync('node_modules/aws-cdk-lib/aws-sqs/README.md', 'utf8');
  const charactersPerToken = readme.length / countTokens(readme);
  expect(charactersPerToken).toBeGreaterThan(3.5);
  expect(charactersPerToken).toBeLessThan(4.5);
});
