import { modelEntry } from '../catalogue/model-entry.ts';
import { z } from 'zod';
import { familyOf, recordRules, type NamedFamily, type RecordRules } from '../catalogue/family.ts';
import { instanceFacts } from '../catalogue/instances.ts';
import { lifecycleWarnings, phaseOn } from '../catalogue/lifecycle.ts';
import {
  PROFILE_SCOPES,
  endedSince,
  judgeSampling,
  unknownModel,
  type ModelCatalogue,
  type ModelEntry,
} from '../catalogue/models.ts';
import { DEFAULTS } from '../cost/defaults.ts';
import { runPriceIds, type RunPrices } from '../cost/run-bound.ts';
import { READ_ONCE } from '../json/read-once.ts';
import { scopeSuffix, tokenPrices } from '../prices/token-pricing.ts';
import { judgeBaseModel } from '../training/base-model.ts';
import { HOSTING_KINDS, MOST_HOSTING_HOURS, type HostingChoice } from '../training/run-request.ts';
import type { BedrockRoute, Customization } from '../training/settings.ts';
import { HOURS_PER_DAY } from '../units.ts';
import {
  answeringFields,
  inherit,
  inheriting,
  readPrompt,
  withoutRefusedSampling,
  type AnsweringConfig,
  type PromptOnlySettings,
} from './answering.ts';
import { bookOf, configError, defaultModel, type SectionContext } from './sources.ts';

/** A tuned model takes neither another tier nor a prompt cache, and whether it keeps to a schema is not known. */
const tunedFields = z
  .object(answeringFields)
  .omit({ serviceTier: true, promptCaching: true, structuredOutput: true }).shape;

const weekday = z.enum(['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN']);

const maxUsd = z.number().positive().max(1_000_000);

const arn = (service: string) =>
  z.string().regex(new RegExp(`^arn:aws[\\w-]*:${service}:[a-z0-9-]+:\\d{12}:key/[A-Za-z0-9-]+$`), {
    error: `must be the ARN of a ${service} key`,
  });

const modelUnits = z.int().min(1).max(100);

const jobFields = {
  maxTrainingHours: z
    .number()
    .positive()
    .max(336)
    .default(24)
    .describe(
      'Hours after which a job is stopped, done or not. Bedrock bills tokens and not hours; SageMaker bills every hour. Default: 24.',
    ),
  kmsKeyArn: arn('kms')
    .optional()
    .describe(
      'Key that encrypts the trained model. A key of yours costs $1 a month, used or not. Default: a key that AWS owns, which is free.',
    ),
  vpc: z
    .strictObject({
      subnetIds: z
        .array(z.string().regex(/^subnet-[0-9a-f]+$/))
        .min(1)
        .max(16),
      securityGroupIds: z
        .array(z.string().regex(/^sg-[0-9a-f]+$/))
        .min(1)
        .max(5),
    })
    .optional()
    .describe(
      'Network that the job reads the data through; it needs a gateway endpoint to S3, which is free. A NAT gateway is not needed and would bill by the hour. Default: the network of the service.',
    ),
};

const hostedFields = {
  peakHours: z
    .strictObject({
      startHourUtc: z.int().min(0).max(23),
      hours: z.int().min(1).max(HOURS_PER_DAY),
      days: z.array(weekday).min(1),
      modelUnits,
      maxUsd: maxUsd.describe('Most that one day of it may cost; where it can cost more, it is not bought.'),
    })
    .optional()
    .describe(
      'Buys Provisioned Throughput in these hours and deletes it after them: whole hours are billed, and buying begins at the start hour. In the other hours the on-demand deployment answers. AWS Support must have granted model units before. Default: none, on demand all day.',
    ),
};

const startFields = {
  dataset: z
    .string()
    .regex(/^[\w./-]+$/)
    .describe('Training file, relative to config. It is uploaded with the deployment.'),
  maxUsd: maxUsd.describe('The run is refused where it can cost more.'),
};

