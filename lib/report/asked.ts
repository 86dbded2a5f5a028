import type { PathId } from '../paths.ts';
import { printableLine } from '../printable.ts';
import type { Document } from './document.ts';
import type { CsvValue } from './grid.ts';
import { formatQuantity, formatUsd } from './money.ts';
import { ASKED_MESSAGES, type AskedMessages, type AskingStoppedBy } from './words/asked.ts';
import { fill, type Language } from './words/languages.ts';

/** What came of the questions that were sent to a path. */
export interface AskedReport {
  readonly path: PathId;
  readonly questions: number;
  readonly answered: number;
  readonly failed: number;
  /** How often each code came, and what the first failure with it said. */
  readonly failures: readonly { readonly code: string; readonly times: number; readonly message: string }[];
  /** Why questions at the end were not asked; null where all were. */
  readonly stoppedBy: AskingStoppedBy | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheWriteInputTokens: number;
  readonly retries: number;
  /** Null where nothing was answered. */
  readonly latencyMs: { readonly median: number; readonly p95: number; readonly max: number } | null;
  /** What the answers cost in tokens; null as soon as the cost of one of them is unknown. */
  readonly meteredUsd: number | null;
  readonly pace: {
    readonly questionsPerSecond: number;
    readonly concurrency: number;
    /** Share of the time that this process was busy, where it and not the path decided how fast questions went out. */
    readonly saturation: number | null;
  };
  /** File with an outcome a line. */
  readonly outcomes: string;
}

export function askedDocument(report: AskedReport, language: Language): Document {
  return {
    schema: 'ask',
    json: report,
    csv: { header: CSV_COLUMNS, rows: [csvRecord(report)] },
    blocks: [{ fields: fieldsOf(report, ASKED_MESSAGES[language]) }],
  };
}

/** Messages of functions may be long. */
const MOST_CHARACTERS = 500;

function fieldsOf(report: AskedReport, words: AskedMessages): (readonly [string, string])[] {
  const { names } = words;
  const { latencyMs, questions, answered, failed, stoppedBy } = report;
  return [
    [names.answered, fill(words.answered, { answered, count: questions })],
    ...report.failures.map(
      ({ code, times, message }) =>
        [names.failed, fill(words.failed, { times, code, text: squeezed(message) })] as const,
    ),
    ...(stoppedBy === null
      ? []
      : [
          [
            names.notAsked,
            fill(words.notAsked, { count: questions - answered - failed, reason: words.stoppedBy[stoppedBy] }),
          ] as const,
        ]),
    ...(['inputTokens', 'outputTokens', 'cacheReadInputTokens', 'cacheWriteInputTokens', 'retries'] as const).map(
      (name) => [names[name], formatQuantity(report[name])] as const,
    ),
    [names.pace, paceText(report.pace, words)],
    ...(latencyMs === null ? [] : [[names.latency, fill(words.latency, latencyMs)] as const]),
    [names.metered, fill(words.metered, { usd: formatUsd(report.meteredUsd, words.unknown) })],
    [names.outcomes, report.outcomes],
  ];
}

/** On one line, however many the function wrote. */
const squeezed = (message: string): string => printableLine(message).replaceAll(/\s+/g, ' ').slice(0, MOST_CHARACTERS);

function paceText({ questionsPerSecond, concurrency, saturation }: AskedReport['pace'], words: AskedMessages): string {
  const rate = formatQuantity(Number(questionsPerSecond.toPrecision(3)));
  if (saturation === null) return fill(words.pace, { rate });
  return fill(words.saturated, { rate, share: Math.round(saturation * 100), concurrency });
}

const CSV_COLUMNS = [
  'path',
  'questions',
  'answered',
  'failed',
  'failures',
  'stoppedBy',
  'inputTokens',
  'outputTokens',
  'cacheReadInputTokens',
  'cacheWriteInputTokens',
  'retries',
  'medianLatencyMs',
  'p95LatencyMs',
  'maxLatencyMs',
  'meteredUsd',
  'questionsPerSecond',
  'outcomes',
];

const csvRecord = (report: AskedReport): CsvValue[] => [
  report.path,
  report.questions,
  report.answered,
  report.failed,
  report.failures.map(({ code, times }) => `${code} ${times}`).join('; '),
  report.stoppedBy,
  report.inputTokens,
  report.outputTokens,
  report.cacheReadInputTokens,
  report.cacheWriteInputTokens,
  report.retries,
  report.latencyMs?.median ?? null,
  report.latencyMs?.p95 ?? null,
  report.latencyMs?.max ?? null,
  report.meteredUsd,
  report.pace.questionsPerSecond,
  report.outcomes,
];
