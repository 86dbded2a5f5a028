import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
}

interface Manifest {
  readonly [section: string]: Readonly<Record<string, string>> | undefined;
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, '..', name), 'utf8'));
const MANIFEST = read('package.json') as Manifest;
const LOCKED = Object.entries((read('package-lock.json') as { packages: Record<string, LockedPackage> }).packages);

const nameOf = (path: string): string => path.split('node_modules/').at(-1) ?? path;

test('the AWS clients share one core and one credential chain', () => {
  const versions = new Map<string, Set<string>>();
  for (const [path, { version = '' }] of LOCKED) {
    if (!/^@(?:aws-sdk|smithy)\//.test(nameOf(path))) continue;
    versions.set(nameOf(path), (versions.get(nameOf(path)) ?? new Set()).add(version));
  }
  expect(versions.has('@aws-sdk/core')).toBe(true);
  expect(versions.has('@aws-sdk/credential-provider-node')).toBe(true);
  expect([...versions].filter(([, { size }]) => size > 1)).toEqual([]);
});

test('every version is exact', () => {
  const wanted = ['dependencies', 'devDependencies', 'overrides'].flatMap((name) =>
    Object.entries(MANIFEST[name] ?? {}),
  );
  expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
});

test('every override has its reason beside it', () => {
  expect(Object.keys(MANIFEST['//overrides'] ?? {})).toEqual(Object.keys(MANIFEST['overrides'] ?? {}));
});

test('what is copyleft is test-only, and said to be so', () => {
  // a licence that offers a choice, such as (MIT OR GPL-3.0-or-later), is taken as the other
  const copyleft = LOCKED.filter(([, { license = '' }]) => license.includes('GPL') && !license.includes(' OR '));
  expect(copyleft.map(([path]) => nameOf(path)).sort()).toEqual([
    '@cloud-copilot/iam-policy',
    '@cloud-copilot/iam-simulate',
    '@cloud-copilot/iam-utils',
  ]);
  expect(copyleft.filter(([, { dev }]) => dev !== true)).toEqual([]);
  for (const place of ['.github/SECURITY.md', 'README.md']) {
    expect(readFileSync(join(import.meta.dirname, '..', place), 'utf8')).toMatch(
      /@cloud-copilot\/\S* .*AGPL|AGPL.*@cloud-copilot/s,
    );
  }
});
