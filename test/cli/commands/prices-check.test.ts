import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { priceBookFile, requiredPriceBook, writePriceBook } from '../../../lib/aws/prices/book-file.ts';
import { priceBook } from '../../../lib/prices/price-book.ts';
import type { Simulator } from '../../../lib/simulator/index.ts';
import type { CalculatorBehaviour } from '../../../lib/simulator/pricing-calculator.ts';
import { simulatorEndpoints } from '../../../lib/simulator/services.ts';
import { runCli, type CliResult } from '../../support/run-cli.ts';
import { testBed } from '../../support/simulator-bed.ts';
import { CATALOGUE, MODEL, PRICES } from '../../support/simulator.ts';
import { withoutBackoff } from '../../support/without-backoff.ts';

let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fmpaths-test-'));
  await mkdir(join(root, 'config'));
  await writeFile(join(root, 'config', 'models.json'), JSON.stringify(CATALOGUE));
  await writePriceBook(priceBookFile(root, 'us-east-1'), PRICES);
  process.env['AWS_ACCESS_KEY_ID'] = 'rehearsal';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'rehearsal';
});

afterEach(async () => {
  delete process.env['AWS_ACCESS_KEY_ID'];
  delete process.env['AWS_SECRET_ACCESS_KEY'];
  await rm(root, { recursive: true, force: true });
});

const check = (...args: string[]): Promise<CliResult> => runCli(['prices', 'check', ...args], { root });

