import {
  paginateListAWSDefaultServiceQuotas,
  paginateListServiceQuotas,
  type ServiceQuota,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { ModelCatalogue, QuotaScope } from '../catalogue/models.ts';
import type { KnownQuota, Quotas } from '../cost/quotas.ts';
import { credentialsAdvice, explainAwsError } from '../errors/aws-advice.ts';
import { UserError } from '../errors/user-error.ts';

/** AWS managed, reads quotas and nothing else. */
const READ_POLICY = 'arn:aws:iam::aws:policy/ServiceQuotasReadOnlyAccess';

const ASKED = { ServiceCode: 'bedrock' } as const;

const PAGE_SIZE = 100;

/** Lists what AWS applies to the account in the Region of the client; quotas without an applied value are not among it. */
export const appliedQuotas = (client: ServiceQuotasClient): Promise<ServiceQuota[]> =>
  allOf(paginateListServiceQuotas({ client, pageSize: PAGE_SIZE }, ASKED));

async function allOf(pages: AsyncIterable<{ readonly Quotas?: ServiceQuota[] }>): Promise<ServiceQuota[]> {
  const quotas: ServiceQuota[] = [];
  for await (const { Quotas = [] } of pages) quotas.push(...Quotas);
  return quotas;
}

/** A quota on tokens a minute that is not kept. */
interface LeftOutQuota {
  readonly name: string;
  /** `undefined`: AWS gives none that is a number of tokens. */
  readonly tokensPerMinute: number | undefined;
}

export interface ModelQuotas {
  readonly quotas: Quotas;
  /** Sorted by name. */
  readonly leftOut: readonly LeftOutQuota[];
}

interface Asked {
  readonly catalogue: ModelCatalogue;
  readonly region: string;
  /** `YYYY-MM-DD` */
  readonly today: string;
}

/**
 * Asks for the quotas on tokens a minute of the models of the catalogue. It reads only, and is free.
 * @throws UserError where AWS does not answer and the user can do something about it
 */
export async function askModelQuotas(
  clients: { readonly sts: STSClient; readonly quotas: ServiceQuotasClient },
  { catalogue, region, today }: Asked,
): Promise<ModelQuotas> {
  const account = await callingAccount(clients.sts, region);
  const applied = await explained('servicequotas:ListServiceQuotas', region, () => appliedQuotas(clients.quotas));
  const defaults = await explained('servicequotas:ListAWSDefaultServiceQuotas', region, () =>
    allOf(paginateListAWSDefaultServiceQuotas({ client: clients.quotas, pageSize: PAGE_SIZE }, ASKED)),
  );
  const { known, leftOut } = assignQuotas(catalogue, applied, defaults);
  return { quotas: { account, region, date: today, quotas: known }, leftOut };
}

async function callingAccount(sts: STSClient, region: string): Promise<string> {
  try {
    const { Account = '' } = await sts.send(new GetCallerIdentityCommand({}));
    return Account;
  } catch (error) {
    const advice = credentialsAdvice(error);
    // credentials that hold elsewhere are refused alike
    if (advice !== undefined && error instanceof Error && /UnrecognizedClient|InvalidClientTokenId/.test(error.name)) {
      throw new UserError(
        `${advice}. ${region} answers the same where your account has not enabled it: name another Region with '--region'`,
      );
    }
    throw error;
  }
}

async function explained<T>(action: string, region: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchResourceException') {
      throw new UserError(
        `Service Quotas has no quotas of Amazon Bedrock in ${region}: name a Region that offers it with '--region'`,
      );
    }
    throw explainAwsError(error, { action, policyArn: READ_POLICY });
  }
}

/** The quotas of calls on demand to a model, as Service Quotas calls them. Case differs between models. */
const OF_CALLS =
  /^(on-demand|cross-region|global cross-region) (?:model inference|InvokeModel) tokens per minute for (.+)$/i;

const SCOPES: Readonly<Record<string, QuotaScope>> = {
  'on-demand': 'in-region',
  'cross-region': 'geographic',
  'global cross-region': 'global',
};

/** Gives each quota on tokens a minute to the model that it names. */
function assignQuotas(
  catalogue: ModelCatalogue,
  applied: readonly ServiceQuota[],
  defaults: readonly ServiceQuota[],
): { readonly known: Quotas['quotas']; readonly leftOut: readonly LeftOutQuota[] } {
  const models = modelsByQuotaName(catalogue);
  const known: Record<string, Partial<Record<QuotaScope, KnownQuota>>> = {};
  const leftOut: LeftOutQuota[] = [];
  const isApplied = new Set(applied.map(codeOf));
  // one whose applied value AWS cannot give is not known: its default would say too much
  const unapplied = defaults.filter((quota) => !isApplied.has(codeOf(quota)));
  for (const [from, quotas] of [['account', applied] as const, ['default', unapplied] as const]) {
    for (const { QuotaName: name = '', Value } of quotas) {
      if (!/tokens per minute/i.test(name)) continue;
      const [, kind = '', called = ''] = OF_CALLS.exec(name) ?? [];
      const scope = SCOPES[kind.toLowerCase()];
      const model = models.get(wordsOf(called));
      const tokensPerMinute = Number.isSafeInteger(Value) && Number(Value) >= 0 ? Value : undefined;
      if (scope === undefined || model === undefined || tokensPerMinute === undefined) {
        leftOut.push({ name, tokensPerMinute });
        continue;
      }
      const scopes = (known[model] ??= {});
      // two quotas of one model: the lower one refuses first
      if (tokensPerMinute < (scopes[scope]?.tokensPerMinute ?? Infinity)) scopes[scope] = { tokensPerMinute, from };
    }
  }
  return { known, leftOut: leftOut.sort((one, other) => (one.name < other.name ? -1 : 1)) };
}

const codeOf = ({ QuotaCode, QuotaName }: ServiceQuota): string | undefined => QuotaCode ?? QuotaName;

/**
 * The ids of models by the words of their names. The endpoint bedrock-mantle has quotas of its own, and a name that two models share
 * is of neither.
 */
function modelsByQuotaName({ models }: ModelCatalogue): ReadonlyMap<string, string> {
  const ids = new Map<string, Set<string>>();
  for (const [id, { endpoint, name, provider, quotaName }] of Object.entries(models)) {
    if (endpoint !== 'runtime') continue;
    for (const each of quotaName === undefined ? [name, `${provider} ${name}`] : [quotaName]) {
      const key = wordsOf(each);
      ids.set(key, (ids.get(key) ?? new Set()).add(id));
    }
  }
  return new Map(
    [...ids].flatMap(([key, [id, ...others]]) => (id === undefined || others.length > 0 ? [] : [[key, id]])),
  );
}

/** A name without what differs between catalogue and quotas: case, punctuation, and the first version at its end. */
const wordsOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim()
    .replace(/ v1$/, '');
