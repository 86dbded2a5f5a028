import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { isRunLive } from '../../lib/lifecycle/leases.ts';
import { endRun } from './reap.ts';
import type { StackDeletion } from './stack-deletion.ts';

/**
 * Ends runs whose execution is over and of which no event has told: Step Functions delivers its events as well as it can, which is
 * no promise. What the list does not show yet has just begun and is left alone.
 */
export async function endLostRuns(deletion: StackDeletion): Promise<void> {
  const { clients, stepFunctions, stateMachineArn, now } = deletion;
  const { runs } = await clients.leases.all();
  const sought = new Map(
    runs.filter((run) => isRunLive(run, now())).map(({ runId, execution = runId }) => [execution, runId]),
  );
  let token: string | undefined;
  while (sought.size > 0) {
    const page = await stepFunctions.send(
      new ListExecutionsCommand({ stateMachineArn, ...(token === undefined ? {} : { nextToken: token }) }),
    );
    for (const { name = '', status } of page.executions ?? []) {
      const runId = sought.get(name);
      if (runId === undefined) continue;
      sought.delete(name);
      if (status !== 'RUNNING' && status !== 'PENDING_REDRIVE') await endRun(deletion, runId);
    }
    token = page.nextToken;
    if (token === undefined) return;
  }
}
