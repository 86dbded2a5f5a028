import { expect, test } from '@jest/globals';
import { answerCloudFormation, requireProperty, type ResourceEvent } from '../../../lambda/shared/custom-resource.ts';

const EVENT: ResourceEvent = {
  RequestType: 'Create',
  ResponseURL: 'https://signed',
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'Table',
  ResourceProperties: { Name: 'x', Empty: '' },
};

async function answered(
  event: ResourceEvent,
  work: () => Promise<string | undefined>,
): Promise<Record<string, unknown>> {
  const put: [string, string][] = [];
  await answerCloudFormation(event, work, async (url, body) => {
    await Promise.resolve();
    put.push([url, body]);
  });
  expect(put).toHaveLength(1);
  expect(put[0]?.[0]).toBe('https://signed');
  return JSON.parse(put[0]?.[1] ?? '') as Record<string, unknown>;
}

test('success is answered with the id that the work gave, or the one from before', async () => {
  expect(await answered(EVENT, () => Promise.resolve('made'))).toEqual({
    Status: 'SUCCESS',
    PhysicalResourceId: 'made',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Table',
  });
  const later = { ...EVENT, PhysicalResourceId: 'before' };
  expect(await answered(later, () => Promise.resolve(undefined))).toMatchObject({ PhysicalResourceId: 'before' });
});

test('a failure is answered too, with its reason and never with another id', async () => {
  const failed = await answered({ ...EVENT, PhysicalResourceId: 'before' }, () => Promise.reject(new TypeError('no')));
  expect(failed).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'before', Reason: 'TypeError: no' });
});

test('a property that is missing or empty is told by its name', () => {
  expect(requireProperty(EVENT, 'Name')).toBe('x');
  expect(() => requireProperty(EVENT, 'Empty')).toThrow('Table has no property Empty');
});
