// Five-path estimates, lines and all, in the time of one `node -e 0`: the aim is 2,000.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { estimate } from '../../lib/cost/estimate.ts';
import { parseWorkload } from '../../lib/cost/workload.ts';
import { parsePriceBook } from '../../lib/prices/price-book.ts';
import { CATALOGUE } from '../support/catalogue.ts';
import { milliseconds } from './ratio.ts';

const AIM = 2000;

const CONFIG = join(import.meta.dirname, '..', '..', 'config');
const read = (file: string): unknown => JSON.parse(readFileSync(join(CONFIG, file), 'utf8'));
const book = parsePriceBook(read('prices/us-east-1.json'));
const workload = parseWorkload(read('workloads/default.json'));

let lines = 0;

/** Estimates with another volume every time, so that nothing can be computed once and kept. */
function run(count: number): void {
  for (let index = 0; index < count; index++) {
    for (const path of estimate({ ...workload, requestsPerMonth: 1 + index }, () => book, CATALOGUE)) {
      lines += path.lines.length;
    }
  }
}

// compiled, as in any search that makes so many
run(5000);
lines = 0;
const ROUNDS = 30;
// in turn, so that a machine that slows down slows both
const inOneStart = Array.from({ length: ROUNDS }, () => {
  const floor = milliseconds({ command: process.execPath, args: ['-e', '0'] });
  const started = performance.now();
  run(AIM);
  return (floor / (performance.now() - started)) * AIM;
}).sort((one, other) => one - other);
const median = inOneStart[ROUNDS / 2] ?? 0;
process.stdout.write(
  `five-path estimates in the time of one node -e 0: ${Math.round(median).toLocaleString('en')}, ${lines / AIM / ROUNDS} lines each (aim ${AIM.toLocaleString('en')}: ${median >= AIM ? 'met' : 'MISSED'})\n`,
);
