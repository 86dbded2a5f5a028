import { checkRun, type CheckClients } from '../../lambda/check-run/check.ts';
import { priceRun } from '../../lambda/check-run/price.ts';
import { createForRun, type CreateClients, type CreateStep } from '../../lambda/create-run/create.ts';
import { publishRun, smokeTest, type PublishClients } from '../../lambda/publish-run/publish.ts';
import { reapEvent } from '../../lambda/reap-run/event.ts';
import type { StackDeletion } from '../../lambda/reap-run/stack-deletion.ts';
import { watchRun, type WatchClients, type WatchStep } from '../../lambda/watch-run/watch.ts';
import type { ModelCatalogue } from '../../lib/catalogue/models.ts';
import { asStep } from '../../lib/errors/passing.ts';
import { leaseStore } from '../../lib/lifecycle/leases.ts';
import { modelRegistry } from '../../lib/lifecycle/model-registry.ts';
import type { PriceBook } from '../../lib/prices/price-book.ts';
import {
  createSimulation,
  virtualClock,
  type SimulatorControl,
  type TrainingQuotas,
} from '../../lib/simulator/index.ts';
import type { RunRequest } from '../../lib/training/run-request.ts';
import type { StepEvent } from '../../lib/training/run-state.ts';
import type { TrainingSettings } from '../../lib/training/settings.ts';
import { objectStorage, type ObjectStorage } from '../support/object-storage.ts';
import { withFault, type AnyClient, type Interference, type ServiceCall } from './client.ts';
import { executions, type Executions } from './executions.ts';
import { simulatedClient } from './simulated-clients.ts';
import { parameterStore, rules, serviceQuotas } from './small-services.ts';
import type { StateMachine } from './state-machine.ts';
import { virtualTime, type VirtualTime } from './virtual-time.ts';

/** The functions of the workflow, by the folder of their handlers. */
export type FunctionName = 'check-run' | 'create-run' | 'watch-run' | 'publish-run' | 'reap-run';

export interface CloudOptions {
  readonly settings: TrainingSettings;
  readonly machine: StateMachine;
  /** Which function a resource of the definition names. */
  readonly functionOf: (arn: string) => FunctionName;
  readonly prices: PriceBook;
  readonly models: ModelCatalogue;
  readonly quotas?: Partial<TrainingQuotas>;
  /** How long an event of EventBridge takes, and how late a schedule fires. */
  readonly eventDelayMs?: number;
  readonly scheduleDelayMs?: number;
  readonly onState?: (state: string) => void;
}

/** One account and Region with one training stack in it, on virtual time. */
export interface TrainingCloud {
  readonly time: VirtualTime;
  readonly control: SimulatorControl;
  readonly storage: ObjectStorage;
  readonly executions: Executions;
  readonly client: (service: 'bedrock' | 'sagemaker') => AnyClient;
  /** Every call so far, as `service:Operation`. */
  readonly calls: ServiceCall[];
  /** Decides what goes wrong from now on. */
  readonly disturb: (interference: Interference | undefined) => void;
  readonly run: (request: RunRequest, execution?: string) => void;
  readonly invokeReaper: (event: unknown) => Promise<unknown>;
  /** The stack goes without its reaper having done anything, as where somebody deletes its functions first. */
  readonly vanish: () => void;
  /** Deletes the stack as CloudFormation does. */
  readonly destroy: () => Promise<{ readonly status: 'DELETE_COMPLETE' | 'DELETE_FAILED'; readonly reason: string }>;
  readonly registry: () => readonly {
    readonly kind: string;
    readonly modelArn: string;
    readonly customModelArn: string;
  }[];
  readonly isReaperScheduled: () => boolean;
}

const MINUTE_MS = 60_000;
const START = new Date('2026-12-01T09:07:00Z');

/** Lambda tries an asynchronous event twice more. */
const RETRY_AFTER_MS = [MINUTE_MS, 2 * MINUTE_MS] as const;

