import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dayOf } from '../billing/days.ts';
import { mergedWorkload } from '../cost/merged-workload.ts';
import type { Workload } from '../cost/workload.ts';
import { TAG_KEYS } from '../deployment/tags.ts';
import type { PathId } from '../paths.ts';
import type { ComparedReport } from '../report/compare.ts';
import { formatUsd } from '../report/money.ts';
import { startSimulator, virtualClock } from '../simulator/index.ts';
import { askPath, type AskedPath } from './asked-path.ts';
import { bridgeAssembly } from './assembly.ts';
import { cdkCli } from './cdk-cli.ts';
import { ChildError, lastLines } from './child-processes.ts';
import { deployedPath, emulatorClients } from './deployed-path.ts';
import { emulatedObjects, objectsOfLater } from './emulated-objects.ts';
import { emulatorHostServices, deferredHostServices } from './emulator-host-services.ts';
import { startEmulator } from './emulator.ts';
import { added, emulatorInventory } from './inventory.ts';
import { nextMonth } from './month.ts';
import {
  said,
  type PathStage,
  type Problem,
  type RehearsalInput,
  type RehearsalObserver,
  type Stage,
  type StepResult,
} from './path-rehearsal.ts';
import { playMonth, type PlayedMonth } from './played-month.ts';
import { EMULATOR, pythonEnvironment } from './python-environment.ts';
import { newRunSecret } from './run-secret.ts';
import { rehearsalFolder, type Session } from './session.ts';

export interface Rehearsal {
  readonly comparison: ComparedReport;
  /** What was measured, of all paths whose figures can be used; undefined where there is none. */
  readonly measured: Workload | undefined;
  /** Empty where the rehearsal did not fail. */
  readonly problems: readonly Problem[];
}

const NO_ACCOUNT = '000000000000';

/** How the virtual clock goes while the stacks are deleted. */
const DESTROY_TICK = { virtualMs: 60_000, realMs: 250 } as const;

/** Deploys paths on this machine, asks them, plays a month, compares, destroys everything and looks for what is left. */
export async function rehearse(
  input: RehearsalInput,
  session: Session,
  observer: RehearsalObserver,
): Promise<Rehearsal> {
  const { config, now } = input;
  const { region } = config;
  const accountId = config.account ?? NO_ACCOUNT;
  const clock = virtualClock(now);
  const { objects, use } = objectsOfLater();
  const later = deferredHostServices();
  const runSecret = newRunSecret();
  const simulator = await startSimulator({
    runToken: runSecret,
    region,
    accountId,
    clock,
    prices: input.book,
    models: input.catalogue,
    llmUrl: input.llmUrl,
    objects,
    hostServices: later.hostServices,
  });
  try {
    // before the minute that the installation may take: a fault that cannot be is noticed at once
    input.faults.forEach(simulator.control.inject);
    await observer.step('Estimate, before anything is deployed or asked', () => Promise.resolve(estimateLines(input)));
    const { python } = await observer.step('Python environment', async (progress) => {
      const environment = await pythonEnvironment({
        base: rehearsalFolder(input.root),
        run: session.processes.run,
        env: input.env,
        temporaryFolder: session.folder.temporary,
        onInstall: (again) =>
          progress.say(
            `${again ? 'what is in .rehearsal/venv is not whole or of another version; ' : ''}installing ${EMULATOR.name} ${EMULATOR.version} from PyPI, once`,
          ),
      });
      return said(
        environment,
        `${EMULATOR.name} ${EMULATOR.version} ${environment.made ? 'installed' : 'is installed'}`,
      );
    });
    const emulator = await observer.step('Emulator and Bedrock simulator', async () => {
      const started = await startEmulator({
        start: session.processes.start,
        python,
        folder: session.folder,
        parentEnv: input.env,
        region,
        accountId,
        simulatorUrl: simulator.url,
        runSecret,
        boot: session.scripts.emulatorBoot,
        handlerPreload: session.scripts.handlerPreload,
        port: input.port,
      });
      return said(started, `on loopback only, ports ${started.port} and ${simulator.port}`);
    });
    const emulatedStore = emulatedObjects(emulator.url, region);
    use(emulatedStore);
    later.use(emulatorHostServices(emulator.url, region));
    const clients = emulatorClients(emulator.url, region);
    const emulated = { emulatorUrl: emulator.url, clients, objects: emulatedStore };
    return await rehearseOn({ ...input, ...emulated, accountId, simulator, clock, observer, problems: [] }, session);
  } finally {
    await simulator.close();
  }
}

