import { describe, expect, test } from '@jest/globals';
import { parseBilledUnit, piecesInPriceList, unitRatio } from '../../lib/prices/price-unit.ts';

test('units of one thing convert, units of different things do not', () => {
  expect(unitRatio('1M tokens', '1K tokens')).toBe(1000);
  expect(unitRatio('GB', 'TB')).toBe(1 / 1024);
  expect(unitRatio('GB-hour', 'GB-second')).toBe(3600);
  expect(unitRatio('1M tokens', '1M requests')).toBeNull();
});

describe('the Price List', () => {
  test.each([
    ['1K tokens', '1M tokens', 1000],
    ['TextUnits', '1K text units', 1],
    ['Terabytes', 'GB', 1024],
    ['hour', 'OCU-hour', 1],
    ['Hrs', 'instance-hour', 1],
    ['API Requests', '10K requests', 1],
    // a query is a request to AWS
    ['Requests', '1K queries', 1],
    ['Seconds', 'GB-second', 1],
  ] as const)('says %s and counts what %s counts', (spelling, per, pieces) => {
    expect(piecesInPriceList(spelling, per)).toBe(pieces);
  });

  test.each([
    ['10K tokens', '1M tokens'],
    ['tokens', '1M tokens'],
    ['hour', '1M tokens'],
    ['OCU-Hours', 'ACU-hour'],
    // a bill's words
    ['hr', 'OCU-hour'],
    ['minute', 'CMU-minute'],
    ['GB-hour', 'GB-second'],
    ['Units', '1M tokens'],
    ['constructor', 'GB'],
  ] as const)('that says %s is not guessed to count what %s counts', (spelling, per) => {
    expect(piecesInPriceList(spelling, per)).toBeUndefined();
  });
});

describe('a bill', () => {
  test.each([
    ['Hrs', 'hour', 1],
    ['Model-Unit-Hours', 'hour', 1],
    ['Minutes', 'cmu-minute', 1],
    ['Terabytes', 'gb', 1024],
    ['1K tokens', 'token', 1000],
    ['10K requests', 'request', 10_000],
    ['Queries', 'query', 1],
    // a word of no table is a kind of its own
    ['Widgets', 'widget', 1],
    ['GB-hours', 'gb-hour', 1],
    ['constructor', 'constructor', 1],
  ])('that says %s counts %s', (text, of, pieces) => {
    expect(parseBilledUnit(text)).toEqual({ of, pieces });
  });

  test.each([['Units'], ['Quantity'], ['N/A'], ['1K units'], [''], [null]])(
    'that says %s does not say what is counted',
    (text) => {
      expect(parseBilledUnit(text)).toBeNull();
    },
  );

  test('means a million tokens by the units of AWS Marketplace', () => {
    expect(parseBilledUnit('Units', 'USE1-MP:USE1_InputTokenCount-Units')).toEqual({ of: 'token', pieces: 1e6 });
    expect(parseBilledUnit('Units', 'USE1-Request')).toBeNull();
  });
});

test.each([
  ['instance-hour', 'Hrs'],
  ['OCU-hour', 'OCU-Hours'],
  ['ACU-hour', 'ACU-Hr'],
  ['model-unit-hour', 'Hours'],
  ['model-month', 'Model/Month'],
  ['CMU-minute', 'Custom Model Unit per Min'],
  ['CMU-month', 'Custom Model Unit per Month'],
  ['GB-month', 'GB-Mo'],
  ['GB-second', 'Lambda-GB-Second'],
  ['GB-second', 'Seconds'],
  ['metric-month', 'Metrics'],
  ['alarm-month', 'Alarms'],
  ['secret-month', 'Secrets'],
  ['1 request', 'API Requests'],
  ['TB', 'Terabytes'],
])('the %s of a price book is the %s of the Price List', (estimated, billed) => {
  expect(parseBilledUnit(billed)).toEqual(parseBilledUnit(estimated));
  expect(parseBilledUnit(billed)).not.toBeNull();
});