/** What its function may take in all: the reaper the most that Lambda gives. */
const TIMEOUT_MS = 15 * MINUTE_MS;

export function trainingCloud(options: CloudOptions): TrainingCloud {
  const { settings, machine, functionOf, eventDelayMs = 5_000, scheduleDelayMs = 0 } = options;
  const [, , , region = '', accountId = ''] = settings.owner.split(':');
  const clock = virtualClock(START);
  const time = virtualTime(clock);
  const calls: ServiceCall[] = [];
  let interference: Interference | undefined;
  const interfere: Interference = (call) => {
    calls.push(call);
    return interference?.(call);
  };
  const storage = objectStorage(time.now, interfere);
  const { api, control } = createSimulation({
    region,
    accountId,
    clock,
    prices: options.prices,
    models: options.models,
    objects: storage.objects,
    quotas: options.quotas,
  });
  const parameters = parameterStore(interfere);
  parameters.put(settings.registry, '{"hosted":[]}');
  const ruleBook = rules([settings.reaperRule], interfere);
  const client = (service: string): AnyClient => simulatedClient(api, service, interfere);
  const bedrock = client('bedrock');
  const sagemaker = client('sagemaker');

  let exists = true as boolean;
  // a fake has `send` and nothing else of a client, which is all that the functions use
  const as = (fake: AnyClient): never => fake as never;
  const registry = modelRegistry(as(parameters.client), settings.registry);
  const leases = leaseStore(as(storage.client), settings.bucket);
  const shared: WatchClients = { bedrock: as(bedrock), sagemaker: as(sagemaker) };
  const checkClients: CheckClients = {
    ...shared,
    s3: as(storage.client),
    quotas: as(
      serviceQuotas(
        {
          bedrock: {
            'Model units no-commitment Provisioned Throughputs across custom models': options.quotas?.modelUnits ?? 2,
          },
          sagemaker: { 'ml.g6.2xlarge for training job usage': 1 },
        },
        interfere,
      ),
    ),
    registry,
  };
  const createClients: CreateClients = { ...shared, events: as(ruleBook.client), leases };
  const publishClients: PublishClients = { ...shared, runtime: as(client('bedrock-runtime')), leases, registry };

  const responses: ((status: string, reason: string) => void)[] = [];
  const deletion = (): StackDeletion => ({
    settings,
    clients: { ...shared, events: as(ruleBook.client), leases, registry },
    s3: as(storage.client),
    stepFunctions: as(runs.client),
    stateMachineArn: STATE_MACHINE_ARN,
    startingRules: [],
    now: time.now,
    sleep: time.sleep,
  });
  const reaper = (event: unknown): Promise<unknown> =>
    reapEvent(event, deletion(), {
      remainingMs: TIMEOUT_MS,
      invokeAgain: (next) => {
        invokeLater('reap-run', next);
        return Promise.resolve();
      },
      respond: (_, body) => {
        const { Status, Reason = '' } = JSON.parse(body) as { Status: string; Reason?: string };
        responses.forEach((respond) => respond(Status, Reason));
        return Promise.resolve();
      },
    });

  const functions: Readonly<Record<FunctionName, (event: never) => unknown>> = {
    'check-run': ({ step, run }: StepEvent<'check' | 'price'>) =>
      asStep(async () => (step === 'check' ? checkRun(run, settings, checkClients) : priceRun(run, settings))),
    'create-run': ({ step, run, execution }: StepEvent<CreateStep>) =>
      asStep(() => createForRun(step, run, settings, createClients, time.now(), execution)),
    'watch-run': ({ step, run }: StepEvent<WatchStep>) => watchRun(step, run, shared, time.now()),
    'publish-run': ({ step, run }: StepEvent<'smoke-test' | 'publish'>) =>
      asStep(() =>
        step === 'smoke-test'
          ? smokeTest(run, settings, publishClients, {
              now: () => time.now().getTime(),
              sleep: time.sleep,
              random: () => 0.5,
            })
          : publishRun(run, settings, publishClients, time.now()),
      ),
    'reap-run': reaper,
  };
  const invoke = async (name: FunctionName, event: unknown): Promise<unknown> => {
    if (!exists)
      throw Object.assign(new Error(`Function not found: ${name}`), { name: 'Lambda.ResourceNotFoundException' });
    // a start takes a moment
    await time.sleep(200);
    // what a function is given and gives is JSON
    const result = await functions[name](JSON.parse(JSON.stringify(event)) as never);
    return result === undefined ? null : (JSON.parse(JSON.stringify(result)) as unknown);
  };
  const invokeLater = (name: FunctionName, event: unknown): void => {
    void (async () => {
      for (const waitMs of [...RETRY_AFTER_MS, undefined]) {
        if (!exists) return;
        try {
          await invoke(name, event);
          return;
        } catch {
          if (waitMs === undefined) return;
          await time.sleep(waitMs);
        }
      }
    })();
  };

  const runs = executions({
    machine,
    stateMachineArn: STATE_MACHINE_ARN,
    time,
    interfere,
    invoke: (arn, payload) => {
      const name = functionOf(arn);
      const fault = interfere({ service: 'lambda', operation: name, input: {} });
      return withFault(
        fault,
        () => Object.assign(new Error('the answer got lost'), { name: 'Lambda.Unknown' }),
        () => invoke(name, payload),
      );
    },
    onState: (state) => options.onState?.(state),
    onEnd: ({ name, input }, { status }) => {
      if (status === 'SUCCEEDED') return;
      void time.sleep(eventDelayMs).then(() => {
        invokeLater('reap-run', {
          'detail-type': 'Step Functions Execution Status Change',
          detail: { name, status, input: JSON.stringify(input) },
        });
      });
    },
  });

  // the recurring rule fires on the quarter of an hour, whoever enabled it when
  void (async () => {
    while (exists) {
      const quarterMs = 15 * MINUTE_MS;
      await time.sleep(quarterMs - (time.now().getTime() % quarterMs));
      if (!ruleBook.isEnabled(settings.reaperRule)) continue;
      void time.sleep(scheduleDelayMs).then(() => invokeLater('reap-run', { 'detail-type': 'Scheduled Event' }));
    }
  })();

  const vanish = (): void => {
    exists = false;
    ruleBook.remove();
    runs.abortAll();
  };

  const destroy: TrainingCloud['destroy'] = async () => {
    const answered = new Promise<{ status: string; reason: string }>((resolve) => {
      responses.push((status, reason) => resolve({ status, reason }));
      // what CloudFormation waits for a custom resource
      void time
        .sleep(60 * MINUTE_MS)
        .then(() => resolve({ status: 'FAILED', reason: 'the custom resource did not answer' }));
    });
    invokeLater('reap-run', {
      RequestType: 'Delete',
      ResponseURL: 'https://cloudformation',
      StackId: settings.owner,
      RequestId: 'request-1',
      LogicalResourceId: 'Reaper',
      PhysicalResourceId: 'reaper',
    });
    const { status, reason } = await answered;
    responses.length = 0;
    if (status !== 'SUCCESS') return { status: 'DELETE_FAILED', reason };
    vanish();
    return storage.versions(settings.bucket) === 0
      ? { status: 'DELETE_COMPLETE', reason }
      : { status: 'DELETE_FAILED', reason: 'the bucket is not empty' };
  };

  return {
    time,
    control,
    storage,
    executions: runs,
    client,
    calls,
    disturb: (next) => {
      interference = next;
    },
    run: (request, execution = request.runId) => void runs.start(execution, request),
    invokeReaper: (event) => invoke('reap-run', event),
    vanish,
    destroy,
    registry: () => (JSON.parse(parameters.read(settings.registry) ?? '{}') as { hosted: never[] }).hosted,
    isReaperScheduled: () => ruleBook.isEnabled(settings.reaperRule),
  };
}

const STATE_MACHINE_ARN = 'arn:aws:states:us-east-1:123456789012:stateMachine:training';