async function rehearseOn(stage: Stage, session: Session): Promise<Rehearsal> {
  const { paths, emulatorUrl, simulator, observer, problems } = stage;
  const { region } = stage.config;
  const cdk = cdkCli({
    root: stage.root,
    run: session.processes.run,
    folder: session.folder,
    parentEnv: stage.env,
    region,
  });
  const real = join(session.folder.path, 'cdk.out');
  const assembly = join(session.folder.path, 'bridged');

  await observer.step('cdk synth and cdk bootstrap', async () => {
    await Promise.all([cdk.synth(real, stage.configRoot), cdk.bootstrap(emulatorUrl, stage.accountId)]);
    const bridged = await bridgeAssembly(real, assembly, await readFile(session.scripts.bridgeHandler, 'utf8'));
    const types = [...new Set(bridged.map(({ type }) => type))];
    return said(
      undefined,
      `the real app with ${stage.changed ?? 'config/environment.json'}; ${bridged.length} ${bridged.length === 1 ? 'resource' : 'resources'} of types that the emulator lacks: simulated (${types.join(', ')})`,
    );
  });
  const before = await emulatorInventory(emulatorUrl, region);

  const deployingSince = stage.clock.now();
  const deployed = await observer.step(`cdk deploy ${paths.join(' ')}`, async () => {
    const outputs = await cdk.deploy(emulatorUrl, assembly, paths);
    const stages = await Promise.all(
      paths.map(async (path) => await deployedStage(stage, path, outputs.get(path) ?? {}, deployingSince)),
    );
    const untagged = resourcesWithoutTags(stages, stage);
    problems.push(...untagged);
    const lines = stages.map(
      ({ path, deployed: { functionName, modelArn } }) =>
        `${path}: function ${functionName}, ${modelArn === undefined ? 'no model yet' : `behind ${modelArn}`}`,
    );
    return said(stages, ...lines, ...tagLines(untagged));
  });

  const asked: AskedPath[] = [];
  for (const path of deployed) asked.push(await askPath(path, session, real));

  const { requestsPerMonth } = stage;
  const played = await observer.step(`A month of ${requestsPerMonth} requests to each path at the meter`, async () => {
    const result = await playMonth({
      month: nextMonth(stage.clock.now()),
      requestsPerMonth,
      before: stage.estimateBefore,
      catalogue: stage.catalogue,
      book: stage.book,
      simulator,
      clock: stage.clock,
      folder: session.folder.path,
      paths: asked,
    });
    problems.push(...result.disagreements.map((what) => ({ spoils: paths, what, advice: RECKONED_TWICE })));
    return said(
      result,
      `each like the ${asked.map(({ summary, path }) => `${summary.answered} measured ones of ${path}`).join(', the ')}: the column metered is theirs, scaled to the month`,
      `${result.rows} rows of CUR 2.0 in Parquet and a simulated Cost Explorer, both read back by tag: as AWS may tag their lines, and with all tagged`,
      ...agreementLines(result),
    );
  });

  const left = await observer.step(`cdk destroy ${paths.join(' ')}`, async () => {
    // deletions take their minutes on the virtual clock
    const ticking = setInterval(() => stage.clock.advanceBy(DESTROY_TICK.virtualMs), DESTROY_TICK.realMs);
    const failure = await cdk
      .destroy(emulatorUrl, assembly, paths)
      .then(() => undefined, destroyFailure)
      .finally(() => clearInterval(ticking));
    if (failure !== undefined) problems.push({ spoils: [], what: failure, advice: NOT_DELETED });
    const leftovers = [
      ...added(before, await emulatorInventory(emulatorUrl, region)).map(({ kind, id }) => `${kind} ${id}`),
      ...simulator.control
        .leftovers()
        .map(({ type, arn, usdPerDay }) => `${type} ${arn} (${formatUsd(usdPerDay)} a day)`),
    ];
    return said(leftovers, leftovers.length === 0 ? 'left: nothing' : `left: ${leftovers.join(', ')}`);
  });
  problems.push(...left.map((name) => ({ spoils: [], what: `left after cdk destroy: ${name}`, advice: NOT_DELETED })));
  const failedPaths = paths.filter((path) => problems.some(({ spoils }) => spoils.includes(path)));
  return {
    comparison: { ...played.comparison, failedPaths },
    measured: measuredWorkload(played, failedPaths, stage),
    problems,
  };
}

