import { DEFAULTS } from '../defaults.ts';
import { withField } from '../field.ts';
import type { Operations } from '../workload.ts';
import type { Lever, Position, Pulled } from './lever.ts';

/** Less kept, counted, judged and checked around the answers. */
export const OPERATIONS_LEVERS = {
  'keep-logs-shorter': {
    component: 'operations',
    pull: (position) => {
      const { logs } = position.operations;
      if (logs === undefined || logs.averageStoredGb !== undefined) return undefined;
      const days = logs.retentionDays ?? DEFAULTS.logRetentionDays;
      return operate(position, { logs: { ...logs, retentionDays: days / 2 } }, 'logs.retentionDays', days, days / 2);
    },
  },
  'fewer-metrics': {
    component: 'operations',
    pull: (position) => {
      const { customMetrics = 0 } = position.operations;
      if (customMetrics === 0) return undefined;
      const fewer = Math.floor(customMetrics / 2);
      return operate(position, { customMetrics: fewer }, 'customMetrics', customMetrics, fewer);
    },
  },
  'evaluate-less': {
    component: 'operations',
    pull: (position) => {
      const { evaluation } = position.operations;
      if (evaluation === undefined || evaluation.answersPerRun === 0) return undefined;
      const { answersPerRun } = evaluation;
      const changed = { evaluation: { ...evaluation, answersPerRun: answersPerRun / 2 } };
      return operate(position, changed, 'evaluation.answersPerRun', answersPerRun, answersPerRun / 2);
    },
  },
  'guard-prompts-only': {
    component: 'operations',
    pull: (position) => {
      const { guardrail } = position.operations;
      if (guardrail === undefined || (guardrail.inputPolicies ?? []).length === 0) return undefined;
      const policies = guardrail.outputPolicies?.length ?? 0;
      if (policies === 0) return undefined;
      return operate(
        position,
        { guardrail: { ...guardrail, outputPolicies: [] } },
        'guardrail.outputPolicies',
        policies,
        0,
      );
    },
  },
} as const satisfies Record<string, Lever>;

/** Changes the operations of one path alone: a whole section, because a path lays whole sections over the shared ones. */
function operate(
  { workload, section }: Position,
  changed: Partial<Operations>,
  field: string,
  from: number,
  to: number,
): Pulled {
  const place = `${section}.operations`;
  const own = { ...workload[section]?.operations, ...changed };
  return { workload: withField(workload, place, own), change: { field: `${place}.${field}`, from, to } };
}
