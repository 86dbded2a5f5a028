import { Duration, Validations } from 'aws-cdk-lib';
import {
  Choice,
  Condition,
  DefinitionBody,
  JsonPath,
  StateMachine,
  Succeed,
  TaskInput,
  Wait,
  WaitTime,
  type IChainable,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { HandlerFunction } from './handler-function.ts';
import type { TrainingSteps } from './training-steps.ts';
import { acknowledgeWildcards } from './wildcards.ts';

export interface TrainingWorkflowProps {
  readonly stateMachineName: string;
  readonly steps: TrainingSteps;
  /** Whether weights are imported after training. */
  readonly imports: boolean;
  readonly maxTrainingHours: number;
}

const LOOK_EVERY = Duration.minutes(1);

/** The history of an execution ends at 25,000 events, and a look at a job takes 9 of them. */
const MOST_LOOKS_AT_A_JOB = 1_440;

/** Import, hosting and smoke test after the training, with their own deadlines inside. */
const RESERVE_HOURS = 12;

/** Faults of Lambda itself: the step has not said anything, and is done again. */
const LAMBDA_FAULTS = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
];

/**
 * check, price, train, wait, (import,) host, smoke test, publish; training, and the import, are left out where what they make exists.
 * Every failure goes to the reaper, which removes what the run has made and fails the execution with the cause. Nothing relies on that
 * alone: an execution that is stopped or times out runs no Catch.
 */
export class TrainingWorkflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: TrainingWorkflowProps) {
    super(scope, id);
    const { stateMachineName, steps, imports, maxTrainingHours } = props;
    const failure = new LambdaInvoke(this, 'ReportFailure', {
      lambdaFunction: steps.reap.function,
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
      payload: TaskInput.fromObject({
        action: 'fail',
        runId: JsonPath.stringAt('$.runId'),
        failure: JsonPath.objectAt('$.failure'),
      }),
    }).addRetry({ errors: LAMBDA_FAULTS, maxAttempts: 6, interval: Duration.seconds(5), backoffRate: 2 });

    const task = (stepId: string, { function: lambdaFunction }: HandlerFunction, step: string): LambdaInvoke => {
      const state = new LambdaInvoke(this, stepId, {
        lambdaFunction,
        payloadResponseOnly: true,
        retryOnServiceExceptions: false,
        payload: TaskInput.fromObject({
          step,
          run: JsonPath.objectAt('$'),
          execution: JsonPath.stringAt('$$.Execution.Name'),
        }),
      });
      state.addRetry({ errors: LAMBDA_FAULTS, maxAttempts: 6, interval: Duration.seconds(2), backoffRate: 2 });
      // throttling and faults of the services behind: SDK retries are seconds, these are minutes
      state.addRetry({
        errors: ['ThrottlingException', 'InternalServerException', 'ServiceUnavailableException', 'TimeoutError'],
        maxAttempts: 5,
        interval: Duration.seconds(15),
        backoffRate: 2,
      });
      state.addCatch(failure, { errors: ['States.ALL'], resultPath: '$.failure' });
      return state;
    };
    const seldom = Duration.seconds(Math.max(60, Math.ceil((maxTrainingHours * 3600) / MOST_LOOKS_AT_A_JOB)));
    /** Looks every minute until it is done; the step itself fails when its deadline has passed. */
    const until = (name: string, step: string, then: IChainable, every = LOOK_EVERY): IChainable => {
      const wait = new Wait(this, `Wait${name}`, { time: WaitTime.duration(every) });
      const watch = task(`Watch${name}`, steps.watch, step);
      return wait.next(
        watch.next(
          new Choice(this, `${name}Done`).when(Condition.stringEquals('$.watch.status', 'done'), then).otherwise(wait),
        ),
      );
    };

    const publish = task('Publish', steps.publish, 'publish').next(new Succeed(this, 'Published'));
    const hosting = task('StartHosting', steps.create, 'host').next(
      until('Hosting', 'host', task('SmokeTest', steps.publish, 'smoke-test').next(publish)),
    );
    const hosted = new Choice(this, 'HostingWanted')
      .when(Condition.stringEquals('$.hosting.kind', 'none'), publish)
      .otherwise(hosting);
    const imported = imports
      ? task('StartImport', steps.create, 'import').next(until('Import', 'import', hosted))
      : undefined;
    const training = task('StartJob', steps.create, 'job').next(until('Job', 'job', imported ?? hosted, seldom));
    const check = task('Check', steps.check, 'check');
    const begun = new Choice(this, 'TrainingWanted').when(Condition.stringEquals('$.action', 'train'), training);
    if (imported !== undefined) begun.when(Condition.stringEquals('$.action', 'import'), imported);
    begun.otherwise(hosted);
    check.next(task('Price', steps.check, 'price')).next(begun);

    this.stateMachine = new StateMachine(this, 'StateMachine', {
      // the reaper stops its executions, and is named in it: by name, so that neither needs the other first
      stateMachineName,
      definitionBody: DefinitionBody.fromChainable(check),
      timeout: Duration.hours(Math.ceil(maxTrainingHours) + RESERVE_HOURS),
    });
    Validations.of(this.stateMachine).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SF1',
      reason:
        'Step Functions keeps the history of every execution for 90 days at no cost; copying it into a log costs by the GB.',
    });
    Validations.of(this.stateMachine).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SF2',
      reason: 'Traces cost by the trace and show nothing that the history of the execution does not.',
    });
    // CDK also allows the versions of each function, which do not exist
    acknowledgeWildcards(
      this.stateMachine.role,
      'The wildcard stands for versions and aliases of the functions of this stack; there are none.',
      [steps.check, steps.create, steps.watch, steps.publish, steps.reap].map(
        ({ function: { node, stack } }) => `Resource::<${stack.getLogicalId(node.defaultChild as never)}.Arn>:*`,
      ),
    );
  }
}