const startOnDeploySchema = z
  .strictObject({
    ...startFields,
    hosting: z.enum(HOSTING_KINDS).exclude(['imported']).default('on-demand'),
    maxHours: z
      .number()
      .positive()
      .max(MOST_HOSTING_HOURS)
      .optional()
      .describe('Needed for provisioned: hours until it is deleted.'),
    modelUnits: modelUnits.default(1),
  })
  .refine(({ hosting, maxHours }) => hosting !== 'provisioned' || maxHours !== undefined, {
    error: "needs maxHours where hosting is 'provisioned': throughput bills by the hour until it is deleted",
  })
  .optional()
  .describe(
    'Begins a run when the stack is deployed, and again when the dataset changes. The deployment does not wait for it. Training and hosting bill. Default: off; the command `train` begins runs.',
  );

const hyperParameters = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/), z.union([z.string(), z.number()]))
  .default({})
  .describe(
    'As the model takes them, such as {"epochCount": 2}. Training is billed by tokens times epochs. Default: those of the model.',
  );

export const fineTuningSchema = z.strictObject({
  model: z
    .string()
    .optional()
    .describe(
      'Base model that is tuned, as in config/models.json. Decides the prices of training, storage and answers. Default: defaults.tuned of config/models.json.',
    ),
  hyperParameters,
  ...jobFields,
  ...hostedFields,
  startOnDeploy: startOnDeploySchema,
  ...inheriting(tunedFields),
});

export const distillationSchema = z.strictObject({
  teacher: z
    .string()
    .optional()
    .describe(
      'Model that answers the prompts; its tokens are billed at its on-demand price and cannot carry a tag. Default: defaults.teacher of config/models.json.',
    ),
  teacherProfileScope: z
    .enum(PROFILE_SCOPES)
    .default('in-region')
    .describe('Where the teacher is run: in the Region, or through a system-defined profile. Default: in-region.'),
  student: z
    .string()
    .optional()
    .describe(
      'Base model that learns from the answers, and answers afterwards. Default: defaults.student of config/models.json.',
    ),
  maxTeacherResponseTokens: z
    .int()
    .min(1)
    .max(4_096)
    .default(1_000)
    .describe('Longest answer of the teacher: the upper bound of what its answers cost. Default: 1000.'),
  invocationLogsBucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: 'must be the name of a bucket' })
    .optional()
    .describe(
      'Bucket with the model invocation logs of this account: prompts may then come from them, and with them the answers that the teacher has given already, which costs no teacher tokens. The logging setting of the account is read and never changed. Default: prompts come from a dataset.',
    ),
  ...jobFields,
  ...hostedFields,
  startOnDeploy: startOnDeploySchema,
  ...inheriting(tunedFields),
});

const instanceHours = 'billed for every hour that the job runs';

export const continuedPretrainingSchema = z.strictObject({
  route: z
    .enum(['sagemaker', 'bedrock'])
    .optional()
    .meta({
      description:
        'A SageMaker training job, then Custom Model Import: the only route, because no base model on Bedrock takes continued pre-training any more. Default: sagemaker.',
      // what an editor offers: the other value is known only to say why it is refused
      enum: ['sagemaker'],
    }),
  baseModelUri: z
    .string()
    .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]+\/.+\/$/, { error: 'must be a folder such as s3://bucket/folder/' })
    .optional()
    .describe(
      'Folder with the weights to train on, in Hugging Face format; of an instruct model, or Converse cannot ask the result. Default: base-model/ in the bucket of the stack, which you fill.',
    ),
  imageUri: z
    .string()
    .regex(/^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/[\w./-]+:[\w.-]+$/, { error: 'must be an image in ECR' })
    .optional()
    .describe(
      'Container with PyTorch, transformers and peft. Default: the Hugging Face training container of AWS for the Region.',
    ),
  instanceType: z
    .string()
    .regex(/^ml\.[a-z0-9]+\.[a-z0-9]+$/)
    .default('ml.g6e.12xlarge')
    .describe(`SageMaker instance, ${instanceHours}. Default: ml.g6e.12xlarge.`),
  volumeGb: z
    .int()
    .min(30)
    .max(16_384)
    .default(DEFAULTS.trainingVolumeGb)
    .describe(
      'Disk of each instance, billed by the GB-month while it trains; instances with disks of their own (ownDisks in config/models.json) take those and bill none. Its price is not known: a run on any other is refused. Default: 200.',
    ),
  spot: z
    .boolean()
    .default(false)
    .describe(
      'Spot capacity: up to 90 % cheaper, may be interrupted and goes on from a checkpoint. The upper bound of a run reckons without the saving. Default: false.',
    ),
  customModelUnits: z
    .int()
    .min(1)
    .max(64)
    .default(2)
    .describe(
      'Custom model units of one copy of the result: billed by the minute while it answers, and by the month for storage. AWS fixes them at the import; 2 are usual for 8 billion parameters. Default: 2.',
    ),
  cmuVersion: z.enum(['v1', 'v2']).default('v1').describe('Version of the custom model units. Default: v1.'),
  hyperParameters,
  ...jobFields,
  startOnDeploy: z
    .strictObject(startFields)
    .optional()
    .describe('Begins a run when the stack is deployed, and again when the corpus changes. Default: off.'),
  ...inheriting(tunedFields),
});

