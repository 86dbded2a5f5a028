import type { Document } from './document.ts';
import { left, long, right, type Grid } from './grid.ts';
import { formatUsd } from './money.ts';
import {
  DOCTOR_MESSAGES,
  type CheckId,
  type CheckStatus,
  type DoctorMessages,
  type FindingCode,
  type NextCode,
} from './words/doctor.ts';
import { fill, say, type Language, type Message } from './words/languages.ts';

/** A check and what asking costs at most. */
export interface PlannedCheck {
  readonly id: CheckId;
  readonly costUsd: number;
}

export interface CheckedFact extends PlannedCheck {
  readonly status: CheckStatus;
  readonly findings: readonly Message<FindingCode>[];
  readonly next?: Message<NextCode> | undefined;
}

export const findingText = ({ findings }: Pick<CheckedFact, 'findings'>, language: Language): string =>
  findings.map((finding) => say(DOCTOR_MESSAGES[language].findings, finding)).join('; ');

export const nextText = ({ next }: Pick<CheckedFact, 'next'>, language: Language): string | undefined =>
  next === undefined ? undefined : say(DOCTOR_MESSAGES[language].next, next);

const planOf = (checks: readonly PlannedCheck[], { questions }: DoctorMessages) =>
  checks.map(({ id, costUsd }) => ({ id, question: questions[id], costUsd }));

export function doctorPlanDocument(checks: readonly PlannedCheck[], language: Language): Document {
  const words = DOCTOR_MESSAGES[language];
  const english = planOf(checks, DOCTOR_MESSAGES.en);
  const totalUsd = checks.reduce((sum, { costUsd }) => sum + costUsd, 0);
  const usd = (costUsd: number): string => (costUsd === 0 ? words.free : formatUsd(costUsd));
  const grid: Grid = {
    title: fill(words.planTitle, {
      count: checks.length,
      cost: totalUsd === 0 ? words.free : fill(words.atMost, { usd: formatUsd(totalUsd) }),
    }),
    columns: [right(words.columns.cost), left(words.columns.check), left(words.columns.question)],
    rows: planOf(checks, words).map(({ id, question, costUsd }) => [usd(costUsd), id, question]),
  };
  return {
    schema: 'doctor-list',
    json: { checks: english },
    csv: { header: ['id', 'question', 'costUsd'], rows: english.map((row) => [row.id, row.question, row.costUsd]) },
    blocks: [grid],
  };
}

export function doctorDocument(region: string, checks: readonly CheckedFact[], language: Language): Document {
  const words = DOCTOR_MESSAGES[language];
  const english = checks.map((check) => ({
    id: check.id,
    question: DOCTOR_MESSAGES.en.questions[check.id],
    costUsd: check.costUsd,
    status: check.status,
    finding: findingText(check, 'en'),
    next: nextText(check, 'en'),
  }));
  return {
    schema: 'doctor',
    json: { region, checks: english },
    csv: {
      header: ['region', 'id', 'status', 'costUsd', 'question', 'finding', 'next'],
      rows: english.map((row) => [
        region,
        row.id,
        row.status,
        row.costUsd,
        row.question,
        row.finding,
        row.next ?? null,
      ]),
    },
    blocks: [
      {
        title: fill(words.title, { region }),
        columns: [
          left(words.columns.status),
          left(words.columns.check),
          long(words.columns.question),
          left(words.columns.finding),
        ],
        rows: checks.map((check) => [
          words.statuses[check.status],
          check.id,
          words.questions[check.id],
          findingText(check, language),
        ]),
      },
      {
        heading: words.toDo,
        items: checks.flatMap((check) => {
          const next = nextText(check, language);
          return next === undefined ? [] : [`${check.id}: ${next}`];
        }),
      },
    ],
  };
}
