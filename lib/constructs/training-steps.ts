import { Arn, ArnFormat, Aws, Duration, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, type Conditions, type Role } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { ReapRunEnv } from '../../lambda/reap-run/env.ts';
import type { TrainingEnv } from '../../lambda/shared/training-settings.ts';
import { TAG_KEYS } from '../deployment/tags.ts';
import { namePrefix } from '../lifecycle/names.ts';
import { CONTROL_PREFIX, LEASE_PREFIXES, WEIGHTS_PREFIXES } from '../lifecycle/names.ts';
import type { TrainingPath } from '../paths.ts';
import type { Customization, TrainingSettings } from '../training/settings.ts';
import { bedrockArn, foundationModelArn } from './bedrock-arns.ts';
import type { Verb } from './bundle-handlers.ts';
import { HandlerFunction } from './handler-function.ts';
import { HOSTED_RESOURCES } from './hosted-models.ts';
import { keyStatement } from './key-statement.ts';
import { acknowledgeWildcards } from './wildcards.ts';

export interface TrainingStepsProps {
  readonly settings: TrainingSettings;
  readonly bucket: Bucket;
  readonly registry: StringParameter;
  readonly jobRole: Role;
  readonly importRole?: Role | undefined;
  readonly reaperRuleName: string;
  readonly stateMachineName: string;
  /** Names of rules that begin runs. */
  readonly startingRules: readonly string[];
  readonly invocationLogsBucket?: string | undefined;
  readonly logRetentionDays: number;
}

/** Creating is quick; the deletion of a stack waits as long as it may take. */
const CREATE_TIMEOUT = Duration.minutes(2);
const WATCH_TIMEOUT = Duration.minutes(1);
/** A data set of a gigabyte is read, a cold model waited for, a deletion followed. */
const LONG_TIMEOUT = Duration.minutes(15);

const CREATED_RESOURCES = [
  'model-customization-job',
  'custom-model',
  'custom-model-deployment',
  'provisioned-model',
  'model-import-job',
  'imported-model',
] as const;

/** What the check reads: of models their configuration alone. */
const READ_BEFOREHAND = {
  bedrock: ['datasets/*'],
  sagemaker: ['datasets/*', ...['base-model/', ...WEIGHTS_PREFIXES].map((prefix) => `${prefix}*config.json`)],
} as const satisfies Record<Customization['route'], readonly string[]>;

const CREATED_REASON =
  'What runs create gets its ARN when it is created. The tag with the id of this very stack, on the request or on the resource, says what may be touched.';

/**
 * The five functions of a training path. Who creates cannot delete, who deletes cannot tag, and who looks can do neither.
 * Resource types and condition keys: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
 */
export class TrainingSteps extends Construct {
  readonly check: HandlerFunction;
  readonly create: HandlerFunction;
  readonly watch: HandlerFunction;
  readonly publish: HandlerFunction;
  readonly reap: HandlerFunction;

