import { Duration, Validations } from 'aws-cdk-lib';
import {
  Choice,
  Condition,
  DefinitionBody,
  Errors,
  JsonPath,
  StateMachine,
  Succeed,
  TaskInput,
  Wait,
  WaitTime,
  type IChainable,
  type RetryProps,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { DeniedError, PassingError } from '../errors/passing.ts';
import type { RunError } from '../errors/run-error.ts';
import type { RunState } from '../training/run-state.ts';
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

/**
 * Beyond training: import and hosting with their own deadlines inside, and where AWS is away two hours for each of seven steps, and
 * the time of a smoke test that is repeated.
 */
const RESERVE_HOURS = 30;

/** Says that the run must end: a step that threw it is not repeated. */
const FINAL = 'RunError' satisfies RunError['name'];

const NEVER: RetryProps = { errors: [FINAL], maxAttempts: 0 };

/** AWS is busy or away: repeated for two hours, because what comes before a step may be paid for. */
const WHILE_AWAY: RetryProps = {
  errors: ['Passing' satisfies PassingError['name']],
  interval: Duration.seconds(15),
  backoffRate: 2,
  maxDelay: Duration.minutes(5),
  maxAttempts: 28,
};

/** A role or policy just deployed, or the tags of what was just made, are in force within five minutes. */
const UNTIL_IN_FORCE: RetryProps = {
  errors: ['Denied' satisfies DeniedError['name']],
  interval: Duration.seconds(15),
  backoffRate: 2,
  maxAttempts: 5,
};

/**
 * Whatever a step does not say itself is a fault of Lambda: throttled, timed out, crashed. No list holds the names. Every step may be
 * repeated: names and client tokens follow from the run.
 */
const FAULTS_OF_LAMBDA: RetryProps = {
  errors: [Errors.ALL],
  interval: Duration.seconds(5),
  backoffRate: 2,
  maxDelay: Duration.minutes(5),
  maxAttempts: 20,
};

/**
 * check, price, train, wait, (import,) host, smoke test, publish; training, and the import, are left out where what they make exists.
 * Every failure goes to the reaper, which removes what the run has made and fails the execution with the cause. Nothing relies on that
 * alone: an execution that is stopped or times out runs no Catch. Not being able to look is no failure: see `until`.
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
        run: JsonPath.objectAt('$'),
      }),
    })
      .addRetry(NEVER)
      .addRetry(FAULTS_OF_LAMBDA);

    const invocation = (stepId: string, { function: lambdaFunction }: HandlerFunction, step: string): LambdaInvoke =>
      new LambdaInvoke(this, stepId, {
        lambdaFunction,
        payloadResponseOnly: true,
        retryOnServiceExceptions: false,
        payload: TaskInput.fromObject({
          step,
          run: JsonPath.objectAt('$'),
          execution: JsonPath.stringAt('$$.Execution.Name'),
        }),
      });
    const task = (stepId: string, handler: HandlerFunction, step: string): LambdaInvoke => {
      const state = invocation(stepId, handler, step);
      for (const retry of [NEVER, WHILE_AWAY, UNTIL_IN_FORCE, FAULTS_OF_LAMBDA]) state.addRetry(retry);
      state.addCatch(failure, { errors: [Errors.ALL], resultPath: '$.failure' });
      return state;
    };
    const seldom = Duration.seconds(Math.max(60, Math.ceil((maxTrainingHours * 3600) / MOST_LOOKS_AT_A_JOB)));
    /**
     * Looks every minute until it is done. The step itself fails when its deadline has passed, and where it cannot even do that, the
     * state machine does. A look that fails is not repeated but waits for the next one: a round has 9 events either way.
     */
    const until = (
      name: string,
      step: string,
      begun: keyof Pick<RunState, 'job' | 'importJob' | 'host'>,
      then: IChainable,
      every = LOOK_EVERY,
    ): IChainable => {
      const wait = new Wait(this, `Wait${name}`, { time: WaitTime.duration(every) });
      const isLate = Condition.timestampGreaterThanJsonPath('$$.State.EnteredTime', `$.${begun}.deadline`);
      const unseen = new Choice(this, `${name}Unseen`).when(isLate, failure).otherwise(wait);
      const watch = invocation(`Watch${name}`, steps.watch, step)
        .addCatch(failure, { errors: [FINAL], resultPath: '$.failure' })
        .addCatch(unseen, { errors: [Errors.ALL], resultPath: '$.unseen' });
      return wait.next(
        watch.next(
          new Choice(this, `${name}Done`).when(Condition.stringEquals('$.watch.status', 'done'), then).otherwise(wait),
        ),
      );
    };

    const publish = task('Publish', steps.publish, 'publish').next(new Succeed(this, 'Published'));
    const hosting = task('StartHosting', steps.create, 'host').next(
      until('Hosting', 'host', 'host', task('SmokeTest', steps.publish, 'smoke-test').next(publish)),
    );
    const hosted = new Choice(this, 'HostingWanted')
      .when(Condition.stringEquals('$.hosting.kind', 'none'), publish)
      .otherwise(hosting);
    const imported = imports
      ? task('StartImport', steps.create, 'import').next(until('Import', 'import', 'importJob', hosted))
      : undefined;
    const training = task('StartJob', steps.create, 'job').next(until('Job', 'job', 'job', imported ?? hosted, seldom));
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
