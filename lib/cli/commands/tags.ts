import type { CostExplorerClient } from '@aws-sdk/client-cost-explorer';
import type * as CloudTags from '../../aws/cost-allocation-tags.ts';
import { endpointOf } from '../../billing/bill-source.ts';
import type { Document } from '../../report/document.ts';
import { activationDocument, backfillDocument, tagStatusDocument } from '../../report/tags.ts';
import type { Language } from '../../report/words/languages.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import {
  RESULT_OPTIONS,
  actionArgument,
  parseArguments,
  partsOf,
  requireOwnOptions,
  resultHelp,
  shownAs,
  unexpectedArgument,
} from '../options.ts';
import { show } from '../output.ts';

type Tags = typeof CloudTags;

const HELP = `Usage: fmpaths tags status
       fmpaths tags activate [--keys LIST]
       fmpaths tags backfill [--from DAY]

The bill shows a tag only after its key is activated for billing, in the payer account.

  status      what Cost Explorer can answer by each tag now, and when it will
  activate    activate customization-path and cost-component, or the keys of --keys LIST. Free. Lines carry a key within
              24 hours, from then on
  backfill    show the tags also on earlier usage, from the first day of a month (--from DAY, default this month, at most
              twelve months back). Free. Once in 24 hours. Reaches only usage of resources that had the tag then

${resultHelp(14)}
Day by day: deploy and send one request; within 24 hours billing knows the key: activate; within 24 hours lines carry it;
72 hours later a day is complete. Each request to Cost Explorer is taken to cost $0.01.
`;

export const command: Command = {
  help: HELP,
  run,
};

/** Action -> the options that it takes besides those of every result. */
const ACTIONS = { status: [], activate: ['keys'], backfill: ['from'] } as const;

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values, positionals } = parseArguments('tags', args, {
    keys: { type: 'string' },
    from: { type: 'string' },
    ...RESULT_OPTIONS,
  });
  const action = actionArgument('tags', positionals, Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]);
  if (positionals[1] !== undefined) throw unexpectedArgument('tags', positionals[1]);
  requireOwnOptions(`tags ${action}`, values, [...ACTIONS[action], ...Object.keys(RESULT_OPTIONS)]);
  const { format, language } = shownAs(values);
  const [tags, { costExplorerClient }] = await Promise.all([
    import('../../aws/cost-allocation-tags.ts'),
    import('../../billing/cost-explorer-client.ts'),
  ]);
  const client = costExplorerClient(endpointOf(io.env, 'COST_EXPLORER'));
  try {
    const { document, status = EXIT.done } = await answer(action, tags, client, values, language, io);
    await show(document, format, io);
    return status;
  } finally {
    client.destroy();
  }
}

interface Answer {
  readonly document: Document;
  readonly status?: ExitStatus;
}

async function answer(
  action: keyof typeof ACTIONS,
  tags: Tags,
  client: CostExplorerClient,
  { keys, from }: { readonly keys?: string | undefined; readonly from?: string | undefined },
  language: Language,
  io: Io,
): Promise<Answer> {
  switch (action) {
    case 'status':
      return { document: tagStatusDocument(await tags.tagReport(client, io.now()), language) };
    case 'activate': {
      const activation = await tags.activateTags(client, keys === undefined ? tags.NEEDED_KEYS : partsOf('keys', keys));
      return {
        document: activationDocument(activation, language),
        status: activation.refused.length === 0 ? EXIT.done : EXIT.failed,
      };
    }
    case 'backfill': {
      const first = from ?? `${io.now().toISOString().slice(0, 7)}-01`;
      return { document: backfillDocument(await tags.startBackfill(client, first, io.now()), language) };
    }
  }
}
