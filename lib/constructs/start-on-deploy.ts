import { CustomResource, Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, type IConstruct } from 'constructs';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StartRunEnv } from '../../lambda/start-run/env.ts';
import type { StartProperties } from '../../lambda/start-run/start.ts';
import type { RunRequest } from '../training/run-request.ts';
import { HandlerFunction } from './handler-function.ts';
import { acknowledgeWildcards } from './wildcards.ts';

export interface StartOnDeployProps {
  /** Relative to `config`. */
  readonly dataset: string;
  readonly request: Pick<RunRequest, 'maxUsd' | 'hosting'>;
  readonly bucket: Bucket;
  readonly stateMachine: StateMachine;
  readonly logRetentionDays: number;
  /** What must be there before a run begins: above all, the reaper. */
  readonly after: readonly IConstruct[];
}

const CONFIG = join(import.meta.dirname, '..', '..', 'config');

/** Begins a run when the stack is deployed, and again when the dataset has changed. The deployment does not wait for it. */
export class StartOnDeploy extends Construct {
  constructor(scope: Construct, id: string, props: StartOnDeployProps) {
    super(scope, id);
    const { dataset, request, bucket, stateMachine, logRetentionDays, after } = props;
    const datasetFile = join(CONFIG, dataset);
    const asset = new Asset(this, 'Dataset', { path: datasetFile });
    const copied = bucket.arnForObjects('datasets/*');
    const start = new HandlerFunction(this, 'Start', {
      verb: 'start-run',
      description: 'Begins a run when the stack is deployed',
      environment: {
        TRAINING_BUCKET: bucket.bucketName,
        STATE_MACHINE_ARN: stateMachine.stateMachineArn,
      } satisfies StartRunEnv,
      timeout: Duration.minutes(5),
      logRetentionDays,
      statements: [
        new PolicyStatement({ actions: ['s3:GetObject'], resources: [asset.bucket.arnForObjects(asset.s3ObjectKey)] }),
        new PolicyStatement({ actions: ['s3:PutObject'], resources: [copied] }),
        new PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachine.stateMachineArn] }),
      ],
    });
    acknowledgeWildcards(start.role, 'The folder of a data set is named by its hash, in the bucket of this stack.', [
      `Resource::<${bucket.stack.getLogicalId(bucket.node.defaultChild as never)}.Arn>/datasets/*`,
    ]);
    const run = new CustomResource(this, 'Run', {
      resourceType: 'Custom::TrainingRun',
      serviceToken: start.function.functionArn,
      serviceTimeout: Duration.minutes(6),
      properties: {
        DatasetHash: createHash('sha256').update(readFileSync(datasetFile)).digest('hex'),
        SourceBucket: asset.s3BucketName,
        SourceKey: asset.s3ObjectKey,
        Request: JSON.stringify(request),
      } satisfies StartProperties,
    });
    run.node.addDependency(...after);
  }
}
