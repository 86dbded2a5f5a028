import { modelEntry } from '../../catalogue/model-entry.ts';
import { requiredPriceBook } from '../../aws/prices/book-file.ts';
import { familyOf, recordRules, type NamedFamily } from '../../catalogue/family.ts';
import { hasOwnDisks } from '../../catalogue/instances.ts';
import type { ModelCatalogue } from '../../catalogue/models.ts';
import { MOST_DISTILLATION_PROMPTS } from '../../catalogue/training-records.ts';
import { DEFAULTS } from '../../cost/defaults.ts';
import { LEAST_BYTES_PER_TOKEN, runPriceIds, type RunBound } from '../../cost/run-bound.ts';
import { checkDataset } from '../../dataset/check.ts';
import type { DatasetReport } from '../../dataset/findings.ts';
import { CORPUS_RULES } from '../../dataset/records.ts';
import { UserError } from '../../errors/user-error.ts';
import { didYouMean } from '../../json/nearest-name.ts';
import { TRAINING_PATHS, type TrainingPath } from '../../paths.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import { datasetDocument, type DatasetPrice } from '../../report/dataset.ts';
import { judgeBaseModel } from '../../training/base-model.ts';
import { plannedBound, type TrainingRoute } from '../../training/planned-run.ts';
import { shippedCatalogue } from '../catalogue-file.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import { fileBytes } from '../dataset-file.ts';
import {
  RESULT_OPTIONS,
  actionArgument,
  explained,
  numberOf,
  oneOf,
  parseArguments,
  required,
  resultHelp,
  shownAs,
  unexpectedArgument,
  wholeNumber,
} from '../options.ts';
import { show } from '../output.ts';
import { tellPrivatePrices } from '../private-prices.ts';
import { scopeOf } from '../scope-options.ts';

/** What `--model` says for weights that SageMaker trains: Bedrock does not know their name before the import. */
const SAGEMAKER = 'sagemaker';

const HELP = `Usage: fmpaths dataset check FILE --for TYPE --model ID [OPTIONS]

Says before a job costs anything whether it would take the data: format, sizes, forbidden texts, order of roles, repeats,
questions that are in training and validation; then how many tokens they are about, and what one run costs. Reads the
file once, a line at a time, and asks nobody.

  --for TYPE         ${TRAINING_PATHS.join(' | ')}
  --model ID         base model as in config/models.json; for distillation the student; for continued pre-training
                     '${SAGEMAKER}', for no model of Bedrock takes that any more
  --validation FILE  validation file: what it shares with FILE is an error
  --epochs N         times that the data are gone through; each is billed
  --teacher ID       distillation: model that answers the prompts (default: the one that teaches the student)
  --answer-tokens N  distillation: longest answer of the teacher (default 1000)
  --instance TYPE --hours N
                     continued pre-training: SageMaker instance, and the most hours that it trains
  --region R         Region of the prices (default: where the model is customised)
${resultHelp(21)}                     Findings are in English

Exit status: 0 a job takes the data, 2 there are errors to mend, or what you wrote cannot be acted on.
`;

export const command: Command = {
  help: HELP,
  run,
};