  constructor(scope: Construct, id: string, props: TrainingStepsProps) {
    super(scope, id);
    const { settings, stateMachineName, startingRules, logRetentionDays } = props;
    const { path, customization } = settings;
    const environment = { TRAINING: JSON.stringify(settings) } satisfies TrainingEnv;
    const step = (
      stepId: string,
      verb: Verb,
      does: string,
      timeout: Duration,
      memoryMegabytes: number,
      statements: readonly PolicyStatement[],
    ): HandlerFunction =>
      new HandlerFunction(this, stepId, {
        verb,
        description: `${does} on the path ${path}`,
        environment,
        timeout,
        memoryMegabytes,
        logRetentionDays,
        statements,
      });
    const sagemaker = customization.route === 'sagemaker';
    this.check = step('Check', 'check-run', 'Checks and prices runs', LONG_TIMEOUT, 1_024, this.checkStatements(props));
    this.create = step('Create', 'create-run', 'Creates jobs and hosting', CREATE_TIMEOUT, 256, [
      ...this.createStatements(props),
      ...(sagemaker ? this.createTrainingStatements(props) : []),
    ]);
    this.watch = step('Watch', 'watch-run', 'Watches jobs and hosting', WATCH_TIMEOUT, 256, [
      this.lookStatement(),
      this.lookAtTrainingStatement(),
    ]);
    this.publish = step(
      'Publish',
      'publish-run',
      'Tries and publishes models',
      LONG_TIMEOUT,
      256,
      this.publishStatements(props),
    );
    this.reap = new HandlerFunction(this, 'Reap', {
      verb: 'reap-run',
      description: `Removes what has no leave to exist on the path ${path}`,
      environment: {
        ...environment,
        ...({
          STATE_MACHINE_ARN: this.arn('states', 'stateMachine', stateMachineName, ArnFormat.COLON_RESOURCE_NAME),
          STARTING_RULES: JSON.stringify(startingRules),
        } satisfies Omit<ReapRunEnv, 'TRAINING'>),
      },
      timeout: LONG_TIMEOUT,
      logRetentionDays,
      statements: this.reapStatements(props),
    });
    // it goes on after its 15 minutes by calling itself; apart from the role, whose policy the function waits for
    new Policy(this, 'ReapAgain', {
      roles: [this.reap.role],
      statements: [
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.reap.function.functionArn] }),
      ],
    });
    this.acknowledge(props);
  }

  private arn(
    service: string,
    resource: string,
    resourceName: string,
    arnFormat = ArnFormat.SLASH_RESOURCE_NAME,
  ): string {
    return Arn.format({ service, resource, resourceName, arnFormat }, Stack.of(this));
  }

  private created(resources: readonly string[]): string[] {
    return resources.map((resource) => bedrockArn(this, resource, '*'));
  }

  /** Only what carries this stack's tag. */
  private readonly own = {
    StringEquals: { [`aws:ResourceTag/${TAG_KEYS.owner}`]: Aws.STACK_ID },
  };

  /** Reading what jobs, models and hosting are: no secret, and needed before it can be known whose they are. */
  private lookStatement(): PolicyStatement {
    return new PolicyStatement({
      actions: [
        'bedrock:GetModelCustomizationJob',
        'bedrock:GetCustomModel',
        'bedrock:GetCustomModelDeployment',
        'bedrock:GetProvisionedModelThroughput',
        'bedrock:GetModelImportJob',
        'bedrock:GetImportedModel',
        'bedrock:ListTagsForResource',
      ],
      resources: this.created(CREATED_RESOURCES),
    });
  }

  private trainingJobs({ settings }: Pick<TrainingStepsProps, 'settings'>): string {
    return this.arn('sagemaker', 'training-job', `${namePrefix(settings.stackName)}-*`);
  }

  private lookAtTrainingStatement(): PolicyStatement {
    return new PolicyStatement({
      actions: ['sagemaker:DescribeTrainingJob', 'sagemaker:ListTags'],
      resources: [this.arn('sagemaker', 'training-job', '*')],
    });
  }

  private checkStatements({ bucket, registry, settings, invocationLogsBucket }: TrainingStepsProps): PolicyStatement[] {
    const { customization } = settings;
    const models =
      customization.route === 'bedrock'
        ? [
            customization.baseModelId,
            customization.tuningId,
            ...(customization.teacher ? [customization.teacher.modelId] : []),
          ]
        : [];
    const logs = invocationLogsBucket === undefined ? undefined : `arn:${Aws.PARTITION}:s3:::${invocationLogsBucket}`;
    return [
      this.lookStatement(),
      this.lookAtTrainingStatement(),
      ...(models.length === 0
        ? []
        : [
            new PolicyStatement({
              actions: ['bedrock:GetFoundationModel'],
              resources: models.map((model) => foundationModelArn(this, model)),
            }),
          ]),
      // these know no resource
      new PolicyStatement({
        actions: [
          'bedrock:GetModelInvocationLoggingConfiguration',
          'bedrock:ListCustomModels',
          'bedrock:ListImportedModels',
          'servicequotas:ListServiceQuotas',
        ],
        resources: ['*'],
      }),
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
      new PolicyStatement({
        actions: ['s3:GetObject'],
        resources: READ_BEFOREHAND[customization.route].map((objects) => bucket.arnForObjects(objects)),
      }),
      // whether they hold as many calls as a distillation needs
      ...(logs === undefined
        ? []
        : [
            new PolicyStatement({
              actions: ['s3:GetObject', 's3:ListBucket'],
              resources: [logs, `${logs}/*.json.gz`],
              conditions: { StringEquals: { 'aws:ResourceAccount': Stack.of(this).account } },
            }),
          ]),
      new PolicyStatement({ actions: ['ssm:GetParameter'], resources: [registry.parameterArn] }),
    ];
  }

  /** Reading all of the control folder, writing leases, never the fence. */
  private leaseStatements({ bucket }: TrainingStepsProps): PolicyStatement[] {
    return [
      // without it S3 refuses to say that an object is not there
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
      new PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects(`${CONTROL_PREFIX}*`)] }),
      new PolicyStatement({
        actions: ['s3:PutObject'],
        resources: LEASE_PREFIXES.map((prefix) => bucket.arnForObjects(`${prefix}*`)),
      }),
    ];
  }

  private createStatements(props: TrainingStepsProps): PolicyStatement[] {
    const { settings, jobRole, importRole, reaperRuleName } = props;
    const { customization, path, kmsKeyArn } = settings;
    const base =
      customization.route === 'bedrock'
        ? [customization.baseModelId, customization.tuningId].map((model) => foundationModelArn(this, model))
        : [];
    return [
      this.lookStatement(),
      ...this.leaseStatements(props),
      new PolicyStatement({ actions: ['events:EnableRule'], resources: [this.arn('events', 'rule', reaperRuleName)] }),
      ...(customization.route === 'bedrock'
        ? [
            new PolicyStatement({
              actions: [
                'bedrock:CreateModelCustomizationJob',
                'bedrock:CreateCustomModelDeployment',
                'bedrock:CreateProvisionedModelThroughput',
              ],
              resources: [...this.created(CREATED_RESOURCES), ...base],
              conditions: taggedFor(path),
            }),
          ]
        : [
            // knows no resource
            new PolicyStatement({
              actions: ['bedrock:CreateModelImportJob'],
              resources: ['*'],
              conditions: taggedFor(path),
            }),
          ]),
      // what is being created has no tags yet; what another stack owns cannot be made to look like this one's
      new PolicyStatement({
        actions: ['bedrock:TagResource'],
        resources: this.created(CREATED_RESOURCES),
        conditions: { ...taggedFor(path), StringEqualsIfExists: this.own.StringEquals },
      }),
      // a retrained model is swapped in behind the same ARN
      new PolicyStatement({
        actions: ['bedrock:UpdateCustomModelDeployment', 'bedrock:UpdateProvisionedModelThroughput'],
        resources: this.created(['custom-model-deployment', 'provisioned-model', 'custom-model']),
        conditions: this.own,
      }),
      passRole(jobRole, customization.route === 'bedrock' ? 'bedrock.amazonaws.com' : 'sagemaker.amazonaws.com'),
      ...(importRole === undefined ? [] : [passRole(importRole, 'bedrock.amazonaws.com')]),
      ...(kmsKeyArn === undefined ? [] : [keyStatement(this, kmsKeyArn, ['bedrock', 'sagemaker'])]),
    ];
  }

  private createTrainingStatements(props: TrainingStepsProps): PolicyStatement[] {
    return [
      this.lookAtTrainingStatement(),
      new PolicyStatement({
        actions: ['sagemaker:CreateTrainingJob', 'sagemaker:AddTags'],
        resources: [this.trainingJobs(props)],
        conditions: taggedFor(props.settings.path),
      }),
    ];
  }

  private publishStatements(props: TrainingStepsProps): PolicyStatement[] {
    const { kmsKeyArn } = props.settings;
    return [
      this.lookStatement(),
      this.lookAtTrainingStatement(),
      ...this.leaseStatements(props),
      new PolicyStatement({
        actions: ['bedrock:InvokeModel'],
        resources: this.created(HOSTED_RESOURCES),
        conditions: this.own,
      }),
      new PolicyStatement({
        actions: ['ssm:GetParameter', 'ssm:PutParameter'],
        resources: [props.registry.parameterArn],
      }),
      ...(kmsKeyArn === undefined ? [] : [keyStatement(this, kmsKeyArn, ['bedrock'])]),
    ];
  }

  private reapStatements({
    bucket,
    registry,
    reaperRuleName,
    stateMachineName,
    startingRules,
  }: TrainingStepsProps): PolicyStatement[] {
    const rule = (name: string): string => this.arn('events', 'rule', name);
    return [
      this.lookStatement(),
      this.lookAtTrainingStatement(),
      // lists know no resource
      new PolicyStatement({
        actions: [
          'bedrock:ListModelCustomizationJobs',
          'bedrock:ListCustomModels',
          'bedrock:ListCustomModelDeployments',
          'bedrock:ListProvisionedModelThroughputs',
          'bedrock:ListModelImportJobs',
          'bedrock:ListImportedModels',
          'sagemaker:ListTrainingJobs',
        ],
        resources: ['*'],
      }),
      new PolicyStatement({
        actions: [
          'bedrock:StopModelCustomizationJob',
          'bedrock:DeleteCustomModelDeployment',
          'bedrock:DeleteProvisionedModelThroughput',
          'bedrock:DeleteCustomModel',
          'bedrock:DeleteImportedModel',
          // sets a swap back that a failed run has left, so that its model can go
          'bedrock:UpdateCustomModelDeployment',
          'bedrock:UpdateProvisionedModelThroughput',
        ],
        resources: this.created(CREATED_RESOURCES),
        conditions: this.own,
      }),
      new PolicyStatement({
        actions: ['sagemaker:StopTrainingJob'],
        resources: [this.arn('sagemaker', 'training-job', '*')],
        conditions: this.own,
      }),
      new PolicyStatement({ actions: ['s3:ListBucket', 's3:ListBucketVersions'], resources: [bucket.bucketArn] }),
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:PutObject'],
        resources: [bucket.arnForObjects(`${CONTROL_PREFIX}*`)],
      }),
      // leases always, the rest when the stack is deleted
      new PolicyStatement({
        actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
        resources: [bucket.arnForObjects('*')],
      }),
      new PolicyStatement({
        actions: ['ssm:GetParameter', 'ssm:PutParameter'],
        resources: [registry.parameterArn],
      }),
      new PolicyStatement({ actions: ['events:EnableRule', 'events:DisableRule'], resources: [rule(reaperRuleName)] }),
      ...(startingRules.length === 0
        ? []
        : [new PolicyStatement({ actions: ['events:DisableRule'], resources: startingRules.map(rule) })]),
      new PolicyStatement({
        actions: ['states:ListExecutions'],
        resources: [this.arn('states', 'stateMachine', stateMachineName, ArnFormat.COLON_RESOURCE_NAME)],
      }),
      new PolicyStatement({
        actions: ['states:StopExecution'],
        resources: [this.arn('states', 'execution', `${stateMachineName}:*`, ArnFormat.COLON_RESOURCE_NAME)],
      }),
    ];
  }

  private acknowledge({ bucket, settings, stateMachineName, invocationLogsBucket }: TrainingStepsProps): void {
    const account = '<AWS::Region>:<AWS::AccountId>';
    const created = CREATED_RESOURCES.map(
      (resource) => `Resource::arn:<AWS::Partition>:bedrock:${account}:${resource}/*`,
    );
    const logicalId = bucket.stack.getLogicalId(bucket.node.defaultChild as never);
    const objects = (prefixes: readonly string[]): string[] =>
      prefixes.map((prefix) => `Resource::<${logicalId}.Arn>/${prefix}*`);
    const jobs = [
      `Resource::arn:<AWS::Partition>:sagemaker:${account}:training-job/*`,
      `Resource::arn:<AWS::Partition>:sagemaker:${account}:training-job/${namePrefix(settings.stackName)}-*`,
    ];
    for (const { role } of [this.check, this.create, this.watch, this.publish, this.reap]) {
      acknowledgeWildcards(role, CREATED_REASON, [...created, ...jobs]);
    }
    acknowledgeWildcards(
      this.check.role,
      'Quotas, lists of models and the logging setting of the account know no resource; they are only read.',
      ['Resource::*'],
    );
    if (settings.customization.route === 'sagemaker') {
      acknowledgeWildcards(
        this.create.role,
        "An import knows no resource. The statement holds only for requests that put this stack's owner tag and path on it.",
        ['Resource::*'],
      );
    }
    acknowledgeWildcards(this.reap.role, 'Lists of Bedrock and SageMaker know no resource; they are only read.', [
      'Resource::*',
    ]);
    const leases = objects([CONTROL_PREFIX, ...LEASE_PREFIXES]);
    for (const { role } of [this.create, this.publish]) {
      acknowledgeWildcards(
        role,
        'Leases are named by what they are for, in one folder of the bucket of this stack.',
        leases,
      );
    }
    acknowledgeWildcards(
      this.check.role,
      'Data sets and models have names that runs choose, in folders of the bucket of this stack; of models only the configuration is read.',
      READ_BEFOREHAND[settings.customization.route].map((name) => `Resource::<${logicalId}.Arn>/${name}`),
    );
    if (invocationLogsBucket !== undefined) {
      acknowledgeWildcards(this.check.role, 'The logs of model calls have names that Bedrock chooses, in one bucket.', [
        `Resource::arn:<AWS::Partition>:s3:::${invocationLogsBucket}/*.json.gz`,
      ]);
    }
    acknowledgeWildcards(
      this.reap.role,
      'The reaper empties the bucket of this stack when the stack is deleted, and stops executions of its one state machine.',
      [
        ...objects(['', CONTROL_PREFIX]),
        `Resource::arn:<AWS::Partition>:states:${account}:execution:${stateMachineName}:*`,
      ],
    );
  }
}

function passRole(role: Role, service: string): PolicyStatement {
  return new PolicyStatement({
    actions: ['iam:PassRole'],
    resources: [role.roleArn],
    conditions: { StringEquals: { 'iam:PassedToService': service } },
  });
}

/** Only with this stack's tags on the request. */
const taggedFor = (path: TrainingPath): Conditions => ({
  StringEquals: { [`aws:RequestTag/${TAG_KEYS.owner}`]: Aws.STACK_ID, [`aws:RequestTag/${TAG_KEYS.path}`]: path },
});
