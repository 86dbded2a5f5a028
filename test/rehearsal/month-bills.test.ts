import {
  CostExplorerClient,
  GetCostAndUsageCommand,
  type GetCostAndUsageCommandInput,
} from '@aws-sdk/client-cost-explorer';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { billCells } from '../../lib/billing/bill.ts';
import { costTags } from '../../lib/deployment/tags.ts';
import { componentOfUsageType } from '../../lib/meters/meters.ts';
import { PATHS } from '../../lib/paths.ts';
import { parsePriceBook, type PriceBook } from '../../lib/prices/price-book.ts';
import { ledgerDisagreements, readMonthBills, type MonthBills } from '../../lib/rehearsal/month-bills.ts';
import { virtualClock, type MeteredUsage, type Simulator } from '../../lib/simulator/index.ts';
import { billedUsageType } from '../../lib/simulator/usage-type.ts';
import { testSimulator } from '../support/simulator-bed.ts';
import { ACCOUNT, REGION } from '../support/simulator.ts';

const MONTH = '2026-12';
/** Days on which there is a request, one on each: enough for pages to follow. */
const DAYS = 8;
const WINDOW = { from: `${MONTH}-01`, until: `${MONTH}-31` };

let folder: string;
let book: PriceBook;
let simulator: Simulator;
let bills: MonthBills;

/** The service under which the component of a usage type is known: all offers of Bedrock are one. */
const serviceOf = (service: string): string => (service.startsWith('AmazonBedrock') ? 'AmazonBedrock' : service);

