import { describe, expect, test } from '@jest/globals';
import { estimatePath } from '../../lib/cost/estimate.ts';
import { derivation } from '../../lib/cost/explain.ts';
import { evaluate } from '../../lib/cost/formula.ts';
import { PATHS } from '../../lib/paths.ts';
import { bookFor, VARIED } from '../support/workloads.ts';

describe('the formula of a line, computed from the workload alone, gives the quantity of the line', () => {
  test.each(VARIED)('%s', (name, workload) => {
    const book = bookFor(workload);
    const lines = PATHS.flatMap((path) =>
      estimatePath(path, workload, book).lines.map((line) => {
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
