import { expect, test } from '@jest/globals';
import { lifecycleWarnings, phaseOn } from '../../lib/catalogue/lifecycle.ts';
import { parseCatalogue } from '../../lib/config/config.ts';
import { CATALOGUE } from '../support/catalogue.ts';
import { MODEL, MODEL_ID } from '../support/example-config.ts';
import { LIFECYCLE_RULES } from '../support/lifecycle-rules.ts';

const RULES = { lifecycleRules: LIFECYCLE_RULES };
const OLD = '2025-01-01';
const NEW = '2026-09-07';

const model = (endOfLife: string | null, released: string | null = OLD, more: object = {}) => ({
  lifecycle: { status: 'legacy' as const, endOfLife, ...more },
  released,
});

const warned = (of: ReturnType<typeof model>, today: string) =>
  lifecycleWarnings('acme.old', phaseOn(of, RULES, today), today);

test('a model of before the new rules: Legacy since six months before its end, dearer from three months before', () => {
  // 2027-03-30 less 6 months is 2026-09-30; 3 months later is 2026-12-30; 122 days from 2026-11-28 to 2027-03-30
  expect(warned(model('2027-03-30'), '2026-11-28')).toEqual([
    "'acme.old' is Legacy since about 2026-09-30: an account that has not called it before cannot begin to, one that does not call it for 15 days may lose it",
    "the provider may raise the price of 'acme.old' from about 2026-12-30 on",
    "'acme.old' reaches its end of life on 2027-03-30, in 122 days: calls to it then fail",
  ]);
});

test('a day that a source names is said without about, and what is past is said as past', () => {
  const dated = model('2027-04-08', OLD, { legacySince: '2026-10-08' });
  expect(warned(dated, '2027-01-08').slice(0, 2)).toEqual([
    expect.stringContaining('is Legacy since 2026-10-08:'),
    "the provider may have raised the price of 'acme.old' since 2027-01-08: read today's with 'npx fmpaths prices refresh'",
  ]);
});

test('a model of the new rules is Legacy 45 days before its end at the latest, and no rule lets its price rise', () => {
  // 2027-03-30 less 45 days: 30 of March, then 15 of the 28 of February, the 13th
  expect(warned(model('2027-03-30', NEW), '2027-03-01')).toEqual([
    expect.stringContaining('is Legacy since about 2027-02-13:'),
    "'acme.old' reaches its end of life on 2027-03-30, in 29 days: calls to it then fail",
  ]);
});

test('the day of the new rules is theirs, the day before it is not', () => {
  expect(phaseOn(model('2027-03-30', '2026-09-06'), RULES, '2026-12-01').mayRise).toBe(true);
  expect(phaseOn(model('2027-03-30', NEW), RULES, '2026-12-01').mayRise).toBe(false);
});

test('where nobody knows when a model was launched, no day is derived, and what both rules close is closed', () => {
  const phase = phaseOn(model('2027-03-30', null), RULES, '2026-12-01');
  expect(phase).toMatchObject({ phase: 'legacy', legacySince: undefined, mayRiseFrom: undefined, mayRise: true });
  expect(phase.closed).toContain('provisioned-throughput');
  expect(warned(model('2027-03-30', null), '2026-12-01')[1]).toBe(
    "the provider may raise the price of 'acme.old' before its end of life",
  );
});

test.each([
  ['2026-09-29', 'active'],
  ['2026-09-30', 'legacy'],
  ['2027-03-29', 'legacy'],
  ['2027-03-30', 'ended'],
] as const)('a model that the catalogue calls active is on %s what the rules say: %s', (today, phase) => {
  const lifecycle = { status: 'active' as const, endOfLife: '2027-03-30' };
  expect(phaseOn({ lifecycle, released: OLD }, RULES, today).phase).toBe(phase);
});

test('six months before the end of a long month is the end of a short one', () => {
  // 2026-08-31 less 6 months: February has no 31st
  expect(phaseOn(model('2026-08-31'), RULES, '2026-03-01').legacySince).toEqual({ day: '2026-02-28', derived: true });
});

test('Legacy without a day in sight is said, without inventing one', () => {
  expect(warned(model(null), '2026-12-01')).toEqual([
    expect.stringMatching(/^'acme\.old' is Legacy: /),
    "the provider may raise the price of 'acme.old' before its end of life",
  ]);
});

test('rules must end in the one for all other models', () => {
  const parse = (lifecycleRules: unknown) => () => parseCatalogue({ models: { [MODEL_ID]: MODEL }, lifecycleRules });
  expect(parse(LIFECYCLE_RULES)).not.toThrow();
  expect(parse(LIFECYCLE_RULES.slice(0, 1))).toThrow('must end in the one rule whose launchedBefore is null');
  expect(parse([...LIFECYCLE_RULES, LIFECYCLE_RULES[0]])).toThrow('must end in the one rule');
});

const RETIRED = Object.entries(CATALOGUE.models).filter(([, { lifecycle }]) => lifecycle.status === 'legacy');

test('the shipped catalogue has Legacy models, and all that applies is said of each', () => {
  expect(RETIRED.length).toBeGreaterThan(0);
  for (const [id, entry] of RETIRED) {
    const phase = phaseOn(entry, CATALOGUE, '2026-12-01');
    expect(phase).toMatchObject({ phase: 'legacy', idleDays: 15 });
    expect(phase.closed).toEqual(expect.arrayContaining(['new-customers', 'provisioned-throughput']));
    const warnings = lifecycleWarnings(id, phase, '2026-12-01');
    if (entry.lifecycle.endOfLife !== null) expect(warnings.at(-1)).toContain(entry.lifecycle.endOfLife);
  }
});

test('the days of the shipped models agree with their rules: half a year of Legacy, dearer at half of it', () => {
  for (const [, { lifecycle, released }] of RETIRED) {
    if (lifecycle.legacySince === undefined) continue;
    const { legacySince, ...undated } = lifecycle;
    const derived = phaseOn({ lifecycle: undated, released }, CATALOGUE, '2026-12-01');
    expect(derived.legacySince?.day).toBe(legacySince);
  }
});