/** Everything that a price book can bill, spread over all five paths, in quantities that have no short decimals. */
function usageOfEverything(): MeteredUsage[] {
  return [...book.prices.values()].flatMap((price, index): MeteredUsage[] => {
    const path = PATHS[index % PATHS.length];
    const operation = price.id === 'aoss/ocu' ? 'SearchOCU' : 'InvokeModelInference';
    const { usageType } = billedUsageType(price, book, operation);
    const component = componentOfUsageType(usageType, serviceOf(price.service));
    if (path === undefined || component === undefined) return [];
    const owner = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${path}/1`;
    return [
      {
        priceId: price.id,
        quantity: 1 / 7 + index / 3_000,
        // half of the tokens through a profile, which AWS is known to tag
        resourceId: `arn:aws:bedrock:${REGION}:${ACCOUNT}:${index % 2 === 0 ? 'application-inference-profile' : 'custom-model'}/${path}`,
        tags: costTags({ path, component, project: 'fmpaths', environment: 'test', owner }),
        path,
        component,
        operation,
      },
    ];
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fmpaths-bills-'));
  book = parsePriceBook(JSON.parse(await readFile('config/prices/us-east-1.json', 'utf8')), 'us-east-1.json');
  const clock = virtualClock(new Date('2026-11-30T12:00:00Z'));
  ({ simulator } = await testSimulator({ clock, prices: book }));
  simulator.control.playMonth({ month: MONTH, requestsPerMonth: DAYS, usagePerRequest: usageOfEverything() });
  clock.advanceBy(4 * 24 * 3_600_000);
  bills = await readMonthBills({
    month: MONTH,
    window: WINDOW,
    deployed: PATHS.map((path) => ({ path, resourceIds: [] })),
    now: clock.now(),
    folder,
    simulator,
  });
});

afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

test('the bill of every path equals the ledger to the last decimal, from export and Cost Explorer, partly and wholly tagged', () => {
  expect(bills.disagreements).toEqual([]);
  // every price of the book on each day, and nothing of it without a component
  expect(bills.rows).toBe(usageOfEverything().length * DAYS);
  const billed = new Set(usageOfEverything().map(({ priceId }) => priceId));
  // their usage types were never seen, so that no component can be read from them
  expect([...book.prices.keys()].filter((id) => !billed.has(id))).toEqual([
    'evaluation/human-task',
    'kb/structured-query',
    'managed-kb/agentic-retrieve',
  ]);
  for (const path of PATHS) {
    const total = billCells(bills.bill.rows).find((cell) => cell.path === path && cell.component === 'inference');
    expect(total?.taggedUsd).toBeGreaterThan(0);
  }
});

test('what nobody has confirmed AWS to tag is not in the tagged sums, and is where all is tagged', () => {
  const { ledger } = simulator.control;
  const training = (tagging: 'confirmed' | 'all') =>
    ledger.totals(MONTH, tagging).filter(({ component }) => component === 'training');
  const sum = (totals: readonly { readonly taggedUsd: number }[]) =>
    totals.reduce((usd, { taggedUsd }) => usd + taggedUsd, 0);
  expect(sum(training('confirmed'))).toBeLessThan(sum(training('all')));
  for (const { taggedUsd, knownUsd } of training('all')) expect(taggedUsd).toBeCloseTo(knownUsd, 10);
});

test('a cent in the wrong component, and one that is missing, are found and named', () => {
  const totals = simulator.control.ledger.totals(MONTH);
  const [row, ...rest] = bills.bill.rows;
  if (row === undefined) throw new Error('the bill is empty');
  expect(ledgerDisagreements({ ...bills.bill, rows: rest }, totals).at(-1)).toMatch(
    /^the whole month: the bill read from cur says \$\d+\.\d+, the simulator's ledger \$\d+\.\d+$/,
  );
  const tagged = bills.bill.rows.find(({ attribution }) => attribution === 'tag');
  const moved = bills.bill.rows.map((each) =>
    each === tagged
      ? { ...each, component: each.component === 'data' ? ('training' as const) : ('data' as const) }
      : each,
  );
  expect(ledgerDisagreements({ ...bills.bill, rows: moved }, totals).join('\n')).toContain(
    `${tagged?.path ?? ''}, ${tagged?.component ?? ''}, by tag: `,
  );
});

const client = (): CostExplorerClient =>
  new CostExplorerClient({
    region: 'us-east-1',
    endpoint: simulator.url,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 2,
  });
const QUESTION: GetCostAndUsageCommandInput = {
  TimePeriod: { Start: WINDOW.from, End: '2027-01-01' },
  Granularity: 'DAILY',
  Metrics: ['UnblendedCost'],
};

test.each<[string, object, RegExp]>([
  ['no day', { TimePeriod: { Start: '2026-12-02', End: '2026-12-02' } }, /should be before end date/],
  ['days to come', { TimePeriod: { Start: '2026-12-02', End: '2027-03-01' } }, /past the beginning/],
  ['no metric', { Metrics: [] }, /Metrics is empty/],
  [
    'three groupings',
    { GroupBy: ['SERVICE', 'USAGE_TYPE', 'RECORD_TYPE'].map((Key) => ({ Type: 'DIMENSION', Key })) },
    /maximum of 2/,
  ],
  [
    'two roots',
    { Filter: { Dimensions: { Key: 'SERVICE', Values: ['x'] }, Tags: { Key: 'y', Values: ['z'] } } },
    /exactly one root/,
  ],
  ['And over one', { Filter: { And: [{ Dimensions: { Key: 'SERVICE', Values: ['x'] } }] } }, /at least two/],
])('the simulated Cost Explorer refuses a question as AWS does: %s', async (_, changed, message) => {
  const explorer = client();
  await expect(explorer.send(new GetCostAndUsageCommand({ ...QUESTION, ...changed }))).rejects.toThrow(message);
  explorer.destroy();
});

test('it answers in pages, and a tag that is not activated is on no line', async () => {
  const explorer = client();
  const first = await explorer.send(
    new GetCostAndUsageCommand({ ...QUESTION, GroupBy: [{ Type: 'DIMENSION', Key: 'USAGE_TYPE' }] }),
  );
  expect(first.NextPageToken).toMatch(/^page-\d+$/);
  expect(first.ResultsByTime?.flatMap(({ Groups = [] }) => Groups)).toHaveLength(500);
  const owners = await explorer.send(
    new GetCostAndUsageCommand({ ...QUESTION, GroupBy: [{ Type: 'TAG', Key: 'fmpaths-owner' }] }),
  );
  const keys = owners.ResultsByTime?.flatMap(({ Groups = [] }) => Groups.map(({ Keys = [] }) => Keys[0]));
  expect(new Set(keys)).toEqual(new Set(['fmpaths-owner$']));
  explorer.destroy();
});