/** How the path answers, its model apart: the registry of the stack says which one. */
type HostedAnswering = Omit<AnsweringConfig, 'modelId' | 'target' | 'warnings'>;

interface StartOnDeploy {
  /** Relative to `config`. */
  readonly dataset: string;
  readonly maxUsd: number;
  readonly hosting: HostingChoice;
}

interface PeakHours {
  readonly startHourUtc: number;
  readonly hours: number;
  readonly days: readonly string[];
  readonly modelUnits: number;
  readonly maxUsd: number;
}

/** One training path, checked against catalogue, prompts and prices. */
export interface TrainingConfig {
  readonly answering: HostedAnswering;
  /** Addresses in the bucket of the stack are left out: only the stack knows it. */
  readonly customization: PlannedCustomization;
  /** Models that the service role may call as a teacher, in these Regions. */
  readonly teacherModel?: {
    readonly modelId: string;
    readonly regions: readonly string[];
    readonly profileId?: string;
  };
  readonly maxTrainingHours: number;
  readonly kmsKeyArn?: string | undefined;
  readonly vpc?: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] } | undefined;
  readonly peakHours?: PeakHours | undefined;
  readonly startOnDeploy?: StartOnDeploy | undefined;
  /** Distillation from logged calls: what check and job must be able to read. */
  readonly invocationLogsBucket?: string | undefined;
  readonly prices: RunPrices;
  readonly warnings: readonly string[];
}

type Planned<T> = T extends { readonly route: 'sagemaker' }
  ? Omit<T, 'codeUri' | 'baseModelUri'> & { readonly baseModelUri?: string | undefined }
  : T;

type PlannedCustomization = Planned<Customization>;

export function resolveFineTuning(
  input: z.infer<typeof fineTuningSchema>,
  base: PromptOnlySettings,
  context: SectionContext,
): TrainingConfig {
  const { hyperParameters: parameters, startOnDeploy, ...rest } = input;
  const { model = defaultModel('tuned', 'model', context) } = input;
  const tuned = customizable(model, 'FINE_TUNING', 'model', context);
  return {
    ...shared(rest, { id: model, ...tuned }, base, context),
    customization: bedrockRoute('FINE_TUNING', model, tuned, parameters),
    peakHours: peakHours(rest.peakHours, model, tuned, context),
    startOnDeploy: startOnDeploy && starting(startOnDeploy, tuned, model, context),
    prices: pricesOf(runPriceIds({ trained: model }), context),
  };
}

