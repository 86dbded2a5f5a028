import type { Document } from './document.ts';
import { left, type Grid } from './grid.ts';
import { fill, say, type Language, type Message } from './words/languages.ts';
import { TAG_MESSAGES, type TagAnswer, type TagMessages, type TagNext, type TagState } from './words/tags.ts';

export interface TagStatus {
  readonly key: string;
  readonly needed: boolean;
  readonly state: TagState;
  /** Day of the last change of state, `YYYY-MM-DD`; null where AWS does not say. */
  readonly since: string | null;
  /** Month in which the key was last used on a resource, as AWS writes it. */
  readonly lastUsed: string | null;
  /** What Cost Explorer can answer now, and what to do for more. */
  readonly answer: Message<TagAnswer>;
  readonly next: Message<TagNext> | null;
}

export interface BackfillStatus {
  /** First day that is made visible. */
  readonly from: string;
  readonly requestedAt: string;
  readonly completedAt: string | null;
  readonly status: string;
}

export interface TagReport {
  readonly tags: readonly TagStatus[];
  /** Newest first. */
  readonly backfills: readonly BackfillStatus[];
}

const texts = ({ answer, next }: TagStatus, words: TagMessages) => ({
  answer: say(words.answers, answer),
  next: next === null ? null : say(words.next, next),
});

export function tagStatusDocument({ tags, backfills }: TagReport, language: Language): Document {
  const words = TAG_MESSAGES[language];
  const english = tags.map((tag) => ({ ...tag, ...texts(tag, TAG_MESSAGES.en) }));
  return {
    schema: 'tags-status',
    json: { tags: english, backfills },
    csv: { header: TAG_COLUMNS, rows: english.map((tag) => TAG_COLUMNS.map((column) => tag[column])) },
    blocks: [tagGrid(tags, words), backfillGrid(backfills, words)],
  };
}

const TAG_COLUMNS = ['key', 'needed', 'state', 'since', 'lastUsed', 'answer', 'next'] as const;

function tagGrid(tags: readonly TagStatus[], words: TagMessages): Grid {
  const { columns, states, yes, no } = words;
  return {
    title: words.title,
    columns: [columns.tag, columns.needed, columns.state, columns.answer, columns.next].map(left),
    rows: tags.map((tag) => {
      const { answer, next } = texts(tag, words);
      return [tag.key, tag.needed ? yes : no, states[tag.state], answer, next ?? ''];
    }),
  };
}

function backfillGrid(backfills: readonly BackfillStatus[], words: TagMessages): Grid {
  const { columns } = words;
  return {
    title: backfills.length === 0 ? words.noBackfills : words.backfills,
    columns: [columns.from, columns.requested, columns.state, columns.done].map(left),
    rows: backfills.map(({ from, requestedAt, status, completedAt }) => [
      from,
      requestedAt,
      status,
      completedAt ?? '-',
    ]),
  };
}

export interface Activation {
  readonly activated: readonly string[];
  /** Keys that AWS refused, inside an answer that says 200. */
  readonly refused: readonly { readonly key: string; readonly reason: string }[];
}

export function activationDocument({ activated, refused }: Activation, language: Language): Document {
  const words = TAG_MESSAGES[language];
  return {
    schema: 'tags-activate',
    json: { activated, refused },
    csv: {
      header: ['key', 'activated', 'reason'],
      rows: [...activated.map((key) => [key, true, null]), ...refused.map(({ key, reason }) => [key, false, reason])],
    },
    blocks: [
      {
        items: [
          ...activated.map((key) => fill(words.activated, { key })),
          ...refused.map((one) => fill(words.refused, one)),
        ],
      },
    ],
  };
}

export function backfillDocument(backfill: BackfillStatus, language: Language): Document {
  const { from, requestedAt, completedAt, status } = backfill;
  return {
    schema: 'tags-backfill',
    json: { from, requestedAt, completedAt, status },
    csv: {
      header: ['from', 'requestedAt', 'completedAt', 'status'],
      rows: [[from, requestedAt, completedAt, status]],
    },
    blocks: [{ items: [fill(TAG_MESSAGES[language].backfillStarted, { from, status })] }],
  };
}