describe('prices check --against', () => {
  /** Of PRICES: $1 a million in, $5 out, $0.10 from the cache, $0.90 in by the global profile. */
  const against = async (file: object, ...args: string[]): Promise<CliResult> => {
    const name = join(root, 'public.json');
    await writeFile(name, JSON.stringify(file));
    return check('--against', name, ...args);
  };
  const entry = (costs: object) => ({ litellm_provider: 'bedrock_converse', mode: 'chat', ...costs });

  test('ends with 0 where every price agrees, and counts what stands on one side only', async () => {
    const { status, stdout } = await against({
      [`us.${MODEL}`]: entry({
        input_cost_per_token: 1e-6,
        output_cost_per_token: 5e-6,
        output_cost_per_token_flex: 1e-6,
      }),
      [MODEL]: entry({ input_cost_per_token: 9e-7 }),
      'acme.unheard-of': entry({}),
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/Prices compared with .*public\.json: 3; 3 agree within a millionth, 0 differ\.\n/);
    expect(stdout).toContain('Only in the file: 1.');
    expect(stdout).toContain('Entries not read, model not in config/models.json: 1.');
  });

  test('ends with 3 where one differs, and names it with what the book rests on', async () => {
    const file = { [`us.${MODEL}`]: entry({ input_cost_per_token: 1.5e-6, output_cost_per_token: 5e-6 }) };
    const { status, stdout } = await against(file);
    expect(status).toBe(3);
    expect(stdout).toMatch(/^us-east-1 +acme\.small-v1:0\/input +1 +1\.5 +\+50\.00 +1M tokens +A +2026-11-01$/m);
    const json = JSON.parse((await against(file, '--format', 'json')).stdout) as Readonly<Record<string, unknown>>;
    expect(json).toMatchObject({ compared: 2, agree: 1, differing: [{ source: 'test', key: `us.${MODEL}` }] });
  });

  test('ends with 1 and the reason where nothing was compared', async () => {
    const { status, stdout, stderr } = await against({ 'acme.unheard-of': entry({ input_cost_per_token: 1e-6 }) });
    expect(status).toBe(1);
    expect(stdout).toContain('Entries not read, model not in config/models.json: 1.');
    expect(stderr).toMatch(
      /^fmpaths: nothing was compared: '.*public\.json' has no price that the books of us-east-1 have; entries not read: 1, for the reasons above\n$/,
    );
    // a price that the books do not have is none that was compared
    const foreign = await against({ [`us.${MODEL}`]: entry({ output_cost_per_token_flex: 1e-6 }) });
    expect([foreign.status, foreign.stderr]).toEqual([1, expect.stringMatching(/that the books of us-east-1 have\n$/)]);
  });

  test('holds the shipped book, not the private prices', async () => {
    await mkdir(join(root, 'config', 'private-prices'));
    await writeFile(join(root, 'config', 'private-prices', 'us-east-1.json'), 'not even JSON');
    expect((await against({ [`us.${MODEL}`]: entry({ input_cost_per_token: 1e-6 }) })).status).toBe(0);
  });

  test.each([
    [['--against', 'public.json', '--account'], "'--against' and '--account' exclude each other"],
    [['--against', 'public.json', '--dry-run'], "'--dry-run' goes with '--account' only"],
    [['--against', 'no-such.json'], "cannot read 'no-such.json'"],
    [['--against', 'public.json', '--region', 'eu-west-9'], "each of '--region' must be one of us-east-1"],
    [[], "'fmpaths prices check' needs '--against FILE' (a second public file) or '--account'"],
    [['--account', '--operation', 'a%b'], "'--operation' must be at most 32 letters"],
  ])('%j cannot be acted on', async (args, message) => {
    const { status, stderr } = await check(...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test('nor can a file of another form', async () => {
    const { status, stderr } = await against({ models: [] });
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining("in LiteLLM's format: expected an object of entries"),
    ]);
  });
});

describe('prices check --account, against the simulator', () => {
  withoutBackoff();

  const INPUT = 'USE1-AcmeSmall-input-tokens';
  const OUTPUT = 'USE1-AcmeSmall-output-tokens';
  const file = (): string => join(root, 'config', 'private-prices', 'us-east-1.json');

  const account = async (behaviour: CalculatorBehaviour, ...args: string[]): Promise<CliResult> => {
    const { simulator } = await testBed();
    simulator.control.calculatorBehaves(behaviour);
    return askSimulator(simulator, ...args);
  };

  const askSimulator = ({ url }: Simulator, ...args: string[]): Promise<CliResult> =>
    runCli(['prices', 'check', '--account', ...args], { root, env: simulatorEndpoints(url) });

  test('writes the prices of the account, which every book then has, and says so', async () => {
    const { status, stdout, stderr } = await account({ discounts: { [INPUT]: 0.9 }, cents: true });
    expect(stderr).toBe('us-east-1: asking AWS for the price of each usage type\n');
    // the list price is the book's: a discount is no fault of the book
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^us-east-1 +USE1-AcmeSmall-input-tokens +1M tokens +1 +1 +0\.9 +-10\.00 +1K tokens +your own price$/m,
    );
    expect(stdout).toContain('at a price of your own: 1,');
    expect(stdout).toContain('private prices in config/private-prices/us-east-1.json: 1.');
    expect(readFileSync(file(), 'utf8')).toBe(
      `{
  "region": "us-east-1",
  "prices": {
    "acme.small-v1:0/input": { "usd": 0.9, "per": "1M tokens", "source": "your account: GetUsageLinesEstimatedCost, AFTER_DISCOUNTS", "date": "2026-10-01", "confidence": "A" }
  }
}
`,
    );
    expect((await requiredPriceBook(root, 'us-east-1')).prices.get(`${MODEL}/input`)?.usd).toBe(0.9);
    const shown = await runCli(['prices', 'show', '--filter', `${MODEL}/input`], { root });
    expect(shown.stdout).toMatch(/acme\.small-v1:0\/input +0\.9 /);
    expect(shown.stderr).toContain(
      "1 price of us-east-1 is your account's own: config/private-prices/us-east-1.json (delete it to use the shipped prices again)\n",
    );
  });

  test('a refresh and a comparison of books never see them', async () => {
    await account({ discounts: { [INPUT]: 0.9 } });
    const book = join(root, 'other.json');
    await writePriceBook(book, PRICES);
    const { stdout } = await runCli(['prices', 'diff', '--to', book], { root });
    expect(stdout).toContain('no price changed');
  });

  test('deletes the file once no price is the own any more; asks in vain and it stays', async () => {
    await account({ discounts: { [INPUT]: 0.9 } });
    const everyType = [...PRICES.prices.values()].map(({ usageType = '' }) => usageType);
    const nothing = await account({ silent: everyType });
    expect([nothing.status, existsSync(file())]).toEqual([1, true]);
    const { status, stdout } = await account({});
    expect([status, existsSync(file())]).toEqual([0, false]);
    expect(stdout).toContain('no price is your own any more; config/private-prices/us-east-1.json was deleted');
  });

  test('a price of nothing, or above the list, is not written and told; a file stays that it could be in', async () => {
    const free = await account({ discounts: { [INPUT]: 0, [OUTPUT]: 1.1 } });
    expect([free.status, existsSync(file())]).toEqual([0, false]);
    expect(free.stdout).toMatch(
      /USE1-AcmeSmall-output-tokens +1M tokens +5 +5 +5\.5 .*not taken: 0 or less after discounts, or more than before$/m,
    );
    expect(free.stdout).toContain('or more than before, and not taken for your own: 2. Perhaps AWS counts a free tier');
    await account({ discounts: { [INPUT]: 0.9 } });
    expect((await account({ discounts: { [INPUT]: 0 } })).stdout).toContain('was left as it is');
    expect((await requiredPriceBook(root, 'us-east-1')).prices.get(`${MODEL}/input`)?.usd).toBe(0.9);
  });

  test('where nothing could be asked, or AWS says nothing of it, no price is called the list price', async () => {
    const { simulator } = await testBed();
    const untyped = [...PRICES.prices.values()].map((price) => ({ ...price, usageType: undefined }));
    await writePriceBook(priceBookFile(root, 'eu-west-1'), priceBook('eu-west-1', untyped));
    const nothing = await askSimulator(simulator, '--region', 'eu-west-1');
    expect([nothing.status, nothing.stdout]).toEqual([
      1,
      expect.stringContaining(
        'eu-west-1: nothing could be asked: no price of the book has a usage type that is certain',
      ),
    ]);
    expect(nothing.stdout).not.toContain('no price is your own');
    const everyType = [...PRICES.prices.values()].map(({ usageType = '' }) => usageType);
    const silent = await account({ silent: everyType });
    expect([silent.status, silent.stdout]).toEqual([
      1,
      expect.stringContaining('us-east-1: AWS does not say whether prices are your own; nothing was written.'),
    ]);
  });

  test('writes nothing in a dry run, and to another file where one is named', async () => {
    const dry = await account({ discounts: { [INPUT]: 0.9 } }, '--dry-run');
    expect(dry.stdout).toContain('private prices not written, as this was a dry run: 1.');
    const other = join(root, 'mine.json');
    await account({ discounts: { [INPUT]: 0.9 } }, '--out', other);
    expect([existsSync(file()), existsSync(other)]).toEqual([false, true]);
    // a file of one's own naming is never deleted
    expect((await account({}, '--out', other)).stdout).toContain('nothing was written');
    expect(existsSync(other)).toBe(true);
  });

  test('a line that fails is told by its kind, and the others are priced', async () => {
    const { status, stdout } = await account({
      discounts: { [INPUT]: 0.9 },
      errors: { [OUTPUT]: 'INTERNAL_SERVER_ERROR' },
      units: { 'USE1-DataProcessing-Bytes': 'furlongs' },
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/USE1-AcmeSmall-output-tokens +1M tokens +5 +unknown +unknown +AWS failed: ask again$/m);
    expect(stdout).toMatch(/USE1-DataProcessing-Bytes +GB +0\.5 +unknown +unknown +furlongs +unit cannot be read$/m);
    expect(stdout).toContain('private prices in config/private-prices/us-east-1.json: 1.');
  });

  test("ends with 3 where AWS's list price is not the book's", async () => {
    const dearer = priceBook('us-east-1', [
      ...[...PRICES.prices.values()].map((price) => (price.id === `${MODEL}/input` ? { ...price, usd: 2 } : price)),
    ]);
    await writePriceBook(priceBookFile(root, 'us-east-1'), dearer);
    const { status, stdout } = await account({});
    expect(status).toBe(3);
    expect(stdout).toMatch(
      /USE1-AcmeSmall-input-tokens +1M tokens +2 +1 +1 +-50\.00 .*AWS's list price is not the book's$/m,
    );
  });

  test('throttling is asked again; for want of data, and without the permission, nothing is written', async () => {
    const { simulator } = await testBed();
    const operation = 'GetUsageLinesEstimatedCost';
    simulator.control.inject({ operation, kind: 'throttle', times: 2 });
    expect((await askSimulator(simulator)).status).toBe(0);

    simulator.control.calculatorBehaves({ discounts: { [INPUT]: 0.9 }, unavailable: 1 });
    const unavailable = await askSimulator(simulator);
    expect([unavailable.status, unavailable.stderr]).toEqual([
      2,
      expect.stringContaining('AWS has no pricing data for the account at the moment'),
    ]);
    simulator.control.inject({ operation, kind: 'access-denied' });
    const denied = await askSimulator(simulator);
    expect([denied.status, denied.stderr]).toEqual([
      2,
      expect.stringContaining('the action bcm-pricing-calculator:GetUsageLinesEstimatedCost'),
    ]);
    expect(existsSync(file())).toBe(false);
  });

  test('one file holds one Region, and no other machine is asked', async () => {
    await writePriceBook(priceBookFile(root, 'us-west-2'), priceBook('us-west-2', []));
    expect((await check('--account', '--out', 'x.json')).stderr).toContain("'--out' names the file of one Region");
    const elsewhere = await runCli(['prices', 'check', '--account'], {
      root,
      env: { AWS_ENDPOINT_URL: 'https://calculator.example' },
    });
    expect([elsewhere.status, elsewhere.stderr]).toEqual([2, expect.stringContaining('AWS_ENDPOINT_URL must be')]);
  });
});

test('an estimate takes the private prices, and says so in one line', async () => {
  const project = join(import.meta.dirname, '../../..');
  await cp(join(project, 'config'), join(root, 'config'), {
    recursive: true,
    filter: (from) => !from.includes('private-prices'),
  });
  const estimate = (): Promise<CliResult> => runCli(['estimate', '--explain', '--format', 'csv'], { root });
  const shipped = await estimate();
  expect([shipped.status, shipped.stderr]).toEqual([0, '']);
  expect(shipped.stdout).not.toContain('a test of your account');
  const own = { usd: 0.1, per: '1M requests', source: 'a test of your account', date: '2026-09-30', confidence: 'A' };
  await mkdir(join(root, 'config', 'private-prices'));
  await writeFile(
    join(root, 'config', 'private-prices', 'us-east-1.json'),
    JSON.stringify({ region: 'us-east-1', prices: { 'lambda/request': own } }),
  );
  const priced = await estimate();
  expect(priced.stdout).toContain('a test of your account');
  expect(priced.stderr).toBe(
    "1 price of us-east-1 is your account's own: config/private-prices/us-east-1.json (delete it to use the shipped prices again)\n",
  );
});