const OPTIONS = {
  for: { type: 'string' },
  model: { type: 'string' },
  validation: { type: 'string' },
  epochs: { type: 'string' },
  teacher: { type: 'string' },
  'answer-tokens': { type: 'string', default: '1000' },
  instance: { type: 'string' },
  hours: { type: 'string' },
  region: { type: 'string' },
  ...RESULT_OPTIONS,
} as const;

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values, positionals } = parseArguments('dataset', args, OPTIONS);
  actionArgument('dataset', positionals, ['check']);
  const [, file, unexpected] = positionals;
  if (file === undefined) throw new UserError(`the file is missing. ${explained('dataset')}`);
  if (unexpected !== undefined) throw unexpectedArgument('dataset', unexpected);
  const { format, language } = shownAs(values);
  const path = oneOf('for', required('for', values.for, `one of ${TRAINING_PATHS.join(', ')}`), TRAINING_PATHS);
  const model = required('model', values.model, 'a base model of config/models.json');
  const catalogue = await shippedCatalogue(io);
  const family = checkedFamily(model, path, catalogue);
  const plan = planOf(path, model, family, values, catalogue);
  const region =
    values.region ??
    modelEntry(catalogue.models, model)?.customization?.regions[0] ??
    scopeOf({}, io, ['region']).region;

  const train = await fileBytes(file);
  const validation = values.validation === undefined ? undefined : await fileBytes(values.validation);
  const rules = family === 'corpus' ? CORPUS_RULES : recordRules(family, path);
  const elsewhere = (catalogue.continuedPretrainingElsewhere ?? []).map(({ says }) => says);
  const facts = { customization: path, family: family === 'corpus' ? family : family.id, rules, elsewhere };
  const report = withLifeOfBase(
    await checkDataset(facts, train, validation),
    family === 'corpus' || path === 'continued-pretraining' ? undefined : { model, path },
    catalogue,
    io,
  );
  const book = plan === null ? undefined : await requiredPriceBook(io.root, region);
  if (book !== undefined) tellPrivatePrices([book], io);
  const price = plan === null || book === undefined ? null : priceOf(plan, report, book);
  await show(datasetDocument({ path, model, region, report, price }, language), format, io);
  return report.errorCount === 0 ? EXIT.done : EXIT.userError;
}

/** The report with what the life of the base model means for a job. */
function withLifeOfBase(
  report: DatasetReport,
  base: { readonly model: string; readonly path: Exclude<TrainingPath, 'continued-pretraining'> } | undefined,
  catalogue: ModelCatalogue,
  io: Io,
): DatasetReport {
  if (base === undefined) return report;
  const type = base.path === 'fine-tuning' ? 'FINE_TUNING' : 'DISTILLATION';
  const verdict = judgeBaseModel(catalogue, base.model, type, io.now().toISOString().slice(0, 10));
  const { life, noNewJobs, notHosted } = verdict;
  const issue = (rule: string, message: string) => ({ line: 0, file: 'train' as const, rule, message });
  const errors = notHosted === undefined ? [] : [issue('not-hosted', notHosted)];
  const warnings = [
    ...life.map((message) => issue('base-model', message)),
    ...(noNewJobs === undefined ? [] : [issue('base-model', noNewJobs)]),
  ];
  return {
    ...report,
    errors: [...errors, ...report.errors],
    warnings: [...warnings, ...report.warnings],
    errorCount: report.errorCount + errors.length,
    warningCount: report.warningCount + warnings.length,
  };
}

/** The family of a base model that takes the customization; `corpus` for weights that SageMaker trains. */
function checkedFamily(model: string, path: TrainingPath, catalogue: ModelCatalogue): NamedFamily | 'corpus' {
  if (model === SAGEMAKER) {
    if (path === 'continued-pretraining') return 'corpus';
    throw new UserError(`'--model ${SAGEMAKER}' is for continued-pretraining, got '--for ${path}': name a base model`);
  }
  const able = Object.entries(catalogue.models)
    .filter(([, { customization }]) =>
      customization?.types.includes(path === 'fine-tuning' ? 'FINE_TUNING' : 'DISTILLATION'),
    )
    .map(([id]) => id);
  const family = familyOf(catalogue, model);
  if (family === undefined && able.includes(model)) {
    throw new UserError(
      `config/models.json does not say what the training files of '${model}' must be like: give it a 'tuningFamily' that stands under 'tuningFamilies' there`,
    );
  }
  // what takes no continued pre-training is told with the other findings
  if (family === undefined || (path !== 'continued-pretraining' && !able.includes(model))) {
    throw new UserError(
      `'${model}' is not known to take ${path}; those that do: ${path === 'continued-pretraining' ? SAGEMAKER : able.join(', ')}${didYouMean(model, able)}`,
    );
  }
  return family;
}

interface Plan {
  readonly route: TrainingRoute;
  readonly epochs?: { readonly estimated: number; readonly most: number };
  readonly hours: number;
}

