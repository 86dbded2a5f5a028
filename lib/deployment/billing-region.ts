/** Cost Explorer, budgets, exports and cost categories live in this Region, whatever Region a path is deployed to. */
export const BILLING_REGION = 'us-east-1';
