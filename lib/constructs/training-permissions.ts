import { Arn, ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Conditions, type Role } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { TAG_KEYS } from '../deployment/tags.ts';
import { CONTROL_PREFIX, LEASE_PREFIXES, namePrefix, WEIGHTS_PREFIXES } from '../lifecycle/names.ts';
import type { TrainingPath } from '../paths.ts';
import type { Customization, TrainingSettings } from '../training/settings.ts';
import { bedrockArn, foundationModelArn } from './bedrock-arns.ts';
import { HOSTED_RESOURCES } from './hosted-models.ts';
import { keyStatement } from './key-statement.ts';

export type TrainingStep = 'check' | 'create' | 'watch' | 'publish' | 'reap';

/** The resources of one training path that its permissions name. */
export interface TrainingPermissionsProps {
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
}

export const CREATED_RESOURCES = [
  'model-customization-job',
  'custom-model',
  'custom-model-deployment',
  'provisioned-model',
  'model-import-job',
  'imported-model',
] as const;

/** What the check reads: of models their configuration alone. */
export const READ_BEFOREHAND = {
  bedrock: ['datasets/*'],
  sagemaker: ['datasets/*', ...['base-model/', ...WEIGHTS_PREFIXES].map((prefix) => `${prefix}*config.json`)],
} as const satisfies Record<Customization['route'], readonly string[]>;

/**
 * The permissions of each function of a training path. Who creates cannot delete, who deletes cannot tag, and who looks can do neither.
 * Resource types and condition keys: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
 */
export const TRAINING_PERMISSIONS: Record<
  TrainingStep,
  (scope: Construct, props: TrainingPermissionsProps) => readonly PolicyStatement[]
> = {
  check: checkStatements,
  create: (scope, props) => [
    ...createStatements(scope, props),
    ...(props.settings.customization.route === 'sagemaker' ? createTrainingStatements(scope, props) : []),
  ],
  watch: (scope) => [look(scope), lookAtTraining(scope)],
  publish: publishStatements,
  reap: reapStatements,
};

/** Only what carries this stack's tag. */
const OWN = {
  StringEquals: { [`aws:ResourceTag/${TAG_KEYS.owner}`]: Aws.STACK_ID },
};

export function arnOf(
  scope: Construct,
  service: string,
  resource: string,
  resourceName: string,
  arnFormat = ArnFormat.SLASH_RESOURCE_NAME,
): string {
  return Arn.format({ service, resource, resourceName, arnFormat }, Stack.of(scope));
}

function created(scope: Construct, resources: readonly string[]): string[] {
  return resources.map((resource) => bedrockArn(scope, resource, '*'));
}

/** Reading what jobs, models and hosting are: no secret, and needed before it can be known whose they are. */
function look(scope: Construct): PolicyStatement {
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
    resources: created(scope, CREATED_RESOURCES),
  });
}

function trainingJobs(scope: Construct, { settings }: TrainingPermissionsProps): string {
  return arnOf(scope, 'sagemaker', 'training-job', `${namePrefix(settings.stackName)}-*`);
}

function lookAtTraining(scope: Construct): PolicyStatement {
  return new PolicyStatement({
    actions: ['sagemaker:DescribeTrainingJob', 'sagemaker:ListTags'],
    resources: [arnOf(scope, 'sagemaker', 'training-job', '*')],
  });
}

function checkStatements(
  scope: Construct,
  { bucket, registry, settings, invocationLogsBucket }: TrainingPermissionsProps,
): PolicyStatement[] {
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
    look(scope),
    lookAtTraining(scope),
    ...(models.length === 0
      ? []
      : [
          new PolicyStatement({
            actions: ['bedrock:GetFoundationModel'],
            resources: models.map((model) => foundationModelArn(scope, model)),
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
            conditions: { StringEquals: { 'aws:ResourceAccount': Stack.of(scope).account } },
          }),
        ]),
    new PolicyStatement({ actions: ['ssm:GetParameter'], resources: [registry.parameterArn] }),
  ];
}

