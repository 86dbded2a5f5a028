import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { priceBookFile, writePriceBook } from '../../../lib/aws/prices/book-file.ts';
import { command } from '../../../lib/cli/commands/prices.ts';
import { priceBook, type Price } from '../../../lib/prices/price-book.ts';
import { knownRows, offerFile, type OfferRow } from '../../support/offer-file.ts';
import { offers, serve, type PriceListServer } from '../../support/price-list-server.ts';

const NOVA = 'amazon.nova-2-lite-v1:0';
const LAMBDA: OfferRow[] = [{ usagetype: 'Request-ARM', unit: 'Requests', usd: 0.0000002 }];

const price = (id: string, more: Partial<Price> = {}): Price => ({
  id,
  usd: 0.3,
  per: '1M tokens',
  service: 'AmazonBedrock',
  usageType: 'USE1-Nova2.0Lite-input-tokens',
  source: 'a page that was read',
  date: '2026-11-01',
  confidence: 'A',
  ...more,
});

const BOOK = priceBook('us-east-1', [
  price(`${NOVA}/input`),
  price('lambda/request', {
    usd: 0.0000002,
    per: '1 request',
    service: 'AWSLambda',
    usageType: 'Request-ARM',
    date: '2026-08-24',
    note: '=SUM(A1), a note with a comma',
  }),
]);

let root = '';
let server: PriceListServer | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fmpaths-test-'));
  await cp(join(import.meta.dirname, '../../../config/models.json'), join(root, 'config/models.json'));
  await writePriceBook(priceBookFile(root, 'us-east-1'), BOOK);
});

afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(root, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const sink = (name: 'out' | 'err') =>
    new Writable({
      write: (chunk: Buffer, _, done) => {
        written[name] += chunk.toString();
        done();
      },
    });
  const status = await command.run(args, {
    stdout: sink('out'),
    stderr: sink('err'),
    env: server === undefined ? {} : { FMPATHS_PRICE_LIST_URL: server.url.href },
    root,
    now: () => new Date('2026-11-23T12:00:00Z'),
  });
  return { status, ...written };
}

