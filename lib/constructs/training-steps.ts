import { ArnFormat, Duration } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { ReapRunEnv } from '../../lambda/reap-run/env.ts';
import type { TrainingEnv } from '../../lambda/shared/training-settings.ts';
import { HandlerFunction, type HandlerFunctionProps } from './handler-function.ts';
import {
  arnOf,
  TRAINING_PERMISSIONS,
  type TrainingPermissionsProps,
  type TrainingStep,
} from './training-permissions.ts';
import { acknowledgeTrainingWildcards } from './training-wildcards.ts';

interface TrainingStepsProps extends TrainingPermissionsProps {
  readonly logRetentionDays: number;
}

/** Creating is quick; the deletion of a stack waits as long as it may take. */
const CREATE_TIMEOUT = Duration.minutes(2);
const WATCH_TIMEOUT = Duration.minutes(1);
/** A data set of a gigabyte is read, a cold model waited for, a deletion followed. */
const LONG_TIMEOUT = Duration.minutes(15);

interface StepSpec extends Pick<HandlerFunctionProps, 'verb' | 'timeout' | 'memoryMegabytes'> {
  readonly id: string;
  readonly does: string;
}

const STEPS: Record<TrainingStep, StepSpec> = {
  check: {
    id: 'Check',
    verb: 'check-run',
    does: 'Checks and prices runs',
    timeout: LONG_TIMEOUT,
    memoryMegabytes: 1_024,
  },
  create: { id: 'Create', verb: 'create-run', does: 'Creates jobs and hosting', timeout: CREATE_TIMEOUT },
  watch: { id: 'Watch', verb: 'watch-run', does: 'Watches jobs and hosting', timeout: WATCH_TIMEOUT },
  publish: { id: 'Publish', verb: 'publish-run', does: 'Tries and publishes models', timeout: LONG_TIMEOUT },
  reap: { id: 'Reap', verb: 'reap-run', does: 'Removes what has no leave to exist', timeout: LONG_TIMEOUT },
};

/** The five functions of a training path, each with a role that may do its step and nothing else. */
export class TrainingSteps extends Construct {
  readonly check: HandlerFunction;
  readonly create: HandlerFunction;
  readonly watch: HandlerFunction;
  readonly publish: HandlerFunction;
  readonly reap: HandlerFunction;

  constructor(scope: Construct, id: string, props: TrainingStepsProps) {
    super(scope, id);
    const { settings, stateMachineName, startingRules, logRetentionDays } = props;
    const training = { TRAINING: JSON.stringify(settings) } satisfies TrainingEnv;
    const step = (name: TrainingStep, environment: Record<string, string> = training): HandlerFunction => {
      const { id: stepId, does, ...spec } = STEPS[name];
      return new HandlerFunction(this, stepId, {
        ...spec,
        description: `${does} on the path ${settings.path}`,
        environment,
        logRetentionDays,
        statements: TRAINING_PERMISSIONS[name](this, props),
      });
    };
    this.check = step('check');
    this.create = step('create');
    this.watch = step('watch');
    this.publish = step('publish');
    this.reap = step('reap', {
      ...training,
      STATE_MACHINE_ARN: arnOf(this, 'states', 'stateMachine', stateMachineName, ArnFormat.COLON_RESOURCE_NAME),
      STARTING_RULES: JSON.stringify(startingRules),
    } satisfies ReapRunEnv);
    // it goes on after its 15 minutes by calling itself; apart from the role, whose policy the function waits for
    new Policy(this, 'ReapAgain', {
      roles: [this.reap.role],
      statements: [
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.reap.function.functionArn] }),
      ],
    });
    acknowledgeTrainingWildcards(this, props);
  }
}