/** Reading all of the control folder, writing leases, never the fence. */
function leaseStatements({ bucket }: TrainingPermissionsProps): PolicyStatement[] {
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

function createStatements(scope: Construct, props: TrainingPermissionsProps): PolicyStatement[] {
  const { settings, jobRole, importRole, reaperRuleName } = props;
  const { customization, path, kmsKeyArn } = settings;
  const base =
    customization.route === 'bedrock'
      ? [customization.baseModelId, customization.tuningId].map((model) => foundationModelArn(scope, model))
      : [];
  return [
    look(scope),
    ...leaseStatements(props),
    new PolicyStatement({
      actions: ['events:EnableRule'],
      resources: [arnOf(scope, 'events', 'rule', reaperRuleName)],
    }),
    ...(customization.route === 'bedrock'
      ? [
          new PolicyStatement({
            actions: [
              'bedrock:CreateModelCustomizationJob',
              'bedrock:CreateCustomModelDeployment',
              'bedrock:CreateProvisionedModelThroughput',
            ],
            resources: [...created(scope, CREATED_RESOURCES), ...base],
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
      resources: created(scope, CREATED_RESOURCES),
      conditions: { ...taggedFor(path), StringEqualsIfExists: OWN.StringEquals },
    }),
    // a retrained model is swapped in behind the same ARN
    new PolicyStatement({
      actions: ['bedrock:UpdateCustomModelDeployment', 'bedrock:UpdateProvisionedModelThroughput'],
      resources: created(scope, ['custom-model-deployment', 'provisioned-model', 'custom-model']),
      conditions: OWN,
    }),
    passRole(jobRole, customization.route === 'bedrock' ? 'bedrock.amazonaws.com' : 'sagemaker.amazonaws.com'),
    ...(importRole === undefined ? [] : [passRole(importRole, 'bedrock.amazonaws.com')]),
    ...(kmsKeyArn === undefined ? [] : [keyStatement(scope, kmsKeyArn, ['bedrock', 'sagemaker'])]),
  ];
}

function createTrainingStatements(scope: Construct, props: TrainingPermissionsProps): PolicyStatement[] {
  return [
    lookAtTraining(scope),
    new PolicyStatement({
      actions: ['sagemaker:CreateTrainingJob', 'sagemaker:AddTags'],
      resources: [trainingJobs(scope, props)],
      conditions: taggedFor(props.settings.path),
    }),
  ];
}

function publishStatements(scope: Construct, props: TrainingPermissionsProps): PolicyStatement[] {
  const { kmsKeyArn } = props.settings;
  return [
    look(scope),
    lookAtTraining(scope),
    ...leaseStatements(props),
    new PolicyStatement({
      actions: ['bedrock:InvokeModel'],
      resources: created(scope, HOSTED_RESOURCES),
      conditions: OWN,
    }),
    new PolicyStatement({
      actions: ['ssm:GetParameter', 'ssm:PutParameter'],
      resources: [props.registry.parameterArn],
    }),
    ...(kmsKeyArn === undefined ? [] : [keyStatement(scope, kmsKeyArn, ['bedrock'])]),
  ];
}

function reapStatements(
  scope: Construct,
  { bucket, registry, reaperRuleName, stateMachineName, startingRules }: TrainingPermissionsProps,
): PolicyStatement[] {
  const rule = (name: string): string => arnOf(scope, 'events', 'rule', name);
  return [
    look(scope),
    lookAtTraining(scope),
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
      resources: created(scope, CREATED_RESOURCES),
      conditions: OWN,
    }),
    new PolicyStatement({
      actions: ['sagemaker:StopTrainingJob'],
      resources: [arnOf(scope, 'sagemaker', 'training-job', '*')],
      conditions: OWN,
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
      resources: [arnOf(scope, 'states', 'stateMachine', stateMachineName, ArnFormat.COLON_RESOURCE_NAME)],
    }),
    new PolicyStatement({
      actions: ['states:StopExecution'],
      resources: [arnOf(scope, 'states', 'execution', `${stateMachineName}:*`, ArnFormat.COLON_RESOURCE_NAME)],
    }),
  ];
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
