import { ListServiceQuotasCommand, type ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { errorText } from '../../lib/errors/aws-error.ts';
import { isPassing } from '../../lib/errors/passing.ts';
import { RunError } from '../../lib/errors/run-error.ts';
import type { RunState } from '../../lib/training/run-state.ts';
import type { TrainingSettings } from '../../lib/training/settings.ts';

type Quotas = Pick<ServiceQuotasClient, 'send'>;

/**
 * Model units and training instances are 0 in many an account until AWS grants some: better said before hours of training than after.
 * @returns what is not known
 */
export async function checkQuotas(
  { action, hosting }: Pick<RunState, 'action' | 'hosting'>,
  { customization, owner }: Pick<TrainingSettings, 'customization' | 'owner'>,
  quotas: Quotas,
): Promise<string[]> {
  if (customization.route === 'sagemaker') {
    if (action !== 'train') return [];
    const { instanceType, instances, spot } = customization;
    const name = `${instanceType} for ${spot ? 'spot ' : ''}training job usage`;
    return requireQuota('sagemaker', name, (quota) => quota === name, instances, quotas, {
      asked: `${instances} ${instances === 1 ? 'instance is' : 'instances are'} asked for`,
      remedy: (code) =>
        `ask for more in the console of Service Quotas${code === undefined ? '' : ` or by '${increaseCommand('sagemaker', code, instances, owner)}'`}, which costs nothing and can take days; until then choose an instance type that you have with continuedPretraining.instanceType`,
    });
  }
  if (hosting.kind !== 'provisioned') return [];
  const { modelUnits, commitment } = hosting;
  // of custom models, and with or without a commitment as asked
  const isMeant = (quota: string): boolean =>
    /model units?/i.test(quota) &&
    /commitment/i.test(quota) &&
    !/base models/i.test(quota) &&
    /no[- ]commitment/i.test(quota) === (commitment === undefined);
  return requireQuota('bedrock', 'model units of custom models', isMeant, modelUnits, quotas, {
    asked: `${modelUnits} model units are asked for`,
    remedy: () => `AWS Support grants model units, with or without a commitment; until then host on demand`,
  });
}

/** The Region is that of the stack, which its id names: quotas are granted by Region. */
function increaseCommand(serviceCode: string, quotaCode: string, value: number, stackId: string): string {
  const [, , , region = ''] = stackId.split(':');
  return `aws service-quotas request-service-quota-increase --service-code ${serviceCode} --quota-code ${quotaCode} --desired-value ${value} --region ${region}`;
}

/** @throws RunError where AWS grants less than is needed */
async function requireQuota(
  serviceCode: 'bedrock' | 'sagemaker',
  what: string,
  isMeant: (name: string) => boolean,
  needed: number,
  client: Quotas,
  { asked, remedy }: { readonly asked: string; readonly remedy: (quotaCode: string | undefined) => string },
): Promise<string[]> {
  const unknown = (why: string): string[] => [
    `the quota '${what}' of this account is not known (${why}): where it is less than ${needed}, AWS refuses what it is needed for, and the run fails there`,
  ];
  let isKnown = false;
  try {
    for await (const { name, code, value } of applied(serviceCode, client)) {
      if (!isMeant(name) || value === undefined) continue;
      if (value < needed) throw new RunError(`the quota '${name}' is ${value}, and ${asked}: ${remedy(code)}`);
      isKnown = true;
    }
  } catch (error) {
    if (error instanceof RunError || isPassing(error)) throw error;
    // as where a policy of the organisation forbids it
    return unknown(errorText(error));
  }
  return isKnown ? [] : unknown('Service Quotas does not list it');
}

async function* applied(
  ServiceCode: string,
  client: Quotas,
): AsyncGenerator<{ readonly name: string; readonly code: string | undefined; readonly value: number | undefined }> {
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      // SageMaker has some thousands
      new ListServiceQuotasCommand({ ServiceCode, MaxResults: 100, ...(NextToken === undefined ? {} : { NextToken }) }),
    );
    for (const { QuotaName: name = '', QuotaCode: code, Value: value } of page.Quotas ?? [])
      yield { name, code, value };
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
}