describe('prices show', () => {
  test('every price with its unit, day and confidence; what is older than 90 days is marked', async () => {
    const { status, out, err } = await run('show');
    expect(status).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "Prices in US dollars; * is older than 90 days

      Region     Price id                             USD  per        Date          Grade  Usage type
      ---------  -----------------------------  ---------  ---------  ------------  -----  -----------------------------
      us-east-1  amazon.nova-2-lite-v1:0/input        0.3  1M tokens  2026-11-01    A      USE1-Nova2.0Lite-input-tokens
      us-east-1  lambda/request                 0.0000002  1 request  2026-08-24 *  A      Request-ARM

      Prices: 2. Every format but table has their sources and notes.
      Grade, by what was read: A AWS's own file or page, B two independent transcriptions that agree, C one, D derived or assumed.
      "
    `);
    // 2026-11-23 less 90 days is 2026-08-25
    expect(err).toBe("fmpaths: 1 of 2 prices are older than 90 days: 'npx fmpaths prices refresh' reads today's\n");
  });

  test('only what contains the text, in id, usage type, source or note', async () => {
    expect((await run('show', '--filter', 'NOVA2.0')).out).toContain('Prices: 1.');
    expect((await run('show', '--filter', 'comma')).out).toContain('lambda/request');
    expect((await run('show', '--filter', 'nothing like it')).out).toContain('Prices: 0.');
  });

  test('as JSON with everything that is known', async () => {
    const { prices } = JSON.parse((await run('show', '--format', 'json')).out) as { prices: unknown[] };
    expect(prices[1]).toEqual({ region: 'us-east-1', ...BOOK.prices.get('lambda/request'), stale: true });
  });

  test('as CSV that no spreadsheet runs, and as Markdown', async () => {
    const csv = (await run('show', '--format', 'csv')).out;
    expect(csv).toContain(`,Request-ARM,a page that was read,2026-08-24,A,"'=SUM(A1), a note with a comma",true\n`);
    expect((await run('show', '--format', 'markdown')).out).toContain('| us-east-1 | lambda/request | 0.0000002 |');
  });
});

describe('prices refresh', () => {
  const good = () =>
    offers({
      AmazonBedrock: offerFile('AmazonBedrock', knownRows('AmazonBedrock')),
      AWSLambda: offerFile('AWSLambda', LAMBDA),
    });
  const services = ['--service', 'AmazonBedrock,AWSLambda'];
  const bookText = () => readFile(priceBookFile(root, 'us-east-1'), 'utf8');

  test('writes what the price list says and prints what changed', async () => {
    server = await serve(good());
    const { status, out } = await run('refresh', ...services);
    expect(status).toBe(0);
    // 0.30 to 0.33 is 10 % up; the unit of the request price changes, its price does not
    expect(out).toMatch(/us-east-1 +amazon\.nova-2-lite-v1:0\/input +changed +0\.3 +0\.33 +\+10\.0 +1M tokens/);
    expect(out).toMatch(/us-east-1 +amazon\.nova-2-lite-v1:0\/training +added +3\.78/);
    expect(out).toMatch(
      /^us-east-1: 12 changed or new, 1 confirmed, 0 kept, 0 refused, 0 kept by hand, 0 older than 90 days\n/,
    );
    const written = JSON.parse(await bookText()) as { prices: Record<string, Price> };
    expect(written.prices[`${NOVA}/input`]).toMatchObject({ usd: 0.33, date: '2026-11-23', confidence: 'A' });
    expect(written.prices['lambda/request']).toMatchObject({ usd: 0.2, per: '1M requests' });
  });

  test('a second time the same day changes nothing', async () => {
    server = await serve(good());
    await run('refresh', ...services);
    const once = await bookText();
    const { out } = await run('refresh', ...services);
    expect(out).toMatch(/^us-east-1: 0 changed or new, 0 confirmed/);
    expect(await bookText()).toBe(once);
  });

  test('a dry run writes nothing', async () => {
    server = await serve(good());
    const before = await bookText();
    expect((await run('refresh', '--dry-run', ...services)).out).toContain('+10.0');
    expect(await bookText()).toBe(before);
  });

  test('what is refused, what is in no catalogue and what no price is made of are told with what to do', async () => {
    const nova = { unit: '1K tokens', attributes: { model: 'Nova 2.0 Lite' } };
    server = await serve(
      offers({
        AmazonBedrock: offerFile('AmazonBedrock', [
          { ...nova, usagetype: 'USE1-Nova2.0Lite-input-tokens', usd: 0.0045 },
          { ...nova, usagetype: 'USE1-Nova2.0Lite-output-tokens', usd: 0.00275 },
          { ...nova, usagetype: 'USE1-Nova2.0Lite-input-tokens-turbo', usd: 0.001 },
          { unit: '1K tokens', usagetype: 'USE1-acme.new-7b-mantle-input-tokens-standard', usd: 0.0001 },
        ]),
      }),
    );
    await writePriceBook(
      priceBookFile(root, 'us-east-1'),
      priceBook('us-east-1', [price(`${NOVA}/input`), price('amazon.nova-pro-v1:0/input')]),
    );
    const { status, out } = await run('refresh', '--service', 'AmazonBedrock');
    expect(status).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "us-east-1: 1 changed or new, 0 confirmed, 1 kept, 1 refused, 0 kept by hand, 0 older than 90 days
      us-east-1: refused amazon.nova-2-lite-v1:0/input: the price list says 4.5 per 1M tokens, the book has 0.3 per 1M tokens: more than tenfold apart is rather a misread unit than a new price. --accept-jumps takes it over
      us-east-1: prices of amazon.nova-pro-v1:0 kept: 1. No row of the price list has its name NovaPro. AWS does not list it there, or by another name: check priceList.name in config/models.json

      Changes of prices in US dollars

      Region     Price id                        Change  Before  After  Percent  per
      ---------  ------------------------------  ------  ------  -----  -------  ---------
      us-east-1  amazon.nova-2-lite-v1:0/output  added            2.75           1M tokens

      us-east-1: models found in no catalogue, not written (--format json has their prices; lib/README.md says how to add one)

      Name in the Price List  Service        Prices  What to add to config/models.json
      ----------------------  -------------  ------  ----------------------------------------------------------
      acme.new-7b             AmazonBedrock       1  "priceList": { "naming": "mantle", "name": "acme.new-7b" }

      us-east-1: usage types that no price is made of (--format json has all of them)

      Name in the Price List  Model in config/models.json  Prices  Usage type                           What to add to config/models.json
      ----------------------  ---------------------------  ------  -----------------------------------  ---------------------------------
      Nova 2.0 Lite           amazon.nova-2-lite-v1:0           1  USE1-Nova2.0Lite-input-tokens-turbo
      "
    `);
    const { regions } = JSON.parse((await run('refresh', '--service', 'AmazonBedrock', '--format', 'json')).out) as {
      regions: { unknownModels: unknown[] }[];
    };
    expect(regions[0]?.unknownModels).toMatchObject([
      { name: 'acme.new-7b', usageTypes: [{ meter: 'input', prices: [{ usd: 0.0001, unit: '1K tokens' }] }] },
    ]);
  });

  test('a price list that cannot be used fails the command and keeps the prices', async () => {
    server = await serve(offers({ AmazonBedrock: '{"offerCode": "AmazonBedrock", "products": {' }));
    const before = await bookText();
    const { status, err } = await run('refresh', '--service', 'AmazonBedrock');
    expect(status).toBe(1);
    expect(err).toContain('it is cut off; its prices are as they were');
    expect(await bookText()).toBe(before);
  });

  test('a book is begun for a Region that had none', async () => {
    const west = knownRows('AmazonBedrock').map((row) => ({
      ...row,
      regionCode: 'us-west-2',
      usagetype: row.usagetype.replace('USE1', 'USW2'),
    }));
    server = await serve(offers({ AmazonBedrock: offerFile('AmazonBedrock', west, 'us-west-2') }));
    const { status } = await run('refresh', '--region', 'us-west-2', '--service', 'AmazonBedrock');
    expect(status).toBe(0);
    const written = JSON.parse(await readFile(priceBookFile(root, 'us-west-2'), 'utf8')) as { prices: object };
    expect(Object.keys(written.prices)).toContain(`${NOVA}/input`);
  });

  test('as JSON', async () => {
    server = await serve(good());
    const { out } = await run('refresh', '--format', 'json', '--dry-run', ...services);
    expect(JSON.parse(out)).toMatchObject({
      written: false,
      regions: [{ region: 'us-east-1', confirmed: 1, failed: [] }],
    });
  });
});

