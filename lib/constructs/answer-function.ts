import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Function,
  FunctionUrlAuthType,
  InvokeMode,
  Runtime,
  type FunctionUrl,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import type { Prompt } from '../../lambda/shared/converse-request.ts';
import type { AnsweringEnv, AnswerSettings } from '../../lambda/shared/settings.ts';
import type { PathId } from '../paths.ts';
import { bundledHandler } from './bundled-handler.ts';
import type { AnsweringModel } from './answering-model.ts';
import { bedrockArn } from './bedrock-arns.ts';

export interface AnswerFunctionProps {
  readonly path: PathId;
  readonly model: AnsweringModel;
  readonly prompt: Prompt;
  readonly settings: AnswerSettings;
  readonly memoryMegabytes: number;
  readonly logRetentionDays: number;
  /** Unset, the function takes what the account has. */
  readonly maxConcurrency?: number | undefined;
}

const PROMPT_FILE = 'prompt.json';

/** How long the function may run after its own deadline, to say that it was missed. */
const GRACE_SECONDS = 5;

/** The function that answers, behind a URL that only signed requests of permitted principals reach. */
export class AnswerFunction extends Construct {
  readonly function: Function;
  readonly url: FunctionUrl;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: AnswerFunctionProps) {
    super(scope, id);
    const { path, model, prompt, settings } = props;
    const logs = new LogGroup(this, 'Logs', {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enumeration is of the same numbers
      retention: props.logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // not AWSLambdaBasicExecutionRole: it may write to every log group of the account
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logs.grantWrite(this.role);
    model.grantInvoke(this.role);
    this.grantGuardrail(settings.inference.guardrail?.id);
    this.function = new Function(this, 'Function', {
      description: `Answers questions on the path ${path}`,
      code: bundledHandler(model.verb, { [PROMPT_FILE]: JSON.stringify(prompt) }),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMegabytes,
      timeout: Duration.seconds(settings.requestDeadlineSeconds + GRACE_SECONDS),
      ...(props.maxConcurrency === undefined ? {} : { reservedConcurrentExecutions: props.maxConcurrency }),
      role: this.role,
      logGroup: logs,
      environment: {
        ...({ PATH_ID: path, SETTINGS: JSON.stringify(settings), PROMPT_FILE } satisfies AnsweringEnv),
        ...model.environment,
      },
    });
    this.url = this.function.addFunctionUrl({
      authType: FunctionUrlAuthType.AWS_IAM,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    });
  }

  private grantGuardrail(guardrailId: string | undefined): void {
    if (guardrailId === undefined) return;
    this.role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['bedrock:ApplyGuardrail'],
        resources: [bedrockArn(this, 'guardrail', guardrailId)],
      }),
    );
  }
}
