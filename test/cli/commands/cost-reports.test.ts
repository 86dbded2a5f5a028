import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../../support/run-cli.ts';

const GOLDEN = join(import.meta.dirname, '../../golden');
const INPUTS = ['--workload', join(GOLDEN, 'workload.json'), '--prices', join(GOLDEN, 'prices.json')];
// aoss/storage, of January 2025, is the one price older than 90 days
const NOW = '2026-11-01T00:00:00Z';

/** What the commands print for one workload and one invented price book: `UPDATE_GOLDEN=1 npm test -- test/cli/cost-reports`. */
const REPORTS: Record<string, readonly string[]> = {
  'estimate.txt': ['estimate'],
  'estimate.explain.txt': ['estimate', '--explain'],
  'estimate.ja.txt': ['estimate', '--lang', 'ja'],
  'estimate.zh.md': ['estimate', '--lang', 'zh', '--format', 'markdown'],
  'estimate.csv': ['estimate', '--format', 'csv'],
  'breakeven.txt': ['breakeven', '--between', 'rag,prompt-only', '--over', 'requestsPerMonth'],
  'breakeven.unknown.ja.txt': [
    'breakeven',
    '--between',
    'rag,distillation',
    '--over',
    'requestsPerMonth',
    '--lang',
    'ja',
  ],
  'levers.txt': ['levers', '--path', 'rag'],
  'levers.zh.txt': ['levers', '--path', 'fine-tuning', '--lang', 'zh'],
  'recommend.txt': ['recommend'],
  'recommend.ja.md': ['recommend', '--lang', 'ja', '--format', 'markdown'],
  'recommend.zh.txt': ['recommend', '--lang', 'zh'],
};

describe('the report reads as it did when a person last looked at it', () => {
  test.each(Object.entries(REPORTS))('%s', async (name, args) => {
    const { status, stdout, stderr } = await runCli([...args, ...INPUTS], { now: NOW });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const file = join(GOLDEN, name);
    if (process.env['UPDATE_GOLDEN'] !== undefined) writeFileSync(file, stdout);
    expect(existsSync(file)).toBe(true);
    expect(stdout).toBe(readFileSync(file, 'utf8'));
  });
});