describe('prices diff', () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      stdio: 'pipe',
    });

  test('shows what differs from the last commit', async () => {
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'prices');
    expect((await run('diff')).out).toBe('no price changed, 0 confirmed\n');
    const changed = [price(`${NOVA}/input`, { usd: 0.27 }), price('aoss/ocu', { usd: 0.24, per: 'OCU-hour' })];
    await writePriceBook(priceBookFile(root, 'us-east-1'), priceBook('us-east-1', changed));
    // 0.27 / 0.30 is 10 % down
    expect((await run('diff')).out).toMatchInlineSnapshot(`
           "Changes of prices in US dollars

           Region     Price id                       Change      Before  After  Percent  per
           ---------  -----------------------------  -------  ---------  -----  -------  ---------
           us-east-1  amazon.nova-2-lite-v1:0/input  changed        0.3   0.27    -10.0  1M tokens
           us-east-1  aoss/ocu                       added                0.24           OCU-hour
           us-east-1  lambda/request                 removed  0.0000002                  1 request
           "
        `);
  });

  test('without a commit it says what to do', async () => {
    await expect(run('diff')).rejects.toThrow("has no git commit to compare with: name a price book with '--from'");
  });

  test('compares two files, and refuses two Regions', async () => {
    const [before, after] = [join(root, 'before.json'), join(root, 'after.json')];
    await writePriceBook(before, BOOK);
    await writePriceBook(after, priceBook('us-east-1', [price(`${NOVA}/input`, { usd: 0.33 })]));
    const { changes } = JSON.parse((await run('diff', '--from', before, '--to', after, '--format', 'json')).out) as {
      changes: { id: string; kind: string }[];
    };
    expect(changes.map(({ id, kind }) => [id, kind])).toEqual([
      [`${NOVA}/input`, 'changed'],
      ['lambda/request', 'removed'],
    ]);
    // 0.33 / 0.30, as a double has it
    expect((await run('diff', '--to', after, '--format', 'csv')).out).toContain(
      `${NOVA}/input,changed,0.3,0.33,10.000000000000009,1M tokens\n`,
    );
    await writePriceBook(after, priceBook('us-west-2', []));
    await expect(run('diff', '--from', before, '--to', after)).rejects.toThrow('compare two of one Region');
  });
});

describe('what cannot be acted on is refused before anything is read', () => {
  test.each([
    [[], 'the action is missing: one of show, refresh, diff'],
    [['sho'], "got 'sho'"],
    [
      ['show', '--via', 'api'],
      "'--via' is no option of 'fmpaths prices show': it takes --region, --filter, --format, --lang",
    ],
    [
      ['show', '--region', 'us-east-9'],
      "each of '--region' must be one of us-east-1, got 'us-east-9'; did you mean us-east-1?",
    ],
    [['show', '--format', 'html'], "'--format' must be one of table, json, csv, markdown, got 'html'"],
    [['refresh', '--service', 'AmazonEC2'], "got 'AmazonEC2'"],
    [['refresh', '--via', 'scrape'], "'--via' must be one of bulk, api, got 'scrape'"],
    [['refresh', '--base-url', 'https://example.com'], "got 'https://example.com'"],
  ])('%j', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });
});
