import { Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * The service may take the role only for such resources of this account, and not because somebody else has asked it to (IAM user
 * guide, "The confused deputy problem").
 */
export const servicePrincipal = (scope: IConstruct, service: string, sourceArn: string): ServicePrincipal =>
  new ServicePrincipal(service, {
    conditions: {
      StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
      ArnLike: { 'aws:SourceArn': sourceArn },
    },
  });
