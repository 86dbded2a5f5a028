import {
  GetCostAndUsageCommand,
  type CostExplorerClient,
  type GetCostAndUsageCommandInput,
  type GetCostAndUsageCommandOutput,
} from '@aws-sdk/client-cost-explorer';

import { UserError } from '../../errors/user-error.ts';
import { BILLING_READ_POLICY, explainAwsError } from '../../errors/aws-advice.ts';
import type { ResponseCache } from './response-cache.ts';

/** https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/: every request, and so every page. */
export const COST_EXPLORER_REQUEST_USD = 0.01;

export type Page = Pick<GetCostAndUsageCommandOutput, 'ResultsByTime' | 'NextPageToken'>;

export interface PageReader {
  /** All pages of one question about cost. */
  readonly read: (question: Omit<GetCostAndUsageCommandInput, 'NextPageToken'>) => Promise<Page[]>;
  /** The answer to any other question that is paid for; it stays good as long as a page with open days. */
  readonly once: <T>(question: string, send: () => Promise<T>) => Promise<T>;
  /** Pages read so far, from AWS or from disk. */
  readonly pages: () => number;
  /** What was paid so far, in US dollars. */
  readonly paidUsd: () => number;
  /** When the oldest answer that came from disk was stored; null where every answer is new. */
  readonly oldestCached: () => Date | null;
}

export interface PageReaderOptions {
  readonly client: Pick<CostExplorerClient, 'send'>;
  readonly cache: ResponseCache | null;
  /** Whose bill it is, so that two accounts never share an answer. */
  readonly owner: string;
  /** How long an answer is good, given that it has days that still change. */
  readonly maxAgeMs: (hasOpenDays: boolean) => number;
  readonly now: Date;
  /** Stop before paying more than this. */
  readonly maxUsd: number;
}

/** Asks Cost Explorer page by page, never twice for the same page and never beyond the limit. */
export function pageReader({ client, cache, owner, maxAgeMs, now, maxUsd }: PageReaderOptions): PageReader {
  let requests = 0;
  let pagesRead = 0;
  let oldest: Date | null = null;

  const fromDisk = async (question: unknown, isOpen: (response: unknown) => boolean): Promise<unknown> => {
    const entry = (await cache?.get([owner, question])) ?? null;
    if (entry === null) return null;
    const ageMs = now.getTime() - entry.storedAt.getTime();
    if (ageMs < 0 || ageMs > maxAgeMs(isOpen(entry.response))) return null;
    if (oldest === null || entry.storedAt < oldest) oldest = entry.storedAt;
    return entry.response;
  };

  const pay = async <T>(question: unknown, send: () => Promise<T>): Promise<T> => {
    if ((requests + 1) * COST_EXPLORER_REQUEST_USD > maxUsd + 1e-9) {
      throw new UserError(
        `stopped before paying more than $${maxUsd.toFixed(2)}: Cost Explorer takes $${COST_EXPLORER_REQUEST_USD} a page and has more pages. Raise '--max-usd' or shorten the window; pages that were paid for are kept and not paid again`,
      );
    }
    const response = await send();
    requests += 1;
    await cache?.put([owner, question], response);
    return response;
  };

  const page = (question: GetCostAndUsageCommandInput): Promise<Page> =>
    pay(question, async () => {
      const { ResultsByTime, NextPageToken } = await client.send(new GetCostAndUsageCommand(question));
      if (ResultsByTime === undefined) {
        throw new Error('Cost Explorer answered without results: the bill would not be whole');
      }
      return { ResultsByTime, ...(NextPageToken === undefined ? {} : { NextPageToken }) };
    });

  const follow = async (question: GetCostAndUsageCommandInput, useDisk: boolean): Promise<Page[]> => {
    const pages: Page[] = [];
    const tokens = new Set<string>();
    let token: string | undefined;
    do {
      const asked = token === undefined ? question : { ...question, NextPageToken: token };
      const stored = useDisk ? ((await fromDisk(asked, hasOpenDays)) as Page | null) : null;
      const next = stored ?? (await page(asked));
      pages.push(next);
      token = next.NextPageToken === '' ? undefined : next.NextPageToken;
      if (token !== undefined && tokens.has(token)) {
        throw new Error('Cost Explorer answered with a page that was read already: the bill would not be right');
      }
      if (token !== undefined) tokens.add(token);
    } while (token !== undefined);
    return pages;
  };

  return {
    read: async (question) => {
      try {
        const pages = await follow(question, true).catch((error: unknown) => {
          // the token of a page on disk has expired: only a new first page leads on
          if (!(error instanceof Error) || !/InvalidNextToken|RequestChanged/.test(error.name)) throw error;
          return follow(question, false);
        });
        pagesRead += pages.length;
        return pages;
      } catch (error) {
        throw explainAwsError(error, { action: 'ce:GetCostAndUsage', policyArn: BILLING_READ_POLICY });
      }
    },
    once: async <T>(question: string, send: () => Promise<T>) =>
      ((await fromDisk(question, () => true)) as T | null) ?? (await pay(question, send)),
    pages: () => pagesRead,
    paidUsd: () => requests * COST_EXPLORER_REQUEST_USD,
    oldestCached: () => oldest,
  };
}

function hasOpenDays(page: unknown): boolean {
  return (page as Page).ResultsByTime?.some(({ Estimated }) => Estimated === true) ?? true;
}
