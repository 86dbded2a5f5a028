import { removeLeftovers, surveyRegion, type CleanupClients } from '../../lib/aws/cleanup.ts';
import type { Lease } from '../../lib/lifecycle/leases.ts';
import type { Fault, SimulatedResource } from '../../lib/simulator/index.ts';
import { HOUR_MS } from '../../lib/units.ts';
import { CATALOGUE } from '../support/catalogue.ts';
import { serviceError, type CallFault, type ServiceCall } from './client.ts';
import { PRICES, sampleObjects, type Scenario } from './scenarios.ts';
import { trainingCloud, type CloudOptions, type TrainingCloud } from './training-cloud.ts';

/** An account that has model units, and room for what others own. */
const QUOTAS = { modelUnits: 4, deployments: 20, importedModels: 10, customizationJobsInProgress: 5 } as const;

export type Definition = Pick<CloudOptions, 'machine' | 'functionOf'>;

/** What goes wrong while the last run of a scenario is under way. */
export interface Disturbance {
  readonly name: string;
  /** A call that fails: the first of its kind in a state, or wherever it is made. */
  readonly call?: { readonly label: string; readonly fault: CallFault; readonly times: number };
  /** Every service but Lambda fails for so long from when the execution first enters the state. */
  readonly outage?: { readonly from: string; readonly forMs: number };
  /** A fault that the simulated service plays: what was made is seen late, fails, or is not deleted although it is said so. */
  readonly service?: Fault;
  /** The execution is stopped as it enters the state. */
  readonly abortAt?: string;
  /** Somebody else begins the same run under another id, or takes everything out of service, as the execution enters the state. */
  readonly meanwhile?: { readonly state: string; readonly what: 'second-run' | 'unhost' };
  /** The stack is deleted as the execution enters the state. */
  readonly destroyAt?: string;
  readonly eventDelayMs?: number;
  readonly scheduleDelayMs?: number;
  /** How the run must end, and what it must say where it fails. @default any end will do that leaves nothing */
  readonly ends?: 'SUCCEEDED' | RegExp;
}

/** As long as it takes until somebody has repaired what is broken. */
export const UNTIL_REPAIRED = Infinity;

export interface CaseEnd {
  readonly status: string;
  /** What bills, or stays, although nobody wants it. */
  readonly left: readonly string[];
  /** What is wrong otherwise. */
  readonly faults: readonly string[];
}

function cloudOf(scenario: Scenario, definition: Definition, more: Partial<CloudOptions> = {}): TrainingCloud {
  const cloud = trainingCloud({
    settings: scenario.settings,
    ...definition,
    prices: PRICES,
    models: CATALOGUE,
    quotas: QUOTAS,
    ...more,
  });
  for (const [key, body] of Object.entries(sampleObjects(scenario.settings.path))) {
    cloud.storage.put(scenario.settings.bucket, key, body);
  }
  return cloud;
}

/** `Publish s3:PutObject control/leases`: what a call is, and in which state it was made. */
function labelOf(state: string, { service, operation, input }: ServiceCall): string {
  const key = input['Key'] ?? input['Prefix'];
  const folder =
    typeof key === 'string'
      ? ` ${key
          .split('/')
          .slice(0, 2)
          .join('/')
          .replace(/\.json$/, '')}`
      : '';
  return `${state} > ${service}:${operation}${service === 's3' ? folder : ''}`;
}

const ended = (cloud: TrainingCloud): boolean => cloud.executions.all().every(({ end }) => end !== undefined);

/** The states of the last run of a scenario and the calls made in them, when nothing goes wrong. */
export async function undisturbed(
  scenario: Scenario,
  definition: Definition,
): Promise<{
  readonly states: readonly string[];
  readonly labels: readonly string[];
  readonly ends: readonly string[];
}> {
  let state = '';
  const states: string[] = [];
  const cloud = cloudOf(scenario, definition, {
    onState: (name) => {
      state = name;
      states.push(name);
    },
  });
  await runBefore(scenario, cloud);
  states.length = 0;
  const labels: string[] = [];
  cloud.disturb((call) => void labels.push(labelOf(state, call)));
  cloud.run(scenario.request, scenario.execution);
  await cloud.time.runUntil(() => ended(cloud));
  const ends = cloud.executions.all().map(({ end }) => `${end?.status ?? ''} ${end?.cause ?? ''}`.trim());
  return { states: [...new Set(states)], labels: [...new Set(labels)], ends };
}

