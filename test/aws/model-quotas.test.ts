import {
  ListAWSDefaultServiceQuotasCommand,
  ListServiceQuotasCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { askModelQuotas, type ModelQuotas } from '../../lib/aws/model-quotas.ts';
import type { ModelCatalogue } from '../../lib/catalogue/models.ts';
import { UserError } from '../../lib/errors/user-error.ts';
import { CATALOGUE as SHIPPED } from '../support/catalogue.ts';
import { MODEL } from '../support/example-config.ts';
import published from './published-quota-names.json' with { type: 'json' };

const sts = mockClient(STSClient);
const quotas = mockClient(ServiceQuotasClient);

/** `Two` is a model of both endpoints; `Old Name` is not what Service Quotas calls the model. */
const CATALOGUE: ModelCatalogue = {
  models: {
    'acme.one-v1:0': { ...MODEL, provider: 'Acme', name: 'One-Large 1.5' },
    'acme.two': { ...MODEL, provider: 'Acme', name: 'Two' },
    'acme.two-mantle': { ...MODEL, provider: 'Acme', name: 'Two', endpoint: 'mantle' },
    'acme.three': { ...MODEL, provider: 'Acme', name: 'Old Name', quotaName: 'Acme AI Three 3' },
    'acme.twin-a': { ...MODEL, provider: 'Acme', name: 'Twin' },
    'acme.twin-b': { ...MODEL, provider: 'Acme', name: 'Twin' },
  },
};

const ON_DEMAND = 'On-demand model inference tokens per minute for';

beforeEach(() => {
  sts.reset();
  quotas.reset();
  sts.on(GetCallerIdentityCommand).resolves({ Account: '123456789012' });
  quotas.on(ListServiceQuotasCommand).resolves({ Quotas: [] });
  quotas.on(ListAWSDefaultServiceQuotasCommand).resolves({ Quotas: [] });
});

const ask = (catalogue = CATALOGUE): Promise<ModelQuotas> =>
  askModelQuotas(
    { sts: new STSClient({}), quotas: new ServiceQuotasClient({}) },
    { catalogue, region: 'eu-west-1', today: '2026-11-30' },
  );

const applied = (...Quotas: { QuotaName: string; QuotaCode?: string; Value?: number }[]): void => {
  quotas.on(ListServiceQuotasCommand).resolves({ Quotas });
};

const named = (name: string): Error => Object.assign(new Error('it is so'), { name });

describe('the quotas of an account', () => {
  test('are read page by page, with who was asked, where and when', async () => {
    quotas
      .on(ListServiceQuotasCommand)
      .resolves({ Quotas: [{ QuotaName: `${ON_DEMAND} Acme Two`, QuotaCode: 'L-1', Value: 10 }], NextToken: 'more' })
      .on(ListServiceQuotasCommand, { NextToken: 'more' })
      .resolves({
        Quotas: [
          { QuotaName: 'Cross-Region model inference tokens per minute for Acme Two', QuotaCode: 'L-2', Value: 20 },
          { QuotaName: 'Global cross-region model inference tokens per minute for Two', QuotaCode: 'L-3', Value: 30 },
        ],
      });
    expect(await ask()).toEqual({
      quotas: {
        account: '123456789012',
        region: 'eu-west-1',
        date: '2026-11-30',
        quotas: {
          'acme.two': {
            'in-region': { tokensPerMinute: 10, from: 'account' },
            geographic: { tokensPerMinute: 20, from: 'account' },
            global: { tokensPerMinute: 30, from: 'account' },
          },
        },
      },
      leftOut: [],
    });
    expect(quotas.commandCalls(ListServiceQuotasCommand)[0]?.args[0].input.ServiceCode).toBe('bedrock');
  });

  test('are the applied ones, 0 included, and AWS defaults where nothing is applied', async () => {
    applied({ QuotaName: `${ON_DEMAND} Acme Two`, QuotaCode: 'L-1', Value: 0 });
    quotas.on(ListAWSDefaultServiceQuotasCommand).resolves({
      Quotas: [
        { QuotaName: `${ON_DEMAND} Acme Two`, QuotaCode: 'L-1', Value: 400 },
        { QuotaName: `${ON_DEMAND} Acme One-Large 1.5`, QuotaCode: 'L-2', Value: 500 },
      ],
    });
    expect((await ask()).quotas.quotas).toEqual({
      'acme.two': { 'in-region': { tokensPerMinute: 0, from: 'account' } },
      'acme.one-v1:0': { 'in-region': { tokensPerMinute: 500, from: 'default' } },
    });
  });

  test('are found by any spelling of the name, its first version, and the name that Service Quotas has', async () => {
    applied(
      { QuotaName: `${ON_DEMAND} ACME One Large 1.5 V1`, QuotaCode: 'L-1', Value: 1 },
      { QuotaName: 'Cross-region InvokeModel tokens per minute for Acme AI Three 3', QuotaCode: 'L-2', Value: 2 },
    );
    const { quotas: saved, leftOut } = await ask();
    expect(Object.keys(saved.quotas)).toEqual(['acme.one-v1:0', 'acme.three']);
    expect(leftOut).toEqual([]);
  });

  test('of two names of one model are the lower one', async () => {
    applied(
      { QuotaName: `${ON_DEMAND} Acme Two`, QuotaCode: 'L-1', Value: 9 },
      { QuotaName: `${ON_DEMAND} Acme Two V1`, QuotaCode: 'L-2', Value: 7 },
      { QuotaName: `${ON_DEMAND} Two`, QuotaCode: 'L-3', Value: 8 },
    );
    expect((await ask()).quotas.quotas['acme.two']?.['in-region']?.tokensPerMinute).toBe(7);
  });

  test.each([
    ['another version', `${ON_DEMAND} Acme Two V2`],
    ['long prompts', `${ON_DEMAND} Acme Two V1 1M Context Length`],
    ['a name that two models have', `${ON_DEMAND} Acme Twin`],
    ['a name that the model has elsewhere only', `${ON_DEMAND} Acme Old Name`],
    ['latency', 'On-demand, latency-optimized model inference tokens per minute for Acme Two'],
    ['the other endpoint', '[bedrock-mantle endpoint] Input tokens per minute for Acme Two'],
    ['deployments', '(Model customization) Sum of on demand custom model deployment tokens per minute for Acme Two'],
  ])('leave out those of %s, and say so', async (_, QuotaName) => {
    applied({ QuotaName, QuotaCode: 'L-1', Value: 5 });
    expect(await ask()).toMatchObject({
      quotas: { quotas: {} },
      leftOut: [{ name: QuotaName, tokensPerMinute: 5 }],
    });
  });

  test('without a value are left out, and no default stands in for them', async () => {
    applied({ QuotaName: `${ON_DEMAND} Acme Two`, QuotaCode: 'L-1' });
    quotas
      .on(ListAWSDefaultServiceQuotasCommand)
      .resolves({ Quotas: [{ QuotaName: `${ON_DEMAND} Acme Two`, QuotaCode: 'L-1', Value: 400 }] });
    expect(await ask()).toMatchObject({
      quotas: { quotas: {} },
      leftOut: [{ name: `${ON_DEMAND} Acme Two`, tokensPerMinute: undefined }],
    });
  });

  test('on anything but tokens a minute are not asked about', async () => {
    applied(
      { QuotaName: 'Cross-region model inference requests per minute for Acme Two', QuotaCode: 'L-1', Value: 5 },
      { QuotaName: 'Global cross-region model inference tokens per day for Acme Two', QuotaCode: 'L-2', Value: 5 },
    );
    expect(await ask()).toMatchObject({ quotas: { quotas: {} }, leftOut: [] });
  });
});

test('every published name of a quota of a model in the catalogue is found to be of that model', async () => {
  const names = Object.keys(published.models);
  applied(...names.map((QuotaName, index) => ({ QuotaName, QuotaCode: `L-${index}`, Value: index })));
  const { quotas: saved, leftOut } = await ask(SHIPPED);
  expect(leftOut).toEqual([]);
  const found = Object.entries(saved.quotas).flatMap(([id, scopes]) =>
    Object.values(scopes).map(({ tokensPerMinute }) => [names[tokensPerMinute] ?? '', id]),
  );
  expect(Object.fromEntries(found)).toEqual(published.models);
});

describe('what AWS refuses is said with what to do', () => {
  const refusal = async (): Promise<unknown> => ask().catch((error: unknown) => error);

  test.each([
    [ListServiceQuotasCommand, 'servicequotas:ListServiceQuotas'],
    [ListAWSDefaultServiceQuotasCommand, 'servicequotas:ListAWSDefaultServiceQuotas'],
  ])('a denied action is named with a policy that allows it', async (command, action) => {
    quotas.on(command).rejects(named('AccessDeniedException'));
    const error = await refusal();
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toContain(`not allowed to call ${action}: it is so. Allow it with `);
    expect(String(error)).toContain('arn:aws:iam::aws:policy/ServiceQuotasReadOnlyAccess');
  });

  test('throttling: wait and repeat', async () => {
    quotas.on(ListServiceQuotasCommand).rejects(named('TooManyRequestsException'));
    expect(String(await refusal())).toContain('Wait a minute and repeat the command');
  });

  test('a Region without Bedrock: name another', async () => {
    quotas.on(ListServiceQuotasCommand).rejects(named('NoSuchResourceException'));
    expect(String(await refusal())).toContain(
      "Service Quotas has no quotas of Amazon Bedrock in eu-west-1: name a Region that offers it with '--region'",
    );
  });

  test('refused credentials: sign in, or enable the Region', async () => {
    sts.on(GetCallerIdentityCommand).rejects(named('InvalidClientTokenId'));
    const said = String(await refusal());
    expect(said).toContain("Sign in again with 'aws sso login'");
    expect(said).toContain('eu-west-1 answers the same where your account has not enabled it');
    expect(quotas.calls()).toEqual([]);
  });
});
