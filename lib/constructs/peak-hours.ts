import { Arn, Stack } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { Role } from 'aws-cdk-lib/aws-iam';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { RunRequest } from '../training/run-request.ts';
import { servicePrincipal } from './service-principal.ts';

/** The reaper looks every 15 minutes, and a begun hour is billed whole: throughput that ends so much earlier is gone with the last hour. */
const LATEST_REMOVAL_HOURS = 0.25;

export interface PeakHoursProps {
  readonly ruleName: string;
  readonly stateMachine: StateMachine;
  readonly startHourUtc: number;
  readonly hours: number;
  readonly days: readonly string[];
  readonly modelUnits: number;
  readonly maxUsd: number;
}

/**
 * Buys throughput for some hours of some days, through the same workflow as anybody: priced, with a lease that ends with the hours,
 * removed by the reaper. What is published on demand answers before and after.
 */
export class PeakHours extends Construct {
  readonly rule: Rule;

  constructor(scope: Construct, id: string, props: PeakHoursProps) {
    super(scope, id);
    const { ruleName, stateMachine, startHourUtc, hours, days, modelUnits, maxUsd } = props;
    const request: RunRequest = {
      action: 'host',
      runId: EventField.eventId,
      maxUsd,
      hosting: { kind: 'provisioned', modelUnits, maxHours: hours - LATEST_REMOVAL_HOURS },
    };
    // CDK's own role serves any rule of any account. The source is the rule (EventBridge user guide, "Cross-service confused deputy
    // prevention"), here by its name: the rule itself refers to the role
    const ruleArn = Arn.format({ service: 'events', resource: 'rule', resourceName: ruleName }, Stack.of(this));
    const role = new Role(this, 'Role', { assumedBy: servicePrincipal(this, 'events.amazonaws.com', ruleArn) });
    this.rule = new Rule(this, 'Rule', {
      ruleName,
      description: `Hosts the published model on ${modelUnits} model units for ${hours} hours`,
      schedule: Schedule.cron({ minute: '0', hour: String(startHourUtc), weekDay: days.join(',') }),
      targets: [new SfnStateMachine(stateMachine, { role, input: RuleTargetInput.fromObject(request) })],
    });
  }
}
