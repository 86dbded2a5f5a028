import { describe, expect, test } from '@jest/globals';
import { sharedTimes, type Span } from '../../lib/billing/shared-lines.ts';

const span = (first: number, last: number, undated = false): Span => ({
  rows: 1,
  undated,
  times: [BigInt(first), BigInt(last)],
});
const between = (first: number, last: number, undated = false) => ({
  between: [BigInt(first), BigInt(last)],
  undated,
});

describe('lines of deliveries are looked at only where another has lines of the same time', () => {
  test('three months that touch nowhere: none', () => {
    expect(sharedTimes([span(0, 9), span(10, 19), span(20, 29)])).toEqual(['none', 'none', 'none']);
  });

  test('a line that begins in the last instant of the month before is looked at, with what lies there', () => {
    expect(sharedTimes([span(0, 10), span(10, 19), span(20, 29)])).toEqual([between(10, 10), between(10, 10), 'none']);
  });

  test('a copy is looked at whole, and so is what has it', () => {
    expect(sharedTimes([span(0, 9), span(0, 9)])).toEqual([between(0, 9), between(0, 9)]);
  });

  test('between two neighbours: from where the first begins to share to where the last ends', () => {
    expect(sharedTimes([span(5, 25), span(0, 9), span(20, 29)])).toEqual([
      between(5, 25),
      between(5, 9),
      between(20, 25),
    ]);
  });

  test('lines without a time can be those of any other delivery that has such lines, and of no other', () => {
    const undated: Span = { rows: 2, undated: true, times: null };
    expect(sharedTimes([undated, span(0, 9)])).toEqual(['none', 'none']);
    expect(sharedTimes([undated, span(0, 9, true), span(20, 29, true)])).toEqual([
      { between: null, undated: true },
      { between: null, undated: true },
      { between: null, undated: true },
    ]);
    expect(sharedTimes([span(0, 9, true), span(5, 14)])).toEqual([between(5, 9), between(5, 9)]);
  });
});
