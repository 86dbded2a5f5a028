import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { WEIGHTS_PREFIXES } from '../lifecycle/names.ts';
import { bedrockArn, foundationModelArn } from './bedrock-arns.ts';
import { keyStatement } from './key-statement.ts';
import { servicePrincipal } from './service-principal.ts';
import { acknowledgeWildcards } from './wildcards.ts';

interface JobNetwork {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

export interface CustomizationRoleProps {
  readonly bucket: Bucket;
  /** The teacher of a distillation, in every Region where it may be run. */
  readonly teacher?:
    | { readonly modelId: string; readonly regions: readonly string[]; readonly profileId?: string | undefined }
    | undefined;
  readonly invocationLogsBucket?: string | undefined;
  readonly kmsKeyArn?: string | undefined;
  readonly vpc?: JobNetwork | undefined;
}

const OBJECTS_REASON =
  'Data sets and output have names that runs choose; the statement names one bucket of this stack, and in it one folder.';

/**
 * What a customization job of Bedrock acts as: it reads its data and writes its output. Bedrock alone may take it, for jobs of this
 * account: https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-iam-role.html
 */
export function customizationRole(scope: Construct, id: string, props: CustomizationRoleProps): Role {
  const role = new Role(scope, id, {
    assumedBy: servicePrincipal(scope, 'bedrock.amazonaws.com', bedrockArn(scope, 'model-customization-job', '*')),
  });
  grantData(role, props.bucket);
  const { teacher, invocationLogsBucket, kmsKeyArn, vpc } = props;
  if (teacher !== undefined) {
    role.addToPolicy(
      new PolicyStatement({
        actions: ['bedrock:InvokeModel'],
        resources: teacher.regions.map((region) => foundationModelArn(scope, teacher.modelId, region)),
      }),
    );
    if (teacher.profileId !== undefined) {
      role.addToPolicy(
        new PolicyStatement({
          actions: ['bedrock:InvokeModel', 'bedrock:GetInferenceProfile'],
          resources: [bedrockArn(scope, 'inference-profile', teacher.profileId)],
        }),
      );
    }
  }
  if (invocationLogsBucket !== undefined) {
    const logs = Arn.format(
      { service: 's3', region: '', account: '', resource: invocationLogsBucket, arnFormat: ArnFormat.NO_RESOURCE_NAME },
      Stack.of(scope),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:ListBucket'],
        resources: [logs, `${logs}/*`],
        conditions: { StringEquals: { 'aws:ResourceAccount': Stack.of(scope).account } },
      }),
    );
    acknowledgeWildcards(role, 'The logs of model calls have names that Bedrock chooses, in one bucket.', [
      `Resource::arn:<AWS::Partition>:s3:::${invocationLogsBucket}/*`,
    ]);
  }
  if (kmsKeyArn !== undefined) role.addToPolicy(keyStatement(scope, kmsKeyArn, ['bedrock']));
  if (vpc !== undefined) grantNetwork(role, vpc);
  return role;
}

export interface TrainingJobRoleProps extends Pick<CustomizationRoleProps, 'bucket' | 'kmsKeyArn' | 'vpc'> {
  readonly script: Asset;
  /** Folder with the weights to train on, where it is not in the bucket of the stack. */
  readonly modelUri?: string | undefined;
}

/** What a SageMaker training job acts as. It has no network of its own and pulls its image from AWS's registry. */
export function trainingJobRole(scope: Construct, id: string, props: TrainingJobRoleProps): Role {
  const role = new Role(scope, id, {
    assumedBy: servicePrincipal(
      scope,
      'sagemaker.amazonaws.com',
      Arn.format({ service: 'sagemaker', resource: 'training-job', resourceName: '*' }, Stack.of(scope)),
    ),
  });
  grantData(role, props.bucket);
  if (props.modelUri !== undefined) grantFolder(role, props.modelUri);
  const { script } = props;
  role.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [script.bucket.bucketArn] }));
  role.addToPolicy(
    new PolicyStatement({ actions: ['s3:GetObject'], resources: [script.bucket.arnForObjects(script.s3ObjectKey)] }),
  );
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      resources: [
        Arn.format(
          {
            service: 'logs',
            resource: 'log-group',
            resourceName: '/aws/sagemaker/TrainingJobs:*',
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          },
          Stack.of(scope),
        ),
      ],
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': '/aws/sagemaker/TrainingJobs' } },
    }),
  );
  // not of the image: AWS's own registry of another account, whose name differs by Region
  role.addToPolicy(
    new PolicyStatement({
      actions: [
        'ecr:GetAuthorizationToken',
        'ecr:BatchGetImage',
        'ecr:GetDownloadUrlForLayer',
        'ecr:BatchCheckLayerAvailability',
      ],
      resources: ['*'],
    }),
  );
  acknowledgeWildcards(
    role,
    'SageMaker writes its logs under one group, its metrics under one namespace, and reads public training images of AWS.',
    [
      'Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/sagemaker/TrainingJobs:*',
      'Resource::*',
    ],
  );
  if (props.kmsKeyArn !== undefined) role.addToPolicy(keyStatement(scope, props.kmsKeyArn, ['sagemaker', 's3']));
  if (props.vpc !== undefined) grantNetwork(role, props.vpc);
  return role;
}

