import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { App, type Stack } from 'aws-cdk-lib';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../lib/config/config.ts';
import { createStacks } from '../../lib/stacks/create-stacks.ts';
import { createOmittedStacks, createSkeletonStacks } from '../../lib/stacks/skeleton-stacks.ts';
import { comparisonConfig } from '../support/comparison-config.ts';
import { exampleConfig } from '../support/example-config.ts';

const BUNDLING = 'aws:cdk:bundling-stacks';
const SCOPE = { project: 'mine', environment: 'prod', region: 'eu-west-1', account: '123456789012' };

let outdir: string;

beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'fmpaths-skeletons-'));
  // takes seconds to begin, and has nothing to say about skeletons
  process.env['CDK_VALIDATION'] = 'false';
});

afterEach(() => {
  delete process.env['CDK_VALIDATION'];
  rmSync(outdir, { recursive: true });
});

const appWith = (context: Record<string, unknown> = {}): App => new App({ outdir, context });

const identity = ({ node, stackName, region, account }: Stack): object => ({ id: node.id, stackName, region, account });

test('a skeleton is known by id, name, Region and account as the stack that it is made for', () => {
  const config = loadConfig(join(import.meta.dirname, '../..'), new Date('2026-11-26'));
  const app = appWith({ [BUNDLING]: [] });
  const { comparison } = comparisonConfig();
  const real = createStacks(app, { ...config, ...SCOPE, comparison });
  expect(createSkeletonStacks(appWith(), SCOPE, 'why').map(identity)).toEqual(real.map(identity));
});

test('nothing can deploy a skeleton: it has an error, and a parameter for which no value is allowed', () => {
  const app = appWith();
  createSkeletonStacks(app, SCOPE, 'why');
  const { stacks } = app.synth();
  expect(stacks).toHaveLength(6);
  for (const stack of stacks) {
    expect(stack.messages).toMatchObject([{ level: 'error', entry: { data: expect.stringContaining('why') } }]);
    const { Resources, Parameters } = stack.template as Record<string, Record<string, Record<string, unknown>>>;
    // cdk deploy deletes the deployed stack of a template that has no resources
    expect(Object.keys(Resources ?? {})).not.toEqual([]);
    const { Default, AllowedPattern } = Parameters?.['CannotBeDeployed'] ?? {};
    expect(Default).toBeUndefined();
    for (const value of ['', 'x', '\n', ' ']) expect(value).not.toMatch(new RegExp(`^(?:${String(AllowedPattern)})$`));
  }
});

test('a path that is left out has a skeleton for commands that build nothing, and for no other', () => {
  const config = exampleConfig();
  const made = (bundling?: readonly string[]): string[] => {
    const app = appWith(bundling === undefined ? {} : { [BUNDLING]: bundling });
    return createOmittedStacks(app, config).map(({ node }) => node.id);
  };
  expect(Object.keys(config.omitted)).toEqual(['fine-tuning', 'distillation']);
  // as cdk ls and cdk destroy say it, as cdk deploy and cdk synth do, and without the command line of the CDK
  expect([made([]), made(['**']), made(['rag']), made()]).toEqual([['fine-tuning', 'distillation'], [], [], []]);
});