async function runBefore(scenario: Scenario, cloud: TrainingCloud): Promise<void> {
  for (const request of scenario.before) {
    cloud.run(request);
    await cloud.time.runUntil(() => ended(cloud));
    await cloud.time.pass(HOUR_MS);
  }
}

/** The calls that are made once something has been disturbed, wherever they are made. */
export async function callsOf(
  scenario: Scenario,
  definition: Definition,
  { abortAt, destroyAt }: Pick<Disturbance, 'abortAt' | 'destroyAt'>,
): Promise<readonly string[]> {
  let entered: (name: string) => void = () => undefined;
  const cloud = cloudOf(scenario, definition, { onState: (name) => entered(name) });
  await runBefore(scenario, cloud);
  const labels = new Set<string>();
  entered = (name) => {
    if (name === abortAt) cloud.executions.abortAll();
    else if (name === destroyAt) void cloud.destroy();
    else return;
    cloud.disturb((call) => void labels.add(labelOf('', call).replace(/^ > /, '')));
  };
  cloud.run(scenario.request, scenario.execution);
  await cloud.time.runUntil(() => ended(cloud));
  await cloud.time.pass(HOUR_MS);
  return [...labels];
}

/** What `cleanup` finds after a stack that went without its reaper, and what is there then. */
export async function cleanUp(
  scenario: Scenario,
  definition: Definition,
  stopAt: string,
): Promise<{
  readonly there: string[];
  readonly listed: string[];
  readonly after: string[];
  readonly strangersGone: string[];
}> {
  const { settings } = scenario;
  const { project, environment, owner } = settings;
  const [, , , region = '', accountId = ''] = owner.split(':');
  const scope = { accountId, region, project, environment };
  let entered: (name: string) => void = () => undefined;
  const cloud = cloudOf(scenario, definition, { onState: (name) => entered(name) });
  await runBefore(scenario, cloud);
  const strangers = await lookAlikes(scenario, cloud);
  entered = (name) => {
    if (name === stopAt) cloud.vanish();
  };
  cloud.run(scenario.request, scenario.execution);
  await cloud.time.runUntil(() => ended(cloud));
  // jobs and imports go to their end: nobody stops them
  await cloud.time.pass(3 * HOUR_MS);
  const arns = (): string[] =>
    mine(cloud, strangers)
      .map(({ arn }) => arn)
      .sort();
  const there = arns();
  const clients = {
    bedrock: cloud.client('bedrock'),
    sagemaker: cloud.client('sagemaker'),
    s3: cloud.storage.client,
    cloudFormation: {
      send: () => Promise.reject(serviceError('ValidationError', `Stack with id ${owner} does not exist`, 400)),
    },
  } as unknown as CleanupClients;
  const survey = await surveyRegion(clients, scope, { catalogue: CATALOGUE, book: PRICES }, cloud.time.now);
  const listed = survey.stacks.flatMap(({ leftovers }) => leftovers.map(({ resource }) => resource.arn)).sort();
  const { now, sleep } = cloud.time;
  let removing = Promise.resolve();
  let removed = 0;
  for (const stack of survey.stacks) {
    removing = removing.then(async () => {
      await removeLeftovers(clients, stack, scope, { now, sleep, budgetMs: HOUR_MS });
      removed += 1;
    });
  }
  await cloud.time.runUntil(() => removed === survey.stacks.length);
  await removing;
  const left = cloud.control.resources().map(({ arn }) => arn);
  return { there, listed, after: arns(), strangersGone: strangers.filter((arn) => !left.includes(arn)) };
}

