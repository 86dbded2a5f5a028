import { expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeOwnedFolder, removeAbandonedFolders, removeFolder } from '../lib/owned-folder.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const root = temporaryFolder();
const parent = (): string => mkdtempSync(join(root, 'parent-'));

/** The name of a folder of this process, with another part: `table-process-started-random`. */
function madeBy(folder: string, part: 'table' | 'process' | 'started', value: string): string {
  const parts = basename(makeOwnedFolder(root)).split('-');
  parts[['table', 'process', 'started'].indexOf(part)] = value;
  const path = join(folder, parts.join('-'));
  mkdirSync(path);
  writeFileSync(join(path, 'file'), '');
  return path;
}

const ended = String(spawnSync(process.execPath, ['-e', '']).pid);

test('the folder of a process that lives stays, the folder of one that has ended goes', () => {
  const folder = parent();
  const living = makeOwnedFolder(folder);
  const abandoned = madeBy(folder, 'process', ended);
  removeAbandonedFolders(folder);
  expect([existsSync(living), existsSync(abandoned)]).toEqual([true, false]);
});

test('a process that has only the id of the owner keeps no folder', () => {
  const folder = parent();
  const abandoned = madeBy(folder, 'started', '1');
  removeAbandonedFolders(folder);
  expect(existsSync(abandoned)).toBe(false);
});

test('a process that another one made a folder with keeps it until it is killed, also with SIGKILL', async () => {
  const folder = parent();
  const script = `import { makeOwnedFolder } from ${JSON.stringify(join(import.meta.dirname, '..', 'lib', 'owned-folder.ts'))};
    console.log(makeOwnedFolder(${JSON.stringify(folder)}, 'x-'));
    setInterval(() => {}, 60_000);`;
  const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const path = line.toString().trim();
    removeAbandonedFolders(folder, 'x-');
    expect(existsSync(path)).toBe(true);
    const exited = once(owner, 'exit');
    owner.kill('SIGKILL');
    await exited;
    removeAbandonedFolders(folder, 'x-');
    expect(existsSync(path)).toBe(false);
  } finally {
    owner.kill('SIGKILL');
  }
});

test('a folder of another container or of a time before the reboot stays for a day: its owner cannot be asked', () => {
  const folder = parent();
  const young = madeBy(folder, 'table', '00000000');
  const old = madeBy(folder, 'table', '00000001');
  const dayAgo = new Date(Date.now() - 25 * 3_600_000);
  utimesSync(old, dayAgo, dayAgo);
  removeAbandonedFolders(folder);
  expect([existsSync(young), existsSync(old)]).toEqual([true, false]);
});

test('what is named otherwise is left alone, and what a link leads to as well', () => {
  const folder = parent();
  const elsewhere = parent();
  writeFileSync(join(elsewhere, 'kept'), '');
  const abandoned = basename(madeBy(root, 'process', ended));
  symlinkSync(elsewhere, join(folder, abandoned));
  for (const name of ['notes', `${ended}-abandoned`, `other-${abandoned}`]) mkdirSync(join(folder, name));
  removeAbandonedFolders(folder);
  expect(readdirSync(folder).sort()).toEqual([`${ended}-abandoned`, 'notes', `other-${abandoned}`].sort());
  expect(readdirSync(elsewhere)).toEqual(['kept']);
});

test('a folder goes also while another process still writes into it', async () => {
  const folder = parent();
  const writes = `const fs = require('node:fs');
    const until = Date.now() + 1500;
    for (let n = 0; Date.now() < until; n += 1) { try { fs.writeFileSync(${JSON.stringify(folder)} + '/' + n, ''); } catch {} }`;
  const writer = spawn(process.execPath, ['-e', writes]);
  try {
    while (readdirSync(folder).length < 500) await sleep(5);
    const exited = once(writer, 'exit');
    removeFolder(folder);
    await exited;
    expect(existsSync(folder)).toBe(false);
  } finally {
    writer.kill('SIGKILL');
  }
});
