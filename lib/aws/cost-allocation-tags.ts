import {
  ListCostAllocationTagBackfillHistoryCommand,
  ListCostAllocationTagsCommand,
  StartCostAllocationTagBackfillCommand,
  UpdateCostAllocationTagsStatusCommand,
  type CostAllocationTag,
  type CostAllocationTagBackfillRequest,
  type CostExplorerClient,
} from '@aws-sdk/client-cost-explorer';

import { dayOf } from '../billing/days.ts';
import { saidBy } from '../errors/aws-error.ts';
import { UserError } from '../errors/user-error.ts';
import { TAG_KEYS } from '../deployment/tags.ts';
import type { Activation, BackfillStatus, TagReport, TagStatus } from '../report/tags.ts';
import { DAY_MS } from '../units.ts';

type Client = Pick<CostExplorerClient, 'send'>;

/** Without these two there is no bill by path and component. */
export const NEEDED_KEYS = [TAG_KEYS.path, TAG_KEYS.component] as const;

/** Of use and not needed: other cuts of the same bill, and the second line of attribution by the caller's role. */
export const OPTIONAL_KEYS = [TAG_KEYS.project, TAG_KEYS.environment, `iamPrincipal/${TAG_KEYS.path}`] as const;

/** Keys of one call: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_UpdateCostAllocationTagsStatus.html */
const KEYS_PER_CALL = 20;

/** What Cost Explorer knows of the project's tags. @throws UserError in a member account */
export async function tagReport(client: Client, now: Date): Promise<TagReport> {
  const keys = [...NEEDED_KEYS, ...OPTIONAL_KEYS];
  const known = await listTags(client, keys);
  const backfills = await listBackfills(client);
  return { tags: keys.map((key) => statusOf(key, known.get(key), backfills, now)), backfills };
}

async function listTags(client: Client, keys: readonly string[]): Promise<Map<string, CostAllocationTag>> {
  const known = new Map<string, CostAllocationTag>();
  let token: string | undefined;
  do {
    const page = await asPayer(
      client.send(
        new ListCostAllocationTagsCommand({ TagKeys: [...keys], ...(token === undefined ? {} : { NextToken: token }) }),
      ),
      'ce:ListCostAllocationTags',
    );
    for (const tag of page.CostAllocationTags ?? []) if (tag.TagKey !== undefined) known.set(tag.TagKey, tag);
    token = page.NextToken;
  } while (token !== undefined && token !== '');
  return known;
}

async function listBackfills(client: Client): Promise<BackfillStatus[]> {
  const { BackfillRequests = [] } = await asPayer(
    client.send(new ListCostAllocationTagBackfillHistoryCommand({})),
    'ce:ListCostAllocationTagBackfillHistory',
  );
  return BackfillRequests.map(backfillStatus).sort((a, b) => (a.requestedAt < b.requestedAt ? 1 : -1));
}

function backfillStatus(request: CostAllocationTagBackfillRequest): BackfillStatus {
  return {
    from: request.BackfillFrom?.slice(0, 10) ?? '?',
    requestedAt: request.RequestedAt ?? '?',
    completedAt: request.CompletedAt ?? null,
    status: request.BackfillStatus ?? '?',
  };
}

function statusOf(
  key: string,
  tag: CostAllocationTag | undefined,
  backfills: readonly BackfillStatus[],
  now: Date,
): TagStatus {
  const since = tag?.LastUpdatedDate?.slice(0, 10) ?? null;
  const known = {
    key,
    needed: (NEEDED_KEYS as readonly string[]).includes(key),
    since,
    lastUsed: tag?.LastUsedDate ?? null,
  };
  if (tag?.Status === undefined) {
    return {
      ...known,
      state: 'unknown',
      answer: { code: 'unseen' },
      next: { code: key.startsWith('iamPrincipal/') ? 'call-through-role' : 'deploy-and-ask' },
    };
  }
  if (tag.Status === 'Inactive') {
    return {
      ...known,
      state: 'inactive',
      answer: { code: 'on-no-line' },
      next: { code: 'activate', values: { key } },
    };
  }
  const changedAt = tag.LastUpdatedDate === undefined ? null : Date.parse(tag.LastUpdatedDate);
  if (changedAt !== null && now.getTime() - changedAt < DAY_MS) {
    return {
      ...known,
      state: 'activating',
      answer: {
        code: 'little-yet',
        values: { since: since ?? '?', time: `${new Date(changedAt + DAY_MS).toISOString().slice(0, 16)}Z` },
      },
      next: { code: 'wait', values: { from: since ?? dayOf(now), until: dayOf(now) } },
    };
  }
  const reached = backfills.find(({ status }) => status === 'SUCCEEDED')?.from;
  return {
    ...known,
    state: 'active',
    answer: usageSince(since, reached),
    next: reached === undefined ? { code: 'backfill' } : null,
  };
}

