import { sqlText } from '../../duckdb.ts';
import { UserError } from '../../errors/user-error.ts';
import { UNKNOWN_SERVICE } from '../attribution.ts';
import type { Bill } from '../bill.ts';
import { note } from '../notes.ts';
import type { LineExpressions } from './export-query.ts';
import { readExport, type ExportKind, type ExportRequest } from './export-reader.ts';
import { asTimestamp, type Columns } from './export-source.ts';

/** The first is AWS's own column, the second is FOCUS 1.1's. */
const USAGE_TYPE = ['x_UsageType', 'SkuMeter'];

export const FOCUS: ExportKind = {
  source: 'focus',
  metric: 'BilledCost',
  issuer: 'InvoiceIssuerName',
  line: {
    start: 'ChargePeriodStart',
    cost: 'BilledCost',
    usageType: 'x_UsageType',
    resourceId: 'ResourceId',
    account: 'SubAccountId',
    lineId: null,
    tagColumns: ['Tags'],
    filledLater: /^(?:InvoiceId|(?:BillingAccount|SubAccount|Resource)Name)$/i,
    restated:
      /^(?:InvoiceId|(?:BillingAccount|SubAccount|Resource)Name|(?:List|Contracted|Effective)(?:Cost|UnitPrice)|Commitment\w+|CapacityReservation\w+|x_(?:Discounts|CostCategories))$/i,
  },
  lines: focusLines,
  notes: (columns) => (USAGE_TYPE.some((name) => columns.has(name)) ? [] : [note('no-usage-type')]),
  second: (columns, kind) => (kind === 'resource' && columns.has('ResourceId') ? 'ResourceId' : null),
};

/**
 * Reads a FOCUS 1.0 to 1.2 export (Parquet or CSV, one file or a folder of months). Rows of other
 * providers than AWS are read as they are: their services are in no table, so they stand in the remainder as unmapped.
 *
 * @throws UserError where a file is missing, damaged or no such export
 */
export function readFocus(request: ExportRequest): Promise<Bill> {
  return readExport(request, FOCUS);
}

const REQUIRED = ['BilledCost', 'ChargePeriodStart'];

function focusLines(columns: Columns, tag: (role: 'path' | 'component') => string): LineExpressions {
  const missing = REQUIRED.filter((column) => !columns.has(column));
  if (missing.length > 0) {
    throw new UserError(
      `not a FOCUS export: no column ${missing.join(', ')}. It begins with ${[...columns.keys()].slice(0, 6).join(', ')}. Is it CUR 2.0? Then say '--source cur'`,
    );
  }
  const first = (names: readonly string[], absent: string) => {
    const present = names.filter((name) => columns.has(name));
    return present.length === 0 ? absent : `COALESCE(${[...present, absent].join(', ')})`;
  };
  const none = 'CAST(NULL AS varchar)';
  const kinds = [
    ...(columns.has('ChargeCategory')
      ? [`WHEN ChargeCategory = 'Credit' THEN 'credit'`, `WHEN ChargeCategory = 'Tax' THEN 'tax'`]
      : []),
    // FOCUS's own query for refunds asks for corrections of an invoiced period
    ...(columns.has('ChargeClass') ? [`WHEN ChargeClass = 'Correction' THEN 'refund'`] : []),
  ];
  const quantity = columns.has('PricingQuantity')
    ? 'PricingQuantity'
    : columns.has('ConsumedQuantity')
      ? 'ConsumedQuantity'
      : 'NULL';
  return {
    start: asTimestamp('ChargePeriodStart', columns),
    service: first(['x_ServiceCode', 'ServiceName'], sqlText(UNKNOWN_SERVICE)),
    unnamed: null,
    // a third-party model has a service name and no service code of AWS's own
    usageType: first(USAGE_TYPE, `''`),
    kind: kinds.length === 0 ? `'charge'` : `CASE ${kinds.join(' ')} ELSE 'charge' END`,
    currency: first(['BillingCurrency'], `'USD'`),
    cost: 'CAST(BilledCost AS decimal(38, 15))',
    quantity: `CAST(${quantity} AS double)`,
    unit: quantity === 'PricingQuantity' ? first(['PricingUnit'], none) : first(['ConsumedUnit'], none),
    pathTag: tag('path'),
    componentTag: tag('component'),
    resourceId: first(['ResourceId'], none),
  };
}
