import { expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { join } from 'node:path';
import { loadConfig } from '../../lib/config.ts';
import { PATHS } from '../../lib/paths.ts';
import { createStacks } from '../../lib/stacks/create-stacks.ts';
import { exampleConfig } from '../example-config.ts';
import { synthesize } from './synthesize.ts';

const guardrail = { id: 'abc123', version: '1' };

test.each([
  ['a geographic profile', exampleConfig({ profileScope: 'us', guardrail, promptCaching: true })],
  ['a global profile', exampleConfig({ profileScope: 'global' })],
])('every stack keeps the AwsSolutions rules and the CloudFormation schemas: %s', (_, config) => {
  expect(synthesize(config, { validate: true }).findings).toEqual([]);
});

test('the rules find a resource that breaks them', () => {
  const { findings } = synthesize(exampleConfig(), { change: (stack) => new CfnBucket(stack, 'Open') });
  expect(findings.map(({ ruleName }) => ruleName)).toContain('AwsSolutions-S1');
});

/** The project's own files, so that no path is left out. */
const WHOLE = {
  ...loadConfig(join(import.meta.dirname, '../..'), new Date('2026-11-26')),
  project: 'mine',
  environment: 'prod',
};

test('the whole configuration as it is committed keeps the rules and schemas', () => {
  expect(WHOLE.omitted).toEqual({});
  expect(synthesize(WHOLE, { validate: true }).findings).toEqual([]);
});

test('a path whose defaults cannot work in the Region has no stack', () => {
  const stacks = createStacks(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), exampleConfig()).map(
    ({ node }) => node.id,
  );
  // whose base models the example's catalogue does not have
  expect(stacks).toEqual(PATHS.filter((path) => !['fine-tuning', 'distillation'].includes(path)));
});

test.each(PATHS)(
  '%s: the stack has the id of its path, and a name that keeps projects and environments apart',
  (path) => {
    const stacks = createStacks(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), WHOLE).map(
      ({ node, stackName }) => `${node.id} ${stackName}`,
    );
    expect(stacks).toContain(`${path} mine-prod-${path}`);
  },
);
