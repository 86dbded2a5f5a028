import { describe, expect, test } from '@jest/globals';
import { DEFAULTS } from '../../lib/cost/defaults.ts';
import { estimatePath } from '../../lib/cost/estimate.ts';
import { derivation } from '../../lib/cost/explain.ts';
import { DERIVED_NAMES, FIELD_NAMES } from '../../lib/cost/formula-names.ts';
import { evaluate } from '../../lib/cost/formula.ts';
import { parseWorkload } from '../../lib/cost/workload.ts';
import { PATHS } from '../../lib/paths.ts';
import { TRAINING_FACTS } from '../support/training-facts.ts';
import { bookFor, VARIED } from '../support/workloads.ts';

describe('the formula of a line, computed from the workload alone, gives the quantity of the line', () => {
  test.each(VARIED)('%s', (name, workload) => {
    const book = bookFor(workload);
    const lines = PATHS.flatMap((path) =>
      estimatePath(path, workload, book, TRAINING_FACTS).lines.map((line) => {
        const { pieces, piecesPerUnit } = derivation(line, path, workload);
        return { path, line, quantity: pieces === null ? null : pieces / piecesPerUnit };
      }),
    );
    const wrong = lines.filter(
      ({ line, quantity }) =>
        quantity !== line.quantity &&
        !(quantity !== null && line.quantity !== null && Math.abs(quantity / line.quantity - 1) < 1e-9),
    );
    expect(wrong.map(({ path, line, quantity }) => [path, line.name, line.formula, line.quantity, quantity])).toEqual(
      [],
    );
    expect(lines.length > 0).toBe(name !== 'nothing said');
  });

  test('capacity that nobody gave leaves the quantity unknown', () => {
    const workload = {
      requestsPerMonth: 10,
      inference: { inputTokensPerRequest: 1, outputTokensPerRequest: 1 },
      fineTuning: { baseModelId: 'a.tuned', hosting: { kind: 'provisioned' as const } },
    };
    const [line] = estimatePath('fine-tuning', workload, bookFor(workload)).lines.filter(({ name }) =>
      name.startsWith('Model units'),
    );
    expect(line).toBeDefined();
    if (line !== undefined) expect(derivation(line, 'fine-tuning', workload).pieces).toBeNull();
  });

  test('an imported model that a request calls several times opens as many windows', () => {
    const workload = parseWorkload({
      requestsPerMonth: 100,
      inference: {
        retryShare: 0.5,
        calls: [
          { name: 'router', modelId: 'a.small', callsPerRequest: 1, inputTokens: 50, outputTokens: 5 },
          { name: 'answer', callsPerRequest: 2, inputTokens: 100, outputTokens: 10 },
        ],
      },
      fineTuning: { baseModelId: 'a.tuned', hosting: { kind: 'imported', customModelUnits: 1 } },
    });
    const [line] = estimatePath('fine-tuning', workload, bookFor(workload)).lines.filter(
      ({ name }) => name === 'Custom model units',
    );
    // 100 x 1.5 x 2 windows x 5 minutes x 1 unit
    expect(line?.quantity).toBe(1500);
    if (line !== undefined) expect(derivation(line, 'fine-tuning', workload).pieces).toBe(1500);
  });

  test.each([
    ['around the clock', undefined, 2920],
    // 1 hour on each of 30 days, a lead hour before: 60 hours; a tenth of the requests in 30 hours are 243.33 a minute
    ['on a schedule', { hoursPerDay: 1, daysPerMonth: 30, requestShare: 0.1 }, 540],
  ])('model units for the busiest minute count the calls of the own model, %s', (_, schedule, hours) => {
    const workload = parseWorkload({
      requestsPerMonth: 4_380_000,
      inference: {
        calls: [
          { name: 'router', modelId: 'a.small', callsPerRequest: 1, inputTokens: 50, outputTokens: 5 },
          { name: 'plan', callsPerRequest: 1, inputTokens: 60, outputTokens: 10 },
          { name: 'answer', callsPerRequest: 1.5, inputTokens: 90, outputTokens: 10 },
        ],
      },
      fineTuning: {
        baseModelId: 'a.tuned',
        hosting: {
          kind: 'provisioned',
          tokensPerMinutePerModelUnit: 20_000,
          peakToAverageRatio: 3,
          ...(schedule === undefined ? {} : { schedule }),
        },
      },
    });
    const [line] = estimatePath('fine-tuning', workload, bookFor(workload)).lines.filter(({ name }) =>
      name.startsWith('Model units'),
    );
    // 100 requests a minute of 70 + 150 tokens, 3 times that at the peak: 66,000 are 3.3 units, 4 whole ones for 730 hours
    expect(line?.quantity).toBe(hours);
    if (line !== undefined) expect(derivation(line, 'fine-tuning', workload).pieces).toBe(hours);
  });
});

test('every name of the tables stands in the formula of some line', () => {
  const used = new Set<string>();
  for (const [, workload] of VARIED) {
    for (const path of PATHS) {
      for (const line of estimatePath(path, workload, bookFor(workload), TRAINING_FACTS).lines) {
        for (const { name } of derivation(line, path, workload).values) used.add(name);
      }
    }
  }
  expect([...Object.keys(FIELD_NAMES), ...Object.keys(DERIVED_NAMES)].filter((name) => !used.has(name))).toEqual([]);
});

test('the default of a field that the workload leaves out stands in its derivation', () => {
  const workload = parseWorkload({ operations: { workflow: { transitionsPerRun: 400 } }, fineTuning: {} });
  // 400 transitions x 0 retraining runs + 0 others + 1 hour
  const spec = { component: 'operations', kind: 'fixed', name: 'any', unit: '1K transitions', assumption: '' } as const;
  const line = {
    ...spec,
    formula: 'workflow.transitionsPerRun × retrainingRunsPerMonth + otherTransitionsPerMonth + leadHours',
    quantity: null,
    unitPriceUsd: null,
    usd: null,
    priceId: 'any',
    usageType: null,
    source: null,
    date: null,
    confidence: null,
  };
  const { pieces, values } = derivation(line, 'fine-tuning', workload);
  expect(pieces).toBe(DEFAULTS.leadHours);
  expect(values).toContainEqual({ name: 'hoursPerMonth', value: DEFAULTS.hoursPerMonth, formula: null });
  expect(values).toContainEqual({ name: 'otherTransitionsPerMonth', value: 0, formula: null });
});

describe('formulas', () => {
  const names: Record<string, number> = { a: 7, 'b.c': 2 };
  const valueOf = (name: string): number => names[name] ?? NaN;

  test.each([
    ['a × b.c + 1', 15],
    ['1 + a × b.c', 15],
    ['(1 + a) × b.c', 16],
    ['a − b.c − 1', 4],
    ['a ÷ b.c ÷ 2', 1.75],
    ['ceil(a ÷ b.c)', 4],
    ['min(a, b.c, 5) × max(1, 3)', 6],
    ['1e3 × 0.5', 500],
  ])('%s is %p', (formula, value) => {
    expect(evaluate(formula, valueOf)).toBe(value);
  });

  test.each(['a ×', 'a b', 'floor(a)', '(a', 'a ) b'])('%s is none', (formula) => {
    expect(() => evaluate(formula, valueOf)).toThrow(formula);
  });
});
