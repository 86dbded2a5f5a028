import { describe, expect, test } from '@jest/globals';
import { comparisonGroups } from '../../lib/meters/comparison-groups.ts';

const line = (priceId: string, usageType: string | null) => ({ priceId, usageType });
const MICRO = line('amazon.nova-micro-v1:0/input', 'USE1-NovaMicro-input-tokens');
const LITE = line('amazon.nova-lite-v1:0/input', 'USE1-NovaLite-input-tokens');
const row = (usageType: string) => ({ usageType });

describe('lines of an estimate and rows of a bill meet', () => {
  test('by usage type, where every line of a family has one and the bill has no other', () => {
    const groups = comparisonGroups([MICRO, LITE], [row('APN1-NovaMicro-input-tokens')]);
    expect(groups.ofLine(MICRO)).toBe('NovaMicro-input-tokens');
    expect(groups.ofRow(row('APN1-NovaMicro-input-tokens'))).toBe('NovaMicro-input-tokens');
    expect(groups.ofLine(LITE)).toBe('NovaLite-input-tokens');
  });

  test('by family, where the usage type of a line is not known', () => {
    const unseen = line('acme.small-v1:0/input', null);
    expect(comparisonGroups([MICRO, unseen], []).ofLine(MICRO)).toBe('input tokens');
  });

  test('by family, where the bill has a usage type that the estimate does not', () => {
    const groups = comparisonGroups([MICRO, LITE], [row('USE1-NovaPro-input-tokens')]);
    expect(groups.ofLine(MICRO)).toBe('input tokens');
    expect(groups.ofRow(row('USE1-NovaPro-input-tokens'))).toBe('input tokens');
  });
});
