import { PATHS } from '../paths.ts';
import type { Charge, DeployedPath, attributor } from './attribution.ts';
import { EXCLUDED_KINDS, sumUsd, type Bill, type BilledRow, type SecondAttribution, type TagSpelling } from './bill.ts';
import { completenessOf } from './completeness.ts';
import type { Window } from './days.ts';
import type { AggregatedLine } from './export-query.ts';
import { note, type Note } from './notes.ts';

/** What a source knows about its bill besides the lines. */
export interface BillHead {
  readonly source: Bill['source'];
  readonly simulated: boolean;
  readonly window: Window;
  readonly metric: Bill['metric'];
  readonly deployed: readonly DeployedPath[] | 'tagged';
  readonly now: Date;
  readonly tagSpellings: readonly TagSpelling[];
  /** Whether the lines have days. */
  readonly dated: boolean;
  readonly secondAttributions: readonly SecondAttribution[];
  readonly estimatedDays: ReadonlySet<string>;
  readonly queryUsd: number | null;
  readonly notes: readonly Note[];
}

/** Makes the one result shape out of the sums of any source. */
export function assembleBill(lines: readonly AggregatedLine[], head: BillHead, attribution: typeof attributor): Bill {
  const usd = lines.filter(({ currency }) => currency === 'USD');
  const foreign = lines.filter(({ currency, kind }) => currency !== 'USD' && kind === 'charge');
  const charges = usd.filter(({ kind }) => kind === 'charge');
  const deployed = head.deployed === 'tagged' ? taggedPaths(charges) : head.deployed;
  const toRow = attribution(deployed);
  const carries = (tag: 'pathTag' | 'componentTag') =>
    lines.some((line) => line.kind === 'charge' && line[tag] !== null);
  const tagged = carries('pathTag');
  return {
    source: head.source,
    simulated: head.simulated,
    from: head.window.from,
    until: head.window.until,
    currency: 'USD',
    metric: head.metric,
    deployed: { paths: deployed.map(({ path }) => path), saidBy: head.deployed === 'tagged' ? 'tags' : 'caller' },
    rows: inOrder(charges.map((line) => toRow(chargeOf(line)))),
    excluded: EXCLUDED_KINDS.map((kind) => ({
      kind,
      usd: sumUsd(usd.filter((line) => line.kind === kind).map(({ cost }) => cost)),
    })),
    otherCurrencies: [...new Set(foreign.map(({ currency }) => currency))].sort().map((currency) => ({
      currency,
      amount: sumUsd(foreign.filter((line) => line.currency === currency).map(({ cost }) => cost)),
    })),
    completeness: completenessOf(
      head.window,
      {
        charged: new Set(charges.flatMap(({ day }) => (day === null ? [] : [day]))),
        estimated: head.estimatedDays,
        dated: head.dated,
      },
      head.now,
    ),
    // a spelling counts as found only where a charge carries it
    tagSpellings: head.tagSpellings.filter(({ role }) => carries(`${role}Tag`)),
    secondAttributions: head.secondAttributions,
    queryUsd: head.queryUsd,
    notes: [...head.notes, ...(head.dated ? [] : [note('undated-export')]), ...(tagged ? [] : [note('no-tag')])],
  };
}

function taggedPaths(charges: readonly AggregatedLine[]): DeployedPath[] {
  const tags = new Set(charges.map(({ pathTag }) => pathTag));
  return PATHS.filter((path) => tags.has(path)).map((path) => ({ path, resourceIds: [] }));
}

function chargeOf(line: AggregatedLine): Charge {
  return {
    day: line.day,
    service: line.service,
    usageType: line.usageType,
    pathTag: line.pathTag,
    componentTag: line.componentTag,
    resourceId: line.resourceId,
    usd: line.cost,
    quantity: line.quantity,
    unit: line.unit,
  };
}

const ORDER: readonly (string | null)[] = [...PATHS, null];

/** One order for every source, so that two readings of one bill are equal as text. */
function inOrder(rows: readonly BilledRow[]): BilledRow[] {
  const keyed = rows.map((row) => {
    const parts = [row.component, row.day, row.service, row.usageType, row.attribution, row.foreignTagValue, row.unit];
    return { row, key: `${ORDER.indexOf(row.path)}\n${parts.join('\n')}` };
  });
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ row }) => row);
}
