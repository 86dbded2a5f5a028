import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../errors/file-errors.ts';
import { UserError } from '../errors/user-error.ts';
import { makeOwnedFolder, removeAbandonedFolders } from '../owned-folder.ts';
import { pipEnvironment } from './child-environment.ts';
import { ChildError, lastLines, type ChildProcesses } from './child-processes.ts';

/** The emulator, a test tool under the MIT licence: https://pypi.org/project/ministack/ */
export const EMULATOR = { name: 'ministack', version: '1.5.33' } as const;

/** Everything pip may install beside it, so that two machines get the same. The last four are for Python 3.10 only. */
const DEPENDENCIES = [
  'botocore==1.43.106',
  'defusedxml==0.7.1',
  'graphql-core==3.2.12',
  'h11==0.16.0',
  'h2==4.4.1',
  'hpack==4.2.0',
  'hypercorn==0.18.0',
  'hyperframe==6.1.0',
  'jmespath==1.1.0',
  'jsonata-python==0.7.1',
  'priority==2.0.0',
  'python-dateutil==2.9.0.post0',
  'pyyaml==6.0.3',
  'six==1.17.0',
  'urllib3==2.8.0',
  'wsproto==1.3.2',
  'exceptiongroup==1.3.1',
  'taskgroup==0.2.2',
  'tomli==2.4.0',
  'typing-extensions==4.15.0',
] as const;

const OLDEST_PYTHON = [3, 10] as const;
const NEEDED_MEGABYTES = 300;
const MARKER = 'fmpaths-environment.json';
const UNFINISHED = 'venv-';

/** Limits for what hangs, far above what a busy machine takes. */
const PYTHON_WITHIN_SECONDS = 300;
const INSTALLED_WITHIN_SECONDS = 1_200;

export interface PythonEnvironment {
  /** The interpreter that has the emulator. */
  readonly python: string;
  /** Whether it had to be made now. */
  readonly made: boolean;
}

export interface PythonEnvironmentInput {
  /** Folder that keeps the environment between rehearsals. */
  readonly base: string;
  readonly run: ChildProcesses['run'];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where pip unpacks: removed with everything else of the rehearsal. */
  readonly temporaryFolder: string;
  /** Told before the minute that pip may take; `again` where there is an environment, but half-made or of another version. */
  readonly onInstall: (again: boolean) => void;
  /** @default that of the disk `base` is on */
  readonly freeMegabytes?: number;
}

/**
 * The Python environment with the emulator, made where there is none, or only half of one.
 * @throws UserError where this machine lacks something, saying what and how to get it
 */
export async function pythonEnvironment(input: PythonEnvironmentInput): Promise<PythonEnvironment> {
  const { base, env } = input;
  const ask: Ask = async (spec) => await input.run({ ...spec, env: pipEnvironment(env, input.temporaryFolder) });
  mkdirSync(base, { recursive: true });
  removeAbandonedFolders(base, UNFINISHED);
  const folder = join(base, 'venv');
  if (await isWhole(folder, ask)) return { python: pythonOf(folder), made: false };
  const again = existsSync(folder);
  rmSync(folder, { recursive: true, force: true });

  await requirePython(ask);
  requireSpace(input.freeMegabytes ?? freeMegabytes(base), base);
  input.onInstall(again);
  // made beside and renamed when whole: a killed installation, or a second rehearsal, never sees half of it
  const unfinished = makeOwnedFolder(base, UNFINISHED);
  await install(unfinished, ask, env['PIP_INDEX_URL']);
  writeFileSync(join(unfinished, MARKER), `${JSON.stringify(wanted())}\n`);
  return { python: pythonOf(await putInPlace(unfinished, folder, ask)), made: true };
}

/** Runs one command with the environment that Python and pip need. */
type Ask = (spec: Omit<Parameters<ChildProcesses['run']>[0], 'env'>) => Promise<string>;

const pythonOf = (folder: string): string => join(folder, 'bin', 'python');

/** What the marker must say: another version of anything makes the environment anew. */
const wanted = (): object => ({ emulator: EMULATOR, dependencies: DEPENDENCIES });

