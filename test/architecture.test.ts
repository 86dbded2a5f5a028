import { expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const LEAVES = [
  'lib/paths',
  'lib/components',
  'lib/errors',
  'lib/models',
  'lib/tags',
  'lib/stack-name',
  'lib/deployment',
];
const CDK = ['aws-cdk-lib', 'constructs', 'cdk-nag'];

/** Folder -> what its files may import as values. A name that ends in `*` is a prefix; `self` is the folder itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'lib/paths.ts': [],
  'lib/components.ts': [],
  'lib/errors.ts': [],
  'lib/owned-folder.ts': ['node:*'],
  'lib/tags.ts': ['lib/paths', 'lib/components'],
  'lib/stack-name.ts': ['lib/paths', 'lib/tags'],
  'lib/models.ts': ['lib/errors', 'zod'],
  'lib/deployment/': [
    'self',
    'lib/errors',
    'lib/models',
    'lib/cost/schema-issues',
    'lib/dataset/repeated-key',
    'zod',
    'node:*',
  ],
  'lib/config.ts': ['lib/config', ...LEAVES, 'lib/cost', 'zod', 'node:*'],
  'lib/config/': ['self', ...LEAVES, 'lib/cost', 'lib/dataset', 'zod'],
  'lib/cost/': ['self', ...LEAVES, 'zod'],
  'lib/dataset/': ['self', ...LEAVES],
  'lib/lifecycle/': ['self', ...LEAVES, '@aws-sdk/*'],
  'lib/report/': ['self', ...LEAVES, 'lib/cost', 'zod'],
  'lib/billing/': ['self', ...LEAVES, 'lib/owned-folder', '@aws-sdk/*', '@duckdb/*', 'zod', 'node:*'],
  'lib/cloud/': [
    'self',
    ...LEAVES,
    'lib/cost',
    'lib/billing/cost-explorer-pages',
    'lib/lifecycle',
    'lib/dataset',
    '@aws-sdk/*',
    '@smithy/*',
    'zod',
    'node:*',
  ],
  'lib/cli/': [
    'self',
    ...LEAVES,
    'lib/config',
    'lib/cost',
    'lib/billing',
    'lib/report',
    'lib/cloud',
    'lib/dataset',
    'lib/lifecycle',
    'lib/rehearsal',
    'zod',
    'node:*',
  ],
  'lib/constructs/': ['self', ...LEAVES, 'lib/lifecycle/names', ...CDK, 'esbuild', 'node:*'],
  'lib/stacks/': ['self', ...LEAVES, 'lib/constructs', 'lib/config', ...CDK],
  'lambda/shared/': [
    'self',
    'lib/paths',
    'lib/tags',
    'lib/lifecycle',
    'lib/cost/token-pricing',
    '@aws-sdk/*',
    '@smithy/*',
    'node:*',
  ],
  'lambda/': [
    'self',
    'lambda/shared',
    'lib/paths',
    'lib/components',
    'lib/tags',
    'lib/cost/token-pricing',
    'lib/cost/price-id',
    'lib/cost/run-bound',
    'lib/cost/planned-run',
    'lib/cost/training-volume',
    'lib/dataset',
    'lib/lifecycle',
    '@aws-sdk/*',
    '@smithy/*',
    'node:*',
  ],
};

interface Import {
  readonly file: string;
  readonly target: string;
}

function sourceFiles(): string[] {
  return ['lib', 'lambda'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  );
}

/** Value imports only, static and dynamic: a type leaves no trace in what runs. */
function imports(file: string): Import[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const statements = source.matchAll(
    /^(?:import|export)\s(?!type\b)(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm,
  );
  return [...statements].map(([, fixed, lazy]) => {
    const target = fixed ?? lazy ?? '';
    return { file, target: target.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), target)) : target };
  });
}

function allows(rule: string, folder: string, target: string): boolean {
  if (rule === 'self') return target.startsWith(folder);
  if (rule.endsWith('*')) return target.startsWith(rule.slice(0, -1));
  return target === rule || target === `${rule}.ts` || target.startsWith(`${rule}/`);
}

test('every file imports only what the layout allows it to', () => {
  const violations = sourceFiles()
    .filter((file) => !file.startsWith('lib/rehearsal/'))
    .flatMap((file) => {
      const folder = Object.keys(MAY_IMPORT).find((prefix) => file.startsWith(prefix));
      if (folder === undefined) return [`${file}: no rule says what it may import`];
      // a handler's own folder, not its neighbours'
      const self = folder === 'lambda/' ? `${dirname(file)}/` : folder;
      return imports(file)
        .filter(({ target }) => !(MAY_IMPORT[folder] ?? []).some((rule) => allows(rule, self, target)))
        .map(({ target }) => `${file} -> ${target}`);
    });
  expect(violations).toEqual([]);
});

test('the rehearsal knows neither the command line nor the inside of the estimators it is checked against', () => {
  const violations = sourceFiles()
    .filter((file) => file.startsWith('lib/rehearsal/simulator/'))
    .flatMap(imports)
    .filter(
      ({ target }) =>
        target.startsWith('lib/cli/') || (target.startsWith('lib/cost/') && !target.startsWith('lib/cost/price-book')),
    )
    .map(({ file, target }) => `${file} -> ${target}`);
  expect(violations).toEqual([]);
});

test('the rules find a forbidden import where there is one', () => {
  expect(allows('lib/cost', 'lib/cost/', 'lib/cost-explorer.ts')).toBe(false);
  expect(allows('@aws-sdk/*', 'lib/cost/', '@aws-sdk/client-bedrock')).toBe(true);
  expect(imports('lib/cli/main.ts').map(({ target }) => target)).toContain('lib/errors.ts');
});
