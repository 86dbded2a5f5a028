import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { estimate } from '../../lib/cost/estimate.ts';
import { parseWorkload } from '../../lib/cost/workload.ts';
import { parsePriceBook } from '../../lib/prices/price-book.ts';

const ROOT = join(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(join(ROOT, 'config', file), 'utf8');

/** Everything that prices, as a page would load it. */
const ENTRY = `
  import { estimate } from './lib/cost/estimate.ts';
  import { parsePriceBook } from './lib/prices/price-book.ts';
  import { parseWorkload } from './lib/cost/workload.ts';
  import { breakEven } from './lib/cost/break-even.ts';
  import { leverEffects } from './lib/cost/levers.ts';
  import { recommend } from './lib/cost/recommend.ts';
  import { regionForPath } from './lib/cost/region-choice.ts';
  import { estimateDocument } from './lib/report/estimate.ts';
  import { recommendationDocument } from './lib/report/advice.ts';
  import { render } from './lib/report/format.ts';
  globalThis.answer = (book, workload) => {
    const priceBook = parsePriceBook(JSON.parse(book));
    const parsed = parseWorkload(JSON.parse(workload));
    const paths = estimate(parsed, () => priceBook);
    return JSON.stringify(paths.map(({ monthly, lines }) => ({ monthly, lines: lines.length })));
  };
  globalThis.loaded = [breakEven, leverEffects, recommend, regionForPath, estimateDocument, recommendationDocument, render].length;
`;

test('the cost model runs in a browser bundle unchanged: nothing of Node is in it or asked for', () => {
  const bundle = execFileSync(
    join(ROOT, 'node_modules/.bin/esbuild'),
    ['--bundle', '--platform=browser', '--format=iife', '--log-level=error', '--loader=ts'],
    { cwd: ROOT, input: ENTRY, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  // a context of its own has the language, and none of the globals of Node
  const page: { answer?: (book: string, workload: string) => string; loaded?: number } = {};
  createContext(page);
  expect(runInContext('[typeof process, typeof require, typeof Buffer].join()', page)).toBe(
    'undefined,undefined,undefined',
  );
  runInContext(bundle, page);
  expect(page.loaded).toBe(7);

  const [book, workload] = [text('prices/us-east-1.json'), text('workloads/default.json')];
  const here = estimate(parseWorkload(JSON.parse(workload)), () => parsePriceBook(JSON.parse(book)));
  expect(JSON.parse(page.answer?.(book, workload) ?? 'null')).toEqual(
    JSON.parse(JSON.stringify(here.map(({ monthly, lines }) => ({ monthly, lines: lines.length })))),
  );
});
