import { afterAll, expect, test } from '@jest/globals';
import type { FaultKind } from '../../lib/simulator/index.ts';
import { FUNCTION_FAULT_NAMES, PASSING_FAULT_NAMES, PASSING_REFUSAL_NAMES } from './client.ts';
import {
  UNTIL_REPAIRED,
  callsOf,
  cleanUp,
  play,
  undisturbed,
  type Definition,
  type Disturbance,
} from './fault-case.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { synthesizedWorkflow } from './synthesized-workflows.ts';

const definitionOf = ({ settings }: Scenario): Definition => synthesizedWorkflow(settings.path);

/** Where everything is made that a run makes, and nothing is published yet. */
const LAST_WAIT = 'WatchHosting';
const HOSTING_STATES = ['WaitJob', 'WaitImport', 'WaitHosting'] as const;

/** Every scenario takes minutes: by default those whose calls are not those of another. All of them with `FAULT_CASES=all`. */
const all = process.env['FAULT_CASES'] === 'all';
const chosen = (...names: readonly string[]): readonly Scenario[] =>
  all ? SCENARIOS : SCENARIOS.filter(({ name }) => names.includes(name));
const CALLS = chosen(
  'fine-tuning, provisioned',
  'fine-tuning, on-demand, after a run with on-demand',
  'distillation, on-demand',
  'continued-pretraining, imported',
);
const LOOKS = chosen('fine-tuning, on-demand', 'fine-tuning, provisioned', 'continued-pretraining, imported');
const CLEANING = chosen('fine-tuning, provisioned', 'continued-pretraining, imported');

const isImport = ({ request }: Scenario): boolean => request.hosting.kind === 'imported';

let cases = 0;
let leftBilling = 0;

async function campaign(scenario: Scenario, disturbances: readonly Disturbance[]): Promise<string[]> {
  const failures: string[] = [];
  for (const disturbance of disturbances) {
    cases += 1;
    let end;
    try {
      end = await play(scenario, definitionOf(scenario), disturbance);
    } catch (error) {
      end = { status: 'broken', left: [], faults: [String((error as Error).stack)] };
    }
    if (end.left.length > 0) leftBilling += 1;
    if (end.left.length + end.faults.length > 0) {
      failures.push(
        `${scenario.name}: ${disturbance.name} (${end.status}): left [${end.left.join(', ')}]; ${end.faults.join('; ')}`,
      );
    }
  }
  return failures;
}

afterAll(() => {
  process.stdout.write(`${cases} fault cases, ${leftBilling} left billing\n`);
});

test.each(SCENARIOS)('$name: nothing goes wrong', async (scenario) => {
  const { ends, labels, states } = await undisturbed(scenario, definitionOf(scenario));
  expect(ends).toEqual([...scenario.before, scenario.request].map(() => 'SUCCEEDED'));
  expect([labels.length, states.length].every((count) => count > 5)).toBe(true);
});

test.each(CALLS)(
  '$name: a call fails',
  async (scenario) => {
    const { labels } = await undisturbed(scenario, definitionOf(scenario));
    const disturbances = labels.flatMap((label): Disturbance[] => [
      { name: `${label} throttled`, call: { label, fault: 'throttled', times: 3 }, ends: 'SUCCEEDED' },
      // looks that fail for good go on to their deadline, which is another test
      ...(isLook(label)
        ? []
        : [{ name: `${label} fails`, call: { label, fault: 'fails', times: UNTIL_REPAIRED } } as const]),
      { name: `${label} response lost`, call: { label, fault: 'response-lost', times: 3 }, ends: 'SUCCEEDED' },
      { name: `${label} answered by a gateway`, call: { label, fault: 'gateway-page', times: 6 }, ends: 'SUCCEEDED' },
    ]);
    expect(await campaign(scenario, disturbances)).toEqual([]);
  },
  600_000,
);

const isLook = (label: string): boolean => label.startsWith('Watch');
const isOfLambda = (label: string): boolean => label.includes('> lambda:');

