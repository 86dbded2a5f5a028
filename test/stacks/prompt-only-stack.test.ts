import type { Simulation } from '@cloud-copilot/iam-simulate';
import { beforeAll, expect, test } from '@jest/globals';
import type { Config } from '../../lib/config/config.ts';
import { TAG_KEYS } from '../../lib/deployment/tags.ts';
import { componentOfResourceType } from '../../lib/meters/meters.ts';
import { MODEL_ID, exampleConfig } from '../support/example-config.ts';
import { decisions } from '../support/policy-simulator.ts';
import { reviewed } from '../support/reviewed-template.ts';
import { synthesize, type Resource, type Template } from '../support/synthesize.ts';

const REGION = 'us-east-1';
const ACCOUNT = '111122223333';
const PROFILE = `arn:aws:bedrock:${REGION}:${ACCOUNT}:application-inference-profile/own`;
const SYSTEM_PROFILE = `arn:aws:bedrock:${REGION}:${ACCOUNT}:inference-profile/us.${MODEL_ID}`;
const LOG_GROUP = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:own`;
const GUARDRAIL = { id: 'abc123', version: '2' };

/** CloudFormation tags neither: a policy is part of its role, a URL part of its function. */
const UNTAGGABLE = ['AWS::IAM::Policy', 'AWS::Lambda::Url'];

let plain: Template;
let full: Template;

const templateOf = (config: Config): Template => synthesize(config, { only: ['prompt-only'] }).template('prompt-only');

beforeAll(() => {
  plain = templateOf(exampleConfig());
  full = templateOf(
    exampleConfig({
      profileScope: 'global',
      guardrail: GUARDRAIL,
      requestDeadlineSeconds: 60,
      logRetentionDays: 7,
      maxConcurrency: 5,
    }),
  );
});

function only(template: Template, type: string): Resource['Properties'] {
  const found = Object.values(template.Resources).filter((resource) => resource.Type === type);
  expect(found).toHaveLength(1);
  return found[0]?.Properties ?? {};
}

const allTypes = (template: Template): string[] => Object.values(template.Resources).map(({ Type }) => Type);

test('the stack makes only what costs nothing while nobody asks', () => {
  expect(allTypes(plain).sort()).toEqual([
    'AWS::Bedrock::ApplicationInferenceProfile',
    'AWS::IAM::Policy',
    'AWS::IAM::Role',
    'AWS::Lambda::Function',
    'AWS::Lambda::Url',
    'AWS::Logs::LogGroup',
  ]);
  // provisioned concurrency would bill by the hour
  expect(only(plain, 'AWS::Lambda::Function')).not.toHaveProperty('ProvisionedConcurrencyConfig');
});

test('its description says how it costs and how to stop it', () => {
  expect(plain.Description).toContain('Costs nothing while idle');
  expect(plain.Description).toContain('npx cdk destroy prompt-only');
});

test('the profile is a copy of the system profile, and its name changes with what it copies', () => {
  const profile = only(plain, 'AWS::Bedrock::ApplicationInferenceProfile');
  expect(resolved(profile['ModelSource'])).toEqual({ CopyFrom: SYSTEM_PROFILE });
  const name = String(profile['InferenceProfileName']);
  expect(name).toMatch(/^([0-9a-zA-Z][ _-]?){1,64}$/);
  expect(only(full, 'AWS::Bedrock::ApplicationInferenceProfile')['InferenceProfileName']).not.toBe(name);
});

test('the function runs on arm64 with Node.js 24, and longer than its own deadline', () => {
  expect(only(plain, 'AWS::Lambda::Function')).toMatchObject({
    Architectures: ['arm64'],
    Runtime: 'nodejs24.x',
    Timeout: 30,
  });
  expect(only(full, 'AWS::Lambda::Function')).toMatchObject({ Timeout: 65 });
});

test('the function answers as many at once as configured, and as many as the account allows where nothing is', () => {
  expect(only(full, 'AWS::Lambda::Function')).toMatchObject({ ReservedConcurrentExecutions: 5 });
  expect(only(plain, 'AWS::Lambda::Function')).not.toHaveProperty('ReservedConcurrentExecutions');
});

test('the function knows its profile and its prices, and the prompt is not in its environment', () => {
  const { Variables } = only(plain, 'AWS::Lambda::Function')['Environment'] as { Variables: Record<string, unknown> };
  expect(resolved(Variables['MODEL_ARN'])).toBe(PROFILE);
  expect(JSON.parse(String(Variables['SETTINGS']))).toMatchObject({
    usdPerMillionTokens: { input: 2, output: 10, cacheRead: null, cacheWrite: null },
    logPrompts: false,
  });
  expect(JSON.stringify(Variables)).not.toContain('Be short');
});

test('the URL streams and answers only signed requests', () => {
  expect(only(plain, 'AWS::Lambda::Url')).toMatchObject({ AuthType: 'AWS_IAM', InvokeMode: 'RESPONSE_STREAM' });
  expect(allTypes(plain)).not.toContain('AWS::Lambda::Permission');
});

test('logs are kept as long as configured and go with the stack', () => {
  expect(only(full, 'AWS::Logs::LogGroup')).toMatchObject({ RetentionInDays: 7 });
  const group = Object.values(full.Resources).find(({ Type }) => Type === 'AWS::Logs::LogGroup');
  expect(group).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
});

test('the outputs name the function, its URL, the profile and the tags, and two commands to try next', () => {
  const outputs = Object.fromEntries(Object.entries(plain.Outputs).map(([name, { Value }]) => [name, resolved(Value)]));
  expect(outputs).toEqual({
    FunctionName: 'own-function',
    FunctionUrl: 'https://own.lambda-url.us-east-1.on.aws/',
    ModelArn: PROFILE,
    Tags: 'customization-path=prompt-only project=fmpaths environment=test fmpaths-owner=own-stack',
    TryNextAsk: expect.stringMatching(
      /^aws lambda invoke --region us-east-1 --function-name own-function .*'\{"question":"[^']+"\}' \/dev\/stdout$/,
    ),
    TryNextEstimate: 'npx fmpaths estimate --paths prompt-only --region us-east-1',
  });
});

test('every resource that CloudFormation can tag carries all the tags of the contract', () => {
  const tagged = Object.values(plain.Resources).filter(({ Type }) => !UNTAGGABLE.includes(Type));
  expect(tagged.length).toBeGreaterThan(0);
  for (const { Type, Properties } of tagged) {
    const tags = Object.fromEntries(
      ((Properties['Tags'] ?? []) as { Key: string; Value: unknown }[]).map(({ Key, Value }) => [Key, Value]),
    );
    expect({ Type, tags }).toEqual({
      Type,
      tags: {
        [TAG_KEYS.path]: 'prompt-only',
        [TAG_KEYS.component]: componentOfResourceType(Type),
        [TAG_KEYS.project]: 'fmpaths',
        [TAG_KEYS.environment]: 'test',
        [TAG_KEYS.owner]: { Ref: 'AWS::StackId' },
      },
    });
  }
});

test('the types that cannot be tagged carry no tags, so that the list above stays true', () => {
  const untagged = Object.values(plain.Resources).filter(({ Properties }) => !('Tags' in Properties));
  expect(untagged.map(({ Type }) => Type).sort()).toEqual(UNTAGGABLE);
});

test('only the function can take the role', () => {
  expect(only(plain, 'AWS::IAM::Role')['AssumeRolePolicyDocument']).toEqual({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
  });
  expect(only(plain, 'AWS::IAM::Role')).not.toHaveProperty('ManagedPolicyArns');
});

const model = (region: string, id = MODEL_ID): string => `arn:aws:bedrock:${region}::foundation-model/${id}`;

type Request = readonly [what: string, action: string, resource: string, profile?: string];

const guardrailArn = (id: string): string => `arn:aws:bedrock:${REGION}:${ACCOUNT}:guardrail/${id}`;

const STREAM = 'bedrock:InvokeModelWithResponseStream';
const OTHER_MODEL = 'acme.dear-v1:0';

const ALLOWED: readonly Request[] = [
  ['call its profile', 'bedrock:InvokeModel', PROFILE, PROFILE],
  ['call its profile in a stream', STREAM, PROFILE, PROFILE],
  ...['us-east-1', 'us-east-2', 'us-west-2'].flatMap((region): Request[] => [
    [`call its model in ${region} through its profile`, 'bedrock:InvokeModel', model(region), PROFILE],
    [`call its model in ${region} through its profile in a stream`, STREAM, model(region), PROFILE],
  ]),
  ['make a stream in its logs', 'logs:CreateLogStream', `${LOG_GROUP}:log-stream:s`],
  ['write its logs', 'logs:PutLogEvents', `${LOG_GROUP}:log-stream:s`],
];

const DENIED: readonly Request[] = [
  ['bypass the profile', 'bedrock:InvokeModel', model('us-east-1')],
  ['bypass it in a stream', STREAM, model('us-east-1')],
  ['call its model through the system profile', 'bedrock:InvokeModel', model('us-east-1'), SYSTEM_PROFILE],
  ['call the system profile itself', 'bedrock:InvokeModel', SYSTEM_PROFILE, SYSTEM_PROFILE],
  ['call the system profile without saying so', 'bedrock:InvokeModel', SYSTEM_PROFILE],
  ['call its model through the profile of another', 'bedrock:InvokeModel', model('us-east-1'), `${PROFILE}2`],
  ['call the profile of another', 'bedrock:InvokeModel', `${PROFILE}2`, `${PROFILE}2`],
  ['call another model', 'bedrock:InvokeModel', model('us-east-1', OTHER_MODEL)],
  ['call another model through its profile', 'bedrock:InvokeModel', model('us-east-1', OTHER_MODEL), PROFILE],
  ['call its model outside the Regions of its profile', 'bedrock:InvokeModel', model('eu-west-1'), PROFILE],
  ['use a guardrail that is not configured', 'bedrock:ApplyGuardrail', guardrailArn(GUARDRAIL.id)],
  ['retag its profile', 'bedrock:TagResource', PROFILE],
  ['untag its profile', 'bedrock:UntagResource', PROFILE],
  ['delete its profile', 'bedrock:DeleteInferenceProfile', PROFILE],
  ['make a profile', 'bedrock:CreateInferenceProfile', PROFILE],
  ['write the logs of another', 'logs:PutLogEvents', `${LOG_GROUP}2:log-stream:s`],
  ['make a stream in the logs of another', 'logs:CreateLogStream', `${LOG_GROUP}2:log-stream:s`],
  ['make a log group', 'logs:CreateLogGroup', `${LOG_GROUP}:*`],
  ['delete its logs', 'logs:DeleteLogGroup', LOG_GROUP],
  ['read its logs', 'logs:GetLogEvents', `${LOG_GROUP}:log-stream:s`],
];

const ALLOWED_GLOBAL: readonly Request[] = [
  ['call its model in Tokyo through its profile', 'bedrock:InvokeModel', model('ap-northeast-1'), PROFILE],
  ['use the guardrail that is configured', 'bedrock:ApplyGuardrail', guardrailArn(GUARDRAIL.id)],
];

const DENIED_GLOBAL: readonly Request[] = [
  ['bypass the profile in Tokyo', 'bedrock:InvokeModel', model('ap-northeast-1')],
  ['call another model through its profile', 'bedrock:InvokeModel', model('us-east-1', OTHER_MODEL), PROFILE],
  ['use another guardrail', 'bedrock:ApplyGuardrail', guardrailArn('other')],
];

/** The requests that IAM does not decide as expected: none, or `<what>: <decision>`. */
function surprises(template: Template, requests: readonly Request[], expected: string): string[] {
  const policy = resolved(only(template, 'AWS::IAM::Policy')['PolicyDocument']);
  const made = decisions(
    requests.map(([, action, resource, profile]): Simulation => ({
      request: {
        principal: `arn:aws:iam::${ACCOUNT}:role/own`,
        action,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: profile === undefined ? {} : { 'bedrock:InferenceProfileArn': profile },
      },
      identityPolicies: [{ name: 'own', policy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    })),
  );
  expect(made).toHaveLength(requests.length);
  return requests.flatMap(([what], index) =>
    made[index] === expected ? [] : [`${what}: ${made[index] ?? 'nothing'}`],
  );
}

test('the function may call its model through its own profile in every Region of the profile, and write its logs', () => {
  expect(surprises(plain, ALLOWED, 'Allowed')).toEqual([]);
});

test('the function can neither bypass its profile nor call another model, nor touch tags, profiles or other logs', () => {
  expect(surprises(plain, DENIED, 'ImplicitlyDenied')).toEqual([]);
});

test('a global profile lets the function call its model in any Region', () => {
  expect(surprises(full, ALLOWED_GLOBAL, 'Allowed')).toEqual([]);
});

test('a global profile lets the function do nothing more than that', () => {
  expect(surprises(full, DENIED_GLOBAL, 'ImplicitlyDenied')).toEqual([]);
});

test('a misspelt action does not pass for a denial', () => {
  expect(surprises(plain, [['err', 'bedrock:InvokeModle', PROFILE]], 'ImplicitlyDenied')).toHaveLength(1);
});

test('the template is the one that was reviewed', () => {
  expect(reviewed(plain)).toMatchSnapshot();
});

/** What CloudFormation makes of references and joins, with the names of this test. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (typeof ref === 'string')
    return REFERENCES[ref] ?? REFERENCES[plain.Resources[ref]?.Type ?? ''] ?? unresolved(ref);
  if (Array.isArray(attribute)) return ATTRIBUTES[String(attribute[1])] ?? unresolved(String(attribute[1]));
  if (Array.isArray(join)) return (join[1] as unknown[]).map((part) => String(resolved(part))).join(String(join[0]));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolved(part)]));
}

function unresolved(name: string): never {
  throw new Error(`the test does not know what ${name} refers to`);
}

const REFERENCES: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': ACCOUNT,
  'AWS::StackId': 'own-stack',
  'AWS::Lambda::Function': 'own-function',
};

const ATTRIBUTES: Record<string, string> = {
  InferenceProfileArn: PROFILE,
  // GetAtt of a log group ends with the wildcard of its streams
  Arn: `${LOG_GROUP}:*`,
  FunctionUrl: 'https://own.lambda-url.us-east-1.on.aws/',
};
