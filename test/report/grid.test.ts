import { expect, test } from '@jest/globals';
import { csvLines, markdownTable, textTable } from '../../lib/report/grid.ts';
import { unitPriceText } from '../../lib/report/money.ts';

const gridOf = (...rows: string[][]) => ({
  title: 'A title',
  columns: [
    { title: 'Name', align: 'left' as const },
    { title: 'USD', align: 'right' as const },
  ],
  rows,
});

test('a table stands in columns, numbers to the right, and no line ends in blanks', () => {
  expect(textTable(gridOf(['a', '0.5'], ['longer', '10']))).toBe(
    'A title\n\nName    USD\n------  ---\na       0.5\nlonger   10',
  );
});

test('a Chinese or Japanese character takes two columns', () => {
  expect(textTable(gridOf(['蒸留', '1'], ['four', '1']))).toContain('蒸留    1\nfour    1');
});

test('no cell steers a terminal', () => {
  expect(textTable(gridOf(['a\u001b[31mb', '1']))).toContain('a [31mb');
});

test('markdown keeps a bar and a tag within their cell', () => {
  expect(markdownTable(gridOf(['a|<b>', '1']))).toContain('\n| a\\|&lt;b> | 1 |');
});

test.each([
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['say "so"', '"say ""so"""'],
  ['two\nlines', '"two\nlines"'],
  ['=SUM(A1)', "'=SUM(A1)"],
  ['-1+1', "'-1+1"],
  ['+cmd', "'+cmd"],
  ['@x', "'@x"],
  [-3.5, '-3.5'],
  [null, ''],
])('csv: %j is %j', (cell, expected) => {
  expect(csvLines([['cell'], [cell]])).toBe(`cell\n${expected}\n`);
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
