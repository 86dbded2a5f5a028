import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseWorkload } from '../../lib/cost/workload.ts';
import type { ComparedReport } from '../../lib/report/compare.ts';
import { HANGS_MS } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FILE = join(temporaryFolder(), 'measured.json');

interface Estimated {
  readonly paths: readonly { readonly path: string; readonly modelId: string; readonly monthlyUsd: number }[];
}

async function json<T>(...args: string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(ROOT, '.build', 'fmpaths.mjs'), ...args, '--format', 'json'],
    { cwd: ROOT, maxBuffer: 2 ** 26 },
  );
  return JSON.parse(stdout) as T;
}

test(
  'a rehearsal shows what estimate says before, and writes what estimate then says of the measured tokens',
  async () => {
    const rehearsed = await json<ComparedReport>(
      'rehearse',
      '--quick',
      ...['--paths', 'prompt-only,rag', '--store', 's3-vectors', '--save-workload', FILE],
    );
    const before = await json<Estimated>('estimate');
    const after = await json<Estimated>('estimate', '--workload', FILE);
    const shown = (path: string, from: string) =>
      rehearsed.estimates.find((one) => one.path === path && one.from === from);
    const row = ({ paths }: Estimated, path: string) =>
      paths.find((one) => one.path === path && one.modelId === shown(path, 'measured')?.modelId)?.monthlyUsd;
    const total = (path: string) => rehearsed.cells.find((one) => one.path === path && one.component === 'total');

    expect(rehearsed.failedPaths).toEqual([]);
    expect(total('prompt-only')?.estimatedBeforeUsd).toBeCloseTo(row(before, 'prompt-only') ?? NaN, 6);
    for (const path of ['prompt-only', 'rag']) {
      expect(total(path)?.estimatedUsd).toBeCloseTo(row(after, path) ?? NaN, 6);
      expect(total(path)?.estimatedBeforeUsd).toBeCloseTo(shown(path, 'workload')?.monthlyUsd ?? NaN, 6);
    }
    // an idle OpenSearch Serverless alone costs more: the estimate before is for the store that was asked for
    const data = rehearsed.cells.find(({ path, component }) => path === 'rag' && component === 'data');
    expect(data?.estimatedBeforeUsd).toBeLessThan(50);

    const { paths, region, rag } = parseWorkload(JSON.parse(readFileSync(FILE, 'utf8')));
    expect({ paths, region, store: rag?.vectorStore?.kind }).toEqual({
      paths: ['prompt-only', 'rag'],
      region: 'us-east-1',
      store: 's3-vectors',
    });
  },
  HANGS_MS,
);
