import { expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { join } from 'node:path';
import { loadConfig } from '../../lib/config/config.ts';
import { PATHS } from '../../lib/paths.ts';
import { createStacks } from '../../lib/stacks/create-stacks.ts';
import { exampleConfig } from '../support/example-config.ts';

/** The project's own files, so that no path is left out. */
const WHOLE = {
  ...loadConfig(join(import.meta.dirname, '../..'), new Date('2026-11-26')),
  project: 'mine',
  environment: 'prod',
};

test('the configuration as it is committed leaves no path out', () => {
  expect(WHOLE.omitted).toEqual({});
});

test('a path whose defaults cannot work in the Region has no stack', () => {
  const stacks = createStacks(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), exampleConfig()).map(
    ({ node }) => node.id,
  );
  // whose base models the example's catalogue does not have
  expect(stacks).toEqual(PATHS.filter((path) => !['fine-tuning', 'distillation'].includes(path)));
});

test('each stack has the id of its path, and a name that keeps projects and environments apart', () => {
  const stacks = createStacks(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), WHOLE);
  expect(stacks.map(({ node, stackName }) => [node.id, stackName])).toEqual(
    PATHS.map((path) => [path, `mine-prod-${path}`]),
  );
});
