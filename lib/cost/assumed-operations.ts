import { PATH_SECTIONS, PATHS, type PathId } from '../paths.ts';
import { DEFAULTS } from './defaults.ts';
import type { Assumption } from './like-for-like.ts';
import type { Operations, Workload } from './workload.ts';

/** Something that stands in the figures of some paths and that nobody said. */
export interface AssumedField extends Assumption {
  readonly paths: readonly PathId[];
}

/** Settings of the stack of a path that its operations depend on. */
export interface StackSettings {
  readonly memoryMb: number;
  readonly logRetentionDays: number;
  /** True if every call is checked: by which policies, which decides what it costs, only AWS knows. */
  readonly hasGuardrail?: boolean;
}

/** What one request writes: a line in the embedded metric format, those of Lambda, and the metrics that come of it. */
const ONE_LINE = { bytesPerRequest: 1_200, customMetrics: 7 };

/** A path that retrieves writes a second line: passages are paid in another component. */
const TWO_LINES = { bytesPerRequest: 1_650, customMetrics: 9 };

const LOGGED: Record<PathId, typeof ONE_LINE> = {
  'prompt-only': ONE_LINE,
  rag: TWO_LINES,
  'fine-tuning': ONE_LINE,
  'continued-pretraining': ONE_LINE,
  distillation: ONE_LINE,
};

/** Memory and retention that the configuration has where it says nothing. */
const UNSAID: StackSettings = { memoryMb: 512, logRetentionDays: DEFAULTS.logRetentionDays };

/** How a function waits for a model and starts anew: nothing that a stack sets. */
const WAITING = { durationMsPerRequest: 2_500, coldStartShare: 0.01, initMsPerColdStart: 400 };

/**
 * The workload with operations as the stacks run them, on each path of which it says none: what nobody describes costs
 * something all the same.
 * @param settingsOf what is configured; undefined where nobody says it
 */
export function withAssumedOperations(
  workload: Workload,
  settingsOf: (path: PathId) => StackSettings | undefined = () => undefined,
): { readonly workload: Workload; readonly assumed: readonly AssumedField[] } {
  const { parts, paths = PATHS, operations } = workload;
  const asked = parts?.includes('operations') ?? true;
  const silent =
    asked && operations === undefined
      ? paths.filter((path) => workload[PATH_SECTIONS[path]]?.operations === undefined)
      : [];
  let completed = workload;
  const assumed: AssumedField[] = [];
  for (const path of silent) {
    const section = PATH_SECTIONS[path];
    const configured = settingsOf(path);
    const { memoryMb, logRetentionDays } = configured ?? UNSAID;
    const { bytesPerRequest, customMetrics } = LOGGED[path];
    const own: Operations = {
      function: { memoryMb, ...WAITING },
      logs: { bytesPerRequest, retentionDays: logRetentionDays },
      customMetrics,
    };
    completed = { ...completed, [section]: { ...completed[section], operations: own } };
    const unsaid = {
      ...(configured === undefined ? { 'function.memoryMb': memoryMb } : {}),
      'function.durationMsPerRequest': WAITING.durationMsPerRequest,
      'function.coldStartShare': WAITING.coldStartShare,
      'function.initMsPerColdStart': WAITING.initMsPerColdStart,
      'logs.bytesPerRequest': bytesPerRequest,
      ...(configured === undefined ? { 'logs.retentionDays': logRetentionDays } : {}),
      customMetrics,
      ...(configured?.hasGuardrail === true ? { guardrail: 'not counted' } : {}),
    };
    for (const [field, value] of Object.entries(unsaid)) add(assumed, `operations.${field}`, value, path);
  }
  return { workload: completed, assumed };
}

/** Adds a path to what is assumed with the same value, or a new one. */
function add(assumed: AssumedField[], field: string, value: number | string, path: PathId): void {
  const index = assumed.findIndex((one) => one.field === field && one.value === value);
  const found = assumed[index];
  if (found === undefined) assumed.push({ field, value, paths: [path] });
  else assumed[index] = { ...found, paths: [...found.paths, path] };
}
