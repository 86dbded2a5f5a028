import { UserError } from '../errors.ts';
import type { DeployedPath } from './attribution.ts';
import type { Bill, BillSource } from './bill.ts';
import type { Window } from './days.ts';
import type { SecondKind } from './export-reader.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface BillQuestion {
  readonly source: BillSource;
  readonly window: Window;
  readonly deployed: readonly DeployedPath[] | 'tagged';
  readonly now: Date;
  readonly env: Environment;
  /** Where an export lies: a file or a folder. */
  readonly path: string | undefined;
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
      if (question.path.startsWith('s3://')) {
        throw new UserError(
          `'--file' must be on this machine, got '${question.path}': copy it first with 'aws s3 sync ${question.path} FOLDER'`,
        );
      }
      const request = { path: question.path, window, deployed, now, second };
      if (source === 'cur') return (await import('./cur.ts')).readCur(request);
      return (await import('./focus.ts')).readFocus(request);
    }
    case 'cost-explorer':
      return readFromCostExplorer(question);
  }
}

async function readFromCostExplorer(question: BillQuestion): Promise<Bill> {
  const { window, deployed, now, maxUsd } = question;
  const [{ CostExplorerClient }, { readCostExplorer }, { diskCache }] = await Promise.all([
    import('@aws-sdk/client-cost-explorer'),
    import('./cost-explorer.ts'),
    import('./response-cache.ts'),
  ]);
  const endpoint = endpointOf(question.env, 'COST_EXPLORER');
  // one endpoint serves all Regions
  const client = new CostExplorerClient({
    region: 'us-east-1',
    maxAttempts: 6,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
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
    import('./aws-errors.ts'),
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
