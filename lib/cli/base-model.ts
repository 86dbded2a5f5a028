import { findByName } from '../lifecycle/inventory.ts';
import { hostName } from '../lifecycle/names.ts';
import { UserError } from '../errors/user-error.ts';
import { judgeBaseModel, outlivedWarnings } from '../training/base-model.ts';
import type { HostingChoice } from '../training/run-request.ts';
import type { Io } from './command.ts';
import { usableCatalogue } from './holding-prices.ts';
import type { OpenStack } from './training-options.ts';

/**
 * Says what is known of the life of the base model that a run trains or hosts, before anything begins. The workflow asks AWS itself.
 * @throws UserError where what it asks for cannot be bought, or what it trains could not be hosted
 */
export async function tellLifeOfBase(
  { stack, clients }: OpenStack,
  action: 'train' | 'host',
  hosting: HostingChoice,
  io: Io,
): Promise<void> {
  const { customization, stackName } = stack.settings;
  if (customization.route !== 'bedrock') return;
  const { baseModelId, type } = customization;
  const { value: catalogue, reason } = await usableCatalogue(io);
  if (catalogue === undefined) {
    io.stderr.write(`warning: how long '${baseModelId}' is offered is not known: ${reason ?? ''}\n`);
    return;
  }
  const now = io.now();
  const verdict = judgeBaseModel(catalogue, baseModelId, type, now.toISOString().slice(0, 10));
  if (action === 'train' && verdict.notHosted !== undefined) throw new UserError(verdict.notHosted);
  if (
    hosting.kind === 'provisioned' &&
    verdict.noThroughput !== undefined &&
    // one that exists may serve another model
    (await findByName(clients, 'throughput', hostName(stackName))) === null
  ) {
    throw new UserError(verdict.noThroughput);
  }
  for (const warning of [
    ...verdict.life,
    ...(action === 'train' && verdict.noNewJobs !== undefined ? [verdict.noNewJobs] : []),
    ...outlivedWarnings(baseModelId, verdict.endOfLife, hosting, now),
  ]) {
    io.stderr.write(`warning: ${warning}\n`);
  }
}