/** Written last, the marker says that the installation ended; asking the interpreter says that it is still there. */
async function isWhole(folder: string, ask: Ask): Promise<boolean> {
  try {
    if (readFileSync(join(folder, MARKER), 'utf8').trim() !== JSON.stringify(wanted())) return false;
    const version = await ask({
      name: 'python-check',
      command: pythonOf(folder),
      args: ['-c', `from importlib.metadata import version; print(version('${EMULATOR.name}'))`],
      timeoutSeconds: PYTHON_WITHIN_SECONDS,
    });
    return version.trim() === EMULATOR.version;
  } catch (error) {
    if (error instanceof ChildError || errorCode(error) !== undefined) return false;
    throw error;
  }
}

async function requirePython(ask: Ask): Promise<void> {
  if (process.platform === 'win32') {
    throw new UserError('the rehearsal needs Linux or macOS: on Windows, run it in the Windows Subsystem for Linux');
  }
  const python = async (code: string): Promise<string> =>
    await ask({ name: 'python', command: 'python3', args: ['-c', code], timeoutSeconds: PYTHON_WITHIN_SECONDS });
  const oldest = OLDEST_PYTHON.join('.');
  const version = await python('import sys; print(*sys.version_info[:2])').catch((error: unknown) => {
    if (!(error instanceof ChildError)) throw error;
    throw new UserError(
      error.output.includes('ENOENT')
        ? `python3 was not found on the PATH: the local AWS emulator is a Python package. Install Python ${oldest} or newer (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python3) and run again`
        : `python3 does not work: ${lastLines(error.output, 3) || 'it failed without a word. Try it: python3 --version'}`,
      { cause: error },
    );
  });
  const [major = 0, minor = 0] = version.trim().split(' ').map(Number);
  if (major !== OLDEST_PYTHON[0] || minor < OLDEST_PYTHON[1]) {
    throw new UserError(
      `the local AWS emulator needs Python ${oldest} or newer, got ${major}.${minor} as python3: put a newer one first on the PATH`,
    );
  }
  await python('import venv, ensurepip').catch((error: unknown) => {
    if (!(error instanceof ChildError)) throw error;
    throw new UserError(
      `python3 cannot make virtual environments (${lastLines(error.output, 1)}): install the missing part (Debian, Ubuntu: apt-get install python3-venv) and run again`,
      { cause: error },
    );
  });
}

function requireSpace(megabytes: number, base: string): void {
  if (megabytes >= NEEDED_MEGABYTES) return;
  throw new UserError(
    `the rehearsal needs ${NEEDED_MEGABYTES} MB of disk for the emulator, got ${Math.floor(megabytes)} MB free where ${base} is: free some space and run again`,
  );
}

function freeMegabytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return (bavail * bsize) / 1e6;
}

async function install(folder: string, ask: Ask, index: string | undefined): Promise<void> {
  await ask({
    name: 'venv',
    command: 'python3',
    args: ['-m', 'venv', folder],
    timeoutSeconds: INSTALLED_WITHIN_SECONDS,
  });
  const constraints = join(folder, 'constraints.txt');
  writeFileSync(constraints, `${DEPENDENCIES.join('\n')}\n`);
  await ask({
    name: 'pip',
    command: pythonOf(folder),
    args: [
      ...['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--prefer-binary'],
      ...['--retries', '2', '--timeout', '15', '--constraint', constraints],
      `${EMULATOR.name}==${EMULATOR.version}`,
    ],
    timeoutSeconds: INSTALLED_WITHIN_SECONDS,
  }).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    if (!(error instanceof ChildError)) throw error;
    throw new UserError(
      `pip could not install ${EMULATOR.name} ${EMULATOR.version} from ${index === undefined ? 'PyPI' : `PIP_INDEX_URL=${withoutPassword(index)}`}: check that this machine reaches the package index (behind a proxy set HTTPS_PROXY, with a mirror PIP_INDEX_URL) and run again. pip said:\n${lastLines(error.output, 6)}`,
      { cause: error },
    );
  });
}

function withoutPassword(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//');
}

/** Puts the finished environment where the next rehearsal looks; one that another rehearsal finished meanwhile serves as well. */
async function putInPlace(finished: string, folder: string, ask: Ask): Promise<string> {
  try {
    renameSync(finished, folder);
  } catch (error) {
    if (!(await isWhole(folder, ask))) throw error;
    rmSync(finished, { recursive: true, force: true });
  }
  return folder;
}
