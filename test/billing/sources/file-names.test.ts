import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readCur } from '../../../lib/billing/sources/cur.ts';
import { withDuckDb } from '../../../lib/duckdb.ts';
import { sumUsd } from '../../../lib/sums.ts';
import { runCli } from '../../support/run-cli.ts';

const AUGUST = { from: '2026-08-01', until: '2026-08-31' };
const DAYS = ['--from', '2026-08-01', '--until', '2026-08-31'];
const NOW = new Date('2026-10-01T00:00:00Z');

let folder: string;
let parquet: Map<number, Buffer>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fmpaths-names-'));
  parquet = new Map();
  const made = join(folder, 'made.parquet');
  for (const usd of [7, 1000]) {
    await withDuckDb((duck) =>
      duck.run(
        `COPY (SELECT TIMESTAMP '2026-08-05 00:00:00' AS line_item_usage_start_date, 'x' AS line_item_usage_type, ${usd}::DOUBLE AS line_item_unblended_cost) TO '${made}' (FORMAT parquet)`,
      ),
    );
    parquet.set(usd, readFileSync(made));
  }
  rmSync(made);
});
afterEach(() => rmSync(folder, { recursive: true }));

const csvText = (usd: number): string =>
  `line_item_usage_start_date,line_item_usage_type,line_item_unblended_cost\n2026-08-05T00:00:00Z,x,${usd}\n`;

const CONTENT: Readonly<Record<string, (usd: number) => string | Buffer>> = {
  '.csv': csvText,
  '.csv.gz': (usd) => gzipSync(csvText(usd)),
  '.parquet': (usd) => parquet.get(usd) ?? '',
};

/** A name beside one that it would match as a pattern. */
const NAMES: readonly (readonly [name: string, neighbour: string])[] = [
  ['glob[1]', 'glob1'],
  ['a*', 'ab'],
  ['q?', 'qx'],
  ['{a,b}', 'a'],
  ["a'b", 'ab'],
  ['[!x]', 'y'],
  ['**', 'deep'],
  ['with space', 'withspace'],
  ['line\nbreak', 'line break'],
  ['日本 ünï', '日本'],
  ['back\\slash*', 'back\\slashes'],
  ['back\\slash', 'backslash'],
  ['-dash', 'dash'],
  ['~', 'home'],
  ['$HOME', 'x'],
  ['%41', 'A'],
  ['BILLING=1', 'x'],
];

async function total(path: string): Promise<number> {
  const bill = await readCur({ path, window: AUGUST, deployed: [], now: NOW });
  return sumUsd(bill.rows.map(({ usd }) => usd));
}

/** Every name as CSV, the first ones in the other forms too. */
const CASES = Object.keys(CONTENT).flatMap((extension) =>
  NAMES.slice(0, extension === '.csv' ? NAMES.length : 4).map(([name, other]) => [extension, name, other] as const),
);

test.each(CASES)(
  '%s: the file %j is that file and no other, alone and in its folder',
  async (extension, name, other) => {
    const content = CONTENT[extension];
    const place = join(folder, name);
    mkdirSync(place);
    const file = join(place, `${name}${extension}`);
    writeFileSync(file, content?.(7) ?? '');
    writeFileSync(join(place, `${other}${extension}`), content?.(1000) ?? '');
    expect(await total(file)).toBe(7);
    expect(await total(place)).toBe(1007);
  },
);

test.each(['https:', 's3:', 'file:'])('a folder that is called %s is a folder: nothing is fetched', async (name) => {
  const place = join(folder, name, 'bucket');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'x.csv'), csvText(7));
  const before = process.cwd();
  process.chdir(folder);
  try {
    expect(await total(`./${name}/bucket/x.csv`)).toBe(7);
    expect(await total(`${name}/bucket`)).toBe(7);
  } finally {
    process.chdir(before);
  }
});

test('extensions count in any case, and what a file holds decides whether it is zipped', async () => {
  writeFileSync(join(folder, 'A.CSV'), csvText(1));
  writeFileSync(join(folder, 'B.csv.GZ'), gzipSync(csvText(2)));
  writeFileSync(join(folder, 'unzipped-by-the-browser.csv.gz'), csvText(4));
  writeFileSync(join(folder, 'zipped.csv'), gzipSync(csvText(8)));
  writeFileSync(join(folder, '.hidden.csv'), csvText(16));
  expect(await total(folder)).toBe(31);
});

test('what lies in the folder and is not read is named in every format', async () => {
  writeFileSync(join(folder, 'x.csv'), csvText(1));
  writeFileSync(join(folder, 'y.csv.zip'), 'PK');
  writeFileSync(join(folder, '._x.csv'), 'attributes');
  writeFileSync(join(folder, 'x-Manifest.json'), '{}');
  mkdirSync(join(folder, 'elsewhere'));
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'linked'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'gone.csv'));
  const bill = await readCur({ path: folder, window: AUGUST, deployed: [], now: NOW });
  expect(bill.read.notRead).toEqual([
    { file: join(folder, '._x.csv'), reason: 'format' },
    { file: join(folder, 'gone.csv'), reason: 'no-file' },
    { file: join(folder, 'linked'), reason: 'linked-folder' },
    { file: join(folder, 'y.csv.zip'), reason: 'format' },
  ]);
  const args = ['bill', '--source', 'cur', '--file', folder, ...DAYS];
  for (const format of ['table', 'markdown', 'csv', 'json']) {
    expect((await runCli([...args, '--format', format])).stdout).toContain('y.csv.zip');
  }
});

test('a linked file is read as what it leads to', async () => {
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'real.csv'), csvText(7));
  symlinkSync(join(folder, 'real.csv'), join(folder, 'in', 'link.csv'));
  expect(await total(join(folder, 'in'))).toBe(7);
});

test('a temporary folder with a pattern in its name is used as it is', async () => {
  const file = join(folder, 'x.csv');
  writeFileSync(file, csvText(7));
  const before = process.env['TMPDIR'];
  const odd = join(folder, 'tmp [1]{a,b}*');
  mkdirSync(odd);
  process.env['TMPDIR'] = odd;
  try {
    expect(await total(file)).toBe(7);
    expect(readdirSync(odd)).toEqual([]);
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
});

test('a signal leaves no temporary folder behind, and ends the process as it would have', async () => {
  const module = join(import.meta.dirname, '../../../lib/duckdb.ts');
  const script = `import { withDuckDb } from ${JSON.stringify(module)};
    await withDuckDb(async (duck, place) => { process.stdout.write(place); await new Promise((done) => setTimeout(done, 600_000)); });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [place] = (await once(child.stdout, 'data')) as [Buffer];
    expect(existsSync(String(place))).toBe(true);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
    expect(existsSync(String(place))).toBe(false);
  } finally {
    child.kill('SIGKILL');
  }
});
