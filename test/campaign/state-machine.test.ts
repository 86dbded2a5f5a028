import { expect, test } from '@jest/globals';
import { virtualClock } from '../../lib/simulator/index.ts';
import { startExecution, type StateMachine } from './state-machine.ts';
import { virtualTime } from './virtual-time.ts';

const START = new Date('2026-12-01T00:00:00Z');

const MACHINE: StateMachine = {
  StartAt: 'Create',
  TimeoutSeconds: 86_400,
  States: {
    Create: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: {
        FunctionName: 'create',
        Payload: { 'name.$': "States.Format('job-{}', $.run)", 'id.$': '$$.Execution.Name' },
      },
      ResultSelector: { 'job.$': '$.Payload.job' },
      ResultPath: '$.created',
      Retry: [{ ErrorEquals: ['Throttled'], IntervalSeconds: 2, MaxAttempts: 3, BackoffRate: 2 }],
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Clean' }],
      Next: 'Wait',
    },
    Wait: { Type: 'Wait', Seconds: 60, Next: 'Watch' },
    Watch: { Type: 'Task', Resource: 'watch', ResultPath: '$.watched', Next: 'Done?' },
    'Done?': {
      Type: 'Choice',
      Choices: [
        { Variable: '$.watched.status', StringEquals: 'done', Next: 'Done' },
        {
          And: [
            { Variable: '$.watched.status', IsPresent: true },
            { Not: { Variable: '$.watched.polls', NumericLessThan: 10 } },
          ],
          Next: 'Late',
        },
      ],
      Default: 'Wait',
    },
    Clean: { Type: 'Task', Resource: 'clean', ResultPath: null, Next: 'Late' },
    Late: { Type: 'Fail', Error: 'Late', Cause: 'it took too long' },
    Done: { Type: 'Succeed' },
  },
};

function bed(functions: Readonly<Record<string, (payload: unknown) => unknown>>) {
  const time = virtualTime(virtualClock(START));
  const states: string[] = [];
  const start = () =>
    startExecution(
      MACHINE,
      { run: 7 },
      {
        invoke: (name, payload) => Promise.resolve().then(() => functions[name]?.(payload)),
        sleep: time.sleep,
        now: time.now,
        onState: (name) => void states.push(name),
        executionArn: 'arn',
        executionName: 'execution-1',
      },
    );
  return { time, states, start };
}

test('a machine waits, asks and ends on virtual time, with its data where the states put it', async () => {
  let polls = 0;
  const { time, start } = bed({
    create: (payload) => ({ job: payload, more: 1 }),
    watch: () => ({ status: ++polls < 3 ? 'waiting' : 'done', polls }),
  });
  const { end } = start();
  let ended: unknown;
  void end.then((value) => (ended = value));
  await time.runUntil(() => ended !== undefined);
  expect(ended).toEqual({
    status: 'SUCCEEDED',
    output: { run: 7, created: { job: { name: 'job-7', id: 'execution-1' } }, watched: { status: 'done', polls: 3 } },
  });
  expect(time.now()).toEqual(new Date('2026-12-01T00:03:00Z'));
});

test('a function that fails is repeated as its state says, then caught', async () => {
  let tries = 0;
  const { time, states, start } = bed({
    create: () => {
      tries++;
      throw Object.assign(new Error('slow down'), { name: 'Throttled' });
    },
    clean: (payload) => {
      expect(payload).toMatchObject({
        run: 7,
        error: { Error: 'Throttled', Cause: expect.stringContaining('slow down') },
      });
    },
  });
  let ended: unknown;
  void start().end.then((value) => (ended = value));
  await time.runUntil(() => ended !== undefined);
  expect(ended).toEqual({ status: 'FAILED', error: 'Late', cause: 'it took too long' });
  expect(tries).toBe(4);
  // 2 + 4 + 8 seconds
  expect(time.now()).toEqual(new Date('2026-12-01T00:00:14Z'));
  expect(states).toEqual(['Create', 'Clean', 'Late']);
});

test('an execution that is aborted runs no further state and no catch', async () => {
  const { time, states, start } = bed({ create: () => ({ job: 1 }), watch: () => ({ status: 'waiting', polls: 1 }) });
  const { end, abort } = start();
  await time.pass(90_000);
  abort();
  await expect(end).resolves.toEqual({ status: 'ABORTED' });
  const before = states.length;
  await time.pass(3_600_000);
  expect(states).toHaveLength(before);
});

test('an execution that takes too long times out', async () => {
  const { time, start } = bed({ create: () => ({ job: 1 }), watch: () => ({ status: 'waiting', polls: 1 }) });
  const { end } = start();
  let ended: unknown;
  void end.then((value) => (ended = value));
  await time.runUntil(() => ended !== undefined);
  expect(ended).toMatchObject({ status: 'TIMED_OUT' });
  expect(time.now()).toEqual(new Date('2026-12-02T00:00:00Z'));
});

test('a retrier without attempts keeps an error from the one for all, and a choice compares the time with a path', async () => {
  const { now, sleep, pass } = virtualTime(virtualClock(START));
  let looks = 0;
  const machine: StateMachine = {
    StartAt: 'Look',
    States: {
      Look: {
        Type: 'Task',
        Resource: 'look',
        Retry: [{ ErrorEquals: ['Final'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }],
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.unseen', Next: 'Late?' }],
        End: true,
      },
      'Late?': {
        Type: 'Choice',
        Choices: [{ Variable: '$$.State.EnteredTime', TimestampGreaterThanPath: '$.deadline', Next: 'Late' }],
        Default: 'Wait',
      },
      Wait: { Type: 'Wait', Seconds: 60, Next: 'Look' },
      Late: { Type: 'Fail', Error: 'Late' },
    },
  };
  const { end } = startExecution(
    machine,
    { deadline: '2026-12-01T00:02:00.000Z' },
    {
      invoke: () => {
        looks += 1;
        return Promise.reject(Object.assign(new Error('no'), { name: 'Final' }));
      },
      sleep,
      now,
      executionArn: 'arn',
      executionName: 'execution-1',
    },
  );
  await pass(600_000);
  expect(await end).toMatchObject({ status: 'FAILED', error: 'Late' });
  // at 0, 1 and 2 minutes, which is the deadline, and after it
  expect(looks).toBe(4);
});