/** Plays one case to its end: the disturbed run, some hours in which the reaper works, repair, some hours more, and the deletion of the stack. */
export async function play(scenario: Scenario, definition: Definition, disturbance: Disturbance): Promise<CaseEnd> {
  let state = '';
  let entered: (name: string) => void = () => undefined;
  const { eventDelayMs, scheduleDelayMs } = disturbance;
  const cloud = cloudOf(scenario, definition, {
    ...(eventDelayMs === undefined ? {} : { eventDelayMs }),
    ...(scheduleDelayMs === undefined ? {} : { scheduleDelayMs }),
    onState: (name) => {
      state = name;
      entered(name);
    },
  });
  const faults: string[] = [];
  await runBefore(scenario, cloud);
  const strangers = await lookAlikes(scenario, cloud);
  const keptBefore = mine(cloud, strangers).map(({ arn }) => arn);

  const { call, service } = disturbance;
  let fired = call === undefined;
  if (service !== undefined) cloud.control.inject(service);
  if (call !== undefined) {
    let left = call.times;
    cloud.disturb((made) => {
      const label = labelOf(state, made);
      // in one state, or wherever it is made
      const matches = label === call.label || label.endsWith(`> ${call.label}`);
      if (!matches || left <= 0) return undefined;
      left -= 1;
      fired = true;
      return call.fault;
    });
  }
  const { outage } = disturbance;
  let outageEnds: Date | undefined;
  if (outage !== undefined) {
    fired = false;
    cloud.disturb((made) => {
      if (outageEnds === undefined || cloud.time.now() > outageEnds || made.service === 'lambda') return undefined;
      fired = true;
      return 'internal-failure';
    });
  }
  let destroyed = undefined as Awaited<ReturnType<TrainingCloud['destroy']>> | undefined;
  let destroying = false as boolean;
  let { meanwhile } = disturbance;
  const second = { ...scenario.request, runId: '20261201190000-cccccc' };
  const destroy = (): void => {
    destroying = true;
    void cloud.destroy().then((end) => {
      destroyed = end;
    });
  };
  entered = (name) => {
    if (name === outage?.from) outageEnds ??= new Date(cloud.time.now().getTime() + outage.forMs);
    if (name === disturbance.abortAt) cloud.executions.abortAll();
    if (name === disturbance.destroyAt && !destroying) destroy();
    if (name === meanwhile?.state) {
      const { what } = meanwhile;
      // once: a second run enters the same state
      meanwhile = undefined;
      if (what === 'second-run') cloud.run(second);
      else void cloud.invokeReaper({ action: 'unhost', deleteModels: false }).catch(() => undefined);
    }
  };
  cloud.run(scenario.request, scenario.execution);
  await cloud.time.runUntil(() => ended(cloud) && (!destroying || destroyed !== undefined));
  entered = () => undefined;
  const end = cloud.executions.all().at(-1)?.end;
  const status = end?.status ?? 'none';
  const { ends } = disturbance;
  if (ends === 'SUCCEEDED' && status !== ends) faults.push(`a fault that passed cost the run: ${end?.cause}`);
  if (ends instanceof RegExp && !(status === 'FAILED' && ends.test(end?.cause ?? '')))
    faults.push(`it ended ${status} and said: ${end?.cause}`);

  await cloud.time.pass(eventDelayMs === undefined ? 2 * HOUR_MS : 40 * HOUR_MS);
  cloud.disturb(undefined);
  if (!fired) faults.push(`the call was never made, so that nothing went wrong`);
  await cloud.time.pass(3 * HOUR_MS);
  if (destroying) {
    if (destroyed?.status !== 'DELETE_COMPLETE')
      faults.push(`the deletion ended ${destroyed?.status}: ${destroyed?.reason}`);
  } else {
    // a run that has published leaves that; any other leaves what was there before it, and nothing else
    const ours = [scenario.request.runId, second.runId];
    const published = await hasPublished(scenario, ours, cloud);
    const allowed = published ? served(scenario, ours, cloud) : keptBefore;
    if (status === 'SUCCEEDED' && !published) faults.push('the run succeeded and published nothing');
    const unwanted = mine(cloud, strangers).filter(({ arn }) => !allowed.includes(arn));
    if (unwanted.length > 0) return { status, left: unwanted.map(described), faults };
    for (const { modelArn } of cloud.registry()) {
      if (!mine(cloud, strangers).some(({ arn }) => arn === modelArn))
        faults.push(`the registry names ${modelArn}, which is gone`);
    }
    // but for what somebody has asked to go
    if (!published && !isProvisionedOnly(scenario) && disturbance.meanwhile?.what !== 'unhost') {
      const gone = keptBefore.filter((arn) => !mine(cloud, strangers).some((resource) => resource.arn === arn));
      if (gone.length > 0) faults.push(`a failed run took away what answered before it: ${gone.join(', ')}`);
    }
    if (cloud.isReaperScheduled()) {
      await cloud.time.pass(2 * HOUR_MS);
      if (cloud.isReaperScheduled()) faults.push('the reaper is called for ever, with nothing left to watch');
    }
    destroy();
    await cloud.time.runUntil(() => destroyed !== undefined);
    if (destroyed?.status !== 'DELETE_COMPLETE')
      faults.push(`the deletion ended ${destroyed?.status}: ${destroyed?.reason}`);
  }
  await cloud.time.pass(3 * HOUR_MS);
  const missing = strangers.filter((arn) => !cloud.control.resources().some((resource) => resource.arn === arn));
  if (missing.length > 0) faults.push(`what belongs to others is gone: ${missing.join(', ')}`);
  return { status, left: mine(cloud, strangers).map(described), faults };
}

