import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Simulator } from '../../lib/simulator/index.ts';
import type { ResourceRequest, ResourceResponse } from '../../lib/simulator/resource-type.ts';
import { testSimulator } from '../support/simulator-bed.ts';
import { ACCOUNT, MODEL, REGION, SYSTEM_PROFILE, TAGS } from '../support/simulator.ts';

const TYPE = 'AWS::Bedrock::ApplicationInferenceProfile';
const cfnTags = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const PROPERTIES = { InferenceProfileName: 'answers', ModelSource: { CopyFrom: SYSTEM_PROFILE }, Tags: cfnTags(TAGS) };

let simulator: Simulator;

beforeEach(async () => {
  ({ simulator } = await testSimulator());
});

afterEach(() => simulator.close());

async function send(request: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${simulator.url}/_fmpaths/resources`, {
    method: 'POST',
    body: JSON.stringify(request),
  });
  return { status: response.status, body: await response.json() };
}

async function change(request: Omit<ResourceRequest, 'type'>): Promise<ResourceResponse> {
  const { status, body } = await send({ type: TYPE, ...request });
  expect([status, body]).toEqual([200, body]);
  return body as ResourceResponse;
}

test('a created profile has the Ref and the attributes of the real type', async () => {
  const { physicalResourceId, attributes } = await change({ requestType: 'Create', properties: PROPERTIES });
  expect(physicalResourceId).toMatch(/^[a-z0-9]{12}$/);
  expect(attributes).toEqual({
    InferenceProfileArn: `arn:aws:bedrock:${REGION}:${ACCOUNT}:application-inference-profile/${physicalResourceId}`,
    InferenceProfileId: physicalResourceId,
    InferenceProfileIdentifier: physicalResourceId,
    Status: 'ACTIVE',
    Type: 'APPLICATION',
    Models: [REGION, 'us-east-2', 'us-west-2'].map((region) => ({
      ModelArn: `arn:aws:bedrock:${region}::foundation-model/${MODEL}`,
    })),
    CreatedAt: '2026-11-30T12:00:00.000Z',
    UpdatedAt: '2026-11-30T12:00:00.000Z',
  });
  expect(simulator.control.resources()).toMatchObject([{ type: TYPE, name: 'answers', tags: TAGS }]);
});

test('other tags are an update in place', async () => {
  const created = await change({
    requestType: 'Create',
    properties: { ...PROPERTIES, Tags: cfnTags({ ...TAGS, old: '1' }) },
  });
  const updated = await change({
    requestType: 'Update',
    physicalResourceId: created.physicalResourceId,
    properties: { ...PROPERTIES, Tags: cfnTags({ ...TAGS, new: '2' }) },
  });
  expect(updated.physicalResourceId).toBe(created.physicalResourceId);
  expect(simulator.control.resources()).toMatchObject([{ tags: { ...TAGS, new: '2' } }]);
  expect(simulator.control.resources()[0]?.tags?.['old']).toBeUndefined();
});

test.each<[string, Record<string, unknown>]>([
  ['name', { InferenceProfileName: 'others' }],
  ['description and name', { InferenceProfileName: 'others', Description: 'new' }],
  [
    'source and name',
    { InferenceProfileName: 'others', ModelSource: { CopyFrom: SYSTEM_PROFILE.replace('/us.', '/global.') } },
  ],
])(
  'another %s is a replacement: a new profile, and the old one stays for CloudFormation to delete',
  async (_, changed) => {
    const created = await change({ requestType: 'Create', properties: PROPERTIES });
    const { physicalResourceId } = created;
    const updated = await change({
      requestType: 'Update',
      physicalResourceId,
      properties: { ...PROPERTIES, ...changed },
    });
    expect(updated.physicalResourceId).not.toBe(physicalResourceId);
    expect(simulator.control.resources()).toHaveLength(2);
    await change({ requestType: 'Delete', physicalResourceId, properties: PROPERTIES });
    expect(simulator.control.resources()).toMatchObject([{ arn: updated.attributes['InferenceProfileArn'] }]);
  },
);

test('a replacement under the same name fails, as it does in AWS', async () => {
  const { physicalResourceId } = await change({ requestType: 'Create', properties: PROPERTIES });
  const properties = { ...PROPERTIES, Description: 'new' };
  const { status, body } = await send({ type: TYPE, requestType: 'Update', physicalResourceId, properties });
  expect([status, body]).toMatchObject([400, { error: { type: 'ConflictException' } }]);
  expect(simulator.control.resources()).toHaveLength(1);
});

test('what is gone can be deleted again', async () => {
  const { physicalResourceId } = await change({ requestType: 'Create', properties: PROPERTIES });
  const deletion = { requestType: 'Delete', physicalResourceId, properties: PROPERTIES } as const;
  await change(deletion);
  await change(deletion);
  expect(simulator.control.leftovers()).toEqual([]);
});

test('a deletion that gets stuck fails loudly', async () => {
  const { physicalResourceId } = await change({ requestType: 'Create', properties: PROPERTIES });
  simulator.control.inject({ operation: 'DeleteInferenceProfile', kind: 'stuck-deletion' });
  const { status, body } = await send({ type: TYPE, requestType: 'Delete', physicalResourceId, properties: {} });
  expect([status, body]).toMatchObject([400, { error: { message: expect.stringMatching(/NotStabilized/) } }]);
  expect(simulator.control.leftovers()).toHaveLength(1);
});

test.each<[string, Record<string, unknown>, string, RegExp]>([
  [
    'an unknown type',
    { type: 'AWS::S3::Bucket' },
    'InvalidRequest',
    /no resource type 'AWS::S3::Bucket': it has AWS::Bedrock/,
  ],
  [
    'an unknown property',
    { properties: { ...PROPERTIES, Name: 'a' } },
    'InvalidRequest',
    /has no property Name: it has/,
  ],
  ['an unknown change', { requestType: 'Read' }, 'InvalidRequest', /Create, Update or Delete, got "Read"/],
  ['an update of nothing', { requestType: 'Update' }, 'InvalidRequest', /'physicalResourceId' is missing/],
  [
    'an update of what is gone',
    { requestType: 'Update', physicalResourceId: 'gone' },
    'ResourceNotFoundException',
    /gone/,
  ],
  ['no tags', { properties: { ...PROPERTIES, Tags: [] } }, 'AccessDeniedException', /tags customization-path/],
  [
    'no name',
    { properties: { ...PROPERTIES, InferenceProfileName: undefined } },
    'ValidationException',
    /inferenceProfileName/,
  ],
])('%s is refused', async (_, changed, type, message) => {
  const { status, body } = await send({ type: TYPE, requestType: 'Create', properties: PROPERTIES, ...changed });
  expect([status, body]).toEqual([400, { error: { type, message: expect.stringMatching(message) } }]);
  expect(simulator.control.resources()).toEqual([]);
});

test('a fault of the API reaches CloudFormation', async () => {
  simulator.control.inject({ operation: 'CreateInferenceProfile', kind: 'throttle' });
  const { body } = await send({ type: TYPE, requestType: 'Create', properties: PROPERTIES });
  expect(body).toMatchObject({ error: { type: 'ThrottlingException' } });
  await change({ requestType: 'Create', properties: PROPERTIES });
});
