import type { TrainingStack } from '../aws/training-stack.ts';
import type { RunBound } from '../cost/run-bound.ts';
import { SCOPE_KEYS, type ScopeOverrides } from '../deployment/scope.ts';
import { stackNameOf } from '../deployment/stack-name.ts';
import type { DeployedStack } from '../deployment/stack-outputs.ts';
import { UserError } from '../errors/user-error.ts';
import type { RunClients } from '../lifecycle/runs.ts';
import type { TrainingPath } from '../paths.ts';
import { API_COMMITMENTS } from '../prices/commitment.ts';
import { formatUsd } from '../report/money.ts';
import type { HostingChoice } from '../training/run-request.ts';
import type { TrainingSettings } from '../training/settings.ts';
import type { Io } from './command.ts';
import { numberOf, oneOf, wholeNumber } from './options.ts';
import { pasted } from './pasted.ts';
import { scopeOf } from './scope-options.ts';

export const HOSTING_OPTIONS = {
  'max-usd': { type: 'string' },
  hosting: { type: 'string' },
  'model-units': { type: 'string', default: '1' },
  'max-hours': { type: 'string' },
  commitment: { type: 'string' },
  'accept-commitment': { type: 'boolean', default: false },
} as const;

export const HOSTING_HELP = `  --max-usd N        the most that it may cost: training, a month of storage, hosting for its maximum hours. Nothing
                     begins without it (what it can cost is then told), where it can cost more, or where a price is
                     unknown
  --hosting KIND     on-demand (default; $0 while idle), provisioned, none; imported for weights
  --model-units N    provisioned: model units (default 1)
  --max-hours N      provisioned: hours until it is deleted, whatever happens. Required
  --commitment T     provisioned: OneMonth or SixMonths, which bill to their end and cannot be deleted before ...
  --accept-commitment
                     ... so that they must be asked for twice
`;

interface HostingValues {
  readonly hosting?: string | undefined;
  readonly 'model-units': string;
  readonly 'max-hours'?: string | undefined;
  readonly commitment?: string | undefined;
  readonly 'accept-commitment': boolean;
}

/** @throws UserError where the hosting cannot be had for what the stack trains, or could bill without end */
export function hostingChoice(values: HostingValues, { route }: TrainingSettings['customization']): HostingChoice {
  const allowed =
    route === 'sagemaker' ? (['imported', 'none'] as const) : (['on-demand', 'provisioned', 'none'] as const);
  const kind = values.hosting === undefined ? allowed[0] : oneOf('hosting', values.hosting, allowed);
  if (kind !== 'provisioned') {
    const given = (['max-hours', 'commitment'] as const).find((name) => values[name] !== undefined);
    if (given !== undefined) throw new UserError(`'--${given}' is for '--hosting provisioned', got '${kind}'`);
    return { kind };
  }
  const modelUnits = wholeNumber('model-units', values['model-units'], 1, 100);
  const commitment =
    values.commitment === undefined ? undefined : oneOf('commitment', values.commitment, API_COMMITMENTS);
  if (commitment !== undefined && !values['accept-commitment']) {
    throw new UserError(
      `'--commitment ${commitment}' bills to its end and cannot be deleted before: say '--accept-commitment' as well, or leave it out`,
    );
  }
  const maxHours = numberOf('max-hours', values['max-hours'], 0.1);
  if (maxHours === undefined) {
    throw new UserError(
      `'--hosting provisioned' bills by the hour until it is deleted: say after how many with '--max-hours N'`,
    );
  }
  return {
    kind,
    modelUnits,
    maxHours,
    ...(commitment === undefined ? {} : { commitment, acceptCommitment: true }),
  };
}

/**
 * Holds what a run can cost against what it may.
 * @param commandLine the words after `fmpaths`, to be run again
 * @throws UserError where it can cost more, nobody said what it may, or nobody knows what it can
 */
export function withinLimit(
  { usd, unknown, lines }: RunBound,
  maxUsd: number | undefined,
  commandLine: readonly string[],
): number {
  if (usd === null) {
    throw new UserError(
      `what this run can cost is unknown, so it is not begun: no price of ${unknown.join(', ')}. Find it with 'npx fmpaths prices refresh' and deploy again`,
    );
  }
  const parts = lines.map((line) => `${line.name} ${formatUsd(line.usd)}`).join(', ');
  const enough = String(Math.max(1, Math.ceil(usd * 100)) / 100);
  if (maxUsd === undefined) {
    throw new UserError(
      `this run can cost up to ${formatUsd(usd)} (estimated bound): ${parts}. Nothing begins before you say that it may: ${pasted(commandLine, { 'max-usd': enough })}`,
    );
  }
  if (usd > maxUsd) {
    const orLess = commandLine[0] === 'train' ? ', or train on less' : '';
    throw new UserError(
      `this run can cost up to ${formatUsd(usd)}, more than '--max-usd ${maxUsd}': ${parts}. Raise it to '--max-usd ${enough}'${orLess}`,
    );
  }
  return maxUsd;
}

/** The deployed stack of a path and how to reach it: all that is needed to show and to stop what it has created. */
export interface OpenPath {
  readonly path: TrainingPath;
  readonly stack: DeployedStack;
  readonly clients: RunClients;
  readonly region: string;
}

/** The same with what a new run needs besides. */
export interface OpenStack {
  readonly stack: TrainingStack;
  readonly clients: RunClients;
  readonly region: string;
}

/** Finds the deployed stack of a path, whatever else of the configuration is broken. */
export async function openPath(path: TrainingPath, values: ScopeOverrides, io: Io): Promise<OpenPath> {
  const scope = scopeOf(values, io, SCOPE_KEYS);
  const [{ runClients }, { describeStack }] = await Promise.all([
    import('../lifecycle/runs.ts'),
    import('../deployment/stack-outputs.ts'),
  ]);
  const clients = runClients(scope.region);
  const stack = await describeStack(clients.cloudFormation, stackNameOf(scope, path), path, scope.account);
  return { path, stack, clients, region: scope.region };
}

export async function openStack(path: TrainingPath, values: ScopeOverrides, io: Io): Promise<OpenStack> {
  const { stack, clients, region } = await openPath(path, values, io);
  const { trainingStack } = await import('../aws/training-stack.ts');
  return { stack: await trainingStack(clients.lambda, stack, path), clients, region };
}
