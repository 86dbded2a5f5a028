import { dayOf } from '../billing/days.ts';
import { parseQuotas, quotasText, type Quotas } from '../cost/quotas.ts';
import { UserError } from '../errors/user-error.ts';
import { printableLine } from '../printable.ts';
import { shippedCatalogue } from './catalogue-file.ts';
import { EXIT, type ExitStatus, type Io } from './command.ts';
import { readReplaceable, replaceOwn, type ReplaceableFile } from './replaceable-file.ts';

/** Writes the quotas of the account on tokens a minute to a file, which `estimate` reads: as a whole or not at all. */
export async function saveQuotas(file: string, region: string, io: Io): Promise<ExitStatus> {
  const to = quotasFile(file);
  const before = await readReplaceable(to);
  if (before !== undefined && before.region !== region) throw ofOther(file, before, region);
  const { doctorClients } = await import('../aws/doctor.ts');
  const { askModelQuotas } = await import('../aws/model-quotas.ts');
  const catalogue = await shippedCatalogue(io);
  io.stderr.write(`${region}: reading the quotas of Amazon Bedrock, which is free and changes nothing\n`);
  const { quotas, leftOut } = await askModelQuotas(doctorClients(region), {
    catalogue,
    region,
    today: dayOf(io.now()),
  });
  if (before !== undefined && before.account !== quotas.account) throw ofOther(file, before, quotas.account);

  if (leftOut.length > 0) {
    io.stderr.write(
      `${leftOut.length} ${leftOut.length === 1 ? 'quota' : 'quotas'} on tokens a minute left out, each of no call on demand to a model of config/models.json by that name, or without a value:\n`,
    );
    for (const { name, tokensPerMinute = 'no value' } of leftOut) {
      io.stderr.write(`  ${printableLine(name)}: ${tokensPerMinute}\n`);
    }
  }
  const kept = Object.values(quotas.quotas).flatMap((scopes) => Object.values(scopes));
  if (kept.length === 0) {
    io.stderr.write(
      `nothing is written: AWS lists no quota on tokens a minute of a model of config/models.json in ${region}. Name a Region that offers one with '--region'\n`,
    );
    return EXIT.failed;
  }
  await replaceOwn(to, quotasText(quotas));
  const defaults = kept.filter(({ from }) => from === 'default').length;
  io.stdout.write(
    `${file}: ${kept.length} quotas of ${Object.keys(quotas.quotas).length} models in ${region}, ${kept.length - defaults} applied to account ${quotas.account}, ${defaults} AWS defaults\n`,
  );
  return EXIT.done;
}

const quotasFile = (file: string): ReplaceableFile<Quotas> => ({
  file,
  option: 'save-quotas',
  what: 'file of quotas',
  parse: parseQuotas,
});

const ofOther = (file: string, { account, region }: Quotas, asked: string): UserError =>
  new UserError(
    `'${file}' holds the quotas of account ${account} in ${region}, not of ${asked}: name another file with '--save-quotas'`,
  );
