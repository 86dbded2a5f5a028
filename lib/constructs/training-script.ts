import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { join } from 'node:path';

/** The script of a SageMaker training job, uploaded with the deployment. */
export function trainingScript(scope: Construct, id: string): Asset {
  return new Asset(scope, id, { path: join(import.meta.dirname, '..', 'sagemaker', 'train.py') });
}
