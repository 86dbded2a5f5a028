import { createReadStream } from 'node:fs';
import { join, relative } from 'node:path';
import type { DatasetQuestion } from '../../aws/questions.ts';
import type { ModelCatalogue } from '../../catalogue/models.ts';
import type { StoreName } from '../../catalogue/stores.ts';
import type { Config } from '../../config/config.ts';
import { SAMPLE } from '../../config/sample.ts';
import { configuredRow } from '../../cost/comparison.ts';
import type { Workload } from '../../cost/workload.ts';
import { UserError } from '../../errors/user-error.ts';
import { PATHS, RETRIEVAL_PATHS, type PathId } from '../../paths.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import { STORE_NAMES } from '../../rehearsal/config-copy.ts';
import type { Problem } from '../../rehearsal/path-rehearsal.ts';
import type { Rehearsal } from '../../rehearsal/rehearse.ts';
import type { Session } from '../../rehearsal/session.ts';
import type { EstimateBefore } from '../../rehearsal/two-estimates.ts';
import { FORMATS } from '../../report/format.ts';
import { LANGUAGES } from '../../report/words/languages.ts';
import { FAULT_KINDS, type Fault, type FaultKind } from '../../simulator/faults.ts';
import { shippedCatalogue } from '../catalogue-file.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import { DEFAULT_WORKLOAD, costInputs, readWorkload } from '../cost-inputs.ts';
import { RESULT_OPTIONS, listOf, oneOf, parseOptions, resultHelp, shownAs, wholeNumber } from '../options.ts';
import { progressStream, show } from '../output.ts';
import { pasted } from '../pasted.ts';
import { readReplaceable } from '../replaceable-file.ts';
import { measuredFile, saveWorkload } from '../save-workload.ts';

const QUICK_QUESTIONS = 16;
const CONCURRENCY = 8;
const MEASURED_WORKLOAD = '.rehearsal/measured-workload.json';

const HELP = `Usage: fmpaths rehearse [OPTIONS]        (npm run demo)

Estimates paths as 'npx fmpaths estimate' does, deploys them on this machine with the real CDK, asks them real
questions, plays a month, reads the bill back by tag, lays it beside that estimate and one made with the measured
tokens, destroys everything and looks for what is left. Needs no AWS account and
reaches none: a local AWS emulator (ministack, from PyPI, installed once into .rehearsal/) and a simulator of Amazon
Bedrock stand in for it. Answers and bill are simulated: they check fmpaths' arithmetic, not AWS's.

  --paths PATH,PATH        which paths (default ${PATHS.join(',')})
  --store STORE            where the path ${RETRIEVAL_PATHS.join(' and ')} keeps its vectors: ${STORE_NAMES.join(' | ')}
                           (default: as in config/environment.json)
  --requests-per-month N   volume of the played month, for each path (default 100000)
  --quick                  ask ${QUICK_QUESTIONS} questions instead of all of ${SAMPLE.questions}
  --llm URL                let a model on this machine answer: the base of an API with /chat/completions, such
                           as http://127.0.0.1:8080/v1 (loopback only; default: answers are made up)
  --inject FAULT           make an operation of Bedrock fail: KIND[:OPERATION][*TIMES], such as throttle*5 or
                           stuck-deletion. Kinds: ${FAULT_KINDS.join(', ')}. May be repeated
  --save-workload FILE     where what was measured goes, as a workload that 'estimate' takes (default:
                           ${MEASURED_WORKLOAD}); another file is not overwritten
  --port N                 port of the emulator (default: a free one)
${resultHelp(27)}                           Both are of the comparison; the steps go to stderr unless it is a table

Exit status: 0 everything agreed and nothing is left, 1 not so, 2 this machine or what you wrote does not allow it.
`;