export function resolveDistillation(
  input: z.infer<typeof distillationSchema>,
  base: PromptOnlySettings,
  context: SectionContext,
): TrainingConfig {
  const { teacherProfileScope, maxTeacherResponseTokens, startOnDeploy, ...rest } = input;
  const { invocationLogsBucket } = rest;
  const { teacher = defaultModel('teacher', 'teacher', context) } = input;
  const { student = defaultModel('student', 'student', context) } = input;
  const tuned = customizable(student, 'DISTILLATION', 'student', context);
  const teacherEntry = modelOf(teacher, 'teacher', context);
  const { catalogue, today } = context.sources;
  const teacherWarnings = lifecycleWarnings(teacher, phaseOn(teacherEntry, catalogue, today), today);
  if (!(teacherEntry.teaches ?? []).includes(student)) {
    const pairs = Object.entries(catalogue.models)
      .filter(([, { teaches }]) => (teaches ?? []).length > 0)
      .map(([id, { teaches }]) => `${id} teaches ${(teaches ?? []).join(' and ')}`);
    throw refused(context, 'student', `'${teacher}' does not teach '${student}'; known pairs: ${pairs.join('; ')}`);
  }
  const { identifier, regions, profileId } = teacherTarget(teacher, teacherEntry, teacherProfileScope, context);
  const common = shared(rest, { id: student, ...tuned }, base, context);
  return {
    ...common,
    customization: {
      ...bedrockRoute('DISTILLATION', student, tuned, {}),
      teacher: {
        modelId: teacher,
        identifier,
        priceSuffix: scopeSuffix(teacherProfileScope),
        maxResponseTokens: maxTeacherResponseTokens,
      },
    },
    invocationLogsBucket,
    teacherModel: { modelId: teacher, regions, ...(profileId === undefined ? {} : { profileId }) },
    peakHours: peakHours(rest.peakHours, student, tuned, context),
    startOnDeploy: startOnDeploy && starting(startOnDeploy, tuned, student, context),
    prices: pricesOf(runPriceIds({ trained: student, teacher }), context),
    warnings: [...common.warnings, ...teacherWarnings.map((message) => `${context.section}.teacher: ${message}`)],
  };
}

export function resolveContinuedPretraining(
  input: z.infer<typeof continuedPretrainingSchema>,
  base: PromptOnlySettings,
  context: SectionContext,
): TrainingConfig {
  const { baseModelUri, imageUri, hyperParameters: parameters, startOnDeploy, ...rest } = input;
  const { instanceType, volumeGb, spot, customModelUnits, cmuVersion } = rest;
  const { catalogue } = context.sources;
  if (rest.route === 'bedrock') throw refused(context, 'route', bedrockRefusal(catalogue));
  const instance = instanceFacts(catalogue, instanceType);
  if (instance?.accelerator?.runsCuda === false) {
    throw refused(
      context,
      'instanceType',
      `the training script does not use ${instance.accelerator.name} and would train on the processors, got '${instanceType}': choose an instance whose accelerators run CUDA (runsCuda in config/models.json)`,
    );
  }
  const start = startOnDeploy && {
    ...startOnDeploy,
    hosting: { kind: 'imported' as const },
  };
  if (start !== undefined) existing(start.dataset, context);
  const { customModelImport } = context.sources.catalogue;
  if (customModelImport === undefined) {
    throw refused(
      context,
      'route',
      'config/models.json has no customModelImport, so which weights can be imported is not known',
    );
  }
  const { architectures, mostPositions } = customModelImport;
  return {
    ...shared(rest, undefined, base, context),
    customization: {
      route: 'sagemaker',
      baseModelUri,
      imageUri: imageUri ?? trainingImage(context.region),
      instanceType,
      // the training script runs on one: a second would only bill
      instances: 1,
      volumeGb,
      ownDisks: instance?.ownDisks === true,
      spot,
      hyperParameters: texts(parameters),
      customModelUnits,
      cmuVersion,
      imports: { architectures, mostPositions },
    },
    startOnDeploy: start,
    prices: pricesOf(runPriceIds({ trained: 'imported', instanceType }), context),
  };
}

/** Why a base model on Bedrock cannot be pre-trained further, and where else some models can. */
function bedrockRefusal({ continuedPretrainingElsewhere = [] }: ModelCatalogue): string {
  const refusal =
    'must be \'sagemaker\' or absent: no base model on Bedrock takes continued pre-training any more, got "bedrock"';
  return [refusal, ...continuedPretrainingElsewhere.map(({ says }) => says)].join('. ');
}

/**
 * Hugging Face's training container of AWS: PyTorch, transformers and peft.
 * https://github.com/aws/deep-learning-containers/blob/master/available_images.md
 */
const trainingImage = (region: string): string =>
  `763104351884.dkr.ecr.${region}.amazonaws.com/huggingface-pytorch-training:2.5.1-transformers4.49.0-gpu-py311-cu124-ubuntu22.04`;

