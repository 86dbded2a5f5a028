import { CustomResource, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IDependable } from 'constructs';
import type { HookAction } from '../../lambda/stack-hooks/hooks.ts';
import { HandlerFunction } from './handler-function.ts';
import type { KnowledgeBase } from './knowledge-base.ts';

/** What CloudFormation has no type for, done by one function when the stack is made, changed or deleted. */
export class StackHooks extends Construct {
  private readonly handler: HandlerFunction;

  constructor(scope: Construct, id: string, props: { readonly logRetentionDays: number }) {
    super(scope, id);
    this.handler = new HandlerFunction(this, 'Handler', {
      verb: 'stack-hooks',
      description: 'Waits, asks for the first sync, and empties the bucket of the stack that is deleted',
      timeout: Duration.minutes(15),
      logRetentionDays: props.logRetentionDays,
    });
  }

  /** Something that exists only after a wait: for what AWS calls made before it can be used. Waits again where `until` changes. */
  wait(
    id: string,
    props: { readonly seconds: number; readonly until: string; readonly after: readonly IDependable[] },
  ): CustomResource {
    const waited = this.resource(id, 'wait', { WaitSeconds: String(props.seconds), Until: props.until });
    waited.node.addDependency(...props.after);
    return waited;
  }

  /** Asks for a sync of what is already in the bucket; on deletion, stops the jobs that would hold up the data source. */
  sync(id: string, base: KnowledgeBase, queue: IQueue): CustomResource {
    const { role } = this.handler;
    // apart from the role's own policy, on which the wait before the knowledge base depends
    const granted = new Policy(this, `${id}Access`, {
      roles: [role],
      statements: [
        new PolicyStatement({
          actions: ['bedrock:ListIngestionJobs', 'bedrock:StopIngestionJob'],
          resources: [base.arn],
        }),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }),
      ],
    });
    const resource = this.resource(id, 'sync', {
      QueueUrl: queue.queueUrl,
      KnowledgeBaseId: base.id,
      DataSourceId: base.dataSourceId,
    });
    resource.node.addDependency(granted);
    return resource;
  }

  /** Deletes all versions of all objects when the stack is deleted. */
  emptyBucket(id: string, bucket: Bucket): CustomResource {
    const granted = new Policy(this, `${id}Access`, {
      roles: [this.handler.role],
      statements: [
        new PolicyStatement({ actions: ['s3:ListBucketVersions'], resources: [bucket.bucketArn] }),
        new PolicyStatement({
          actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
          resources: [bucket.arnForObjects('*')],
        }),
      ],
    });
    Validations.of(granted).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${logicalId(bucket)}.Arn>/*]`,
      reason: 'It deletes every document: the bucket cannot be deleted before',
    });
    const resource = this.resource(id, 'empty-bucket', { BucketName: bucket.bucketName });
    resource.node.addDependency(granted);
    return resource;
  }

  private resource(id: string, action: HookAction, properties: Record<string, string>): CustomResource {
    return new CustomResource(this, id, {
      serviceToken: this.handler.function.functionArn,
      resourceType: 'Custom::Lifecycle',
      // a little more than the function may run: without it, a function that cannot answer holds the stack for an hour
      serviceTimeout: Duration.minutes(16),
      properties: { Action: action, ...properties },
    });
  }
}

/** As cdk-nag names a resource in a finding. */
function logicalId(bucket: Bucket): string {
  return Stack.of(bucket).getLogicalId(bucket.node.defaultChild as CfnBucket);
}