export const command: Command = {
  help: HELP,
  run,
};

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const values = parseOptions('rehearse', args, {
    paths: { type: 'string', default: PATHS.join(',') },
    store: { type: 'string' },
    'requests-per-month': { type: 'string', default: '100000' },
    quick: { type: 'boolean', default: false },
    llm: { type: 'string' },
    inject: { type: 'string', multiple: true },
    'save-workload': { type: 'string' },
    port: { type: 'string' },
    ...RESULT_OPTIONS,
  });
  const { format, language } = shownAs(values);
  const paths = listOf('paths', values.paths, PATHS);
  const store = values.store === undefined ? undefined : oneOf('store', values.store, STORE_NAMES);
  if (store !== undefined && !paths.some((path) => RETRIEVAL_PATHS.includes(path))) {
    throw new UserError(
      `'--store' is of the path ${RETRIEVAL_PATHS.join(' and ')}, which '--paths ${values.paths}' leaves out`,
    );
  }
  const requestsPerMonth = wholeNumber('requests-per-month', values['requests-per-month'], 1, 1e12);
  const port = values.port === undefined ? undefined : wholeNumber('port', values.port, 1, 65_535);
  const faults = (values.inject ?? []).map(parseFault);

  const saveTo = values['save-workload'] ?? relative(process.cwd(), join(io.root, MEASURED_WORKLOAD));
  // before the minutes that a rehearsal takes
  await readReplaceable(measuredFile(saveTo));

  const { questionsIn } = await import('../../aws/questions.ts');
  const { requireLoopback } = await import('../../errors/loopback.ts');
  const { rehearse } = await import('../../rehearsal/rehearse.ts');
  const { configWithStore } = await import('../../rehearsal/config-copy.ts');
  const { withSession } = await import('../../rehearsal/session.ts');
  const { endedWithProcess } = await import('../termination.ts');
  const { stepsOn } = await import('../rehearsal-steps.ts');

  const llmUrl = values.llm === undefined ? undefined : requireLoopback(values.llm, '--llm').href;
  // what cannot be deployed is told before anything is made
  await projectFiles(io.root, io.now());
  const asked = { ...askedWorkload(await readWorkload(undefined, io), store), paths, requestsPerMonth };
  const questions: DatasetQuestion[] = [];
  for await (const question of questionsIn(createReadStream(join(io.root, SAMPLE.questions)), SAMPLE.questions))
    questions.push(question);
  const out = progressStream(format, io);
  out.write(introduction(paths, llmUrl));
  const rehearsed = async (session: Session): Promise<Rehearsal> => {
    const configRoot = store === undefined ? io.root : await configWithStore(io.root, session.folder.path, store);
    const files = await projectFiles(configRoot, io.now());
    return await rehearse(
      {
        root: io.root,
        ...(store === undefined ? {} : { configRoot, changed: `config/environment.json, but the store ${store}` }),
        env: io.env,
        now: io.now(),
        paths,
        ...files,
        estimateBefore: await estimateBefore(asked, files.config.region, { ...io, root: configRoot }),
        questions: values.quick ? questions.slice(0, QUICK_QUESTIONS) : questions,
        concurrency: CONCURRENCY,
        requestsPerMonth,
        faults,
        llmUrl,
        port,
      },
      session,
      stepsOn(out),
    );
  };
  const startedByNpm = io.env['npm_lifecycle_event'] !== undefined;
  try {
    const { comparison, measured, problems } = await endedWithProcess(
      { startedByNpm, output: io.stdout },
      async (onOpen) => await withSession(io.root, onOpen, rehearsed),
      (rehearsal) => rehearsal.problems.length > 0,
    );
    const { comparisonDocument } = await import('../../report/compare.ts');
    if (problems.length > 0) out.write(failure(problems, comparison.failedPaths));
    out.write('\n');
    await show(comparisonDocument(comparison, language), format, io);
    out.write(await saved(saveTo, measured, io.root));
    out.write(problems.length === 0 ? success(paths) : failure(problems, comparison.failedPaths));
    return problems.length === 0 ? EXIT.done : EXIT.failed;
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    error.message += `\nRehearsal FAILED before it had figures. Everything that it made was removed. Run it again, with '--paths PATH' for one path alone; FMPATHS_DEBUG=1 shows where it failed`;
    throw error;
  }
}

/** The workload with the store that is asked for on the command line in place of one that it names. */
function askedWorkload({ rag, ...others }: Workload, store: StoreName | undefined): Workload {
  if (rag === undefined) return others;
  const { vectorStore, ...rest } = rag;
  return { ...others, rag: store === undefined && vectorStore !== undefined ? rag : rest };
}

/** What `estimate` shows in its rows as configured, by the same functions. */
async function estimateBefore(workload: Workload, region: string, io: Io): Promise<EstimateBefore> {
  const inputs = await costInputs({ region, format: FORMATS[0], lang: LANGUAGES[0] }, io, workload);
  const { rows } = inputs.comparisonReport([]).comparison;
  return {
    workload: DEFAULT_WORKLOAD,
    assumed: inputs.origin.assumed,
    rows: (workload.paths ?? PATHS).flatMap((path) => configuredRow(path, inputs.workload, rows) ?? []),
  };
}