/** Whether a lease says that something of the runs stays. */
async function hasPublished(
  { settings }: Scenario,
  runIds: readonly string[],
  { storage }: TrainingCloud,
): Promise<boolean> {
  const uris = await storage.objects.list(`s3://${settings.bucket}/control/leases/`);
  const leases = await Promise.all(uris.map((uri) => storage.objects.read(uri)));
  return leases.some((text) => {
    const { runId, published } = JSON.parse(text ?? '{}') as Partial<Lease>;
    return runIds.includes(runId ?? '') && published === true;
  });
}

const isProvisionedOnly = ({ request }: Scenario): boolean => request.hosting.kind === 'provisioned';

const described = ({ type, name }: SimulatedResource): string => `${type} ${name}`;

const mine = (cloud: TrainingCloud, strangers: readonly string[]) =>
  cloud.control.leftovers().filter(({ arn }) => !strangers.includes(arn));

/** What runs have published: what is in service, and the models behind it; without hosting, the model. */
function served(scenario: Scenario, runIds: readonly string[], cloud: TrainingCloud): string[] {
  const hosted = cloud.registry().flatMap(({ modelArn, customModelArn }) => [modelArn, customModelArn]);
  const model = cloud.control
    .resources()
    .filter(
      (resource) =>
        /Model$/.test(resource.type) &&
        (runIds.some((runId) => resource.name.endsWith(runId)) || scenario.request.action === 'host'),
    );
  return [...hosted, ...model.map(({ arn }) => arn)];
}

/** Resources of somebody else that look like this stack's: the same names, the same tags, another owner. */
async function lookAlikes(scenario: Scenario, cloud: TrainingCloud): Promise<string[]> {
  const before = cloud.control.resources().map(({ arn }) => arn);
  const { settings } = scenario;
  if (settings.customization.route !== 'bedrock') return [];
  const tags = Object.entries({
    'customization-path': settings.path,
    'cost-component': 'training',
    project: settings.project,
    environment: settings.environment,
    'fmpaths-owner': `${settings.owner}-2`,
  }).map(([key, value]) => ({ key, value }));
  const bedrock = cloud.client('bedrock');
  const name = `${settings.stackName}-20261201090000-ffffff`;
  const send = (operation: string, input: object): Promise<unknown> => bedrock.send(commandOf(operation, input));
  await send('CreateModelCustomizationJob', {
    jobName: name,
    customModelName: name,
    roleArn: settings.jobRoleArn,
    baseModelIdentifier: settings.customization.tuningId,
    trainingDataConfig: { s3Uri: `s3://${settings.bucket}/datasets/others/train.jsonl` },
    outputDataConfig: { s3Uri: 's3://others-bucket/output/' },
    jobTags: tags,
    customModelTags: tags,
  });
  cloud.storage.put(settings.bucket, 'datasets/others/train.jsonl', '');
  await cloud.time.pass(2 * HOUR_MS);
  const model = cloud.control.resources().find((resource) => resource.name === name);
  if (model === undefined) return [];
  await send('CreateCustomModelDeployment', {
    modelDeploymentName: `${settings.stackName}-model-2`,
    modelArn: model.arn,
    tags,
  });
  await cloud.time.pass(HOUR_MS);
  return cloud.control
    .resources()
    .map(({ arn }) => arn)
    .filter((arn) => !before.includes(arn));
}

/** Commands are known by the name of their class. */
function commandOf(operation: string, input: object): { readonly input: object } {
  return { input, constructor: { name: `${operation}Command` } } as { readonly input: object };
}
