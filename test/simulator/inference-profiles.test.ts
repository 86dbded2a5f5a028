import {
  BedrockClient,
  CreateInferenceProfileCommand,
  DeleteInferenceProfileCommand,
  GetInferenceProfileCommand,
  ListInferenceProfilesCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  type CreateInferenceProfileCommandInput,
} from '@aws-sdk/client-bedrock';
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { expect, test } from '@jest/globals';
import { createProfile, errorOf, testBed } from '../support/simulator-bed.ts';
import { ACCOUNT, MODEL, REGION, SYSTEM_PROFILE, TAGS, TAG_LIST } from '../support/simulator.ts';

const request = (input: Partial<CreateInferenceProfileCommandInput> = {}): CreateInferenceProfileCommand =>
  new CreateInferenceProfileCommand({
    inferenceProfileName: 'answers',
    modelSource: { copyFrom: SYSTEM_PROFILE },
    tags: TAG_LIST,
    ...input,
  });

test('a profile keeps its name, its models in every Region of its source, and its tags', async () => {
  const bed = await testBed();
  const { inferenceProfileArn = '', status } = await bed.bedrock.send(request({ description: 'Answers of the test' }));
  expect(status).toBe('ACTIVE');
  expect(inferenceProfileArn).toMatch(
    new RegExp(`^arn:aws:bedrock:${REGION}:${ACCOUNT}:application-inference-profile/[a-z0-9]{12}$`),
  );
  const profile = await bed.bedrock.send(
    new GetInferenceProfileCommand({ inferenceProfileIdentifier: inferenceProfileArn }),
  );
  expect(profile).toMatchObject({
    inferenceProfileName: 'answers',
    description: 'Answers of the test',
    inferenceProfileArn,
    type: 'APPLICATION',
    status: 'ACTIVE',
    createdAt: bed.clock.now(),
    models: [REGION, 'us-east-2', 'us-west-2'].map((region) => ({
      modelArn: `arn:aws:bedrock:${region}::foundation-model/${MODEL}`,
    })),
  });
  const { tags } = await bed.bedrock.send(new ListTagsForResourceCommand({ resourceARN: inferenceProfileArn }));
  expect(tags).toEqual(TAG_LIST);
  expect(bed.simulator.control.resources()).toEqual([
    {
      type: 'AWS::Bedrock::ApplicationInferenceProfile',
      arn: inferenceProfileArn,
      name: 'answers',
      tags: TAGS,
      createdAt: bed.clock.now(),
    },
  ]);
});

test('a deleted profile is gone for every operation, and nothing is left over', async () => {
  const bed = await testBed();
  const arn = await createProfile(bed);
  expect(bed.simulator.control.leftovers()).toMatchObject([{ arn, usdPerDay: 0 }]);
  await bed.bedrock.send(new DeleteInferenceProfileCommand({ inferenceProfileIdentifier: arn }));
  expect(bed.simulator.control.leftovers()).toEqual([]);
  const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }];
  const errors = await Promise.all([
    errorOf(bed.bedrock.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier: arn }))),
    errorOf(bed.bedrock.send(new DeleteInferenceProfileCommand({ inferenceProfileIdentifier: arn }))),
    errorOf(bed.bedrock.send(new ListTagsForResourceCommand({ resourceARN: arn }))),
    errorOf(bed.runtime.send(new ConverseCommand({ modelId: arn, messages }))),
  ]);
  expect(errors.map(({ name }) => name)).toEqual(Array.from({ length: 4 }, () => 'ResourceNotFoundException'));
});

test('the same request token makes one profile, another request with it is a conflict', async () => {
  const bed = await testBed();
  const clientRequestToken = 'token-1';
  const first = await bed.bedrock.send(request({ clientRequestToken }));
  const again = await bed.bedrock.send(request({ clientRequestToken }));
  expect(again.inferenceProfileArn).toBe(first.inferenceProfileArn);
  const error = await errorOf(bed.bedrock.send(request({ clientRequestToken, inferenceProfileName: 'others' })));
  expect(error.name).toBe('ConflictException');
  expect(bed.simulator.control.resources()).toHaveLength(1);
});

