import { priceIdOf } from '../prices/price-id.ts';
import { tokenMeterIds } from '../prices/token-pricing.ts';
import type { CostKind } from './cost-line.ts';
import { addLine, note, type LineSheet, type LineSpec } from './line-sheet.ts';
import type { Hosting, Inference } from './workload.ts';

type Direction = 'input' | 'output';

const METERS = tokenMeterIds({ tier: 'standard', scope: 'regional', prefix: 'custom-' });

function evaluationSpec(direction: Direction, kind: CostKind, tokens: string): LineSpec {
  const again = kind !== 'one-time';
  return {
    component: 'training',
    kind,
    name: `Evaluation ${direction} tokens${again ? ' (retraining)' : ''}`,
    unit: '1M tokens',
    assumption: 'every attempt is asked the questions once, at the on-demand price of the tuned model',
    formula: `evaluation.questions × ${again ? 'retrainingRunsPerMonth' : 'attempts'} × ${tokens}`,
  };
}

export interface AttemptEvaluation {
  readonly questions: number;
  /** Retraining runs a month. */
  readonly again: number;
  readonly modelId: string | undefined;
  readonly hosting: Hosting | undefined;
  readonly inference: Inference;
}

/** Adds what asking each trained model costs before one is kept. */
export function addAttemptEvaluation(
  sheet: LineSheet,
  { questions, again, modelId, hosting, inference }: AttemptEvaluation,
): void {
  if (questions === 0 || modelId === undefined) return;
  if (hosting?.kind !== 'on-demand') {
    // bought or imported capacity is paid by time: how long the questions take is not known
    note(sheet, 'evaluation-by-time');
    return;
  }
  for (const direction of ['input', 'output'] as const) {
    const each = tokensPerQuestion(inference, direction);
    const text = tokensFormula(inference, direction);
    const priceId = priceIdOf(modelId, METERS[direction]);
    const add = (kind: CostKind, times: number): void =>
      addLine(
        sheet,
        evaluationSpec(direction, kind, text),
        priceId,
        each === undefined ? null : each * questions * times,
      );
    add('one-time', sheet.attempts);
    if (again > 0) add('fixed', again);
  }
}

const FIELDS = {
  input: { call: 'inputTokens', request: 'inputTokensPerRequest' },
  output: { call: 'outputTokens', request: 'outputTokensPerRequest' },
} as const;

/** Tokens of the calls that the tuned model answers: those of a router are not its own. */
function tokensPerQuestion(inference: Inference, direction: Direction): number | undefined {
  const { call, request } = FIELDS[direction];
  return inference.calls === undefined
    ? inference[request]
    : inference.calls
        .filter(({ modelId }) => modelId === undefined)
        .reduce((sum, each) => sum + each.callsPerRequest * each[call], 0);
}

function tokensFormula({ calls }: Inference, direction: Direction): string {
  const { call, request } = FIELDS[direction];
  if (calls === undefined) return request;
  const parts = calls.flatMap(({ modelId }, index) =>
    modelId === undefined ? [`calls.${index}.callsPerRequest × calls.${index}.${call}`] : [],
  );
  return `(${parts.join(' + ')})`;
}
