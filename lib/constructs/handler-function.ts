import { RemovalPolicy, type Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Verb } from './bundle-handlers.ts';
import { bundledHandler } from './bundled-handler.ts';

export interface HandlerFunctionProps {
  /** Folder of the handler under `lambda`. */
  readonly verb: Verb;
  readonly description: string;
  readonly timeout: Duration;
  /** @default 256 */
  readonly memoryMegabytes?: number;
  readonly logRetentionDays: number;
  readonly environment?: Record<string, string>;
  /** What it may do beyond writing its log. @default nothing, until it is granted */
  readonly statements?: readonly PolicyStatement[];
}

/** A function behind the scenes, with a role and a log of its own, so that each may do its step and nothing else. */
export class HandlerFunction extends Construct {
  readonly function: Function;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id);
    const logs = new LogGroup(this, 'Logs', {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enumeration is of the same numbers
      retention: props.logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logs.grantWrite(this.role);
    props.statements?.forEach((statement) => this.role.addToPolicy(statement));
    this.function = new Function(this, 'Function', {
      description: props.description,
      code: bundledHandler(props.verb, {}),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMegabytes ?? 256,
      timeout: props.timeout,
      role: this.role,
      logGroup: logs,
      ...(props.environment === undefined ? {} : { environment: props.environment }),
    });
  }
}
