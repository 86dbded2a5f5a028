import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import type { TrainingConfig } from '../config/training.ts';
import type { TrainingPath } from '../paths.ts';
import { stackProps } from './stack-props.ts';
import { addTrainingPath } from './training-path.ts';

const COSTS: Record<TrainingPath, string> = {
  'fine-tuning':
    'a base model tuned on your examples. Costs nothing until a run begins; then training tokens, storage of the model by the month, and answers by the token.',
  'continued-pretraining':
    'a model trained further on your corpus. Costs nothing until a run begins; then instance hours, storage of the imported model by the month, and its units by the minute while it answers.',
  distillation:
    'a small model that learns from a large one. Costs nothing until a run begins; then teacher and training tokens, storage of the model by the month, and answers by the token.',
};

/** What the three have in common: all but what they say of themselves. */
class TrainingStack extends Stack {
  constructor(scope: Construct, id: string, path: TrainingPath, config: Config, training: TrainingConfig) {
    super(scope, id, stackProps(config, path, COSTS[path]));
    addTrainingPath(this, path, config, training);
  }
}

/** A base model tuned on labelled examples. Training is billed by tokens, the tuned model by the month and, hosted on demand, by the token. */
export class FineTuningStack extends TrainingStack {
  constructor(scope: Construct, id: string, config: Config, training: TrainingConfig) {
    super(scope, id, 'fine-tuning', config, training);
  }
}

/** A model trained further on a corpus by SageMaker and imported into Bedrock. Instances are billed by the hour, the imported model by the month and, while it answers, by the minute. */
export class ContinuedPretrainingStack extends TrainingStack {
  constructor(scope: Construct, id: string, config: Config, training: TrainingConfig) {
    super(scope, id, 'continued-pretraining', config, training);
  }
}

/** A small model that learns from the answers of a large one. The teacher is billed by its tokens, which cannot carry a tag; the rest as fine-tuning. */
export class DistillationStack extends TrainingStack {
  constructor(scope: Construct, id: string, config: Config, training: TrainingConfig) {
    super(scope, id, 'distillation', config, training);
  }
}
