import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Comparison } from '../billing/compare.ts';
import { askLambda, outcomeOf, runDataset, summaryOf, type DatasetQuestion, type RunSummary } from '../cloud/run.ts';
import type { Config } from '../config.ts';
import type { PriceBook } from '../cost/price-book.ts';
import type { ModelCatalogue } from '../models.ts';
import type { DeployablePathId } from '../paths.ts';
import { formatUsd } from '../report/money.ts';
import { TAG_KEYS } from '../tags.ts';
import { bridgeAssembly } from './assembly.ts';
import { cdkCli } from './cdk-cli.ts';
import { ChildError, lastLines } from './child-processes.ts';
import { deployedPath, emulatorClients, type DeployedPath } from './deployed-path.ts';
import { startEmulator } from './emulator.ts';
import { callFunctionUrl } from './function-url.ts';
import { added, emulatorInventory } from './inventory.ts';
import { meteredSums, readLogGroup, type MeteredSums } from './metric-lines.ts';
import { nextMonth } from './month.ts';
import { playMonth, type PlayedMonth } from './played-month.ts';
import { EMULATOR, pythonEnvironment } from './python-environment.ts';
import { rehearsalFolder, type Session } from './session.ts';
import { startSimulator, virtualClock, type Fault, type Simulator, type VirtualClock } from './simulator/index.ts';
import { streamInProcess } from './streaming.ts';

export interface RehearsalInput {
  /** Project root. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: Date;
  readonly path: DeployablePathId;
  readonly config: Config;
  readonly catalogue: ModelCatalogue;
  readonly book: PriceBook;
  readonly questions: readonly DatasetQuestion[];
  /** Questions under way at the same time: each has a process of its own. */
  readonly concurrency: number;
  readonly requestsPerMonth: number;
  readonly faults: readonly Fault[];
  /** On loopback. */
  readonly llmUrl?: string | undefined;
  readonly port?: number | undefined;
}

/** Told what happens, step by step. */
export interface RehearsalObserver {
  /** Runs one step; `work` is told how to show progress and returns the step's result and what to say of it. */
  readonly step: <T>(title: string, work: (progress: Progress) => Promise<StepResult<T>>) => Promise<T>;
}

export interface Progress {
  /** Shows what a long step is at. */
  readonly say: (text: string) => void;
  readonly count: (done: number, total: number) => void;
}

interface StepResult<T> {
  readonly value: T;
  /** Lines to show. */
  readonly said: readonly string[];
}

export interface Rehearsal {
  readonly comparison: Comparison;
  readonly summary: RunSummary;
  /** Why the rehearsal failed; empty where it did not. */
  readonly problems: readonly string[];
}

const said = <T>(value: T, ...lines: readonly string[]): StepResult<T> => ({ value, said: lines });

const NO_ACCOUNT = '000000000000';

/** Deploys a path on this machine, asks it, plays a month, compares, destroys everything and looks for what is left. */
export async function rehearse(
  input: RehearsalInput,
  session: Session,
  observer: RehearsalObserver,
): Promise<Rehearsal> {
  const { config, now } = input;
  const accountId = config.account ?? NO_ACCOUNT;
  const clock = virtualClock(now);
  const simulator = await startSimulator({
    runToken: randomBytes(16).toString('hex'),
    region: config.region,
    accountId,
    clock,
    prices: input.book,
    models: input.catalogue,
    llmUrl: input.llmUrl,
  });
  try {
    // before the minute that the installation may take: a fault that cannot be is noticed at once
    input.faults.forEach(simulator.control.inject);
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
        region: config.region,
        accountId,
        bedrockUrl: simulator.url,
        handlerPreload: session.scripts.handlerPreload,
        port: input.port,
      });
      return said(started, `on loopback only, ports ${started.port} and ${simulator.port}`);
    });
    return await rehearseOn({ ...input, accountId, emulatorUrl: emulator.url, simulator, clock }, session, observer);
  } finally {
    await simulator.close();
  }
}

interface Stage extends RehearsalInput {
  readonly accountId: string;
  readonly emulatorUrl: string;
  readonly simulator: Simulator;
  readonly clock: VirtualClock;
}

