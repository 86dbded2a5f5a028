import { expect, test } from '@jest/globals';
import { didYouMean } from '../../lib/json/nearest-name.ts';

test.each([
  // one letter is missing
  ['estimat', ['bill', 'estimate'], '; did you mean estimate?'],
  // letter case is no difference
  ['RAG', ['prompt-only', 'rag'], '; did you mean rag?'],
  // two letters have changed places: two replacements, which a name of any length may need
  ['rga', ['prompt-only', 'rag'], '; did you mean rag?'],
  // a third of a long name may differ: 5 of 15 letters are missing, then 6
  ['requestsPe', ['requestsPerHour'], '; did you mean requestsPerHour?'],
  ['requestsP', ['requestsPerHour'], ''],
  // 1 insertion away and 2
  ['unhos', ['host', 'unhost'], '; did you mean unhost?'],
  // nothing of it is kept
  ['xy', ['ab'], ''],
  ['anything', [], ''],
])('%s of %j%s', (name, allowed, expected) => {
  expect(didYouMean(name, allowed)).toBe(expected);
});
