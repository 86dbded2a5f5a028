import { expect, test } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bridgeAssembly, bridgeTemplate } from '../../lib/rehearsal/assembly.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

const TEMPLATE = {
  Description: 'a stack',
  Resources: {
    Profile: {
      Type: 'AWS::Bedrock::ApplicationInferenceProfile',
      Properties: {
        InferenceProfileName: 'answers',
        ModelSource: { CopyFrom: { 'Fn::Sub': 'arn:${AWS::Partition}:bedrock:us-east-1::foundation-model/m' } },
        Tags: [{ Key: 'fmpaths-owner', Value: { Ref: 'AWS::StackId' } }],
      },
      DependsOn: ['Role'],
      DeletionPolicy: 'Delete',
      Metadata: { 'aws:cdk:path': 'stack/Profile' },
    },
    Role: { Type: 'AWS::IAM::Role', Properties: { MaxSessionDuration: 3600 } },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: { Environment: { Variables: { MODEL_ARN: { 'Fn::GetAtt': ['Profile', 'InferenceProfileArn'] } } } },
    },
  },
  Outputs: { Id: { Value: { Ref: 'Profile' } } },
};

const { template, bridged } = bridgeTemplate(TEMPLATE, 'exports.handler = 1');

test('a type that the emulator lacks becomes a custom resource under the same id, with everything that hangs on it', () => {
  expect(bridged).toEqual([{ logicalId: 'Profile', type: 'AWS::Bedrock::ApplicationInferenceProfile' }]);
  expect(template.Resources?.['Profile']).toEqual({
    ...TEMPLATE.Resources.Profile,
    Type: 'Custom::BedrockApplicationInferenceProfile',
    Properties: {
      ServiceToken: { 'Fn::GetAtt': ['RehearsalBridge', 'Arn'] },
      ServiceTimeout: 600,
      Type: 'AWS::Bedrock::ApplicationInferenceProfile',
      Properties: TEMPLATE.Resources.Profile.Properties,
    },
  });
});

test('everything else stays as it is, so that Ref and GetAtt find what they found', () => {
  expect(template.Resources?.['Role']).toEqual(TEMPLATE.Resources.Role);
  expect(template.Resources?.['Function']).toEqual(TEMPLATE.Resources.Function);
  expect(template['Outputs']).toEqual(TEMPLATE.Outputs);
});

test('the bridge lives in the stack, with a log group of its own that goes with it', () => {
  expect(Object.keys(template.Resources ?? {})).toEqual([
    'Profile',
    'Role',
    'Function',
    'RehearsalBridgeLogs',
    'RehearsalBridge',
  ]);
  expect(template.Resources?.['RehearsalBridge']?.Properties).toMatchObject({
    Code: { ZipFile: 'exports.handler = 1' },
    LoggingConfig: { LogGroup: { Ref: 'RehearsalBridgeLogs' } },
  });
});

test('a template that lacks nothing is left alone', () => {
  const whole = { Resources: { Role: TEMPLATE.Resources.Role } };
  expect(bridgeTemplate(whole, 'code')).toEqual({ template: whole, bridged: [] });
});

test('an assembly is copied, nested ones too; the one that goes to AWS is not touched', async () => {
  const [from, to] = [join(folder, 'cdk.out'), join(folder, 'bridged')];
  mkdirSync(join(from, 'assembly-nested'), { recursive: true });
  const original = JSON.stringify(TEMPLATE);
  writeFileSync(join(from, 'prompt-only.template.json'), original);
  writeFileSync(join(from, 'assembly-nested', 'other.template.json'), original);
  writeFileSync(join(from, 'manifest.json'), '{"version":"1"}');

  expect(await bridgeAssembly(from, to, 'code')).toHaveLength(2);
  expect(readFileSync(join(from, 'prompt-only.template.json'), 'utf8')).toBe(original);
  expect(readFileSync(join(to, 'prompt-only.template.json'), 'utf8')).toContain('Custom::Bedrock');
  expect(readFileSync(join(to, 'assembly-nested', 'other.template.json'), 'utf8')).toContain('Custom::Bedrock');
  expect(readFileSync(join(to, 'manifest.json'), 'utf8')).toBe('{"version":"1"}');
});

test('a password without punctuation is spelled out for the emulator', () => {
  const secret = (GenerateSecretString: object) => ({
    Type: 'AWS::SecretsManager::Secret',
    Properties: { GenerateSecretString },
  });
  const { template: copied } = bridgeTemplate(
    {
      Resources: {
        Plain: secret({ ExcludePunctuation: true, PasswordLength: 32 }),
        Any: secret({ PasswordLength: 32 }),
      },
    },
    'code',
  );
  const excluded = (id: string) =>
    (copied.Resources?.[id]?.Properties?.['GenerateSecretString'] as { ExcludeCharacters?: string }).ExcludeCharacters;
  // every printable ASCII sign that is neither letter, digit nor space
  expect(excluded('Plain')).toHaveLength(32);
  expect(excluded('Any')).toBeUndefined();
});

test.each([
  'AWS::Bedrock::KnowledgeBase',
  'AWS::OpenSearchServerless::Collection',
  'AWS::S3Vectors::Index',
  'AWS::RDS::DBCluster',
  'AWS::SecretsManager::SecretTargetAttachment',
])('%s is bridged', (Type) => {
  expect(bridgeTemplate({ Resources: { One: { Type } } }, 'code').bridged).toEqual([{ logicalId: 'One', type: Type }]);
});