function planOf(
  path: TrainingPath,
  model: string,
  family: NamedFamily | 'corpus',
  values: {
    readonly epochs?: string | undefined;
    readonly teacher?: string | undefined;
    readonly 'answer-tokens': string;
    readonly instance?: string | undefined;
    readonly hours?: string | undefined;
  },
  catalogue: ModelCatalogue,
): Plan | null {
  if (family === 'corpus') {
    if ((values.instance === undefined) !== (values.hours === undefined)) {
      throw new UserError(`'--instance' and '--hours' belong together: the job bills every hour of its instance`);
    }
    if (values.instance === undefined) return null;
    return {
      // storage and smoke test of a model of about 8 billion parameters
      route: {
        route: 'sagemaker',
        instanceType: values.instance,
        instances: 1,
        volumeGb: DEFAULTS.trainingVolumeGb,
        ownDisks: hasOwnDisks(catalogue, values.instance),
        customModelUnits: 2,
        cmuVersion: 'v1',
      },
      hours: numberOf('hours', values.hours, 0.01) ?? 0,
    };
  }
  const { usual, most } = family.epochs;
  const asked = values.epochs === undefined ? undefined : wholeNumber('epochs', values.epochs, 1, most);
  // what a distillation job goes through by itself is not said anywhere
  const epochs = { estimated: asked ?? (path === 'distillation' ? most : (usual ?? most)), most: asked ?? most };
  const route = { route: 'bedrock' as const, baseModelId: model, hyperParameters: {}, maxEpochs: epochs.most };
  if (path !== 'distillation') return { route, epochs, hours: 0 };
  const teachers = Object.entries(catalogue.models)
    .filter(([, { teaches }]) => teaches?.includes(model) === true)
    .map(([id]) => id);
  const teacher = values.teacher ?? teachers[0];
  if (teacher === undefined || !teachers.includes(teacher)) {
    throw new UserError(
      `'--teacher' must be one that teaches '${model}': ${teachers.join(', ') || 'none is known'}, got '${teacher ?? ''}'`,
    );
  }
  const maxResponseTokens = wholeNumber('answer-tokens', values['answer-tokens'], 1, 100_000);
  return { route: { ...route, teacher: { modelId: teacher, priceSuffix: '', maxResponseTokens } }, epochs, hours: 0 };
}

function priceOf({ route, epochs, hours }: Plan, report: DatasetReport, book: PriceBook): DatasetPrice {
  const ids = runPriceIds(
    route.route === 'bedrock'
      ? { trained: route.baseModelId, teacher: route.teacher?.modelId }
      : { trained: 'imported', instanceType: route.instanceType },
  );
  const prices = Object.fromEntries(
    ids.flatMap((id) => {
      const price = book.prices.get(id);
      return price === undefined ? [] : [[id, price] as const];
    }),
  );
  const cost = (tokens: number, epochCount: number | undefined): RunBound =>
    plannedBound(
      {
        hosting: { kind: 'on-demand' },
        training: {
          records: report.records,
          tokens,
          maxHours: hours,
          hyperParameters: epochCount === undefined ? {} : { epochCount: String(epochCount) },
        },
      },
      route,
      prices,
    );
  const bound = cost(Math.ceil(report.bytes / LEAST_BYTES_PER_TOKEN), epochs?.most);
  const used = new Set(bound.lines.map(({ priceId }) => priceId));
  const teacher = route.route === 'bedrock' ? route.teacher : undefined;
  return {
    estimated: cost(report.estimatedTokens, epochs?.estimated),
    bound,
    prices: Object.values(prices).filter(({ id }) => used.has(id)),
    epochs,
    ...(route.route === 'sagemaker' ? { instances: { instance: route.instanceType, instances: 1, hours } } : {}),
    ...(teacher === undefined
      ? {}
      : {
          teacher: {
            model: teacher.modelId,
            // Bedrock adds prompts of its own up to as many
            prompts: MOST_DISTILLATION_PROMPTS,
            tokens: teacher.maxResponseTokens,
          },
        }),
  };
}
