import { expect, test } from '@jest/globals';
import { virtualClock } from '../../lib/simulator/clock.ts';

test('the clock stands still until it is moved', () => {
  const clock = virtualClock(new Date('2026-11-30T12:00:00Z'));
  expect(clock.now().toISOString()).toBe('2026-11-30T12:00:00.000Z');
  clock.advanceBy(6 * 3_600_000);
  expect(clock.now().toISOString()).toBe('2026-11-30T18:00:00.000Z');
  clock.advanceTo(new Date('2027-01-01T00:00:00Z'));
  expect(clock.now().toISOString()).toBe('2027-01-01T00:00:00.000Z');
});

test('whoever changes a time that was read does not move the clock', () => {
  const clock = virtualClock(new Date('2026-11-30T12:00:00Z'));
  clock.now().setFullYear(2000);
  expect(clock.now().getUTCFullYear()).toBe(2026);
});

test('the clock goes neither back nor nowhere', () => {
  const clock = virtualClock(new Date('2026-11-30T12:00:00Z'));
  expect(() => clock.advanceBy(-1)).toThrow(RangeError);
  expect(() => clock.advanceTo(new Date('2026-11-30T11:59:59Z'))).toThrow(/at 2026-11-30T12:00:00.000Z/);
  expect(() => clock.advanceBy(Number.NaN)).toThrow(RangeError);
  expect(() => virtualClock(new Date('never'))).toThrow(RangeError);
});
