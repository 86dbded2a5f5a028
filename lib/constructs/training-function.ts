import type { Duration } from 'aws-cdk-lib';
import { RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Verb } from './bundle-handlers.ts';
import { bundledHandler } from './bundled-handler.ts';

export interface TrainingFunctionProps {
  /** Folder of the handler under `lambda`. */
  readonly verb: Verb;
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeout: Duration;
  readonly memoryMegabytes: number;
  readonly statements: readonly PolicyStatement[];
}

/** A step of a training path: its own function with its own role, so that each may do its step and nothing else. */
export class TrainingFunction extends Construct {
  readonly function: Function;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: TrainingFunctionProps) {
    super(scope, id);
    const logs = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logs.grantWrite(this.role);
    props.statements.forEach((statement) => this.role.addToPolicy(statement));
    this.function = new Function(this, 'Function', {
      description: props.description,
      code: bundledHandler(props.verb, {}),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMegabytes,
      timeout: props.timeout,
      role: this.role,
      logGroup: logs,
      environment: { ...props.environment },
    });
  }
}
