import { BILLING_REGION } from '../deployment/billing-region.ts';
import { UserError } from '../errors/user-error.ts';
import type { DeployedPath } from './attribution.ts';
import type { Bill, BillSource } from './bill.ts';
import type { Window } from './days.ts';
import type { OverlapOption } from './overlap.ts';
import type { AthenaTable } from './sources/athena.ts';
import type { SecondKind } from './sources/export-reader.ts';
import type { FetchedExport } from './sources/s3-export.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface BillQuestion {
  readonly source: BillSource;
  readonly window: Window;
  readonly deployed: readonly DeployedPath[] | 'tagged';
  readonly now: Date;
  readonly env: Environment;
  /** Where an export lies: a file, a folder, or `s3://bucket/prefix`. */
  readonly path: string | undefined;
  /** How to treat files that share lines. @default the delivery and the lines decide; undecided files are refused */
  readonly overlap?: OverlapOption | undefined;
  /** Finds the table of the stack `comparison`; asked only where the source is Athena. */
  readonly athena: () => Promise<AthenaTable>;
  readonly second: readonly SecondKind[];
  /** Stop before paying more than this for asking, in US dollars. */
  readonly maxUsd: number;
  /** Where paid answers and fetched files are kept. */
  readonly cacheFolder: string;
  /** Ask anew what is on disk. */
  readonly refresh: boolean;
}

/** Reads the bill from the source that was asked for. SDKs and DuckDB are loaded only by the sources that need them. */
export async function readBill(question: BillQuestion): Promise<Bill> {
  const { source, window, deployed, now, second } = question;
  switch (source) {
    case 'cur':
    case 'focus': {
      if (question.path === undefined) {
        throw new UserError(`'--source ${source}' needs '--file': the export's file or its folder`);
      }
      const { path, notes, notFetched } = question.path.startsWith('s3://')
        ? await fetchFromS3(question, question.path)
        : { path: question.path, notes: [], notFetched: undefined };
      const request = { path, window, deployed, now, second, notFetched, overlap: question.overlap };
      const bill =
        source === 'cur'
          ? await (await import('./sources/cur.ts')).readCur(request)
          : await (await import('./sources/focus.ts')).readFocus(request);
      return { ...bill, notes: [...notes, ...bill.notes] };
    }
    case 'athena':
      return readFromAthena(question);
    case 'cost-explorer':
      return readFromCostExplorer(question);
  }
}

async function fetchFromS3(question: BillQuestion, uri: string): Promise<FetchedExport> {
  const [{ S3Client }, { fetchExport }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('./sources/s3-export.ts'),
  ]);
  const endpoint = endpointOf(question.env, 'S3');
  const client = new S3Client({
    region: BILLING_REGION,
    // an export may lie in any Region
    followRegionRedirects: true,
    maxAttempts: 6,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  });
  try {
    const cacheFolder = `${question.cacheFolder}/exports`;
    return await fetchExport({ client, uri, window: question.window, cacheFolder });
  } finally {
    client.destroy();
  }
}

async function readFromAthena({ window, deployed, now, second, ...question }: BillQuestion): Promise<Bill> {
  const [{ AthenaClient }, { readAthena }, { setTimeout: sleep }] = await Promise.all([
    import('@aws-sdk/client-athena'),
    import('./sources/athena.ts'),
    import('node:timers/promises'),
  ]);
  const endpoint = endpointOf(question.env, 'ATHENA');
  const client = new AthenaClient({
    region: BILLING_REGION,
    maxAttempts: 6,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  try {
    return await readAthena({
      client,
      in: await question.athena(),
      window,
      deployed,
      now,
      second,
      maxUsd: question.maxUsd,
      reuse: !question.refresh,
      sleep: (milliseconds) => sleep(milliseconds),
      simulated: endpoint !== undefined,
    });
  } finally {
    client.destroy();
  }
}

async function readFromCostExplorer(question: BillQuestion): Promise<Bill> {
  const { window, deployed, now, maxUsd } = question;
  const [{ costExplorerClient }, { readCostExplorer }, { diskCache }] = await Promise.all([
    import('./cost-explorer-client.ts'),
    import('./sources/cost-explorer.ts'),
    import('./sources/response-cache.ts'),
  ]);
  const endpoint = endpointOf(question.env, 'COST_EXPLORER');
  const client = costExplorerClient(endpoint);
  try {
    const owner = endpoint ?? (await accountId());
    const disk = diskCache(`${question.cacheFolder}/cost-explorer`, () => now);
    const cache = question.refresh ? { ...disk, get: () => Promise.resolve(null) } : disk;
    return await readCostExplorer({
      client,
      owner,
      window,
      deployed,
      now,
      cache,
      maxUsd,
      simulated: endpoint !== undefined,
    });
  } finally {
    client.destroy();
  }
}

/** An endpoint that the user has set in place of AWS's own: what answers there is no bill of an account. */
export function endpointOf(env: Environment, service: string): string | undefined {
  return env[`AWS_ENDPOINT_URL_${service}`] ?? env['AWS_ENDPOINT_URL'];
}

/** Free, and allowed to everybody who has credentials. */
async function accountId(): Promise<string> {
  const [{ GetCallerIdentityCommand, STSClient }, { explainAwsError, BILLING_READ_POLICY }] = await Promise.all([
    import('@aws-sdk/client-sts'),
    import('../errors/aws-advice.ts'),
  ]);
  const sts = new STSClient({ region: 'us-east-1' });
  try {
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    if (Account === undefined) throw new Error('AWS did not say which account the credentials belong to');
    return Account;
  } catch (error) {
    throw explainAwsError(error, { action: 'sts:GetCallerIdentity', policyArn: BILLING_READ_POLICY });
  } finally {
    sts.destroy();
  }
}
