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

/** The stack of a path that trains: its section of the configuration says how. */
export class TrainingStack extends Stack {
  constructor(scope: Construct, id: TrainingPath, config: Config, training: TrainingConfig) {
    super(scope, id, stackProps(config, id, COSTS[id]));
    addTrainingPath(this, id, config, training);
  }
}
