import { fakeClient, serviceError, type AnyClient, type Interference } from './client.ts';
import { startExecution, type Execution, type ExecutionEnd, type StateMachine } from './state-machine.ts';
import type { VirtualTime } from './virtual-time.ts';

interface Kept {
  readonly arn: string;
  readonly name: string;
  readonly input: unknown;
  readonly startDate: Date;
  readonly execution: Execution;
  end: ExecutionEnd | undefined;
  stopDate: Date | undefined;
}

export interface Executions {
  readonly client: AnyClient;
  readonly start: (name: string, input: unknown) => Kept;
  readonly all: () => readonly Kept[];
  /** As the deletion of the state machine does. */
  readonly abortAll: () => void;
}

export interface ExecutionsOptions {
  readonly machine: StateMachine;
  readonly stateMachineArn: string;
  readonly time: VirtualTime;
  readonly interfere: Interference;
  readonly invoke: (functionArn: string, payload: unknown) => Promise<unknown>;
  readonly onState: (name: string, execution: () => Kept) => void;
  readonly onEnd: (kept: Kept, end: ExecutionEnd) => void;
}

/** Step Functions with one state machine. */
export function executions(options: ExecutionsOptions): Executions {
  const { machine, stateMachineArn, time, interfere, invoke, onState, onEnd } = options;
  const kept: Kept[] = [];

  const start = (name: string, input: unknown): Kept => {
    const arn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const known = kept.find((execution) => execution.arn === arn);
    if (known !== undefined) {
      if (known.end === undefined && JSON.stringify(known.input) === JSON.stringify(input)) return known;
      throw serviceError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`, 400);
    }
    const started: Kept = {
      arn,
      name,
      input,
      startDate: time.now(),
      execution: startExecution(machine, input, {
        invoke,
        sleep: time.sleep,
        now: time.now,
        onState: (state) => onState(state, () => started),
        executionArn: arn,
        executionName: name,
      }),
      end: undefined,
      stopDate: undefined,
    };
    kept.push(started);
    void started.execution.end.then((end) => {
      started.end = end;
      started.stopDate = time.now();
      onEnd(started, end);
    });
    return started;
  };

  const named = (arn: unknown): Kept => {
    const found = kept.find((execution) => execution.arn === arn);
    if (found === undefined)
      throw serviceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${String(arn)}'`, 400);
    return found;
  };
  const statusOf = ({ end }: Kept): string => end?.status ?? 'RUNNING';

  return {
    start,
    all: () => kept,
    abortAll: () => kept.forEach(({ execution }) => execution.abort()),
    // eslint-disable-next-line @typescript-eslint/require-await -- a service answers later
    client: fakeClient('states', interfere, async (operation, input) => {
      switch (operation) {
        case 'StartExecution': {
          const { arn, startDate } = start(String(input['name']), JSON.parse(String(input['input'])));
          return { executionArn: arn, startDate };
        }
        case 'StopExecution':
          named(input['executionArn']).execution.abort();
          return { stopDate: time.now() };
        case 'DescribeExecution': {
          const found = named(input['executionArn']);
          return {
            executionArn: found.arn,
            name: found.name,
            status: statusOf(found),
            startDate: found.startDate,
            stopDate: found.stopDate,
            input: JSON.stringify(found.input),
            output: JSON.stringify(found.end?.output),
            error: found.end?.error,
            cause: found.end?.cause,
          };
        }
        case 'ListExecutions': {
          const wanted = input['statusFilter'];
          const found = kept.filter((execution) => wanted === undefined || statusOf(execution) === wanted);
          return {
            executions: found.map((execution) => ({
              executionArn: execution.arn,
              stateMachineArn,
              name: execution.name,
              status: statusOf(execution),
              startDate: execution.startDate,
            })),
          };
        }
        default:
          throw new Error(`Step Functions has no operation ${operation} here`);
      }
    }),
  };
}
