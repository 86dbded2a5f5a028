import { expect, test } from '@jest/globals';
import {
  API_COMMITMENTS,
  COMMITMENTS,
  commitmentMeter,
  commitmentOf,
  throughputMeter,
} from '../../lib/prices/commitment.ts';

test.each([
  [undefined, 'none', 'provisioned/no-commit'],
  ['OneMonth', '1-month', 'provisioned/1-month'],
  ['SixMonths', '6-month', 'provisioned/6-month'],
] as const)('%s of the API is %s, and priced as %s', (api, commitment, meter) => {
  expect(commitmentOf(api)).toBe(commitment);
  expect(COMMITMENTS[commitment].api).toBe(api);
  expect([commitmentMeter(commitment), throughputMeter(api)]).toEqual([meter, meter]);
});

test('every commitment of the API is in the table, and no other', () => {
  expect(Object.values(COMMITMENTS).flatMap(({ api }) => api ?? [])).toEqual(API_COMMITMENTS);
});
