import { expect, test } from '@jest/globals';
import { rowsText } from '../../lib/report/rows.ts';
import { unitPriceText } from '../../lib/report/unit-price.ts';

const COLUMNS = [{ title: 'Name' }, { title: 'USD', align: 'right' as const }];

test('a table stands in columns, numbers to the right, and no line ends in blanks', () => {
  expect(
    rowsText('table', COLUMNS, [
      ['a', '0.5'],
      ['longer', '10'],
    ]),
  ).toBe('Name    USD\na       0.5\nlonger   10\n');
});

test('markdown keeps a bar within its cell', () => {
  expect(rowsText('markdown', COLUMNS, [['a|b', '1']])).toBe('| Name | USD |\n| --- | ---: |\n| a\\|b | 1 |\n');
});

test.each([
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['say "so"', '"say ""so"""'],
  ['two\nlines', '"two\nlines"'],
  ['+10.0', '+10.0'],
  ['-3', '-3'],
  ['=SUM(A1)', "'=SUM(A1)"],
  ['-1+1', "'-1+1"],
  ['+cmd', "'+cmd"],
  ['@x', "'@x"],
])('csv: %j is %j', (cell, expected) => {
  expect(rowsText('csv', [{ title: 'Cell' }], [[cell]])).toBe(`Cell\r\n${expected}\r\n`);
});

test.each([
  [60.5, '60.5'],
  [0.0175, '0.0175'],
  [0.0000133334, '0.0000133334'],
  [3.7e-7, '0.00000037'],
  [1234.5, '1234.5'],
  [0.1 + 0.2, '0.3'],
  [0, '0'],
])('a unit price of %d is written in full as %s', (usd, text) => {
  expect(unitPriceText(usd)).toBe(text);
});
