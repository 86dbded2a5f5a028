import { join } from 'node:path';
import { readPrompt, type PromptFile } from '../../config/answering.ts';
import { SAMPLE, sampleDocuments } from '../../config/sample.ts';
import { datasetWorkload, type DatasetTexts } from '../../cost/dataset-workload.ts';
import { UserError } from '../../errors/user-error.ts';
import { TRAINING_PATHS } from '../../paths.ts';
import { shippedCatalogue } from '../catalogue-file.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import { readConfiguration } from '../configuration.ts';
import { countDocuments, countQuestions, countTraining, documentsIn, TEXT_FILES } from '../dataset-texts.ts';
import { actionArgument, numberOf, parseArguments, required, unexpectedArgument, wholeNumber } from '../options.ts';
import { pasted } from '../pasted.ts';
import { saveWorkload, workloadFile } from '../save-workload.ts';

const HELP = `Usage: fmpaths workload from-dataset --out F [OPTIONS]

Writes the workload of asking the questions of a data set over and over, for 'estimate' and every command with
'--workload'. Tokens are counted from the files: prompt, questions, reference answers, documents, training files. Models,
store and hosting are not in it: they come from config/environment.json. It reads files and calls no service.

  --out F          file to write
  --dataset F      questions, one a line: {"id": "q1", "question": "...", "referenceAnswer": "..."}
                   (default: ${SAMPLE.questions}, with its documents and training files)
  --answer-tokens N
                   length of an answer, for questions without reference answers
  --prompt NAME    folder of config/prompts (default: the prompt of promptOnly in config/environment.json)
  --documents DIR  what rag answers from: ${TEXT_FILES.join(' ')}
  --changed-share S
                   share of the documents that change in a month (default: ${SAMPLE.changedSharePerMonth})
  --training DIR   folder with PATH/train.jsonl for each of ${TRAINING_PATHS.join(', ')}
  --requests-per-month N
                   (default: 100000)
  --name NAME      (default: the name of the data set)

The default workload is made by: ${pasted(['workload', 'from-dataset'], { name: 'default', out: 'config/workloads/default.json' })}
`;

export const command: Command = { help: HELP, run };

const OPTIONS = {
  dataset: { type: 'string' },
  'answer-tokens': { type: 'string' },
  prompt: { type: 'string' },
  documents: { type: 'string' },
  'changed-share': { type: 'string' },
  training: { type: 'string' },
  'requests-per-month': { type: 'string', default: '100000' },
  name: { type: 'string' },
  out: { type: 'string' },
} as const;

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values, positionals } = parseArguments('workload', args, OPTIONS);
  actionArgument('workload', positionals, ['from-dataset']);
  const [, unexpected] = positionals;
  if (unexpected !== undefined) throw unexpectedArgument('workload', unexpected);
  const requestsPerMonth = wholeNumber('requests-per-month', values['requests-per-month'], 1, 1e12);
  const out = required('out', values.out, "the file to write, such as '--out workload.json'");
  const answerTokens = numberOf('answer-tokens', values['answer-tokens']);
  const changedSharePerMonth = numberOf('changed-share', values['changed-share']) ?? SAMPLE.changedSharePerMonth;
  const catalogue = await shippedCatalogue(io);
  const { configured, promptId } = await readConfiguration(catalogue, io);
  const prompt = await promptOf(values.prompt ?? promptId, io);

  const isSample = values.dataset === undefined;
  const dataset = values.dataset ?? SAMPLE.questions;
  const { questions, answers } = await countQuestions(
    isSample ? join(io.root, dataset) : dataset,
    dataset,
    answerTokens,
  );
  const documents = await countedDocuments(values.documents, isSample, io);
  const trainingFolder = values.training ?? (isSample ? join(io.root, SAMPLE.training) : undefined);
  const training = trainingFolder === undefined ? {} : await countTraining(trainingFolder, configured, catalogue);
  const texts = { questions, answers, documents: documents && { ...documents, changedSharePerMonth }, training };
  const workload = datasetWorkload({
    name: values.name ?? dataset,
    description: descriptionOf(dataset, prompt.id, texts, answerTokens),
    requestsPerMonth,
    instruction: prompt.system,
    examples: prompt.examples,
    ...texts,
  });
  await saveWorkload(countedFile(out), workload, io.root);
  io.stdout.write(`${out}: what it costs: ${pasted(['estimate'], { workload: out })}\n`);
  return EXIT.done;
}

/** A prompt as the configuration reads it. @throws UserError where there is none of the name */
async function promptOf(id: string | undefined, io: Io): Promise<PromptFile> {
  if (id === undefined) {
    throw new UserError(
      "'--prompt' is missing: config/environment.json has no promptOnly.prompt, and the prompt is part of every request",
    );
  }
  const { readTextFile } = await import('../../config/config.ts');
  const readText = (path: string): string | null => readTextFile(io.root, join('config', path));
  if (readText(`prompts/${id}/system.md`) === null) {
    throw new UserError(
      `'--prompt' must name a folder of config/prompts with system.md, such as cdk-assistant/v1, got '${id}'`,
    );
  }
  return readPrompt(id, undefined, { sources: { readText }, section: 'promptOnly', file: 'config/environment.json' });
}

async function countedDocuments(
  folder: string | undefined,
  isSample: boolean,
  io: Io,
): Promise<Awaited<ReturnType<typeof countDocuments>> | undefined> {
  if (folder !== undefined) return await countDocuments(folder, await documentsIn(folder, io), io);
  return isSample ? await countDocuments(join(io.root, SAMPLE.documents), sampleDocuments(io.root), io) : undefined;
}

/** The last sentence of every description that this command writes. */
const WRITTEN = "Written by 'fmpaths workload from-dataset'.";

const countedFile = (file: string): ReturnType<typeof workloadFile> =>
  workloadFile({ file, option: 'out', by: 'this command has written' }, ({ description = '' }) =>
    description.endsWith(WRITTEN),
  );

/** The description in the file: which texts were counted. */
function descriptionOf(
  dataset: string,
  prompt: string,
  { questions, documents, training }: Pick<DatasetTexts, 'questions' | 'documents' | 'training'>,
  answerTokens: number | undefined,
): string {
  const records = TRAINING_PATHS.flatMap((path) => {
    const counted = training[path];
    return counted === undefined ? [] : [`${counted.texts} records for ${path}`];
  });
  return [
    `The ${questions.texts} questions of ${dataset}, asked over and over with the prompt ${prompt};`,
    `an answer is as long as ${answerTokens === undefined ? 'the reference answers are' : `${answerTokens} tokens`} on average.`,
    ...(documents === undefined ? [] : [`${documents.texts} documents.`]),
    ...(records.length === 0 ? [] : [`Trained on ${records.join(', ')}.`]),
    'Tokens were counted from the files, four characters each.',
    WRITTEN,
  ].join(' ');
}
