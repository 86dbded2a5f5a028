import { expect, test } from '@jest/globals';
import { isNotFound } from '../../lib/errors/not-found.ts';
import { hostName, namePrefix, runName } from '../../lib/lifecycle/names.ts';
import { pathOfOwner } from '../../lib/lifecycle/owner.ts';
import { TRAINING_PATHS } from '../../lib/paths.ts';
import { error } from '../support/account.ts';

/** The longest that the configuration takes: 16 characters each. */
const LONGEST = ['a'.repeat(16), 'b'.repeat(16)] as const;
const stackNames = TRAINING_PATHS.map((path) => `${LONGEST.join('-')}-${path}`);
/** A run of the command line: 14 digits of its time and 6 more. */
const RUN = '20261101090000-a1b2c3';

test('names of jobs, models and hosting fit into 63 characters under the longest name of a stack', () => {
  for (const stackName of stackNames) {
    expect(runName(stackName, RUN).length).toBeLessThanOrEqual(63);
    expect(hostName(stackName).length).toBeLessThanOrEqual(63);
    // as AWS wants names of models: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateModelCustomizationJob.html
    expect(runName(stackName, RUN)).toMatch(/^([0-9a-zA-Z][_-]?){1,63}$/);
  }
});

test('names that had to be cut still differ by path, and all begin as cleanup lists them', () => {
  expect(new Set(stackNames.map(namePrefix)).size).toBe(TRAINING_PATHS.length);
  for (const stackName of stackNames) expect(namePrefix(stackName).startsWith(`${LONGEST.join('-')}-`)).toBe(true);
});

test('a name that is cut at a hyphen does not end in one, for the run follows behind another', () => {
  expect(namePrefix(`${'a'.repeat(40)}-b`)).toBe('a'.repeat(40));
});

const ID =
  'arn:aws:cloudformation:us-east-1:111122223333:stack/acme-dev-fine-tuning/0a1b2c3d-0000-1111-2222-333344445555';
const SCOPE = { accountId: '111122223333', region: 'us-east-1', project: 'acme', environment: 'dev' };

test.each([
  ['its whole id', ID, 'fine-tuning'],
  ['the id in another partition', ID.replace('arn:aws:', 'arn:aws-us-gov:'), 'fine-tuning'],
  ['no tag', undefined, undefined],
  ['another Region', ID.replace('us-east-1', 'us-east-2'), undefined],
  ['another account', ID.replace('111122223333', '111122223334'), undefined],
  ['another environment', ID.replace('-dev-', '-prod-'), undefined],
  ['more behind the path', ID.replace('fine-tuning', 'fine-tuning-2'), undefined],
  ['the name without the id', ID.slice(0, ID.lastIndexOf('/')), undefined],
  ['more behind the id', `${ID}6`, undefined],
  ['the id behind something', `x${ID}`, undefined],
  ['the id and a line break', `${ID}\n`, undefined],
])('the owner of a resource is a stack by %s', (_, owner, path) => {
  expect(pathOfOwner(owner, SCOPE)).toBe(path);
});

test.each([
  [error('ResourceNotFoundException'), true],
  // SageMaker
  [error('ValidationException', 'Requested resource not found.'), true],
  [error('ValidationException', '1 validation error detected'), false],
  [error('AccessDeniedException', 'not found or not allowed'), false],
  ['ResourceNotFoundException', false],
])('whether %s says that there is none', (thrown, expected) => {
  expect(isNotFound(thrown)).toBe(expected);
});