const refused = ({ file, section }: SectionContext, setting: string, message: string) =>
  configError(file, `  ${section}.${setting}: ${message}`);

const texts = (parameters: Readonly<Record<string, string | number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, String(value)]));

function modelOf(id: string, setting: string, context: SectionContext): ModelEntry {
  const { catalogue, today } = context.sources;
  const entry = modelEntry(catalogue.models, id);
  if (entry === undefined) throw refused(context, setting, unknownModel(catalogue, id, today));
  const { phase, endOfLife } = phaseOn(entry, catalogue, today);
  if (phase === 'ended') throw refused(context, setting, `'${id}' ${endedSince(endOfLife)}`);
  return entry;
}

interface CustomizableModel {
  readonly entry: ModelEntry;
  readonly tuningId: string;
  readonly family: NamedFamily;
  readonly records: RecordRules;
  /** What to know of the life of the model. */
  readonly warnings: readonly string[];
  /** Why AWS sells no Provisioned Throughput for it; undefined where it does. */
  readonly noThroughput?: string | undefined;
}

function customizable(
  id: string,
  type: 'FINE_TUNING' | 'DISTILLATION',
  setting: string,
  context: SectionContext,
): CustomizableModel {
  const entry = modelOf(id, setting, context);
  const { customization } = entry;
  if (customization?.types.includes(type) !== true || customization.tuningId === null) {
    const able = Object.entries(context.sources.catalogue.models)
      .filter(([, other]) => other.customization?.types.includes(type) === true)
      .map(([other]) => other);
    throw refused(context, setting, `'${id}' does not take ${type}; those that do: ${able.join(', ') || 'none'}`);
  }
  if (!customization.regions.includes(context.region)) {
    throw refused(
      context,
      setting,
      `'${id}' is customised in ${customization.regions.join(', ')}, not in ${context.region}`,
    );
  }
  const { catalogue } = context.sources;
  const family = familyOf(catalogue, id);
  const records = family && recordRules(family, type === 'FINE_TUNING' ? 'fine-tuning' : 'distillation');
  if (family === undefined || records === undefined) {
    const families = Object.keys(catalogue.tuningFamilies ?? {}).join(', ');
    throw refused(
      context,
      setting,
      `'${id}' is of no family whose records and epochs are known; known: ${families || 'none'}`,
    );
  }
  const { life, noNewJobs, noThroughput, notHosted } = judgeBaseModel(catalogue, id, type, context.sources.today);
  if (notHosted !== undefined) throw refused(context, setting, notHosted);
  return {
    entry,
    tuningId: customization.tuningId,
    family,
    records,
    warnings: [...life, ...(noNewJobs === undefined ? [] : [noNewJobs])].map(
      (message) => `${context.section}.${setting}: ${message}`,
    ),
    noThroughput,
  };
}

function teacherTarget(
  id: string,
  { inRegion, profiles }: ModelEntry,
  scope: (typeof PROFILE_SCOPES)[number],
  context: SectionContext,
): { identifier: string; regions: readonly string[]; profileId?: string } {
  const { region } = context;
  if (scope === 'in-region') {
    if (inRegion?.includes(region) === false) {
      throw refused(context, 'teacherProfileScope', `'${id}' does not answer in ${region} without a profile`);
    }
    return { identifier: id, regions: [region] };
  }
  const spans = profiles[scope]?.spans;
  if (spans === undefined || spans === null || spans === 'every-commercial-region') {
    throw refused(
      context,
      'teacherProfileScope',
      `'${id}' has no profile '${scope}' whose Regions are known, so no least-privilege policy can be written`,
    );
  }
  return { identifier: `${scope}.${id}`, regions: spans, profileId: `${scope}.${id}` };
}

function bedrockRoute(
  type: BedrockRoute['type'],
  baseModelId: string,
  { entry, tuningId, family, records }: CustomizableModel,
  parameters: Readonly<Record<string, string | number>>,
): BedrockRoute {
  return {
    route: 'bedrock',
    type,
    baseModelId,
    tuningId,
    family: family.id,
    records,
    hyperParameters: texts(parameters),
    maxEpochs: family.epochs.most,
    hosting: entry.hosting,
  };
}

