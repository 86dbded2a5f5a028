import type { RecordRules } from '../catalogue/family.ts';
import type { RecordForm, RecordLimits } from '../catalogue/training-records.ts';
import type { TrainingPath } from '../paths.ts';
import {
  findings,
  type DatasetFacts,
  type DatasetFile,
  type DatasetReport,
  type FileCounts,
  type Findings,
} from './findings.ts';
import { textFingerprint } from './fingerprint.ts';
import { linesOf } from './lines.ts';
import { exampleOf, readRecord } from './records.ts';
import { tokensOfText } from '../catalogue/text-tokens.ts';

/** No record of use is longer; one that is must not fill the memory. */
const MOST_LINE_BYTES = 10 * 1024 * 1024;

/** Fingerprints that are kept: some tens of bytes each. Repeats of what comes after are not found. */
const MOST_FINGERPRINTS = 200_000;

/** What was seen before, to find what is there twice. */
interface Seen {
  /** Line of the training file by the fingerprint of the whole record. */
  readonly records: Map<number, number>;
  readonly questions: Map<number, number>;
  /** Whether there were more records than are kept. */
  forgotten: boolean;
}

/**
 * Reads a data set once, a line at a time, and says everything that would make a job fail, with the line and what to do.
 * Pure: it takes bytes and keeps a fingerprint of every record.
 */
export async function checkDataset(
  facts: DatasetFacts,
  train: AsyncIterable<Uint8Array>,
  validation?: AsyncIterable<Uint8Array>,
): Promise<DatasetReport> {
  const found = findings();
  const seen: Seen = { records: new Map(), questions: new Map(), forgotten: false };
  const { customization, rules } = facts;
  if (rules === undefined) {
    found.error({ line: 0, file: 'train', rule: 'not-offered', message: notOffered(facts) });
    return { ...NOTHING, ...found.all() };
  }
  const counts = await checkFile(customization, rules, 'train', train, found, seen);
  if (seen.forgotten) {
    found.warning({
      line: 0,
      file: 'train',
      rule: 'repeats-not-sought',
      message: `has more than ${MOST_FINGERPRINTS} different records: repeats of the later ones were not looked for, which would need more memory`,
    });
  }
  if (validation === undefined) return { ...counts, ...found.all() };
  if (rules.validationUnusedBy !== undefined) {
    found.warning({
      line: 0,
      file: 'validation',
      rule: 'unused',
      message: `${rules.validationUnusedBy} does not use a validation file: it is not trained against, and costs nothing`,
    });
  }
  const validated = await checkFile(customization, rules, 'validation', validation, found, seen);
  return { ...counts, validation: validated, ...found.all() };
}

const NOTHING: FileCounts = { records: 0, bytes: 0, characters: 0, estimatedTokens: 0 };

function notOffered({ customization, family, elsewhere = [] }: DatasetFacts): string {
  return customization === 'continued-pretraining'
    ? [
        'no base model on Amazon Bedrock takes continued pre-training today: train on SageMaker AI instead, with a corpus of lines like {"text":"…"}',
        ...elsewhere,
      ].join('. ')
    : `models of the family ${family} are not customised by ${customization}: choose another model in config/environment.json`;
}

async function checkFile(
  customization: TrainingPath,
  rules: RecordRules,
  file: DatasetFile,
  source: AsyncIterable<Uint8Array>,
  found: Findings,
  seen: Seen,
): Promise<FileCounts> {
  const { lines, bytes } = linesOf(source, MOST_LINE_BYTES);
  let records = 0;
  let characters = 0;
  let estimatedTokens = 0;
  let first: RecordForm | undefined;
  for await (const { number: line, fault, text } of lines) {
    const at = { line, file };
    if (fault === 'too-long') {
      found.error({
        ...at,
        rule: 'line-too-long',
        message: `is longer than ${MOST_LINE_BYTES} bytes: split the record`,
      });
      continue;
    }
    if (fault === 'not-utf-8') {
      found.error({ ...at, rule: 'not-utf-8', message: 'is not UTF-8: save the file in that encoding' });
      continue;
    }
    if (line === 1 && text.startsWith('\uFEFF')) {
      found.error({
        ...at,
        rule: 'byte-order-mark',
        message: 'begins with a byte order mark: save the file as UTF-8 without one',
      });
      continue;
    }
    if (text.trim() === '') {
      found.error({ ...at, rule: 'empty-line', message: 'is empty: remove it' });
      continue;
    }
    const reading = readRecord(text, customization, rules);
    records += 1;
    if ('problems' in reading) {
      for (const problem of reading.problems) found.error({ ...at, ...problem });
      continue;
    }
    first ??= reading.form;
    if (reading.form !== first) {
      found.error({
        ...at,
        rule: 'mixed-forms',
        message: `is of the form ${reading.form}, the first record is ${first}: use one form in a file, such as ${exampleOf([first])}`,
      });
    }
    for (const written of reading.texts) {
      characters += written.length;
      estimatedTokens += tokensOfText(written);
    }
    noteRepeats(at, reading, found, seen);
  }
  noteCounts(rules.limits, file, { records, bytes: bytes() }, found);
  return { records, bytes: bytes(), characters, estimatedTokens };
}

function noteRepeats(
  at: { readonly line: number; readonly file: DatasetFile },
  { texts, question }: { readonly texts: readonly string[]; readonly question: string },
  found: Findings,
  seen: Seen,
): void {
  const record = textFingerprint(texts.join('\u0000'));
  const asked = textFingerprint(question);
  if (at.file === 'validation') {
    const line = seen.records.get(record) ?? seen.questions.get(asked);
    if (line !== undefined) {
      found.error({
        ...at,
        rule: 'leakage',
        message: `asks what line ${line} of the training file asks: the model would be measured on what it has learnt; split by document, not by position`,
      });
    }
    return;
  }
  const same = seen.records.get(record);
  if (same !== undefined) {
    found.warning({
      ...at,
      rule: 'duplicate',
      message: `repeats line ${same}: it is paid for again and counts twice; remove it`,
    });
  } else if (seen.questions.has(asked)) {
    found.warning({
      ...at,
      rule: 'same-question',
      message: `asks what line ${seen.questions.get(asked)} asks and answers otherwise: keep the better answer`,
    });
  }
  if (seen.records.size >= MOST_FINGERPRINTS) {
    seen.forgotten = true;
    return;
  }
  if (same === undefined) seen.records.set(record, at.line);
  if (!seen.questions.has(asked)) seen.questions.set(asked, at.line);
}

function noteCounts(
  { min, max, advised, maxBytes, source }: RecordLimits,
  file: DatasetFile,
  { records, bytes }: { readonly records: number; readonly bytes: number },
  found: Findings,
): void {
  const at = { line: 0, file } as const;
  if (records === 0) {
    found.error({ ...at, rule: 'empty', message: 'has no record: was the right file named?' });
    return;
  }
  if (records > max)
    found.error({
      ...at,
      rule: 'too-many',
      message: `has ${records} records, at most ${max} are taken (${source}): leave some out`,
    });
  if (bytes > maxBytes)
    found.error({
      ...at,
      rule: 'too-large',
      message: `has ${bytes} bytes, at most ${maxBytes} are taken: leave some records out`,
    });
  // a validation file may be small
  if (file === 'validation') return;
  if (records < min) {
    found.error({
      ...at,
      rule: 'too-few',
      message: `has ${records} records, at least ${min} are needed (${source}): add some`,
    });
  } else if (records < advised) {
    found.warning({
      ...at,
      rule: 'few',
      message: `has ${records} records: fewer than ${advised} rarely change a model`,
    });
  }
}
