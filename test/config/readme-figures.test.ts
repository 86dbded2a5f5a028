import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOfPath, type Basis } from '../../lib/cost/comparison.ts';
import { formatUsd } from '../../lib/report/money.ts';
import { CATALOGUE } from '../support/catalogue.ts';
import { runCli } from '../support/run-cli.ts';

const README = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');

interface Row {
  readonly path: string;
  readonly modelId: string | null;
  readonly withExamples: boolean;
  readonly basis: string;
  readonly monthlyUsd: number | null;
}

const nameOf = (modelId: string | null): string =>
  modelId === null ? 'own weights' : (CATALOGUE.models[modelId]?.name ?? modelId);

test('the README shows for every path and model what estimate shows', async () => {
  const { stdout } = await runCli(['estimate', '--format', 'json'], { now: '2026-11-30T00:00:00Z' });
  const { paths } = JSON.parse(stdout) as { readonly paths: readonly Row[] };
  const deployed = paths.filter(({ withExamples, basis }) => withExamples && isOfPath(basis as Basis));
  const shown = [...README.matchAll(/^\| ([a-z-]+) +\| ([^,|]+), \w+ +\| +(\$[\d.,]+) \|/gm)];
  expect(shown.map(([, path, model, usd]) => [path, model, usd])).toEqual(
    deployed.map(({ path, modelId, monthlyUsd }) => [path, nameOf(modelId), formatUsd(monthlyUsd)]),
  );
  const untuned = paths.find(({ basis }) => basis === 'untuned');
  expect(/without training, prompt-only on (.+?), costs (\$[\d.]+),/.exec(README)?.slice(1)).toEqual([
    nameOf(untuned?.modelId ?? null),
    formatUsd(untuned?.monthlyUsd ?? null),
  ]);
});