interface Own {
  readonly maxTrainingHours: number;
  readonly kmsKeyArn?: string | undefined;
  readonly vpc?: TrainingConfig['vpc'];
}

function shared(
  own: Own & { readonly [K in keyof typeof tunedFields]?: unknown },
  tuned: (Pick<CustomizableModel, 'entry' | 'warnings'> & { readonly id: string }) | undefined,
  base: PromptOnlySettings,
  context: SectionContext,
): Omit<TrainingConfig, 'customization' | 'prices' | 'startOnDeploy' | 'peakHours'> {
  const written = own as Partial<PromptOnlySettings>;
  // what only base models take is stripped
  const { prompt, ...inherited } = z.object(tunedFields).parse(inherit(base, written), READ_ONCE);
  const { settings, warnings } = withoutRefusedSampling(tuned?.id, tuned?.entry, inherited, written, context.section);
  const sampling = tuned && judgeSampling(tuned.id, tuned.entry, settings);
  const [error] = sampling?.errors ?? [];
  if (error !== undefined) throw refused(context, error.setting, error.message);
  const prices = tokenPrices(bookOf(context), {
    modelId: tuned?.id ?? 'imported',
    scope: 'regional',
    tier: 'standard',
    prefix: 'custom-',
  });
  const unknown =
    tuned === undefined
      ? []
      : (['input', 'output'] as const).filter((meter) => prices.usdPerMillionTokens[meter] === null);
  return {
    answering: {
      ...settings,
      profileScope: 'in-region',
      serviceTier: 'standard',
      promptCaching: false,
      prompt: readPrompt(prompt, undefined, context),
      tokenPrices: prices,
    },
    maxTrainingHours: own.maxTrainingHours,
    kmsKeyArn: own.kmsKeyArn,
    vpc: own.vpc,
    warnings: [
      ...(tuned?.warnings ?? []),
      ...warnings,
      ...(sampling?.warnings ?? []).map(({ setting, message }) => `${context.section}.${setting}: ${message}`),
      ...unknown.map(
        (meter) =>
          `no price for ${prices.priceIds[meter]} in config/prices/${context.region}.json: answers will be metered as unknown`,
      ),
    ],
  };
}

function peakHours(
  input: PeakHours | undefined,
  model: string,
  { entry, noThroughput }: CustomizableModel,
  context: SectionContext,
): PeakHours | undefined {
  if (input === undefined) return undefined;
  if (!entry.hosting.includes('provisioned')) {
    throw refused(context, 'peakHours', `there is no Provisioned Throughput for '${model}'`);
  }
  if (noThroughput !== undefined) throw refused(context, 'peakHours', noThroughput);
  return input;
}

function starting(
  { dataset, maxUsd: most, hosting, maxHours, modelUnits: units }: NonNullable<z.infer<typeof startOnDeploySchema>>,
  { entry, noThroughput }: CustomizableModel,
  model: string,
  context: SectionContext,
): StartOnDeploy {
  existing(dataset, context);
  if (hosting !== 'none' && !entry.hosting.includes(hosting)) {
    throw refused(
      context,
      'startOnDeploy.hosting',
      `'${model}' is not hosted '${hosting}'; allowed: ${['none', ...entry.hosting].join(', ')}`,
    );
  }
  if (hosting === 'provisioned' && noThroughput !== undefined) {
    throw refused(context, 'startOnDeploy.hosting', noThroughput);
  }
  return {
    dataset,
    maxUsd: most,
    hosting:
      hosting === 'provisioned' ? { kind: hosting, modelUnits: units, maxHours: maxHours ?? 0 } : { kind: hosting },
  };
}

function existing(dataset: string, context: SectionContext): void {
  if (context.sources.readText(dataset) === null) {
    throw refused(context, 'startOnDeploy.dataset', `config/${dataset} is missing`);
  }
}

/** The prices that a run needs, as far as the book has them. */
function pricesOf(ids: readonly string[], context: SectionContext): RunPrices {
  const { prices } = bookOf(context);
  return Object.fromEntries(
    ids.flatMap((id) => {
      const price = prices.get(id);
      return price === undefined ? [] : [[id, { usd: price.usd, per: price.per }] as const];
    }),
  );
}
