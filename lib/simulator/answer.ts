import type { ConverseRequest, PromptBlock } from './converse-request.ts';
import { schemaInstance } from './json-schema-instance.ts';
import { pick, seededRandom, type Random } from './random.ts';

/** Stands at the head of every answer, so that none can be taken for a model's. */
export const SIMULATED_ANSWER_LABEL = '[simulated answer]';

/**
 * A retrieved passage in a prompt: an element with an id, such as `<passage id="p1">…</passage>`. Prompts that retrieve mark
 * their passages so, and an answer cites them as `[p1]`.
 */
const PASSAGE = /<(passage|document|source|result)\s[^>]*?\bid="([^"]+)"[^>]*>([\s\S]*?)<\/\1>/g;

const MOST_CITED = 3;

interface Passage {
  readonly id: string;
  readonly text: string;
}

const STOP_WORDS = new Set(
  'about after also and are because been before being between both but can cannot could did does doing each from had has have having how into its itself may more most must not only other over same should some such than that the their them then there these they this those through under until very was were what when where which while who whom whose why will with would you your'.split(
    ' ',
  ),
);

/** Sentences about a term of the question: a closed book that holds nothing. */
const SENTENCES = [
  'A model would explain `TERM` here, in a sentence of about this length.',
  'For `TERM`, look at the documentation of the construct that defines it.',
  'The default of `TERM` is what most stacks leave in place, and changing it is one property.',
  'Set `TERM` where the resource is created; nothing else has to change.',
  'Whether `TERM` and `OTHER` go together depends on the version in use.',
  'In a template, `TERM` becomes one resource and a reference from `OTHER` to it.',
  'Note that `TERM` is evaluated at synthesis, while `OTHER` is known only after deployment.',
  'If `TERM` is not what you need, `OTHER` is the usual alternative.',
] as const;

/** What the simulated model says to a request: always the same to the same request. */
export function simulatedAnswer(modelId: string, request: ConverseRequest): string {
  const seed = JSON.stringify([modelId, request.system, request.turns]);
  const random = seededRandom(seed);
  const question = textOf(request.turns.at(-1)?.blocks ?? []);
  const passages = [...question.matchAll(PASSAGE)].map(([, , id = '', passage = '']) => ({ id, text: passage }));
  const terms = termsOf(question.replace(PASSAGE, ' '));
  const text = `${SIMULATED_ANSWER_LABEL} ${passages.length > 0 ? extract(passages, terms) : closedBook(terms, random)}`;
  if (request.format === undefined) return text;
  return JSON.stringify(schemaInstance(request.format.schema, { random, answer: text }));
}

function textOf(blocks: readonly PromptBlock[]): string {
  return blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : [])).join('\n');
}

/** Words that say what a text is about, in order, each once. */
function termsOf(text: string): string[] {
  const words = text.match(/[\p{L}\p{N}_][\p{L}\p{N}_.:-]*[\p{L}\p{N}_]/gu) ?? [];
  const terms = words
    .filter(({ length }) => length > 2 && length <= 40)
    .filter((word) => !STOP_WORDS.has(word.toLowerCase()));
  return [...new Set(terms)];
}

function closedBook(terms: readonly string[], random: Random): string {
  const subjects = terms.length > 0 ? terms : ['the question'];
  // two to six sentences: about 40 to 130 tokens, with the label
  const sentences = Array.from({ length: 2 + Math.floor(random() * 5) }, () =>
    pick(random, SENTENCES).replace('TERM', pick(random, subjects)).replace('OTHER', pick(random, subjects)),
  );
  return sentences.join(' ');
}

/** The sentences of the passages that share most terms with the question, each with the id of its passage. */
function extract(passages: readonly Passage[], terms: readonly string[]): string {
  const wanted = new Set(terms.map((term) => term.toLowerCase()));
  const best = passages
    .flatMap(({ id, text }) =>
      sentencesOf(text).map((sentence) => ({ id, sentence, score: overlap(sentence, wanted) })),
    )
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, MOST_CITED);
  if (best.length === 0) return 'The passages do not answer the question.';
  return best.map(({ id, sentence }) => `${sentence} [${id}]`).join(' ');
}

function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+|\n{2,}/)
    .map((sentence) => sentence.replace(/\s+/g, ' ').trim())
    .filter((sentence) => sentence !== '');
}

function overlap(sentence: string, wanted: ReadonlySet<string>): number {
  return termsOf(sentence).filter((term) => wanted.has(term.toLowerCase())).length;
}
