/**
 * Runs a synthesized state machine with functions of this process: as much of the Amazon States Language (JSONPath) as the training
 * workflow uses, on virtual time. https://states-language.net/spec.html
 */

type Json = unknown;

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
}

interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly ResultPath?: string | null;
}

interface State {
  readonly Type: 'Task' | 'Choice' | 'Wait' | 'Pass' | 'Succeed' | 'Fail';
  readonly Next?: string;
  readonly End?: boolean;
  readonly InputPath?: string;
  readonly OutputPath?: string;
  readonly ResultPath?: string | null;
  readonly Parameters?: Json;
  readonly ResultSelector?: Json;
  readonly Result?: Json;
  readonly Resource?: string;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Choices?: readonly Rule[];
  readonly Default?: string;
  readonly Seconds?: number;
  readonly SecondsPath?: string;
  readonly Error?: string;
  readonly Cause?: string;
}

interface Rule extends Readonly<Record<string, Json>> {
  readonly Next?: string;
}

export interface StateMachine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number;
}

export interface ExecutionContext {
  /** Runs a function. It goes on even where the execution does not. */
  readonly invoke: (functionArn: string, payload: Json) => Promise<Json>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly now: () => Date;
  /** Told before each state runs; what it returns is waited for. */
  readonly onState?: (name: string) => void;
  readonly executionArn: string;
  readonly executionName: string;
}