/** A look is made up to 1,440 times while something is paid for: no way in which it can fail may cost the run. */
test.each(LOOKS)(
  '$name: a look fails and passes, and the run goes on',
  async (scenario) => {
    const { labels } = await undisturbed(scenario, definitionOf(scenario));
    const disturbances = labels.filter(isLook).flatMap((label) => {
      const faults = isOfLambda(label) ? FUNCTION_FAULT_NAMES : [...PASSING_FAULT_NAMES, ...PASSING_REFUSAL_NAMES];
      return faults.flatMap((fault) =>
        (fault === 'internal-failure' || fault === 'timed-out' ? [1, 3, 6, 60] : [6, 60]).map((times): Disturbance => ({
          name: `${label} ${fault} ${times} times`,
          call: { label, fault, times },
          ends: 'SUCCEEDED',
        })),
      );
    });
    expect(await campaign(scenario, disturbances)).toEqual([]);
  },
  600_000,
);

test.each(LOOKS)(
  '$name: a look fails for good, and the run ends at its deadline and says since when and why',
  async (scenario) => {
    const { labels } = await undisturbed(scenario, definitionOf(scenario));
    const disturbances = labels.filter(isLook).flatMap((label) =>
      (isOfLambda(label) ? (['timed-out'] as const) : (['internal-failure', 'denied', 'absent'] as const)).map(
        (fault): Disturbance => ({
          name: `${label} ${fault} for good`,
          call: { label, fault, times: UNTIL_REPAIRED },
          ends: /is not done by \S+ \(AWS could not be asked since \S+, .*; last error: (?:InternalFailure|AccessDenied|ResourceNotFound|Sandbox\.Timedout)/,
        }),
      ),
    );
    expect(await campaign(scenario, disturbances)).toEqual([]);
  },
  600_000,
);

test.each(LOOKS)(
  '$name: AWS is away for an hour, whenever it begins',
  async (scenario) => {
    const { states } = await undisturbed(scenario, definitionOf(scenario));
    const disturbances = states
      // a choice asks nobody, and the end nothing either
      .filter((state) => !/Done$|Wanted$|^Price$|^Published$/.test(state))
      .map((state): Disturbance => ({
        name: `away from ${state} on`,
        outage: { from: state, forMs: 3_600_000 },
        // a copy of an imported model bills while it is asked: it is asked for ten minutes, and its weights stay
        ends:
          isImport(scenario) && /^(?:Wait|Watch)Hosting$|^SmokeTest$/.test(state)
            ? /imports them without training again/
            : 'SUCCEEDED',
      }));
    expect(await campaign(scenario, disturbances)).toEqual([]);
  },
  600_000,
);

/** The first run after a deployment: its role is not in force yet. */
test.each(CALLS)('$name: the role of a job is not in force for a minute', async (scenario) => {
  const { labels } = await undisturbed(scenario, definitionOf(scenario));
  const disturbances = labels
    .filter((label) => /:Create(?:ModelCustomization|ModelImport|Training)Job$/.test(label))
    .map((label): Disturbance => ({
      name: `${label}: the role is not ready`,
      call: { label, fault: 'role-not-ready', times: 3 },
      ends: 'SUCCEEDED',
    }));
  expect(disturbances.length).toBeGreaterThan(0);
  expect(await campaign(scenario, disturbances)).toEqual([]);
});

test.each(SCENARIOS)(
  '$name: the execution is stopped',
  async (scenario) => {
    const { states } = await undisturbed(scenario, definitionOf(scenario));
    const disturbances = states.flatMap((state): Disturbance[] => [
      { name: `stopped in ${state}`, abortAt: state },
      { name: `stopped in ${state}, nobody is told`, abortAt: state, eventDelayMs: 1e12 },
      {
        name: `stopped in ${state}, the schedule is late`,
        abortAt: state,
        eventDelayMs: 3_600_000,
        scheduleDelayMs: 3_600_000,
      },
    ]);
    expect(await campaign(scenario, disturbances)).toEqual([]);
  },
  600_000,
);

test.each(SCENARIOS)(
  '$name: the stack is deleted',
  async (scenario) => {
    const { states } = await undisturbed(scenario, definitionOf(scenario));
    const disturbances = states.map((state): Disturbance => ({ name: `deleted in ${state}`, destroyAt: state }));
    expect(await campaign(scenario, disturbances)).toEqual([]);
  },
  600_000,
);

test.each(CLEANING)(
  '$name: somebody else is at it too',
  async (scenario) => {
    const { states } = await undisturbed(scenario, definitionOf(scenario));
    // what is unhosted once it is published is no case: it goes because somebody says so
    const before = states.filter((state) => !state.startsWith('Publish'));
    const disturbances = [
      ...states.map((state): Disturbance => ({
        name: `a second run begins in ${state}`,
        meanwhile: { state, what: 'second-run' },
      })),
      ...before.flatMap((state): Disturbance[] => [
        { name: `unhosted in ${state}`, meanwhile: { state, what: 'unhost' } },
        { name: `unhosted in ${state}, then stopped`, meanwhile: { state, what: 'unhost' }, abortAt: LAST_WAIT },
      ]),
    ];
    expect(await campaign(scenario, disturbances)).toEqual([]);
  },
  600_000,
);

/** What the services themselves do wrong, in what they make and in what they delete. */
test.each(SCENARIOS)(
  '$name: a service does not do what it says',
  async (scenario) => {
    const { labels } = await undisturbed(scenario, definitionOf(scenario));
    const creations = [...new Set(labels.flatMap((label) => /:(Create\w+|Update\w+)$/.exec(label)?.[1] ?? []))];
    const kinds = (operation: string): readonly FaultKind[] =>
      operation.startsWith('Create') ? ['slow-consistency', 'job-failure', 'quota'] : ['job-failure'];
    const disturbances = creations
      .filter((operation) => operation !== 'UpdateProvisionedModelThroughput')
      .flatMap((operation) =>
        kinds(operation).map((kind): Disturbance => ({ name: `${operation}: ${kind}`, service: { operation, kind } })),
      );
    // a creation that nobody sees, in an execution that nobody follows
    const lost = creations
      .filter((operation) => operation.startsWith('Create'))
      .flatMap((operation) =>
        HOSTING_STATES.map((state): Disturbance => ({
          name: `${operation} seen late, stopped in ${state}`,
          service: { operation, kind: 'slow-consistency' },
          abortAt: state,
        })),
      );
    expect(await campaign(scenario, [...disturbances, ...lost])).toEqual([]);
  },
  600_000,
);

test.each(CLEANING)(
  '$name: what cleans up fails',
  async (scenario) => {
    const definition = definitionOf(scenario);
    const cleaning = await callsOf(scenario, definition, { abortAt: LAST_WAIT });
    const deleting = await callsOf(scenario, definition, { destroyAt: LAST_WAIT });
    const disturbances = [
      ...cleaning.flatMap((label): Disturbance[] => [
        ...(['throttled', 'response-lost'] as const).map((fault): Disturbance => ({
          name: `stopped in ${LAST_WAIT}, then ${label} ${fault}`,
          abortAt: LAST_WAIT,
          call: { label, fault, times: 3 },
        })),
        {
          name: `stopped in ${LAST_WAIT}, then ${label} fails`,
          abortAt: LAST_WAIT,
          call: { label, fault: 'fails', times: UNTIL_REPAIRED },
        },
      ]),
      ...deleting.flatMap((label) =>
        (['throttled', 'response-lost'] as const).map((fault): Disturbance => ({
          name: `deleted in ${LAST_WAIT}, with ${label} ${fault}`,
          destroyAt: LAST_WAIT,
          call: { label, fault, times: 3 },
        })),
      ),
    ];
    const deletions = cleaning.flatMap(
      (label) => /:(Delete(?:Custom|Provisioned|Imported)\w+)$/.exec(label)?.[1] ?? [],
    );
    const stuck = deletions.map((operation): Disturbance => ({
      name: `stopped in ${LAST_WAIT}, and ${operation} does nothing twice`,
      abortAt: LAST_WAIT,
      service: { operation, kind: 'stuck-deletion', times: 2 },
    }));
    expect(await campaign(scenario, [...disturbances, ...stuck])).toEqual([]);
  },
  600_000,
);

/** Here something is left: otherwise nobody would know whether the cases above could find it. */
test.each(SCENARIOS)(
  '$name: what a stack has left that went without its reaper is exactly what cleanup lists, and removes',
  async (scenario) => {
    for (const state of ['WatchJob', 'WatchImport', 'WatchHosting']) {
      const { states } = await undisturbed(scenario, definitionOf(scenario));
      if (!states.includes(state)) continue;
      cases += 1;
      const { there, listed, after, strangersGone } = await cleanUp(scenario, definitionOf(scenario), state);
      leftBilling += after.length === 0 ? 0 : 1;
      expect([state, listed]).toEqual([state, there]);
      expect([state, after, strangersGone]).toEqual([state, [], []]);
      // a SageMaker job that nobody watches ends by itself
      if (state !== 'WatchJob' || scenario.settings.customization.route === 'bedrock') expect(there).not.toEqual([]);
    }
  },
  60_000,
);
