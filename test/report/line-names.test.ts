import { expect, test } from '@jest/globals';
import { runBound } from '../../lib/cost/run-bound.ts';
import { RUN_ITEMS, type RunItemId } from '../../lib/cost/run-items.ts';
import { lineName } from '../../lib/report/words/line-names.ts';

test.each(['ja', 'zh'] as const)('everything that a run bills for has a name in %s', (language) => {
  const items = (Object.keys(RUN_ITEMS) as RunItemId[]).map((id) => ({ id, priceId: 'x/y', pieces: 1 }));
  const names = runBound(items, {}).lines.map(({ name }) => name);
  expect(names).toHaveLength(11);
  expect(names.filter((name) => lineName(name, language) === name)).toEqual([]);
});