export interface ExecutionEnd {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly output?: Json;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

export interface Execution {
  readonly end: Promise<ExecutionEnd>;
  readonly abort: () => void;
}

class TaskError extends Error {
  readonly errorName: string;
  constructor(errorName: string, cause: string) {
    super(cause);
    this.errorName = errorName;
  }
}

const STOPPED = Symbol('stopped');

export function startExecution(machine: StateMachine, input: Json, around: ExecutionContext): Execution {
  let stop: (end: ExecutionEnd) => void = () => undefined;
  const stopped = new Promise<ExecutionEnd>((resolve) => {
    stop = resolve;
  });
  let isStopped = false;
  void stopped.then(() => {
    isStopped = true;
  });
  if (machine.TimeoutSeconds !== undefined) {
    void around.sleep(machine.TimeoutSeconds * 1000).then(() => stop({ status: 'TIMED_OUT', error: 'States.Timeout' }));
  }
  const context = {
    Execution: {
      Id: around.executionArn,
      Name: around.executionName,
      StartTime: around.now().toISOString(),
      Input: input,
    },
    State: { Name: '', EnteredTime: '' },
  };
  const running = run(machine, input, around, context, () => isStopped).catch((error: unknown): ExecutionEnd => {
    // what the promise of a stopped execution still says interests nobody
    if (error === STOPPED) return { status: 'ABORTED' };
    throw error;
  });
  return {
    end: Promise.race([stopped, running]),
    abort: () => stop({ status: 'ABORTED' }),
  };
}

async function run(
  { StartAt, States }: StateMachine,
  input: Json,
  around: ExecutionContext,
  context: { State: { Name: string; EnteredTime: string } },
  isStopped: () => boolean,
): Promise<ExecutionEnd> {
  let name = StartAt;
  let data = input;
  for (;;) {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- no error: nobody wants to know where it was
    if (isStopped()) throw STOPPED;
    const state = States[name];
    if (state === undefined) throw new Error(`the state machine has no state ${name}`);
    context.State = { Name: name, EnteredTime: around.now().toISOString() };
    around.onState?.(name);
    // a listener may have stopped it
    await Promise.resolve();
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- as above
    if (isStopped()) throw STOPPED;
    const effective = state.InputPath === undefined ? data : at(data, state.InputPath, context);
    switch (state.Type) {
      case 'Succeed':
        return { status: 'SUCCEEDED', output: effective };
      case 'Fail':
        return { status: 'FAILED', error: state.Error, cause: state.Cause };
      case 'Wait':
        await around.sleep(1000 * (state.Seconds ?? Number(at(effective, state.SecondsPath ?? '$', context))));
        break;
      case 'Choice': {
        const next = state.Choices?.find((rule) => holds(rule, effective, context))?.Next ?? state.Default;
        if (next === undefined) return { status: 'FAILED', error: 'States.NoChoiceMatched' };
        name = next;
        continue;
      }
      case 'Pass': {
        const result =
          state.Result ?? (state.Parameters === undefined ? effective : filled(state.Parameters, effective, context));
        data = outputOf(state, data, result, context);
        break;
      }
      case 'Task': {
        const outcome = await task(state, effective, around, context, isStopped);
        if ('caught' in outcome) {
          data = placed(data, outcome.caught.ResultPath === undefined ? '$' : outcome.caught.ResultPath, outcome.error);
          name = outcome.caught.Next;
          continue;
        }
        if ('failed' in outcome)
          return { status: 'FAILED', error: outcome.failed.errorName, cause: outcome.failed.message };
        data = outputOf(state, data, outcome.result, context);
        break;
      }
    }
    if (state.End === true) return { status: 'SUCCEEDED', output: data };
    name = state.Next ?? '';
  }
}

type TaskOutcome =
  | { readonly result: Json }
  | { readonly caught: Catcher; readonly error: { readonly Error: string; readonly Cause: string } }
  | { readonly failed: TaskError };

async function task(
  state: State,
  input: Json,
  around: ExecutionContext,
  context: unknown,
  isStopped: () => boolean,
): Promise<TaskOutcome> {
  const payload = state.Parameters === undefined ? input : filled(state.Parameters, input, context);
  const tries = new Map<Retrier, number>();
  for (;;) {
    try {
      return { result: await invoked(state.Resource ?? '', payload, around) };
    } catch (error) {
      if (!(error instanceof TaskError)) throw error;
      const retrier = state.Retry?.find((candidate) => matches(candidate.ErrorEquals, error.errorName));
      const used = retrier === undefined ? 0 : (tries.get(retrier) ?? 0);
      if (retrier !== undefined && used < (retrier.MaxAttempts ?? 3)) {
        tries.set(retrier, used + 1);
        const seconds = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** used;
        await around.sleep(1000 * Math.min(seconds, retrier.MaxDelaySeconds ?? Infinity));
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- no error: nobody wants to know where it was
        if (isStopped()) throw STOPPED;
        continue;
      }
      const caught = state.Catch?.find((candidate) => matches(candidate.ErrorEquals, error.errorName));
      if (caught !== undefined) return { caught, error: { Error: error.errorName, Cause: error.message } };
      return { failed: error };
    }
  }
}

function matches(names: readonly string[], error: string): boolean {
  return (
    names.includes(error) ||
    names.includes('States.ALL') ||
    (names.includes('States.TaskFailed') && error !== 'States.Timeout')
  );
}

async function invoked(resource: string, payload: Json, around: ExecutionContext): Promise<Json> {
  const call = async (functionArn: string, input: Json): Promise<Json> => {
    try {
      return copied(await around.invoke(functionArn, copied(input)));
    } catch (error) {
      const { name, message } = error as Error;
      throw new TaskError(name, JSON.stringify({ errorType: name, errorMessage: message }));
    }
  };
  if (resource.endsWith(':states:::lambda:invoke')) {
    const { FunctionName, Payload } = payload as { FunctionName: string; Payload?: Json };
    return { StatusCode: 200, Payload: await call(FunctionName, Payload ?? {}) };
  }
  return call(resource, payload);
}

/** A function gets and gives JSON: no `undefined`, no dates. */
function copied(value: Json): Json {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as Json);
}

function outputOf(state: State, before: Json, result: Json, context: unknown): Json {
  const selected = state.ResultSelector === undefined ? result : filled(state.ResultSelector, result, context);
  const after = placed(before, state.ResultPath === undefined ? '$' : state.ResultPath, selected);
  return state.OutputPath === undefined ? after : at(after, state.OutputPath, context);
}

function placed(into: Json, path: string | null, value: Json): Json {
  if (path === null) return into;
  if (path === '$') return value;
  const [first = '', ...rest] = path.slice(2).split('.');
  const object = (typeof into === 'object' && into !== null ? into : {}) as Record<string, Json>;
  return { ...object, [first]: rest.length === 0 ? value : placed(object[first], `$.${rest.join('.')}`, value) };
}

function at(data: Json, path: string, context: unknown): Json {
  const found = find(data, path, context);
  if (found === undefined) throw new Error(`nothing is at ${path} in ${JSON.stringify(data)}`);
  return found;
}