function usageSince(since: string | null, reached: string | undefined): TagStatus['answer'] {
  if (reached !== undefined && (since === null || reached < since)) {
    return { code: 'since-backfilled', values: { day: reached } };
  }
  return since === null ? { code: 'since-activation' } : { code: 'since', values: { day: since } };
}

/** Activates keys, at most 20 a call. A key that AWS refuses does not stop the others. @throws UserError in a member account */
export async function activateTags(client: Client, keys: readonly string[]): Promise<Activation> {
  const refused: { key: string; reason: string }[] = [];
  for (let first = 0; first < keys.length; first += KEYS_PER_CALL) {
    const { Errors = [] } = await asPayer(
      client.send(
        new UpdateCostAllocationTagsStatusCommand({
          CostAllocationTagsStatus: keys
            .slice(first, first + KEYS_PER_CALL)
            .map((TagKey) => ({ TagKey, Status: 'Active' as const })),
        }),
      ),
      'ce:UpdateCostAllocationTagsStatus',
    );
    refused.push(
      ...Errors.map(({ TagKey = '?', Code = 'error', Message = '' }) => ({
        key: TagKey,
        reason: `${Code} ${Message}`.trim(),
      })),
    );
  }
  return { activated: keys.filter((key) => !refused.some((each) => each.key === key)), refused };
}

/**
 * Asks AWS to show tags on usage that was recorded before they were active. It reaches only usage of resources that had the tag
 * then.
 *
 * @param from first day of a month, at most twelve months back
 * @throws UserError where AWS does not take the day, or was asked within 24 hours
 */
export async function startBackfill(client: Client, from: string, now: Date): Promise<BackfillStatus> {
  const thisMonth = now.toISOString().slice(0, 7);
  const oldest = dayOf(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 12, 1)));
  if (!/^\d{4}-(?:0[1-9]|1[0-2])-01$/.test(from) || from < oldest || from.slice(0, 7) > thisMonth) {
    throw new UserError(`'--from' must be the first day of a month from ${oldest} to ${thisMonth}-01, got '${from}'`);
  }
  try {
    const { BackfillRequest } = await client.send(
      new StartCostAllocationTagBackfillCommand({ BackfillFrom: `${from}T00:00:00Z` }),
    );
    return backfillStatus(BackfillRequest ?? {});
  } catch (error) {
    if (error instanceof Error && error.name === 'BackfillLimitExceededException') {
      const [last] = await listBackfills(client);
      throw new UserError(
        `AWS takes one backfill in 24 hours${last === undefined ? '' : `: the last was asked for at ${last.requestedAt}, from ${last.from}, and is ${last.status}`}. Repeat the command a day later`,
      );
    }
    throw explainPayer(error, 'ce:StartCostAllocationTagBackfill');
  }
}

async function asPayer<T>(answer: Promise<T>, action: string): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw explainPayer(error, action);
  }
}

/** Cost allocation tags belong to the account that pays: a member account is refused whatever its permissions are. */
function explainPayer(error: unknown, action: string): unknown {
  if (!(error instanceof Error)) return error;
  const said = saidBy(error);
  if (/linked account|member account|management account|payer/i.test(said)) {
    return new UserError(
      `this account may not manage cost allocation tags: ${said}. Repeat the command with the credentials of the payer (management) account: AWS_PROFILE names the profile that has them`,
    );
  }
  if (/AccessDenied/.test(error.name)) {
    return new UserError(
      `not allowed to call ${action}: ${said}. Allow ce:ListCostAllocationTags, ce:UpdateCostAllocationTagsStatus, ce:StartCostAllocationTagBackfill and ce:ListCostAllocationTagBackfillHistory to your role in the payer account, for example with 'aws iam attach-role-policy --role-name YOUR_ROLE --policy-arn arn:aws:iam::aws:policy/job-function/Billing'`,
    );
  }
  return error;
}
