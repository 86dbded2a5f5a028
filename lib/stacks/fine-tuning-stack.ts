import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import type { TrainingConfig } from '../config/training.ts';
import { stackNameOf } from '../deployment/stack-name.ts';
import { addTrainingPath } from './training-path.ts';

const PATH = 'fine-tuning';

/** A base model tuned on labelled examples. Training is billed by tokens, the tuned model by the month and, hosted on demand, by the token. */
export class FineTuningStack extends Stack {
  constructor(scope: Construct, id: string, config: Config, training: TrainingConfig) {
    const { region, account } = config;
    super(scope, id, {
      stackName: stackNameOf(config, PATH),
      description:
        'fmpaths fine-tuning: a base model tuned on your examples. Costs nothing until a run begins; then training tokens, storage of the model by the month, and answers by the token. To stop: npx cdk destroy fine-tuning',
      env: { region, ...(account === undefined ? {} : { account }) },
      analyticsReporting: false,
    });
    addTrainingPath(this, PATH, config, training);
  }
}
