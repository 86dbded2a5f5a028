import { CONTROL_PREFIX, LEASE_PREFIXES, namePrefix } from '../lifecycle/names.ts';
import type { HandlerFunction } from './handler-function.ts';
import {
  CREATED_RESOURCES,
  READ_BEFOREHAND,
  type TrainingPermissionsProps,
  type TrainingStep,
} from './training-permissions.ts';
import { acknowledgeWildcards } from './wildcards.ts';

const CREATED_REASON =
  'What runs create gets its ARN when it is created. The tag with the id of this very stack, on the request or on the resource, says what may be touched.';

/** Says why the policies of the five functions name more than one thing. */
export function acknowledgeTrainingWildcards(
  { check, create, watch, publish, reap }: Readonly<Record<TrainingStep, HandlerFunction>>,
  { bucket, settings, stateMachineName, invocationLogsBucket }: TrainingPermissionsProps,
): void {
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
  for (const { role } of [check, create, watch, publish, reap]) {
    acknowledgeWildcards(role, CREATED_REASON, [...created, ...jobs]);
  }
  acknowledgeWildcards(
    check.role,
    'Quotas, lists of models and the logging setting of the account know no resource; they are only read.',
    ['Resource::*'],
  );
  if (settings.customization.route === 'sagemaker') {
    acknowledgeWildcards(
      create.role,
      "An import knows no resource. The statement holds only for requests that put this stack's owner tag and path on it.",
      ['Resource::*'],
    );
  }
  acknowledgeWildcards(reap.role, 'Lists of Bedrock and SageMaker know no resource; they are only read.', [
    'Resource::*',
  ]);
  const leases = objects([CONTROL_PREFIX, ...LEASE_PREFIXES]);
  for (const { role } of [create, publish]) {
    acknowledgeWildcards(
      role,
      'Leases are named by what they are for, in one folder of the bucket of this stack.',
      leases,
    );
  }
  acknowledgeWildcards(
    check.role,
    'Data sets and models have names that runs choose, in folders of the bucket of this stack; of models only the configuration is read.',
    READ_BEFOREHAND[settings.customization.route].map((name) => `Resource::<${logicalId}.Arn>/${name}`),
  );
  if (invocationLogsBucket !== undefined) {
    acknowledgeWildcards(check.role, 'The logs of model calls have names that Bedrock chooses, in one bucket.', [
      `Resource::arn:<AWS::Partition>:s3:::${invocationLogsBucket}/*.json.gz`,
    ]);
  }
  acknowledgeWildcards(
    reap.role,
    'The reaper empties the bucket of this stack when the stack is deleted, and stops executions of its one state machine.',
    [
      ...objects(['', CONTROL_PREFIX]),
      `Resource::arn:<AWS::Partition>:states:${account}:execution:${stateMachineName}:*`,
    ],
  );
}
