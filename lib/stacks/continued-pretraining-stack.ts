import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import type { TrainingConfig } from '../config/training.ts';
import { stackNameOf } from '../deployment/stack-name.ts';
import { addTrainingPath } from './training-path.ts';

const PATH = 'continued-pretraining';

/** A model trained further on a corpus by SageMaker and imported into Bedrock. Instances are billed by the hour, the imported model by the month and, while it answers, by the minute. */
export class ContinuedPretrainingStack extends Stack {
  constructor(scope: Construct, id: string, config: Config, training: TrainingConfig) {
    const { region, account } = config;
    super(scope, id, {
      stackName: stackNameOf(config, PATH),
      description:
        'fmpaths continued-pretraining: a model trained further on your corpus. Costs nothing until a run begins; then instance hours, storage of the imported model by the month, and its units by the minute while it answers. To stop: npx cdk destroy continued-pretraining',
      env: { region, ...(account === undefined ? {} : { account }) },
      analyticsReporting: false,
    });
    addTrainingPath(this, PATH, config, training);
  }
}
