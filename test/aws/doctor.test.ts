import {
  BedrockClient,
  GetFoundationModelCommand,
  GetInferenceProfileCommand,
  GetModelInvocationLoggingConfigurationCommand,
  ListFoundationModelsCommand,
} from '@aws-sdk/client-bedrock';
import { BedrockAgentClient, ListKnowledgeBasesCommand } from '@aws-sdk/client-bedrock-agent';
import { BedrockAgentRuntimeClient, RetrieveCommand } from '@aws-sdk/client-bedrock-agent-runtime';
import {
  CostExplorerClient,
  GetCostAndUsageCommand,
  GetTagsCommand,
  ListCostAllocationTagsCommand,
} from '@aws-sdk/client-cost-explorer';
import { ListServiceQuotasCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { CHECKS, doctorClients, runChecks, type CheckResult } from '../../lib/aws/doctor.ts';
import type { ModelCatalogue } from '../../lib/catalogue/models.ts';
import { findingText, nextText } from '../../lib/report/doctor.ts';

const sts = mockClient(STSClient);
const bedrock = mockClient(BedrockClient);
const quotas = mockClient(ServiceQuotasClient);
const costExplorer = mockClient(CostExplorerClient);
const agent = mockClient(BedrockAgentClient);
const agentRuntime = mockClient(BedrockAgentRuntimeClient);

const catalogue: ModelCatalogue = {
  models: {
    'maker.small-v1:0': {
      name: 'Small',
      provider: 'Maker',
      lifecycle: { status: 'active', endOfLife: null },
      kind: 'text',
      inRegion: ['us-east-1'],
      profiles: { us: { from: ['us-east-1'], spans: ['us-east-1', 'us-west-2'] } },
      released: null,
      endpoint: 'runtime',
      contextWindowTokens: null,
      maxOutputTokens: 1000,
      promptCaching: null,
      serviceTiers: ['standard'],
      batch: null,
      structuredOutput: null,
      sampling: 'both',
      thinking: null,
      customization: { types: ['FINE_TUNING'], tuningId: 'maker.small-v1:0:128k', regions: ['us-east-1'] },
      hosting: ['on-demand'],
      sources: [{ says: 'all of it', source: 'invented', date: '2026-01-01' }],
    },
  },
};

beforeEach(() => {
  for (const mock of [sts, bedrock, quotas, costExplorer]) mock.reset();
  sts.on(GetCallerIdentityCommand).resolves({ Account: '111122223333', Arn: 'arn:aws:iam::111122223333:role/reader' });
  bedrock.on(ListFoundationModelsCommand).resolves({
    modelSummaries: [{ modelId: 'maker.small-v1:0', modelArn: 'arn', modelLifecycle: { status: 'ACTIVE' } }],
  });
  bedrock.on(GetFoundationModelCommand, { modelIdentifier: 'maker.small-v1:0:128k' }).resolves({
    modelDetails: { modelId: 'maker.small-v1:0:128k', modelArn: 'arn', customizationsSupported: ['FINE_TUNING'] },
  });
  bedrock
    .on(ListFoundationModelsCommand, { byCustomizationType: 'CONTINUED_PRE_TRAINING' })
    .resolves({ modelSummaries: [] });
  bedrock.on(GetInferenceProfileCommand).resolves({
    models: ['us-west-2', 'us-east-1'].map((region) => ({
      modelArn: `arn:aws:bedrock:${region}::foundation-model/maker.small-v1:0`,
    })),
  });
  bedrock.on(GetModelInvocationLoggingConfigurationCommand).resolves({});
  quotas.on(ListServiceQuotasCommand).resolves({ Quotas: [] });
  costExplorer.on(ListCostAllocationTagsCommand).resolves({ CostAllocationTags: [] });
  costExplorer.on(GetTagsCommand).resolves({ Tags: [], ReturnSize: 0, TotalSize: 0 });
  costExplorer.on(GetCostAndUsageCommand).resolves({ ResultsByTime: [] });
});

const named = (name: string): Error => Object.assign(new Error(name), { name });

async function ask(...ids: string[]): Promise<CheckResult[]> {
  return runChecks(
    CHECKS.filter(({ id }) => ids.includes(id)),
    {
      sts: new STSClient({}),
      bedrock: new BedrockClient({}),
      quotas: new ServiceQuotasClient({}),
      costExplorer: new CostExplorerClient({}),
      agent: new BedrockAgentClient({}),
      agentRuntime: new BedrockAgentRuntimeClient({}),
    },
    { catalogue, region: 'us-east-1', today: '2026-11-23' },
  );
}

/** A result in the words that an English reader sees. */
const inEnglish = (result: CheckResult) => ({
  status: result.status,
  costUsd: result.costUsd,
  finding: findingText(result, 'en'),
  next: nextText(result, 'en'),
});

async function askOne(id: string) {
  const [result] = await ask(id);
  if (result === undefined) throw new Error(`no check ${id}`);
  return inEnglish(result);
}

describe('an account that is as the project assumes', () => {
  test.each([
    'identity',
    'model-lifecycle',
    'continued-pretraining-base',
    'customizations',
    'profile-regions',
    'invocation-logging',
  ])('%s is ok and free', async (id) => {
    expect(await askOne(id)).toMatchObject({ status: 'ok', costUsd: 0 });
  });
});

describe('an account that differs', () => {
  test('a model that became legacy with a date is named with it', async () => {
    bedrock.on(ListFoundationModelsCommand).resolves({
      modelSummaries: [
        {
          modelId: 'maker.small-v1:0',
          modelArn: 'arn',
          modelLifecycle: { status: 'LEGACY', endOfLifeTime: new Date('2027-03-01') },
        },
      ],
    });
    const { status, finding } = await askOne('model-lifecycle');
    expect(status).toBe('attention');
    expect(finding).toBe('maker.small-v1:0 is legacy; maker.small-v1:0 reaches its end of life on 2027-03-01');
  });

  test('a base model that takes continued pre-training again is good news that needs work', async () => {
    bedrock
      .on(ListFoundationModelsCommand, { byCustomizationType: 'CONTINUED_PRE_TRAINING' })
      .resolves({ modelSummaries: [{ modelId: 'maker.new-v1:0', modelArn: 'arn' }] });
    expect(await askOne('continued-pretraining-base')).toMatchObject({
      status: 'attention',
      finding: 'maker.new-v1:0 in us-east-1',
    });
  });

  test.each([
    ['is gone', () => bedrock.on(GetFoundationModelCommand).rejects(named('ResourceNotFoundException'))],
    [
      'takes another customization only',
      () =>
        bedrock.on(GetFoundationModelCommand).resolves({
          modelDetails: { modelId: 'm', modelArn: 'arn', customizationsSupported: ['DISTILLATION'] },
        }),
    ],
  ])('a model to be tuned that %s is named by its tuning id, with what it does not take', async (_, answer) => {
    answer();
    expect(await askOne('customizations')).toMatchObject({
      status: 'attention',
      finding: 'maker.small-v1:0:128k does not take FINE_TUNING in us-east-1',
    });
  });

  test('a profile that gained a Region is reported, because calls routed there are denied', async () => {
    bedrock.on(GetInferenceProfileCommand).resolves({
      models: ['us-east-1', 'us-east-2', 'us-west-2'].map((region) => ({
        modelArn: `arn:aws:bedrock:${region}::foundation-model/m`,
      })),
    });
    expect((await askOne('profile-regions')).finding).toBe('us.maker.small-v1:0 spans us-east-1, us-east-2, us-west-2');
  });

  test('prompts that the account logs are said to be stored unmasked', async () => {
    bedrock
      .on(GetModelInvocationLoggingConfigurationCommand)
      .resolves({ loggingConfig: { s3Config: { bucketName: 'their-logs' } } });
    expect((await askOne('invocation-logging')).finding).toBe('on in us-east-1, to s3://their-logs');
  });

  test('all pages of the quotas are read', async () => {
    quotas
      .on(ListServiceQuotasCommand)
      .resolves({ Quotas: [{ QuotaName: 'Model units no-commitment', Value: 0 }], NextToken: 'more' })
      .on(ListServiceQuotasCommand, { NextToken: 'more' })
      .resolves({
        Quotas: [
          { QuotaName: 'Custom model deployment requests per minute', Value: 4 },
          { QuotaName: 'Agents', Value: 9 },
        ],
      });
    expect((await askOne('quotas')).finding).toBe(
      'Model units no-commitment: 0; Custom model deployment requests per minute: 4',
    );
  });
});

describe('the bill', () => {
  test('tag keys that are not active are listed with the command that mends it', async () => {
    costExplorer.on(ListCostAllocationTagsCommand).resolves({
      CostAllocationTags: [{ TagKey: 'customization-path', Type: 'UserDefined', Status: 'Active' }],
    });
    expect(await askOne('tags-active')).toMatchObject({
      status: 'attention',
      finding: 'not active: cost-component',
      next: 'from the payer account: npx fmpaths tags activate',
      costUsd: 0.01,
    });
  });

  test('the keys that this command activates are all that is asked for', async () => {
    costExplorer.on(ListCostAllocationTagsCommand, { TagKeys: ['customization-path', 'cost-component'] }).resolves({
      CostAllocationTags: ['customization-path', 'cost-component'].map((TagKey) => ({
        TagKey,
        Type: 'UserDefined',
        Status: 'Active',
      })),
    });
    expect(await askOne('tags-active')).toMatchObject({
      status: 'ok',
      finding: 'active: customization-path, cost-component',
    });
  });

  test('a principal tag that no line carries is activated by an option that the command has', async () => {
    costExplorer.on(GetTagsCommand).resolves({ Tags: [''] });
    expect((await askOne('principal-tags')).next).toContain(
      'npx fmpaths tags activate --keys iamPrincipal/customization-path',
    );
  });

  test('tagged and untagged usage types are told apart, and credits are left out', async () => {
    costExplorer.on(GetCostAndUsageCommand).resolves({
      ResultsByTime: [
        {
          Groups: [
            { Keys: ['customization-path$prompt-only', 'USE1-Nova2.0Lite-input-tokens'] },
            { Keys: ['customization-path$', 'USE1-NovaLite-Customization-Training'] },
            { Keys: ['customization-path$', 'USE1-BoxUsage:t3.micro'] },
          ],
        },
      ],
    });
    expect((await askOne('tags-on-lines')).finding).toBe(
      'tagged: USE1-Nova2.0Lite-input-tokens; untagged, of this project or another: USE1-NovaLite-Customization-Training',
    );
    const [call] = costExplorer.commandCalls(GetCostAndUsageCommand);
    expect(call?.args[0].input.TimePeriod).toEqual({ Start: '2026-11-09', End: '2026-11-23' });
    expect(call?.args[0].input.Filter).toEqual({
      Not: { Dimensions: { Key: 'RECORD_TYPE', Values: ['Credit', 'Refund', 'Tax'] } },
    });
  });
});

test('Cost Explorer is asked in its one Region, and as often as for a bill', async () => {
  const { config } = doctorClients('eu-west-1').costExplorer;
  expect([await config.region(), await config.maxAttempts()]).toEqual(['us-east-1', 6]);
});

describe('what cannot be asked', () => {
  test('without an identity nothing else is asked', async () => {
    sts
      .on(GetCallerIdentityCommand)
      .rejects(Object.assign(new Error('no credentials found'), { name: 'CredentialsProviderError' }));
    const results = await ask('identity', 'model-lifecycle');
    expect(results).toHaveLength(1);
    expect(results[0]?.status).toBe('failed');
    expect(results.map((result) => nextText(result, 'en'))[0]).toContain(
      "no credentials found. Sign in with 'aws sso login' or 'aws configure'",
    );
    expect(bedrock.calls()).toHaveLength(0);
  });

  test('a check without permission fails with its own message and stops no other', async () => {
    bedrock.on(ListFoundationModelsCommand).rejects(
      Object.assign(new Error('not authorized to perform bedrock:ListFoundationModels'), {
        name: 'AccessDeniedException',
      }),
    );
    const results = await ask('identity', 'model-lifecycle', 'invocation-logging');
    expect(results.map(({ status }) => status)).toEqual(['ok', 'failed', 'ok']);
    expect(results.map((result) => nextText(result, 'en'))[1]).toContain('allow the action');
  });

  test('checks that would create something are not run, cost nothing and say how to find out', async () => {
    const results = await ask('export-tag-spelling', 'embedding-profile', 'nextgen-retrieve');
    expect(results).toHaveLength(3);
    for (const result of results)
      expect(result).toMatchObject({ status: 'not-run', costUsd: 0, next: { code: expect.any(String) } });
  });
});

describe('the search of a deployed knowledge base', () => {
  const summary = (knowledgeBaseId: string, name: string) => ({
    knowledgeBaseId,
    name,
    status: 'ACTIVE' as const,
    updatedAt: new Date(0),
  });

  beforeEach(() => {
    agent.reset();
    agentRuntime.reset();
    agent
      .on(ListKnowledgeBasesCommand)
      .resolvesOnce({ knowledgeBaseSummaries: [summary('OTHER', 'somebody-elses')], nextToken: 'more' })
      .resolves({ knowledgeBaseSummaries: [summary('OWN', 'fmpaths-dev-rag-0a1b2c3d')] });
    agentRuntime.on(RetrieveCommand).resolves({ retrievalResults: [] });
  });

  test('asks the knowledge bases that this project named, on every page, and no other', async () => {
    const result = await askOne('knowledge-base-search');
    expect(result).toMatchObject({ status: 'ok', finding: 'searched: OWN' });
    expect(agentRuntime.commandCalls(RetrieveCommand).map(({ args }) => args[0].input.knowledgeBaseId)).toEqual([
      'OWN',
    ]);
  });

  test('a refusal is told with what to do about a closed network and NextGen', async () => {
    agentRuntime.on(RetrieveCommand).rejects(Object.assign(new Error('403'), { name: 'ValidationException' }));
    const result = await askOne('knowledge-base-search');
    expect(result).toMatchObject({
      status: 'attention',
      finding: 'fmpaths-dev-rag-0a1b2c3d (OWN, us-east-1): ValidationException 403',
    });
    expect(result.next).toMatch(/set it to 'public'.*'nextgen': leave that out/);
  });

  test('where none is deployed nothing is searched and nothing is wrong', async () => {
    agent.reset();
    agent.on(ListKnowledgeBasesCommand).resolves({ knowledgeBaseSummaries: [] });
    expect(await askOne('knowledge-base-search')).toMatchObject({ status: 'ok' });
    expect(agentRuntime.calls()).toHaveLength(0);
  });
});