async function rehearseOn(stage: Stage, session: Session, observer: RehearsalObserver): Promise<Rehearsal> {
  const { config, path, emulatorUrl, simulator, now } = stage;
  const { region } = config;
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
    await Promise.all([cdk.synth(real), cdk.bootstrap(emulatorUrl, stage.accountId)]);
    const bridged = await bridgeAssembly(real, assembly, await readFile(session.scripts.bridgeHandler, 'utf8'));
    return said(
      undefined,
      `the real app with config/environment.json; ${bridged.length} resource of a type that the emulator lacks is simulated (${bridged.map(({ type }) => type).join(', ')})`,
    );
  });
  const before = await emulatorInventory(emulatorUrl, region);
  const clients = emulatorClients(emulatorUrl, region);
  const problems: string[] = [];

  const deployed = await observer.step(`cdk deploy ${path}`, async () => {
    const result = await deployedPath(clients, await cdk.deploy(emulatorUrl, assembly, path));
    const untagged = resourcesWithoutTags(result, simulator, path);
    problems.push(...untagged.map((name) => `${name} does not carry the tags of the contract`));
    return said(result, `function ${result.functionName}, behind ${result.modelArn}`, ...tagLines(untagged));
  });

  const summary = await observer.step(
    `${stage.questions.length} questions to the deployed function`,
    async ({ count }) => {
      let done = 0;
      const { outcomes } = await runDataset(stage.questions, askLambda(clients.lambda, deployed.functionName), {
        concurrency: stage.concurrency,
        onOutcome: () => count(++done, stage.questions.length),
      });
      const result = summaryOf(outcomes);
      if (result.answered === 0) throw new Error(`no question was answered: ${failureText(result)}`);
      if (result.failed > 0)
        problems.push(`${result.failed} of ${outcomes.length} questions failed: ${failureText(result)}`);
      return said(result, ...runLines(result));
    },
  );

  const { metered, month } = await observer.step('Metered by the function', async () => {
    const log = await readLogGroup(clients.logs, deployed.logGroup);
    const sums = meteredSums(log.records);
    problems.push(...meterDisagreements(sums, summary));
    return said(
      { metered: sums, month: { profile: simulator.control.measured(summary.answered), logBytes: log.billedBytes } },
      `${sums.requests} metric lines in the function's log: ${sums.inputTokens} tokens in, ${sums.outputTokens} out, ${formatUsd(sums.usd)}`,
    );
  });

  await observer.step('Function URL and streaming', async () =>
    said(undefined, ...(await urlLines(stage, session, deployed, real))),
  );

  const played = await observer.step(`A month of ${stage.requestsPerMonth} requests at the meter`, async () => {
    const result = await playMonth({
      month: nextMonth(now),
      requestsPerMonth: stage.requestsPerMonth,
      path,
      modelId: config.promptOnly.modelId,
      profileScope: config.promptOnly.profileScope,
      tier: config.promptOnly.serviceTier,
      book: stage.book,
      profile: month.profile,
      operations: {
        path,
        deployed,
        logBytesPerRequest: month.logBytes / summary.answered,
        customMetrics: metered.customMetrics,
      },
      metered,
      control: simulator.control,
      clock: stage.clock,
      folder: session.folder.path,
    });
    problems.push(...result.disagreements);
    return said(
      result,
      `each like the ${summary.answered} measured ones: the column metered is theirs, scaled to the month`,
      `${result.rows} rows of CUR 2.0 in Parquet, read back by tag`,
      ...agreementLines(result),
    );
  });

  const left = await observer.step(`cdk destroy ${path}`, async () => {
    const failure = await cdk.destroy(emulatorUrl, assembly, path).then(() => undefined, destroyFailure);
    if (failure !== undefined) problems.push(failure);
    const leftovers = [
      ...added(before, await emulatorInventory(emulatorUrl, region)).map(({ kind, id }) => `${kind} ${id}`),
      ...simulator.control
        .leftovers()
        .map(({ type, arn, usdPerDay }) => `${type} ${arn} (${formatUsd(usdPerDay)} a day)`),
    ];
    return said(leftovers, leftovers.length === 0 ? 'left: nothing' : `left: ${leftovers.join(', ')}`);
  });
  problems.push(...left.map((name) => `left after cdk destroy: ${name}`));
  return { comparison: played.comparison, summary, problems };
}

