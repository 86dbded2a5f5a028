import { expect, test } from '@jest/globals';
import { pasted } from '../../lib/cli/pasted.ts';

test('a command to run next is quoted only where a shell needs it', () => {
  expect(pasted(['cleanup', '--yes'], { project: 'acme', region: undefined })).toBe(
    'npx fmpaths cleanup --yes --project acme',
  );
  expect(pasted(['dataset', 'check', "my data/it's.jsonl"], { for: 'fine-tuning' })).toBe(
    String.raw`npx fmpaths dataset check 'my data/it'\''s.jsonl' --for fine-tuning`,
  );
  expect(pasted(['dataset', 'check', '$(rm -rf x)'])).toBe("npx fmpaths dataset check '$(rm -rf x)'");
});
