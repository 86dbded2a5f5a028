import type { PathId } from '../paths.ts';
import type { Document } from './document.ts';
import { formatQuantity, formatUsd } from './money.ts';
import { fill, type Language } from './words/languages.ts';
import { TRAINING_RUN_MESSAGES, type TrainingRunMessages } from './words/training-run.ts';

/** A training run that has ended. */
export interface TrainingRunReport {
  readonly path: PathId;
  readonly runId: string;
  readonly status: 'succeeded' | 'failed';
  readonly startedAt: string;
  /** Why it failed; null where it did not, or AWS gave no reason. */
  readonly reason: string | null;
  readonly modelArn: string | null;
  /** Null where the model is not hosted. */
  readonly host: { readonly kind: string; readonly arn: string; readonly until: string | null } | null;
  readonly trainingLoss: number | null;
  /** The most that it has cost so far, estimated from the price book; null is unknown. */
  readonly atMostUsd: number | null;
}

/** Commands that the reader may run next, each as it can be pasted. */
export interface TrainingRunCommands {
  readonly ask: string;
  readonly perHour: string;
  readonly end: string;
  readonly check: string;
}

export function trainingRunDocument(
  report: TrainingRunReport,
  commands: TrainingRunCommands,
  language: Language,
): Document {
  const words = TRAINING_RUN_MESSAGES[language];
  const { path, runId, status, startedAt, reason, modelArn, host, trainingLoss, atMostUsd } = report;
  return {
    schema: 'training-run',
    json: report,
    csv: {
      header: [
        'path',
        'runId',
        'status',
        'startedAt',
        'reason',
        'modelArn',
        'hostKind',
        'hostArn',
        'hostUntil',
        'trainingLoss',
        'atMostUsd',
      ],
      rows: [
        [
          path,
          runId,
          status,
          startedAt,
          reason,
          modelArn,
          host?.kind ?? null,
          host?.arn ?? null,
          host?.until ?? null,
          trainingLoss,
          atMostUsd,
        ],
      ],
    },
    blocks:
      status === 'failed'
        ? [
            {
              items: [
                fill(words.failed, { run: runId, reason: reason ?? words.noReason }),
                fill(words.check, { command: commands.check }),
              ],
            },
          ]
        : [{ fields: fieldsOf(report, commands, words) }],
  };
}

function fieldsOf(
  report: TrainingRunReport,
  commands: TrainingRunCommands,
  words: TrainingRunMessages,
): (readonly [string, string])[] {
  const { runId, startedAt, modelArn, host, trainingLoss, atMostUsd } = report;
  const { names } = words;
  return [
    [names.run, fill(words.begun, { run: runId, time: startedAt })],
    ...(modelArn === null ? [] : [[names.model, modelArn] as const]),
    [names.hosted, host?.arn ?? words.notHosted],
    ...(host?.until == null ? [] : [[names.until, fill(words.until, { time: host.until })] as const]),
    ...(trainingLoss === null ? [] : [[names.loss, formatQuantity(trainingLoss)] as const]),
    [names.cost, atMostUsd === null ? words.unknownCost : fill(words.cost, { usd: formatUsd(atMostUsd) })],
    ...(host === null ? [] : [[names.ask, commands.ask] as const]),
    [names.perHour, commands.perHour],
    [names.end, commands.end],
  ];
}
