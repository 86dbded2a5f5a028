import { CustomResource, Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, type IConstruct } from 'constructs';
import type { HandlerFunction } from './handler-function.ts';

export interface ReaperProps {
  readonly reap: HandlerFunction;
  readonly stateMachine: StateMachine;
  readonly ruleName: string;
  /** Everything that the reaper needs while the stack is deleted: it goes before all of them. */
  readonly outlivedBy: readonly IConstruct[];
}

/** How soon something without a lease is noticed at the latest. */
const EVERY = Duration.minutes(15);

/** A custom resource has an hour; the reaper ends itself after 50 minutes. */
const SERVICE_TIMEOUT = Duration.minutes(58);

/**
 * Sees to it that nothing outlives its lease: when an execution ends badly, every 15 minutes while there is anything to watch, and
 * before anything else when the stack is deleted.
 */
export class Reaper extends Construct {
  constructor(scope: Construct, id: string, { reap, stateMachine, ruleName, outlivedBy }: ReaperProps) {
    super(scope, id);
    // retried by EventBridge for a day; the function is idempotent
    const target = new LambdaFunction(reap.function);
    const recurring = new Rule(this, 'Recurring', {
      ruleName,
      description:
        'Calls the reaper while anything has a lease; enabled before anything is created, disabled by the reaper',
      schedule: Schedule.rate(EVERY),
      // enabled by every deployment that changes it, and so never disabled by one while something bills: the reaper ends that
      enabled: true,
      targets: [target],
    });
    const ended = new Rule(this, 'RunEnded', {
      description: 'Calls the reaper when a run was stopped, timed out or failed: then no step of it cleans up',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [stateMachine.stateMachineArn],
          status: ['ABORTED', 'FAILED', 'TIMED_OUT'],
        },
      },
      targets: [new LambdaFunction(reap.function, { event: RuleTargetInput.fromEventPath('$') })],
    });
    const deletion = new CustomResource(this, 'StackDeletion', {
      resourceType: 'Custom::Reaper',
      serviceToken: reap.function.functionArn,
      serviceTimeout: SERVICE_TIMEOUT,
    });
    // made last, so deleted first
    deletion.node.addDependency(reap, stateMachine, recurring, ended, ...outlivedBy);
  }
}