test.each<[string, Partial<CreateInferenceProfileCommandInput>, string, RegExp]>([
  ['a second profile of the same name', {}, 'ConflictException', /already exists/],
  [
    'a name with a comma',
    { inferenceProfileName: 'a, b' },
    'ValidationException',
    /inferenceProfileName.*regular expression/,
  ],
  ['a long name', { inferenceProfileName: 'a'.repeat(65) }, 'ValidationException', /length less than or equal to 64/],
  [
    'a description in parentheses',
    { inferenceProfileName: 'b', description: 'it (this)' },
    'ValidationException',
    /description/,
  ],
  [
    'no source',
    { inferenceProfileName: 'b', modelSource: undefined },
    'ValidationException',
    /'modelSource'.*not be null/,
  ],
  [
    'a source that is no ARN',
    { inferenceProfileName: 'b', modelSource: { copyFrom: MODEL } },
    'ValidationException',
    /copyFrom/,
  ],
  [
    'a source that does not exist',
    { inferenceProfileName: 'b', modelSource: { copyFrom: SYSTEM_PROFILE.replace('us.', 'eu.') } },
    'ResourceNotFoundException',
    /could not be found/,
  ],
  [
    'a model that answers only through profiles',
    { inferenceProfileName: 'b', modelSource: { copyFrom: `arn:aws:bedrock:${REGION}::foundation-model/${MODEL}` } },
    'ValidationException',
    /on-demand throughput/,
  ],
  [
    'no tags',
    { inferenceProfileName: 'b', tags: undefined },
    'AccessDeniedException',
    /customization-path, cost-component, project/,
  ],
  [
    'a path that does not exist',
    { inferenceProfileName: 'b', tags: [...TAG_LIST.slice(1), { key: 'customization-path', value: 'prompting' }] },
    'AccessDeniedException',
    /customization-path must be one of prompt-only, rag.*got 'prompting'/,
  ],
  [
    'a tag given twice',
    { inferenceProfileName: 'b', tags: [...TAG_LIST, ...TAG_LIST] },
    'ValidationException',
    /Duplicate tag keys/,
  ],
  [
    'more than 50 tags',
    {
      inferenceProfileName: 'b',
      tags: [...TAG_LIST, ...Array.from({ length: 46 }, (_, i) => ({ key: `k${i}`, value: '' }))],
    },
    'TooManyTagsException',
    /50 tags, got 51/,
  ],
])('CreateInferenceProfile refuses %s', async (_, input, name, message) => {
  const bed = await testBed();
  await createProfile(bed);
  const error = await errorOf(bed.bedrock.send(request(input)));
  expect(error).toMatchObject({ name, message: expect.stringMatching(message) });
  expect(bed.simulator.control.resources()).toHaveLength(1);
});

test('tags can be added and removed, but never those of the contract', async () => {
  const bed = await testBed();
  const resourceARN = await createProfile(bed);
  const tagsNow = async () => (await bed.bedrock.send(new ListTagsForResourceCommand({ resourceARN }))).tags;
  await bed.bedrock.send(new TagResourceCommand({ resourceARN, tags: [{ key: 'team', value: 'a' }] }));
  expect(await tagsNow()).toEqual([...TAG_LIST, { key: 'team', value: 'a' }]);
  await bed.bedrock.send(new UntagResourceCommand({ resourceARN, tagKeys: ['team'] }));
  expect(await tagsNow()).toEqual(TAG_LIST);
  const error = await errorOf(bed.bedrock.send(new UntagResourceCommand({ resourceARN, tagKeys: ['project'] })));
  expect(error).toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringMatching(/tags project are missing/),
  });
  expect(await tagsNow()).toEqual(TAG_LIST);
});

test('profiles are listed by type, page by page', async () => {
  const bed = await testBed();
  const names = ['a', 'b', 'c'];
  for (const name of names) await createProfile(bed, SYSTEM_PROFILE, name);
  const seen: string[] = [];
  let pages = 0;
  let nextToken: string | undefined;
  do {
    const page = await bed.bedrock.send(
      new ListInferenceProfilesCommand({ typeEquals: 'APPLICATION', maxResults: 2, nextToken }),
    );
    seen.push(...(page.inferenceProfileSummaries ?? []).map(({ inferenceProfileName = '' }) => inferenceProfileName));
    ({ nextToken } = page);
    pages += 1;
  } while (nextToken !== undefined);
  expect([seen, pages]).toEqual([names, 2]);

  const { inferenceProfileSummaries: system } = await bed.bedrock.send(new ListInferenceProfilesCommand({}));
  expect(system?.map(({ inferenceProfileId }) => inferenceProfileId)).toEqual([
    `us.${MODEL}`,
    `global.${MODEL}`,
    'us.acme.old-v1:0',
    'global.acme.old-v1:0',
  ]);
});

test('a system-defined profile cannot be deleted', async () => {
  const bed = await testBed();
  const error = await errorOf(
    bed.bedrock.send(new DeleteInferenceProfileCommand({ inferenceProfileIdentifier: `us.${MODEL}` })),
  );
  expect(error.name).toBe('ValidationException');
});

test('the endpoint works from the environment, as a function has it', async () => {
  const bed = await testBed();
  process.env['AWS_ENDPOINT_URL_BEDROCK'] = bed.simulator.url;
  const client = new BedrockClient({ region: REGION, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  try {
    const { inferenceProfileSummaries } = await client.send(new ListInferenceProfilesCommand({}));
    expect(inferenceProfileSummaries?.[0]?.inferenceProfileId).toBe(`us.${MODEL}`);
  } finally {
    delete process.env['AWS_ENDPOINT_URL_BEDROCK'];
    client.destroy();
  }
});
