import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig, parseCatalogue } from '../../lib/config/config.ts';
import { parsePriceBook } from '../../lib/prices/price-book.ts';
import { bridgeAssembly } from '../../lib/rehearsal/assembly.ts';
import { cdkCli } from '../../lib/rehearsal/cdk-cli.ts';
import { emulatorClients, type EmulatorClients } from '../../lib/rehearsal/deployed-path.ts';
import { emulatedObjects, objectsOfLater } from '../../lib/rehearsal/emulated-objects.ts';
import { emulatorHostServices, deferredHostServices } from '../../lib/rehearsal/emulator-host-services.ts';
import { startEmulator } from '../../lib/rehearsal/emulator.ts';
import { added, emulatorInventory, type InventoryItem } from '../../lib/rehearsal/inventory.ts';
import { pythonEnvironment } from '../../lib/rehearsal/python-environment.ts';
import { newRunSecret } from '../../lib/rehearsal/run-secret.ts';
import { rehearsalFolder, withSession } from '../../lib/rehearsal/session.ts';
import { startSimulator, virtualClock, type Simulator, type VirtualClock } from '../../lib/simulator/index.ts';
import type { ObjectStore } from '../../lib/simulator/simulator.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const ACCOUNT = '000000000000';
const NOW = new Date();

/** One synthesized app, as it would go to AWS but for the types that the emulator lacks. */
export interface EmulatedApp {
  /** @returns the outputs of the stack */
  readonly deploy: (path: string) => Promise<Readonly<Record<string, string>>>;
  readonly destroy: (path: string) => Promise<void>;
}

/** The emulator and the simulator, bootstrapped. */
export interface Emulated {
  readonly simulator: Simulator;
  readonly clock: VirtualClock;
  readonly clients: EmulatorClients;
  readonly objects: ObjectStore;
  /** A folder of this run, removed with it. */
  readonly folder: string;
  /** @param configRoot folder whose `config` the app is synthesized with, default the project's */
  readonly app: (name: string, configRoot?: string) => Promise<EmulatedApp>;
  /** What the emulator has beyond what the bootstrap made. */
  readonly inventory: () => Promise<readonly InventoryItem[]>;
  readonly end: () => Promise<void>;
}

/** Starts what the tests of one file share; they end it. */
export async function startEmulated(): Promise<Emulated> {
  let finish: () => void = () => undefined;
  return await new Promise<Emulated>((resolve, reject) => {
    const ended = new Promise<void>((end) => (finish = end));
    const session = withSession(
      ROOT,
      () => undefined,
      async ({ folder, scripts, processes }) => {
        const { region } = loadConfig(ROOT, NOW);
        const json = async (file: string): Promise<unknown> =>
          JSON.parse(await readFile(join(ROOT, 'config', file), 'utf8'));
        const clock = virtualClock(NOW);
        const { objects, use } = objectsOfLater();
        const later = deferredHostServices();
        const runSecret = newRunSecret();
        const simulator = await startSimulator({
          runToken: runSecret,
          region,
          accountId: ACCOUNT,
          clock,
          prices: parsePriceBook(await json(`prices/${region}.json`)),
          models: parseCatalogue(await json('models.json')),
          objects,
          hostServices: later.hostServices,
        });
        // deletions and jobs take their minutes on the virtual clock
        const ticking = setInterval(() => clock.advanceBy(60_000), 100);
        try {
          const { python } = await pythonEnvironment({
            base: rehearsalFolder(ROOT),
            run: processes.run,
            env: process.env,
            temporaryFolder: folder.temporary,
            onInstall: () => undefined,
          });
          const emulator = await startEmulator({
            start: processes.start,
            python,
            folder,
            parentEnv: process.env,
            region,
            accountId: ACCOUNT,
            simulatorUrl: simulator.url,
            runSecret,
            boot: scripts.emulatorBoot,
            handlerPreload: scripts.handlerPreload,
          });
          const store = emulatedObjects(emulator.url, region);
          use(store);
          later.use(emulatorHostServices(emulator.url, region));
          const cdk = cdkCli({ root: ROOT, run: processes.run, folder, parentEnv: process.env, region });
          await cdk.bootstrap(emulator.url, ACCOUNT);
          const before = await emulatorInventory(emulator.url, region);
          resolve({
            simulator,
            clock,
            clients: emulatorClients(emulator.url, region),
            objects: store,
            folder: folder.path,
            app: async (name, configRoot) => {
              const [real, assembly] = [join(folder.path, name), join(folder.path, `${name}-bridged`)];
              await cdk.synth(real, configRoot);
              await bridgeAssembly(real, assembly, await readFile(scripts.bridgeHandler, 'utf8'));
              return {
                deploy: async (path) => (await cdk.deploy(emulator.url, assembly, [path])).get(path) ?? {},
                destroy: async (path) => await cdk.destroy(emulator.url, assembly, [path]),
              };
            },
            inventory: async () => added(before, await emulatorInventory(emulator.url, region)),
            end: async () => {
              finish();
              await session;
            },
          });
          await ended;
        } finally {
          clearInterval(ticking);
          await simulator.close();
        }
      },
    );
    session.catch(reject);
  });
}
