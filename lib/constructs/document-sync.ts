import { Duration, Validations } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, RecursiveLoop, type CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { SyncEnv } from '../../lambda/sync-documents/env.ts';
import type { PathId } from '../paths.ts';
import { HandlerFunction } from './handler-function.ts';
import type { KnowledgeBase } from './knowledge-base.ts';

export interface DocumentSyncProps {
  readonly path: PathId;
  readonly bucket: IBucket;
  readonly base: KnowledgeBase;
  readonly logRetentionDays: number;
}

const TIMEOUT = Duration.minutes(5);

/**
 * Keeps the index up to date with the bucket. S3 tells EventBridge, because it cannot write to a FIFO queue itself; one message group
 * means one invocation at a time, as the service allows one job. No reserved concurrency: the queue would lose messages to throttling.
 */
export class DocumentSync extends Construct {
  readonly queue: Queue;
  readonly function;
  /** Ends first when the stack is deleted. */
  readonly trigger: EventSourceMapping;

  constructor(scope: Construct, id: string, { path, bucket, base, logRetentionDays }: DocumentSyncProps) {
    super(scope, id);
    const failed = new Queue(this, 'Failed', {
      fifo: true,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.queue = new Queue(this, 'Changes', {
      fifo: true,
      // messages differ by event: this satisfies EventBridge, which names no deduplication id
      contentBasedDeduplication: true,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(TIMEOUT.toSeconds() * 2),
      // a failed job is tried three times: each try may embed documents anew
      deadLetterQueue: { queue: failed, maxReceiveCount: 3 },
    });
    const handler = new HandlerFunction(this, 'Sync', {
      verb: 'sync-documents',
      description: `Brings the index of the path ${path} up to date with its documents`,
      timeout: TIMEOUT,
      logRetentionDays,
      environment: {
        PATH_ID: path,
        KNOWLEDGE_BASE_ID: base.id,
        DATA_SOURCE_ID: base.dataSourceId,
        QUEUE_URL: this.queue.queueUrl,
      } satisfies SyncEnv,
    });
    this.function = handler.function;
    handler.role.addToPolicy(
      new PolicyStatement({
        actions: ['bedrock:StartIngestionJob', 'bedrock:GetIngestionJob', 'bedrock:ListIngestionJobs'],
        resources: [base.arn],
      }),
    );
    handler.role.addToPolicy(
      new PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:SendMessage'],
        resources: [this.queue.queueArn],
      }),
    );
    // a job of hours is waited for by messages to itself, which Lambda takes for a runaway loop after 16
    (handler.function.node.defaultChild as CfnFunction).recursiveLoop = RecursiveLoop.ALLOW;
    this.trigger = new EventSourceMapping(this, 'Trigger', {
      target: handler.function,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
    });
    new Rule(this, 'Changed', {
      description: `Documents of the path ${path} were added, changed or deleted`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created', 'Object Deleted'],
        detail: { bucket: { name: [bucket.bucketName] } },
      },
      targets: [new SqsQueue(this.queue, { messageGroupId: 'documents' })],
    });
    Validations.of(failed).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue of the other one',
    });
  }
}
