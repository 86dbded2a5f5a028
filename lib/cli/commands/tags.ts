import { parseArgs } from 'node:util';

import type { CostExplorerClient } from '@aws-sdk/client-cost-explorer';

import type * as CloudTags from '../../aws/cost-allocation-tags.ts';
import { endpointOf } from '../../billing/bill-source.ts';
import { UserError } from '../../errors/user-error.ts';
import { csv, left, markdownTable, textTable, type Grid } from '../../report/grid.ts';
import { FORMATS, type Format } from '../../report/bill.ts';
import { argumentOf, oneOf } from '../options.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';

type Tags = typeof CloudTags;

const HELP = `Usage: fmpaths tags status [--format F]
       fmpaths tags activate [--keys LIST]
       fmpaths tags backfill [--from DAY]

The bill shows a tag only after its key is activated for billing, in the payer account.

  status      what Cost Explorer can answer by each tag now, and when it will
  activate    activate customization-path and cost-component, or the keys of --keys LIST. Free. Lines carry a key within
              24 hours, from then on
  backfill    show the tags also on earlier usage, from the first day of a month (--from DAY, default this month, at most
              twelve months back). Free. Once in 24 hours. Reaches only usage of resources that had the tag then

  --format F  ${FORMATS.join(' | ')} (default table)

Day by day: deploy and send one request; within 24 hours billing knows the key: activate; within 24 hours lines carry it;
72 hours later a day is complete. Each request to Cost Explorer is taken to cost $0.01.
`;

export const command: Command = {
  help: HELP,
  run,
};

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      keys: { type: 'string' },
      from: { type: 'string' },
      format: { type: 'string', default: 'table' },
    },
  });
  const [action, ...rest] = positionals;
  if (action === undefined || rest.length > 0) {
    throw new UserError(`say what to do with the tags: fmpaths tags status, activate or backfill`);
  }
  const verb = argumentOf('the action', action, ['status', 'activate', 'backfill']);
  const format = oneOf('format', values.format, FORMATS);
  const tags = await import('../../aws/cost-allocation-tags.ts');
  const endpoint = endpointOf(io.env, 'COST_EXPLORER');
  const client = tags.costExplorer(endpoint);
  try {
    switch (verb) {
      case 'status':
        return await status(tags, client, format, io);
      case 'activate':
        return await activate(tags, client, values.keys, io);
      case 'backfill':
        return await backfill(tags, client, values.from, io);
    }
  } finally {
    client.destroy();
  }
}

async function status(tags: Tags, client: CostExplorerClient, format: Format, io: Io): Promise<ExitStatus> {
  const report = await tags.tagReport(client, io.now());
  switch (format) {
    case 'json':
      io.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
      break;
    case 'csv':
      io.stdout.write(
        csv(
          ['key', 'needed', 'state', 'since', 'lastUsed', 'answer', 'next'],
          report.tags.map((tag) => [tag.key, tag.needed, tag.state, tag.since, tag.lastUsed, tag.answer, tag.next]),
        ),
      );
      break;
    case 'table':
    case 'markdown': {
      const table = format === 'table' ? textTable : markdownTable;
      io.stdout.write([tagGrid(report.tags), backfillGrid(report.backfills)].map(table).join('\n\n') + '\n');
    }
  }
  return EXIT.done;
}

function tagGrid(tags: Awaited<ReturnType<Tags['tagReport']>>['tags']): Grid {
  return {
    title: 'Cost allocation tags',
    columns: ['tag', 'needed', 'state', 'the bill can answer', 'next'].map(left),
    rows: tags.map(({ key, needed, state, answer, next }) => [key, needed ? 'yes' : 'no', state, answer, next ?? '']),
  };
}

function backfillGrid(backfills: Awaited<ReturnType<Tags['tagReport']>>['backfills']): Grid {
  return {
    title: backfills.length === 0 ? 'Backfills: none yet' : 'Backfills',
    columns: ['from', 'asked for', 'state', 'done'].map(left),
    rows: backfills.map(({ from, requestedAt, status: state, completedAt }) => [
      from,
      requestedAt,
      state,
      completedAt ?? '-',
    ]),
  };
}

async function activate(tags: Tags, client: CostExplorerClient, list: string | undefined, io: Io): Promise<ExitStatus> {
  const keys =
    list === undefined
      ? [...tags.NEEDED_KEYS]
      : [
          ...new Set(
            list
              .split(',')
              .map((key) => key.trim())
              .filter((key) => key !== ''),
          ),
        ];
  if (keys.length === 0) throw new UserError(`'--keys' must name at least one tag key, got '${list ?? ''}'`);
  const { activated, refused } = await tags.activateTags(client, keys);
  for (const key of activated) {
    io.stdout.write(
      `${key}: active. Lines carry it within 24 hours, from then on; for earlier usage: fmpaths tags backfill\n`,
    );
  }
  for (const { key, reason } of refused) {
    io.stderr.write(
      `${key}: refused by AWS: ${reason}. Billing knows a key up to 24 hours after the first tagged usage: fmpaths tags status tells\n`,
    );
  }
  return refused.length === 0 ? EXIT.done : EXIT.failed;
}

async function backfill(tags: Tags, client: CostExplorerClient, from: string | undefined, io: Io): Promise<ExitStatus> {
  const started = await tags.startBackfill(client, from ?? `${io.now().toISOString().slice(0, 7)}-01`, io.now());
  io.stdout.write(
    `backfill from ${started.from} asked for: ${started.status}. It shows the tags on usage of resources that had them then; see how far it is: fmpaths tags status\n`,
  );
  return EXIT.done;
}
