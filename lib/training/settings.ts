import type { ImportRules } from '../catalogue/custom-model-import.ts';
import type { RecordRules } from '../catalogue/family.ts';
import type { RunPrices } from '../cost/run-bound.ts';
import type { TrainingPath } from '../paths.ts';

/** A customization job of Bedrock. */
export interface BedrockRoute {
  readonly route: 'bedrock';
  readonly type: 'FINE_TUNING' | 'DISTILLATION';
  /** Id of the model as it is called and priced. */
  readonly baseModelId: string;
  /** Id that a customization job takes. */
  readonly tuningId: string;
  readonly family: string;
  /** What a training file must be like. Absent in stacks that were deployed before it was recorded. */
  readonly records?: RecordRules | undefined;
  readonly hyperParameters: Readonly<Record<string, string>>;
  /** Epochs that the bound reckons with where the hyperparameters do not say it. */
  readonly maxEpochs: number;
  /** Ways in which a tuned version can be hosted. @default not known: AWS says so when it is hosted */
  readonly hosting?: readonly string[] | undefined;
  readonly teacher?:
    | {
        readonly modelId: string;
        /** What the job is given: a model id, or a system-defined profile. */
        readonly identifier: string;
        readonly priceSuffix: '' | '/global';
        readonly maxResponseTokens: number;
      }
    | undefined;
}

/** A training job of SageMaker, and Custom Model Import. */
export interface SageMakerRoute {
  readonly route: 'sagemaker';
  /** Where the weights of the model to train on lie, in Hugging Face format. */
  readonly baseModelUri: string;
  readonly imageUri: string;
  readonly codeUri: string;
  readonly instanceType: string;
  readonly instances: number;
  readonly volumeGb: number;
  /** True if the instance brings its own disks, so that no volume is billed. @default a volume is billed */
  readonly ownDisks?: boolean | undefined;
  readonly spot: boolean;
  readonly hyperParameters: Readonly<Record<string, string>>;
  /** Custom model units of one copy of the imported model: known to AWS only after the import, so said beforehand. */
  readonly customModelUnits: number;
  readonly cmuVersion: 'v1' | 'v2';
  /** What weights must be like. Absent in stacks that were deployed before it was recorded. */
  readonly imports?: ImportRules | undefined;
}

/** How a path trains: decided at deployment, checked against the catalogue there. */
export type Customization = BedrockRoute | SageMakerRoute;

/** What the functions of one training stack share: the JSON of the environment variable `TRAINING`. */
export interface TrainingSettings {
  readonly path: TrainingPath;
  readonly stackName: string;
  /** Id of the stack: the exact value of the owner tag. */
  readonly owner: string;
  readonly project: string;
  readonly environment: string;
  readonly bucket: string;
  /** Name of the parameter with the `ModelRegistry`. */
  readonly registry: string;
  /** Name of the recurring rule that calls the reaper while anything may need it. */
  readonly reaperRule: string;
  /** Role that the job takes: Bedrock's or SageMaker's. */
  readonly jobRoleArn: string;
  /** Role that an import reads weights with; only with the route `sagemaker`. */
  readonly importRoleArn?: string | undefined;
  readonly kmsKeyArn?: string | undefined;
  readonly vpc?: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] } | undefined;
  readonly customization: Customization;
  /** Hours after which a job is stopped. */
  readonly maxTrainingHours: number;
  readonly prices: RunPrices;
}