/** Writes what was measured and says how it is estimated. */
async function saved(file: string, measured: Workload | undefined, root: string): Promise<string> {
  if (measured === undefined) return `\nNo path was measured as it must be: ${file} is not written.\n`;
  await saveWorkload(measuredFile(file), measured, root);
  return `\nWhat was measured, as a workload: ${file}. Its estimate: ${pasted(['estimate'], { workload: file })}\n`;
}

function introduction(paths: readonly PathId[], llmUrl: string | undefined): string {
  const simulated =
    llmUrl === undefined ? 'ANSWERS AND BILL ARE SIMULATED.' : `THE BILL IS SIMULATED; the model at ${llmUrl} answers.`;
  return `Rehearsal of ${paths.length === 1 ? 'the path' : 'the paths'} ${paths.join(', ')}, all of it on this machine: the real CDK deploys to a local AWS emulator, a simulator
stands in for Amazon Bedrock. ${simulated} No AWS account is used and nothing is charged.

`;
}

const success = (paths: readonly PathId[]): string =>
  `\nRehearsal done: everything agreed, everything was destroyed, nothing is left. To deploy for real: npx cdk deploy ${paths.join(' ')}\n`;

/** Shown above the figures as well as below: a reader who scrolls no further must not take them for good ones. */
export function failure(problems: readonly Problem[], failedPaths: readonly PathId[] = []): string {
  const advices = [...new Set(problems.map(({ advice }) => advice))];
  const parts = advices.flatMap((advice) => [
    ...problems.filter((problem) => problem.advice === advice).map(({ what }) => `  ${what}\n`),
    `    ${advice}\n`,
  ]);
  const figures =
    failedPaths.length === 0
      ? 'Its figures were measured before and can be used.'
      : `Do not use the figures of ${failedPaths.join(', ')}.`;
  return `\nRehearsal FAILED. ${figures}\n${parts.join('')}`;
}

interface ProjectFiles {
  readonly config: Config;
  readonly catalogue: ModelCatalogue;
  readonly book: PriceBook;
}

async function projectFiles(root: string, now: Date): Promise<ProjectFiles> {
  const [{ loadConfig }, { priceBookOfRegion }] = await Promise.all([
    import('../../config/config.ts'),
    import('../../aws/prices/book-file.ts'),
  ]);
  const config = loadConfig(root, now);
  const { region } = config;
  const book = await priceBookOfRegion(root, region);
  if (book === undefined) {
    throw new UserError(
      `there is no price book config/prices/${region}.json, without which no bill can be rehearsed: choose a Region that has one in config/environment.json, or make it with 'npx fmpaths prices refresh --region ${region}'`,
    );
  }
  return { config, catalogue: await shippedCatalogue({ root }), book };
}

/** What each kind of fault hits where the user names nothing. */
const USUAL_OPERATION: Record<FaultKind, string> = {
  throttle: 'Converse',
  timeout: 'Converse',
  '5xx': 'Converse',
  'model-not-ready': 'Converse',
  'access-denied': 'Converse',
  'slow-consistency': 'Converse',
  quota: 'Converse',
  'stream-abort': 'ConverseStream',
  'stream-error': 'ConverseStream',
  'stuck-deletion': 'DeleteInferenceProfile',
  conflict: 'StartIngestionJob',
  'document-failure': 'StartIngestionJob',
  'job-failure': 'StartIngestionJob',
  resuming: 'ExecuteStatement',
  'lost-response': 'CreateModelCustomizationJob',
  'internal-failure': 'GetModelCustomizationJob',
  unavailable: 'GetModelCustomizationJob',
  'gateway-page': 'GetModelCustomizationJob',
  'empty-answer': 'GetModelCustomizationJob',
  'lost-connection': 'GetModelCustomizationJob',
  legacy: 'Converse',
  'end-of-life': 'Converse',
  'use-case-form': 'Converse',
  'no-guardrail': 'Converse',
  'guardrail-denied': 'Converse',
  'no-model-access': 'Converse',
  'no-subscription': 'Converse',
  'scp-denied': 'Converse',
  'on-demand-only': 'Converse',
};

/** Reads `KIND[:OPERATION][*TIMES]`. */
export function parseFault(text: string): Fault {
  const [, kindText = '', operation, times] = /^([^:*]*)(?::([A-Za-z]+))?(?:\*(\d+))?$/.exec(text) ?? [];
  const kind = FAULT_KINDS.find((name) => name === kindText);
  if (kind === undefined) {
    throw new UserError(
      `'--inject' must be KIND[:OPERATION][*TIMES] with a kind of ${FAULT_KINDS.join(', ')}, got '${text}'`,
    );
  }
  return { kind, operation: operation ?? USUAL_OPERATION[kind], times: times === undefined ? 1 : Number(times) };
}
