import { CostExplorerClient } from '@aws-sdk/client-cost-explorer';
import { BILLING_REGION } from '../deployment/billing-region.ts';

/** Cost Explorer has one endpoint for all Regions. @param endpoint another address than that of AWS, for what stands in for it */
export const costExplorerClient = (endpoint?: string): CostExplorerClient =>
  new CostExplorerClient({
    region: BILLING_REGION,
    maxAttempts: 6,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
