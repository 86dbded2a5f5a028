import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import type { TrainingConfig } from '../config/training.ts';
import { stackNameOf } from '../deployment/stack-name.ts';
import { addTrainingPath } from './training-path.ts';

const PATH = 'distillation';

/** A small model that learns from the answers of a large one. The teacher is billed by its tokens, which cannot carry a tag; the rest as fine-tuning. */
export class DistillationStack extends Stack {
  constructor(scope: Construct, id: string, config: Config, training: TrainingConfig) {
    const { region, account } = config;
    super(scope, id, {
      stackName: stackNameOf(config, PATH),
      description:
        'fmpaths distillation: a small model that learns from a large one. Costs nothing until a run begins; then teacher and training tokens, storage of the model by the month, and answers by the token. To stop: npx cdk destroy distillation',
      env: { region, ...(account === undefined ? {} : { account }) },
      analyticsReporting: false,
    });
    addTrainingPath(this, PATH, config, training);
  }
}
