import { afterAll, expect, test } from '@jest/globals';
import {
  UNTIL_REPAIRED,
  callsOf,
  cleanUp,
  play,
  undisturbed,
  type Definition,
  type Disturbance,
} from './fault-case.ts';
import type { FaultKind } from '../../lib/rehearsal/simulator/index.ts';
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
const CLEANING = chosen('fine-tuning, provisioned', 'continued-pretraining, imported');

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
      { name: `${label} throttled`, call: { label, fault: 'throttled', times: 3 } },
      { name: `${label} fails`, call: { label, fault: 'fails', times: UNTIL_REPAIRED } },
      { name: `${label} response lost`, call: { label, fault: 'response-lost', times: 3 } },
    ]);
    expect(await campaign(scenario, disturbances)).toEqual([]);
  },
  600_000,
);

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