function find(data: Json, path: string, context: unknown): Json {
  const [root, rest] = path.startsWith('$$') ? [context, path.slice(2)] : [data, path.slice(1)];
  const parts = [...rest.matchAll(/\.([A-Za-z0-9_-]+)|\[(\d+)\]|\['([^']+)'\]/g)].map(
    ([, name, index, quoted]) => name ?? index ?? quoted ?? '',
  );
  return parts.reduce<Json>(
    (value, part) => (typeof value === 'object' && value !== null ? (value as Record<string, Json>)[part] : undefined),
    root,
  );
}

/** Replaces every member whose name ends in `.$`. */
function filled(template: Json, data: Json, context: unknown): Json {
  if (Array.isArray(template)) return template.map((member) => filled(member, data, context));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) =>
      key.endsWith('.$')
        ? [key.slice(0, -2), evaluated(String(value), data, context)]
        : [key, filled(value, data, context)],
    ),
  );
}

function evaluated(expression: string, data: Json, context: unknown): Json {
  if (expression.startsWith('$')) return at(data, expression, context);
  const [, name = '', inner = ''] = /^States\.(\w+)\((.*)\)$/s.exec(expression) ?? [];
  const args = argumentsOf(inner).map((argument): Json => {
    if (argument.startsWith("'")) return argument.slice(1, -1).replaceAll("\\'", "'");
    if (argument.startsWith('$') || argument.startsWith('States.')) return evaluated(argument, data, context);
    return JSON.parse(argument) as Json;
  });
  switch (name) {
    case 'Format': {
      let next = 1;
      return String(args[0]).replaceAll('{}', () => {
        const value = args[next++];
        return typeof value === 'string' ? value : JSON.stringify(value);
      });
    }
    case 'JsonToString':
      return JSON.stringify(args[0]);
    case 'StringToJson':
      return JSON.parse(String(args[0])) as Json;
    case 'MathAdd':
      return Number(args[0]) + Number(args[1]);
    case 'JsonMerge':
      return { ...(args[0] as object), ...(args[1] as object) };
    default:
      throw new Error(`the interpreter knows no intrinsic ${expression}`);
  }
}

function argumentsOf(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (const [index, character] of text.split('').entries()) {
    if (character === "'" && text[index - 1] !== '\\') quoted = !quoted;
    if (quoted) continue;
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) {
      found.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  return [...found, text.slice(start).trim()].filter((argument) => argument !== '');
}

function holds(rule: Rule, data: Json, context: unknown): boolean {
  const rules = (member: string) => rule[member] as readonly Rule[] | undefined;
  const and = rules('And');
  if (and !== undefined) return and.every((inner) => holds(inner, data, context));
  const or = rules('Or');
  if (or !== undefined) return or.some((inner) => holds(inner, data, context));
  if (rule['Not'] !== undefined) return !holds(rule['Not'] as Rule, data, context);
  const value = find(data, String(rule['Variable']), context);
  const [operator = '', operand] =
    Object.entries(rule).find(([key]) => key !== 'Variable' && key !== 'Next' && key !== 'Comment') ?? [];
  switch (operator) {
    case 'IsPresent':
      return (value !== undefined) === operand;
    case 'IsNull':
      return (value === null) === operand;
    case 'StringEquals':
    case 'BooleanEquals':
    case 'NumericEquals':
      return value === operand;
    case 'NumericGreaterThan':
      return Number(value) > Number(operand);
    case 'NumericGreaterThanEquals':
      return Number(value) >= Number(operand);
    case 'NumericLessThan':
      return Number(value) < Number(operand);
    case 'NumericLessThanEquals':
      return Number(value) <= Number(operand);
    case 'NumericGreaterThanPath':
      return Number(value) > Number(at(data, String(operand), context));
    case 'NumericGreaterThanEqualsPath':
      return Number(value) >= Number(at(data, String(operand), context));
    case 'NumericLessThanPath':
      return Number(value) < Number(at(data, String(operand), context));
    case 'TimestampGreaterThanPath':
      return Date.parse(String(value)) > Date.parse(String(at(data, String(operand), context)));
    default:
      throw new Error(`the interpreter knows no comparison ${JSON.stringify(rule)}`);
  }
}
