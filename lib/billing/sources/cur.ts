import { UserError } from '../../errors/user-error.ts';
import type { Bill } from '../bill.ts';
import type { LineExpressions } from './export-query.ts';
import { readExport, type ExportKind, type ExportRequest } from './export-reader.ts';
import { asTimestamp, type Columns } from './export-source.ts';
import { valueSql } from './tag-columns.ts';

export const CUR: ExportKind = {
  source: 'cur',
  metric: 'UnblendedCost',
  issuer: 'bill_invoicing_entity',
  line: {
    start: 'line_item_usage_start_date',
    cost: 'line_item_unblended_cost',
    usageType: 'line_item_usage_type',
    resourceId: 'line_item_resource_id',
    account: 'line_item_usage_account_id',
    // https://docs.aws.amazon.com/cur/latest/userguide/identity-columns.html: another one in the report of the next day
    lineId: 'identity_line_item_id',
    tagColumns: ['resource_tags', 'tags'],
    filledLater: /^(?:bill_invoice_id|\w+_account_name)$/i,
    restated:
      /^(?:identity_line_item_id|bill_invoice_id|\w+_account_name|(?:product|pricing|reservation|savings_plan|cost_category|split_line_item|capacity_reservation|discount)(?:_\w+)?|line_item_(?:blended|net)_\w+)$/i,
  },
  lines: curLines,
  notes: () => [],
  second: (columns, kind) => {
    if (kind === 'resource') return columns.has('line_item_resource_id') ? 'line_item_resource_id' : null;
    // one role has a session a call: the session's name says nothing about cost
    return columns.has('line_item_iam_principal')
      ? `COALESCE(NULLIF(regexp_extract(line_item_iam_principal, '^.*:assumed-role/[^/]+'), ''), line_item_iam_principal)`
      : null;
  },
};

/**
 * Reads a CUR 2.0 export (Parquet or CSV, one file or a folder of months). Memory follows the sums, not the lines.
 *
 * @throws UserError where a file is missing, damaged or no such export
 */
export function readCur(request: ExportRequest): Promise<Bill> {
  return readExport(request, CUR);
}

const NONE = 'CAST(NULL AS varchar)';

const REQUIRED = ['line_item_usage_type', 'line_item_unblended_cost'];

function curLines(columns: Columns, tag: (role: 'path' | 'component') => string): LineExpressions {
  const missing = REQUIRED.filter((column) => !columns.has(column));
  if (missing.length > 0) {
    const advice = columns.has('lineItem/UsageType')
      ? "It is a legacy CUR: 'npx cdk deploy comparison' creates an export of CUR 2.0"
      : "Is it FOCUS? Then say '--source focus'";
    throw new UserError(
      `not a CUR 2.0 export: no column ${missing.join(', ')}. It begins with ${[...columns.keys()].slice(0, 6).join(', ')}. ${advice}`,
    );
  }
  const has = (column: string) => columns.has(column);
  return {
    start: has('line_item_usage_start_date') ? asTimestamp('line_item_usage_start_date', columns) : null,
    service: has('line_item_product_code') ? 'line_item_product_code' : NONE,
    unnamed: marketplaceLines(columns),
    usageType: 'line_item_usage_type',
    kind: has('line_item_line_item_type')
      ? `CASE line_item_line_item_type WHEN 'Credit' THEN 'credit' WHEN 'Refund' THEN 'refund' WHEN 'Tax' THEN 'tax' ELSE 'charge' END`
      : `'charge'`,
    currency: has('line_item_currency_code') ? 'line_item_currency_code' : NONE,
    // decimal: the sum is exact, whatever the order in which threads meet the rows
    cost: 'CAST(line_item_unblended_cost AS decimal(38, 15))',
    quantity: has('line_item_usage_amount') ? 'CAST(line_item_usage_amount AS double)' : 'CAST(NULL AS double)',
    unit: has('pricing_unit') ? 'pricing_unit' : NONE,
    pathTag: tag('path'),
    componentTag: tag('component'),
    resourceId: has('line_item_resource_id') ? 'line_item_resource_id' : NONE,
  };
}

/** Marketplace bills third-party models under a code made of letters at random; only the product's name says what it is. */
function marketplaceLines(columns: Columns): LineExpressions['unnamed'] {
  if (!['bill_billing_entity', 'line_item_product_code', 'product'].every((name) => columns.has(name))) return null;
  return {
    where: `bill_billing_entity = 'AWS Marketplace'`,
    name: valueSql('product', 'product_name', columns),
  };
}
