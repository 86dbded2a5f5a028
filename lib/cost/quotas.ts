import { modelEntry } from '../catalogue/model-entry.ts';
import { z } from 'zod';
import { REGION_PATTERN } from '../catalogue/region.ts';
import { QUOTA_SCOPES, type ModelCatalogue, type ModelEntry, type QuotaScope } from '../catalogue/models.ts';
import { UserError } from '../errors/user-error.ts';
import { describeIssues } from '../json/schema-issues.ts';
import type { PeakDemand } from './traffic.ts';
import { modelId } from './workload-fields.ts';

const quotaSchema = z.strictObject({
  tokensPerMinute: z.int().nonnegative().describe('0: AWS has opened nothing to the account yet'),
  from: z
    .enum(['account', 'default'])
    .default('account')
    .describe(
      'account: applied to it. default: what AWS gives where it names no applied value; a new account may have less',
    ),
});

/** What `doctor --save-quotas` writes; the JSON Schema for editors is made from it. */
export const quotasSchema = z
  .strictObject({
    $schema: z.string().optional(),
    account: z.string().regex(/^\d{12}$/, { error: 'must be an account id of 12 digits' }),
    region: z.string().regex(REGION_PATTERN, { error: 'must be a Region such as us-east-1' }),
    date: z.iso.date().describe('day on which AWS was asked'),
    quotas: z
      .record(modelId, z.partialRecord(z.enum(QUOTA_SCOPES), quotaSchema))
      .describe(
        'tokens a minute of calls on demand: in-region without a profile, geographic through that of a geography, global through the global one; a missing one is not known',
      ),
  })
  .describe('what an account may send in a Region');

export type Quotas = z.infer<typeof quotasSchema>;

/** A limit on tokens a minute. `default`: AWS publishes it for any account, and this one may have less. */
export type KnownQuota = z.infer<typeof quotaSchema>;

const another = "delete it, and write one with 'npx fmpaths doctor --save-quotas quotas.json'";

/** @throws UserError where the file is of another form */
export function parseQuotas(json: unknown, file: string): Quotas {
  const parsed = quotasSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UserError(
    `${file} is not a valid file of quotas: ${another}\n${describeIssues(parsed.error.issues, json, quotasSchema)}`,
  );
}

/** Returns the text of the file: ids sorted, a model a line. */
export function quotasText({ account, region, date, quotas }: Quotas): string {
  const entries = Object.entries(quotas)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([id, scopes]) => {
      const known = QUOTA_SCOPES.flatMap((scope) => {
        const quota = scopes[scope];
        return quota === undefined
          ? []
          : [`"${scope}": { "tokensPerMinute": ${quota.tokensPerMinute}, "from": "${quota.from}" }`];
      });
      return `    ${JSON.stringify(id)}: { ${known.join(', ')} }`;
    });
  const head = Object.entries({ account, region, date }).map(
    ([key, value]) => `  "${key}": ${JSON.stringify(value)},\n`,
  );
  return `{\n${head.join('')}  "quotas": {\n${entries.join(',\n')}\n  }\n}\n`;
}

/** Refuses the quotas of another Region than the one that is priced. */
export function requireQuotasOf(region: string, quotas: Quotas | undefined): void {
  if (quotas === undefined || quotas.region === region) return;
  throw new UserError(
    `the quotas are those of account ${quotas.account} in ${quotas.region}, not in ${region}: write those with 'npx fmpaths doctor --save-quotas quotas-${region}.json --region ${region}'`,
  );
}

/** What a quota is looked up by. */
type QuotaDemand = Pick<PeakDemand, 'modelId' | 'scope' | 'meters' | 'profileScope'>;

/**
 * What limits the calls of a demand: the account's own quota, else the one that AWS publishes; `undefined` where neither is known.
 * Deployments of tuned models have quotas of their own, which are not known here.
 * @param quotas of the account in `region`
 * @throws UserError where they are those of another Region
 */
export function quotaOf(
  quotas: Quotas | undefined,
  { models }: ModelCatalogue,
  { modelId: id, scope, meters, profileScope }: QuotaDemand,
  region: string,
): KnownQuota | undefined {
  requireQuotasOf(region, quotas);
  if (meters === 'custom') return undefined;
  const entry = modelEntry(models, id);
  const own = quotas !== undefined && Object.hasOwn(quotas.quotas, id) ? quotas.quotas[id] : undefined;
  const known: KnownQuota[] = [];
  for (const each of quotaScopes(entry, scope, profileScope, region)) {
    const quota = own?.[each] ?? defaultQuota(entry, each, region);
    if (quota === undefined) return undefined;
    known.push(quota);
  }
  // where it is not said how the model is called, it may be by the lower one
  return known.sort((one, other) => one.tokensPerMinute - other.tokensPerMinute)[0];
}

/** The quotas that may be meant. */
function quotaScopes(
  entry: ModelEntry | undefined,
  scope: QuotaDemand['scope'],
  profileScope: string | undefined,
  region: string,
): readonly QuotaScope[] {
  if (scope === 'global') return ['global'];
  if (profileScope !== undefined) return [profileScope === 'in-region' ? 'in-region' : 'geographic'];
  if (entry === undefined) return ['in-region', 'geographic'];
  const { inRegion, profiles } = entry;
  const isGeographic = Object.entries(profiles).some(
    ([name, { from }]) => name !== 'global' && (from === null || from.includes(region)),
  );
  if (!isGeographic) return ['in-region'];
  return inRegion === null || inRegion.includes(region) ? ['in-region', 'geographic'] : ['geographic'];
}

function defaultQuota(entry: ModelEntry | undefined, scope: QuotaScope, region: string): KnownQuota | undefined {
  const published = entry?.defaultQuotas?.[scope];
  if (published === undefined) return undefined;
  const { tokensPerMinute, except = {} } = published;
  const own = Object.hasOwn(except, region) ? except[region] : undefined;
  return { tokensPerMinute: own ?? tokensPerMinute, from: 'default' };
}
