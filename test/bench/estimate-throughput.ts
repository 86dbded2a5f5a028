// Full five-path estimates a second in one process, lines and all: the aim is 20,000.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { estimate, type PathEstimate } from '../../lib/cost/estimate.ts';
import { parseWorkload } from '../../lib/cost/workload.ts';
import { parsePriceBook } from '../../lib/prices/price-book.ts';

export const AIM_PER_SECOND = 20_000;

export interface Throughput {
  readonly estimatesPerSecond: number;
  readonly linesPerEstimate: number;
}

/** Estimates with another volume every time, so that nothing can be computed once and kept. */
export function estimateThroughput(seconds: number): Throughput {
  const config = join(import.meta.dirname, '..', '..', 'config');
  const read = (file: string): unknown => JSON.parse(readFileSync(join(config, file), 'utf8'));
  const book = parsePriceBook(read('prices/us-east-1.json'));
  const workload = parseWorkload(read('workloads/default.json'));
  const bookOf = () => book;

  let lines = 0;
  const run = (count: number): void => {
    for (let index = 0; index < count; index++) {
      const paths: PathEstimate[] = estimate({ ...workload, requestsPerMonth: 1 + index }, bookOf);
      for (const path of paths) lines += path.lines.length;
    }
  };
  run(5000);
  lines = 0;
  let count = 0;
  const start = performance.now();
  let elapsed = 0;
  while (elapsed < seconds * 1000) {
    run(1000);
    count += 1000;
    elapsed = performance.now() - start;
  }
  return { estimatesPerSecond: (count / elapsed) * 1000, linesPerEstimate: lines / count };
}

if (process.argv[1] === import.meta.filename) {
  const { estimatesPerSecond, linesPerEstimate } = estimateThroughput(3);
  const verdict = estimatesPerSecond >= AIM_PER_SECOND ? 'met' : 'MISSED';
  process.stdout.write(
    `five-path estimates: ${Math.round(estimatesPerSecond).toLocaleString('en')} a second, ${linesPerEstimate} lines each (aim ${AIM_PER_SECOND.toLocaleString('en')}: ${verdict})\n`,
  );
}