/** A deletion that failed is a result of the rehearsal, which goes on to list what is left. */
function destroyFailure(error: unknown): string {
  if (!(error instanceof ChildError)) throw error;
  const reasons = error.output.split('\n').filter((line) => line.includes('DELETE_FAILED'));
  return `cdk destroy failed: ${(reasons[0] ?? lastLines(error.output, 1)).trim()}`;
}

/** Asked of the services, not of the template. */
function resourcesWithoutTags(deployed: DeployedPath, simulator: Simulator, path: DeployablePathId): string[] {
  const resources = [
    { name: deployed.functionName, tags: deployed.functionTags },
    { name: deployed.logGroup, tags: deployed.logGroupTags },
    ...simulator.control.resources().map(({ arn, tags }) => ({ name: arn, tags })),
  ];
  const whole = (tags: Readonly<Record<string, string>>): boolean =>
    tags[TAG_KEYS.path] === path && Object.values(TAG_KEYS).every((key) => tags[key] !== undefined);
  return resources.filter(({ tags }) => !whole(tags)).map(({ name }) => name);
}

const tagLines = (untagged: readonly string[]): string[] =>
  untagged.length === 0 ? ['function, log group and inference profile carry all tags of the contract'] : [];

function runLines(summary: RunSummary): string[] {
  const { answered, failed, retries, latencyMs } = summary;
  const calls = `${answered} answered, ${failed} failed, ${retries} calls repeated`;
  return [
    latencyMs === null
      ? calls
      : `${calls}; on this machine ${latencyMs.median} ms in the median, ${latencyMs.p95} ms at the 95th percentile`,
  ];
}

const failureText = ({ failures }: RunSummary): string =>
  Object.entries(failures)
    .map(([code, count]) => `${code} ${count} times`)
    .join(', ');

function meterDisagreements(metered: MeteredSums, summary: RunSummary): string[] {
  const counted = (['inputTokens', 'outputTokens', 'cacheReadInputTokens', 'cacheWriteInputTokens'] as const)
    .filter((meter) => metered[meter] !== summary[meter])
    .map((meter) => `${meter}: the log says ${metered[meter]}, the answers say ${summary[meter]}`);
  return metered.requests === summary.answered
    ? counted
    : [`${summary.answered} questions were answered, the log has metric lines of ${metered.requests}`, ...counted];
}

async function urlLines(stage: Stage, session: Session, deployed: DeployedPath, assembly: string): Promise<string[]> {
  const question = stage.questions[0]?.question ?? '';
  const { region } = stage.config;
  const call = { emulatorUrl: stage.emulatorUrl, region, functionUrl: deployed.functionUrl, question };
  const unsigned = await callFunctionUrl({ ...call, accept: 'application/json', signed: false });
  if (unsigned.status !== 403)
    throw new Error(`the Function URL answered an unsigned request with status ${unsigned.status}`);
  const whole = await callFunctionUrl({ ...call, accept: 'application/json' });
  const answer = outcomeOf('url', whole.body);
  if (whole.status !== 200 || answer.status !== 'answered')
    throw new Error(`the Function URL answered ${whole.status}: ${whole.body}`);
  const events = await callFunctionUrl({ ...call, accept: 'text/event-stream' });
  const parts = events.body.split('\n\n').filter((event) => event.startsWith('event: text')).length;
  if (events.status !== 200 || !events.body.includes('event: answer')) {
    throw new Error(`the Function URL streamed ${events.status}: ${events.body}`);
  }
  const streamed = await streamInProcess({
    session,
    parentEnv: stage.env,
    region,
    bedrockUrl: stage.simulator.url,
    deployed,
    assembly,
    stackId: stage.path,
    question,
  });
  return [
    `unsigned request refused with 403 (the emulator checks that a signature is there, not whose); asked as JSON: 200, ${answer.usage.outputTokens} tokens out`,
    `asked for a stream: ${parts} parts, but the emulator hands them on all at once: it cannot show progressive streaming`,
    `the same bundle run in a process here: ${streamed.parts} parts, the first after ${streamed.firstMs} ms, the last after ${streamed.lastMs} ms`,
  ];
}

const agreementLines = ({ disagreements }: PlayedMonth): string[] =>
  disagreements.length === 0
    ? ['bill and meter agree to the last digit, estimate and meter within 0.5 % in every component']
    : [];
