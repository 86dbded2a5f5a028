import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { errorCode } from './errors/file-errors.ts';
import { HOUR_MS } from './units.ts';

/** More than a process of this project keeps a folder. */
const MOST_HOURS = 24;

/** The process that made a folder. Its id alone says little: ids repeat, in containers within seconds. */
interface Owner {
  /** The running kernel and its process table: only there can its processes be looked up. */
  readonly table: string;
  readonly processId: number;
  /** When the process began, which no later one of the same id did. */
  readonly started: string;
}

/** Makes a folder in `parent` whose name says that this process owns it, so that it can be removed if the process is killed. */
export function makeOwnedFolder(parent: string, prefix = ''): string {
  const { table, processId, started } = thisProcess();
  return mkdtempSync(join(parent, `${prefix}${table}-${processId}-${started}-`));
}

/** Removes the folders in `parent` whose owners have ended, and none of an owner that lives. */
export function removeAbandonedFolders(parent: string, prefix = ''): void {
  for (const name of readdirSync(parent)) {
    const owner = name.startsWith(prefix) ? ownerOf(name.slice(prefix.length)) : undefined;
    if (owner !== undefined && isAbandoned(join(parent, name), owner)) removeFolder(join(parent, name));
  }
}

/** Removes a folder at once, also while children that were just killed, or threads of this process, write their last file. */
export function removeFolder(path: string): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // not its maxRetries: they do not list the folder again, and a file that was made after the first listing stays
      rmSync(path, { recursive: true, force: true });
      return;
    } catch (error) {
      // another process may have removed it meanwhile
      if (!existsSync(path)) return;
      if (attempt === REMOVAL_ATTEMPTS || !PASSING.includes(errorCode(error) ?? '')) throw error;
      waitMs(attempt * REMOVAL_WAIT_MS);
    }
  }
}

/** Waits 50 ms longer each time: 10 s in all, which a busy machine may take to end a process. */
const REMOVAL_ATTEMPTS = 20;
const REMOVAL_WAIT_MS = 50;
const PASSING = ['ENOTEMPTY', 'EBUSY', 'EMFILE', 'ENFILE', 'EPERM'];

/** Blocks this thread: a signal handler and `exit` wait for no promise. */
function waitMs(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function ownerOf(name: string): Owner | undefined {
  const [, table = '', processId = '', started = ''] = /^([\da-f]{8})-(\d+)-(\d+)-\w{6}$/.exec(name) ?? [];
  return table === '' ? undefined : { table, processId: Number(processId), started };
}

function isAbandoned(path: string, { table, processId, started }: Owner): boolean {
  if (table === thisProcess().table) return startOf(processId) !== started && isOwn(path);
  // made before a reboot, in another container or, on a shared disk, on another machine: only its age can tell
  const made = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  const hours = (Date.now() - made) / HOUR_MS;
  return (hours > MOST_HOURS || hours > uptime() / 3600) && isOwn(path);
}

/** In a shared folder such as /tmp others may use the same names. */
function isOwn(path: string): boolean {
  const { getuid } = process;
  return getuid === undefined || lstatSync(path, { throwIfNoEntry: false })?.uid === getuid();
}

let self: Owner | undefined;

function thisProcess(): Owner {
  self ??= { table: processTable(), processId: process.pid, started: startOf(process.pid) ?? '0' };
  return self;
}

const HAS_PROC = existsSync('/proc/self/stat');

function processTable(): string {
  const names = HAS_PROC
    ? [readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'), readlinkSync('/proc/self/ns/pid')]
    : [hostname()];
  return createHash('sha256').update(names.join()).digest('hex').slice(0, 8);
}

/** When a process began, as digits; undefined where it has ended, also where its parent has yet to notice. */
function startOf(processId: number): string | undefined {
  try {
    if (!HAS_PROC) {
      process.kill(processId, 0);
      return startByPs(processId);
    }
    // the name in parentheses may hold anything; behind it, the state is the first field and the start the twentieth
    const fields = readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    // asked about a process that is not there
    return undefined;
  }
}

/** `0` where there is no `ps`, as on Windows: the process id alone then counts. */
function startByPs(processId: number): string {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(processId)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return String(Date.parse(started));
  } catch {
    return '0';
  }
}