/** What an import of weights acts as: it reads them and nothing else. */
export function importRole(
  scope: Construct,
  id: string,
  { bucket, kmsKeyArn, vpc }: Pick<CustomizationRoleProps, 'bucket' | 'kmsKeyArn' | 'vpc'>,
): Role {
  const role = new Role(scope, id, {
    assumedBy: servicePrincipal(scope, 'bedrock.amazonaws.com', bedrockArn(scope, 'model-import-job', '*')),
  });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['s3:GetObject', 's3:ListBucket'],
      resources: [bucket.bucketArn, ...WEIGHTS_PREFIXES.map((prefix) => bucket.arnForObjects(`${prefix}*`))],
      conditions: { StringEquals: { 'aws:ResourceAccount': Stack.of(scope).account } },
    }),
  );
  acknowledgeObjects(role, bucket, ['output', 'weights']);
  if (kmsKeyArn !== undefined) role.addToPolicy(keyStatement(scope, kmsKeyArn, ['bedrock', 's3']));
  if (vpc !== undefined) grantNetwork(role, vpc);
  return role;
}

const READ_FOLDERS = ['datasets', 'base-model', 'code'] as const;

function grantData(role: Role, bucket: Bucket): void {
  role.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
  role.addToPolicy(
    new PolicyStatement({
      actions: ['s3:GetObject'],
      resources: READ_FOLDERS.map((folder) => bucket.arnForObjects(`${folder}/*`)),
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [bucket.arnForObjects('output/*')],
    }),
  );
  acknowledgeObjects(role, bucket, [...READ_FOLDERS, 'output']);
}

/** Not of this account alone: a company may keep the weights that it starts from in one account for all. */
function grantFolder(role: Role, uri: string): void {
  const [, bucket = '', folder = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  const arn = `arn:${Stack.of(role).partition}:s3:::${bucket}`;
  role.addToPolicy(
    new PolicyStatement({ actions: ['s3:GetObject', 's3:ListBucket'], resources: [arn, `${arn}/${folder}*`] }),
  );
  acknowledgeWildcards(role, 'The weights to train on are several files of one folder.', [
    `Resource::arn:<AWS::Partition>:s3:::${bucket}/${folder}*`,
  ]);
}

function acknowledgeObjects(role: Role, bucket: Bucket, folders: readonly string[]): void {
  const { stack } = bucket;
  const logicalId = stack.getLogicalId(bucket.node.defaultChild as never);
  acknowledgeWildcards(
    role,
    OBJECTS_REASON,
    folders.map((folder) => `Resource::<${logicalId}.Arn>/${folder}/*`),
  );
}

/**
 * Interfaces can only be put into the configured subnets, with the configured groups.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/vpc-model-customization.html
 */
function grantNetwork(role: Role, { subnetIds, securityGroupIds }: JobNetwork): void {
  const ec2 = (resource: string, resourceName = '*'): string =>
    Arn.format({ service: 'ec2', resource, resourceName }, Stack.of(role));
  const subnets = subnetIds.map((id) => ec2('subnet', id));
  role.addToPolicy(
    new PolicyStatement({
      actions: [
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeVpcs',
        'ec2:DescribeDhcpOptions',
        'ec2:DescribeSubnets',
        'ec2:DescribeSecurityGroups',
      ],
      resources: ['*'],
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      actions: ['ec2:CreateNetworkInterface'],
      resources: [ec2('network-interface'), ...subnets, ...securityGroupIds.map((id) => ec2('security-group', id))],
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      actions: [
        'ec2:CreateNetworkInterfacePermission',
        'ec2:DeleteNetworkInterface',
        'ec2:DeleteNetworkInterfacePermission',
      ],
      resources: [ec2('network-interface')],
      conditions: { ArnEquals: { 'ec2:Subnet': subnets } },
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      actions: ['ec2:CreateTags'],
      resources: [ec2('network-interface')],
      conditions: { StringEquals: { 'ec2:CreateAction': 'CreateNetworkInterface' } },
    }),
  );
  acknowledgeWildcards(role, 'The network interfaces of a job do not exist before it; descriptions know no resource.', [
    'Resource::*',
    'Resource::arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:network-interface/*',
  ]);
}
