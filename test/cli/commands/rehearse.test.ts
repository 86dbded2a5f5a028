import { expect, test } from '@jest/globals';
import { failure } from '../../../lib/cli/commands/rehearse.ts';

const lost = {
  spoils: ['rag'],
  what: 'rag: 108 questions were answered, the log has metric lines of 107',
  advice: 'Run it again.',
} as const;

test('a failure names the paths whose figures are of no use, what was seen and what to do', () => {
  expect(failure([lost], ['rag'])).toBe(`
Rehearsal FAILED. Do not use the figures of rag.
  rag: 108 questions were answered, the log has metric lines of 107
    Run it again.
`);
});

test('what has the same cause is told together, with one advice', () => {
  const other = { spoils: [], what: 'left after cdk destroy: bucket a', advice: 'Mend the stack.' };
  const lines = failure(
    [lost, other, { ...lost, what: 'rag: 1 of 2' }, { ...other, what: 'left: role b' }],
    ['rag'],
  ).split('\n');
  expect(lines.slice(2, -1)).toEqual([
    '  rag: 108 questions were answered, the log has metric lines of 107',
    '  rag: 1 of 2',
    '    Run it again.',
    '  left after cdk destroy: bucket a',
    '  left: role b',
    '    Mend the stack.',
  ]);
});

test('what goes wrong after the measurements leaves the figures usable', () => {
  const left = { spoils: [], what: 'left after cdk destroy: bucket a', advice: 'Mend the stack.' };
  expect(failure([left], [])).toContain('Rehearsal FAILED. Its figures were measured before and can be used.');
});