function estimateLines({ estimateBefore, requestsPerMonth, paths }: RehearsalInput): StepResult<void> {
  const { workload, rows } = estimateBefore;
  const amounts = paths.map((path) => {
    const monthly = rows.find((row) => row.path === path)?.priced?.estimate.monthly.usd ?? null;
    return `${path} ${formatUsd(monthly)}`;
  });
  return said(undefined, `${workload} at ${requestsPerMonth} requests, a month: ${amounts.join(', ')}`);
}

/** One workload of the paths whose figures can be used. */
function measuredWorkload(
  { measured }: PlayedMonth,
  failed: readonly PathId[],
  { questions, now, config, llmUrl }: Stage,
): Workload | undefined {
  const usable = measured.filter(({ paths = [] }) => !paths.some((path) => failed.includes(path)));
  if (usable.length === 0) return undefined;
  const answers = llmUrl === undefined ? 'simulated answers' : 'answers of a model on this machine';
  const count = questions.length === 1 ? 'one question' : `${questions.length} questions`;
  return mergedWorkload(usable, {
    description: `Measured on ${dayOf(now)} in a rehearsal with ${answers} to ${count} on each path; training and bill were simulated too.`,
    region: config.region,
  });
}

async function deployedStage(
  stage: Stage,
  path: PathId,
  outputs: Readonly<Record<string, string>>,
  deployingSince: Date,
): Promise<PathStage> {
  return { ...stage, path, outputs, deployingSince, deployed: await deployedPath(stage.clients, outputs) };
}

const NOT_DELETED =
  "The stack does not delete what it made. Here that went with the emulator; on AWS it would stay, and may bill: do not deploy before 'npx fmpaths rehearse' ends well.";

const UNTAGGED =
  'Its cost would be billed to no path. A construct of the stack leaves out applyCostTags, or a request that creates it leaves out its tags.';

const RECKONED_TWICE =
  "Two ways of reckoning that share only the prices differ: a fault of fmpaths, or a price that config/prices lacks. Running again changes nothing; 'npm test -- test/rehearsal test/cost' narrows it down.";

/** A deletion that failed is a result of the rehearsal, which goes on to list what is left. */
function destroyFailure(error: unknown): string {
  if (!(error instanceof ChildError)) throw error;
  const reasons = error.output.split('\n').filter((line) => line.includes('DELETE_FAILED'));
  return `cdk destroy failed: ${(reasons[0] ?? lastLines(error.output, 1)).trim()}`;
}

/** Asked of the services, not of the template. */
function resourcesWithoutTags(deployed: readonly PathStage[], { simulator, paths }: Stage): Problem[] {
  const resources = [
    ...deployed.flatMap(({ path, deployed: { functionName, functionTags, logGroup, logGroupTags } }) => [
      { name: functionName, tags: functionTags, of: [path] },
      { name: logGroup, tags: logGroupTags, of: [path] },
    ]),
    ...simulator.control
      .resources()
      .flatMap(({ arn, tags }) => (tags === null ? [] : [{ name: arn, tags, of: paths }])),
  ];
  const whole = ({ tags, of }: (typeof resources)[number]): boolean =>
    of.some((path) => path === tags[TAG_KEYS.path]) && Object.values(TAG_KEYS).every((key) => tags[key] !== undefined);
  return resources
    .filter((resource) => !whole(resource))
    .map(({ name, of }) => ({
      spoils: of,
      what: `${name} does not carry the tags of the contract`,
      advice: UNTAGGED,
    }));
}

const tagLines = (untagged: readonly unknown[]): string[] =>
  untagged.length === 0
    ? ['every function, log group and simulated resource that takes tags carries all of the contract']
    : [];

const agreementLines = ({ disagreements }: PlayedMonth): string[] =>
  disagreements.length === 0
    ? [
        'bill and meter agree to the last decimal, by path and component, from both sources; estimate with measured tokens and meter within 0.5 % in every component of every path',
      ]
    : [];
