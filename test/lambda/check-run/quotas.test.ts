import { ListServiceQuotasCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { checkQuotas } from '../../../lambda/check-run/quotas.ts';
import type { Customization, TrainingSettings } from '../../../lib/training/settings.ts';
import { IMPORTING, RUN, SETTINGS } from '../../support/training-settings.ts';

const quotas = mockClient(ServiceQuotasClient);
const client = new ServiceQuotasClient({});

beforeEach(() => void quotas.reset());

const ON_DEMAND = 'ml.g6.2xlarge for training job usage';
const SPOT = 'ml.g6.2xlarge for spot training job usage';
const INSTANCES = { ...RUN, hosting: { kind: 'imported' } } as const;
const UNITS = { ...RUN, hosting: { kind: 'provisioned', modelUnits: 1, maxHours: 8 } } as const;

const withSpot = (spot: boolean): TrainingSettings => ({
  ...IMPORTING,
  customization: { ...IMPORTING.customization, spot } as Customization,
});

test.each([
  [false, ON_DEMAND, SPOT],
  [true, SPOT, ON_DEMAND],
])('instances (spot %s) are held against their own quota, wherever in the list it is', async (spot, own, other) => {
  quotas
    .on(ListServiceQuotasCommand, { ServiceCode: 'sagemaker' })
    .resolves({ Quotas: [{ QuotaName: other, Value: 0 }], NextToken: 'more' })
    .on(ListServiceQuotasCommand, { ServiceCode: 'sagemaker', NextToken: 'more' })
    .resolves({ Quotas: [{ QuotaName: own, Value: 1 }] });
  expect(await checkQuotas(INSTANCES, withSpot(spot), client)).toEqual([]);
});

test('an account that has no such instances does not begin to train, and is told what to do', async () => {
  quotas.on(ListServiceQuotasCommand).resolves({ Quotas: [{ QuotaName: ON_DEMAND, Value: 0 }] });
  await expect(checkQuotas(INSTANCES, IMPORTING, client)).rejects.toThrow(
    `the quota '${ON_DEMAND}' is 0, and 1 instance is asked for: ask for more in the console of Service Quotas, which`,
  );
  quotas
    .on(ListServiceQuotasCommand)
    .resolves({ Quotas: [{ QuotaName: ON_DEMAND, QuotaCode: 'L-1234ABCD', Value: 0 }] });
  await expect(checkQuotas(INSTANCES, IMPORTING, client)).rejects.toThrow(
    `or by 'aws service-quotas request-service-quota-increase --service-code sagemaker --quota-code L-1234ABCD --desired-value 1 --region us-east-1', which`,
  );
});

test('who trains nothing needs no instances', async () => {
  expect(await checkQuotas({ ...INSTANCES, action: 'import' }, IMPORTING, client)).toEqual([]);
  expect(await checkQuotas({ ...INSTANCES, action: 'host' }, IMPORTING, client)).toEqual([]);
  expect(await checkQuotas(RUN, SETTINGS, client)).toEqual([]);
  expect(quotas.calls()).toEqual([]);
});

test.each([
  ['instances', INSTANCES, IMPORTING, ON_DEMAND],
  ['model units', UNITS, SETTINGS, 'model units of custom models'],
] as const)(
  'a quota of %s that is not listed, has no value or cannot be read is said to be unknown',
  async (...row) => {
    const [, run, settings, name] = row;
    const unknown = (why: string) => [
      expect.stringContaining(`the quota '${name}' of this account is not known (${why})`),
    ];
    quotas.on(ListServiceQuotasCommand).resolves({ Quotas: [{ QuotaName: 'something else', Value: 0 }] });
    expect(await checkQuotas(run, settings, client)).toEqual(unknown('Service Quotas does not list it'));
    quotas.on(ListServiceQuotasCommand).resolves({ Quotas: [{ QuotaName: ON_DEMAND }] });
    expect(await checkQuotas(run, settings, client)).toEqual(unknown('Service Quotas does not list it'));
    const denied = Object.assign(new Error('not allowed'), { name: 'AccessDeniedException' });
    quotas.on(ListServiceQuotasCommand).rejects(denied);
    expect(await checkQuotas(run, settings, client)).toEqual(unknown('AccessDeniedException: not allowed'));
  },
);

test('a refusal of Service Quotas for any other reason leaves the quota unknown as well', async () => {
  const error = Object.assign(new Error('no'), { name: 'NoSuchResourceException', $metadata: { httpStatusCode: 400 } });
  quotas.on(ListServiceQuotasCommand).rejects(error);
  expect(await checkQuotas(INSTANCES, IMPORTING, client)).toEqual([
    expect.stringContaining('is not known (NoSuchResourceException: no)'),
  ]);
});

test('a fault of Service Quotas is not passed over', async () => {
  const error = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
  quotas.on(ListServiceQuotasCommand).rejects(error);
  await expect(checkQuotas(INSTANCES, IMPORTING, client)).rejects.toThrow('slow down');
});
