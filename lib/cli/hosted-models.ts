import { billingOf } from '../aws/cleanup.ts';
import { outputOf } from '../deployment/stack-outputs.ts';
import { errorText } from '../errors/aws-error.ts';
import { findByName } from '../lifecycle/inventory.ts';
import { HOST_KINDS } from '../lifecycle/leases.ts';
import { modelRegistry } from '../lifecycle/model-registry.ts';
import type { HostedCommands, HostedModel, HostedReport } from '../report/holdings.ts';
import { HOURS_PER_DAY } from '../units.ts';
import type { Io } from './command.ts';
import { unknownDollars, usableCatalogue, usablePriceBook } from './holding-prices.ts';
import { pasted } from './pasted.ts';
import type { OpenPath } from './training-options.ts';

/** What to run next. @param given the options that say which deployment is meant */
export const hostedCommands = (path: string, given: Readonly<Record<string, string | undefined>>): HostedCommands => ({
  check: pasted(['cleanup', '--check'], given),
  end: pasted(['unhost', path], given),
});

/** Finds what a path serves and what it costs an hour; what is stored costs as well, served or not. */
export async function hostedReport({ path, stack, clients, region }: OpenPath, io: Io): Promise<HostedReport> {
  const registry = outputOf(stack, 'ModelParameter', `deploy it again with 'npx cdk deploy ${path}'`);
  const { hosted } = await modelRegistry(clients.ssm, registry).read();
  if (hosted.length === 0) return { path, region, models: [] };
  const [catalogue, book] = await Promise.all([usableCatalogue(io), usablePriceBook(io, region)]);
  for (const { reason } of [catalogue, book]) if (reason !== undefined) io.stderr.write(unknownDollars(reason));
  const models: HostedModel[] = [];
  for (const { kind, modelArn, customModelArn, publishedAt, until = null } of hosted) {
    const resource = await findByName(clients, HOST_KINDS[kind], modelArn);
    const model = { kind, modelArn, customModelArn, publishedAt, until };
    if (resource === null) {
      models.push({ ...model, found: null });
      continue;
    }
    const { usdPerDay, bills } = await billingOf(clients, resource, {
      catalogue: catalogue.value,
      book: book.value,
    }).catch((error: unknown) => ({
      usdPerDay: null,
      bills: { code: 'unknown' as const, values: { reason: errorText(error) } },
    }));
    const usdPerHour = usdPerDay === null ? null : usdPerDay / HOURS_PER_DAY;
    models.push({ ...model, found: { status: resource.status, usdPerHour, bills } });
  }
  return { path, region, models };
}
