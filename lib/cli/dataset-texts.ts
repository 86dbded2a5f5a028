import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { questionsIn } from '../aws/questions.ts';
import { familyOf, recordRules, type RecordRules } from '../catalogue/family.ts';
import type { ModelCatalogue } from '../catalogue/models.ts';
import type { Configured } from '../cost/configured.ts';
import { NO_TEXTS, withText, type CountedTexts, type DatasetTexts } from '../cost/dataset-workload.ts';
import { checkDataset } from '../dataset/check.ts';
import { CORPUS_RULES } from '../dataset/records.ts';
import { utf8Text } from '../dataset/utf8.ts';
import { isMissingFile } from '../errors/file-errors.ts';
import { UserError } from '../errors/user-error.ts';
import { TRAINING_PATHS, type TrainingPath } from '../paths.ts';
import { printableLine } from '../printable.ts';
import type { Io } from './command.ts';
import { fileBytes } from './dataset-file.ts';
import { cannotRead } from './input-file.ts';
import { pasted } from './pasted.ts';

/** Files that are text. Of the other kinds that a knowledge base reads, only Bedrock knows the text. */
export const TEXT_FILES: readonly string[] = ['.md', '.txt', '.html', '.htm', '.csv'];

/** Counts questions and their answers; where `answerTokens` is given every answer is so long. @param name in messages */
export async function countQuestions(
  file: string,
  name: string,
  answerTokens?: number,
): Promise<Pick<DatasetTexts, 'questions' | 'answers'>> {
  let questions = NO_TEXTS;
  let answers = NO_TEXTS;
  for await (const { id, question, referenceAnswer } of questionsIn(await fileBytes(file), name)) {
    questions = withText(questions, question);
    if (answerTokens !== undefined) {
      answers = { texts: answers.texts + 1, tokens: answers.tokens + answerTokens };
    } else if (referenceAnswer === undefined) {
      throw new UserError(
        `${name}: the question '${id}' has no referenceAnswer, a text: how long an answer is follows from it. Write one, or give the tokens of an answer with '--answer-tokens'`,
      );
    } else {
      answers = withText(answers, referenceAnswer);
    }
  }
  return { questions, answers };
}

/** Names of the text files below a folder; a warning names the kinds of the others. */
export async function documentsIn(folder: string, io: Io): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw cannotRead(folder, error);
  });
  const names = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const texts = names.filter((name) => TEXT_FILES.includes(extname(name).toLowerCase()));
  const others = names.filter((name) => !texts.includes(name));
  if (texts.length === 0) throw noText(folder);
  if (others.length > 0) {
    const kinds = [...new Set(others.map((name) => extname(name) || basename(name)))].sort();
    io.stderr.write(
      `warning: not counted, for their text is not known here: ${others.length} other ${filesOf(others)} of '${folder}' (${kinds.join(', ')})\n`,
    );
  }
  return texts.sort();
}

/** Counts documents; a warning names those that are no text, whatever they are called. */
export async function countDocuments(
  folder: string,
  names: readonly string[],
  io: Io,
): Promise<CountedTexts & { readonly bytes: number }> {
  let counted = NO_TEXTS;
  let bytes = 0;
  const binary: string[] = [];
  for (const name of names) {
    const file = join(folder, name);
    const content = await readFile(file).catch((error: unknown) => {
      throw cannotRead(file, error);
    });
    const text = utf8Text(content);
    // no text has the character, and a binary file may be UTF-8 by chance
    if (text === undefined || text.includes('\0')) {
      binary.push(name);
      continue;
    }
    bytes += content.length;
    counted = withText(counted, text);
  }
  if (counted.texts === 0) throw noText(folder);
  if (binary.length > 0) {
    io.stderr.write(
      `warning: not counted, for they are no text in UTF-8: ${binary.length} ${filesOf(binary)} of '${folder}' (${binary.map(printableLine).join(', ')})\n`,
    );
  }
  return { ...counted, bytes };
}

const filesOf = ({ length }: readonly string[]): string => (length === 1 ? 'file' : 'files');

const noText = (folder: string): UserError =>
  new UserError(`'${folder}' holds no text to count: ${TEXT_FILES.join(', ')} in UTF-8 are counted`);

/** Counts the records of each path that has a training file in the folder. @throws UserError where a job would refuse one */
export async function countTraining(
  folder: string,
  configured: Configured,
  catalogue: ModelCatalogue,
): Promise<DatasetTexts['training']> {
  const counted: Partial<Record<TrainingPath, CountedTexts>> = {};
  for (const path of TRAINING_PATHS) {
    const file = join(folder, path, 'train.jsonl');
    if (await isMissing(file)) continue;
    const { family, model, rules } = rulesOf(path, configured, catalogue);
    const report = await checkDataset({ customization: path, family, rules }, await fileBytes(file));
    const [error] = report.errors;
    if (error !== undefined) {
      throw new UserError(
        `'${file}' ${error.line === 0 ? '' : `line ${error.line} `}${error.message}. All of it: ${pasted(['dataset', 'check', file], { for: path, model })}`,
      );
    }
    counted[path] = { texts: report.records, tokens: report.estimatedTokens };
  }
  if (Object.keys(counted).length === 0) {
    throw new UserError(
      `'${folder}' holds no training file: it must have ${TRAINING_PATHS.map((path) => `${path}/train.jsonl`).join(', ')}, or one of them`,
    );
  }
  return counted;
}

/** Of the model that is configured for a path, or else the catalogue's. */
function rulesOf(
  path: TrainingPath,
  { fineTuning, distillation }: Configured,
  catalogue: ModelCatalogue,
): { readonly family: string; readonly model: string; readonly rules: RecordRules | undefined } {
  if (path === 'continued-pretraining') return { family: path, model: 'sagemaker', rules: CORPUS_RULES };
  const { tuned, student } = catalogue.defaults ?? {};
  const modelId =
    path === 'fine-tuning' ? (fineTuning?.baseModelId ?? tuned) : (distillation?.studentModelId ?? student);
  const family = modelId === undefined ? undefined : familyOf(catalogue, modelId);
  if (modelId === undefined || family === undefined) {
    throw new UserError(
      `the training files of ${modelId ?? path} are not known: config/models.json gives it no tuningFamily`,
    );
  }
  return { family: family.name, model: modelId, rules: recordRules(family, path) };
}

async function isMissing(file: string): Promise<boolean> {
  return await stat(file).then(
    () => false,
    (error: unknown) => {
      if (isMissingFile(error)) return true;
      throw cannotRead(file, error);
    },
  );
}
