import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { withDuckDb } from '../../lib/duckdb.ts';
import { CUR_COLUMNS } from '../../lib/constructs/cur-columns.ts';

export interface ExportShape {
  readonly rows: number;
  /** Months from this one on, `YYYY-MM`, equal shares of the rows. */
  readonly firstMonth: string;
  readonly months: number;
  /** Parts of one month. */
  readonly parts: number;
}

const TYPES = {
  string: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  double: 'DOUBLE',
  'map<string,string>': 'MAP(VARCHAR, VARCHAR)',
};

/** What the lines of an account with many services look like; the other columns of the export are null, as most are. */
const FILLED: Readonly<Record<string, string>> = {
  bill_bill_type: `'Anniversary'`,
  bill_billing_entity: `CASE WHEN i % 50 = 7 THEN 'AWS Marketplace' ELSE 'AWS' END`,
  bill_invoicing_entity: `'Amazon Web Services, Inc.'`,
  bill_payer_account_id: `'111122223333'`,
  bill_payer_account_name: `'payer'`,
  identity_line_item_id: `md5(CAST(i AS varchar)) || '0123456789abcdefghij'`,
  identity_time_interval: `strftime(started, '%Y-%m-%dT%H:%M:%SZ') || '/' || strftime(started + INTERVAL 1 HOUR, '%Y-%m-%dT%H:%M:%SZ')`,
  line_item_availability_zone: `'us-east-1' || ['a', 'b', 'c'][1 + i % 3]`,
  line_item_blended_cost: 'usd',
  line_item_blended_rate: `'0.0000450000'`,
  line_item_currency_code: `'USD'`,
  line_item_iam_principal: `CASE WHEN kind = 0 THEN 'arn:aws:sts::111122223333:assumed-role/Answer-' || (i % 20) || '/session-' || (i % 5000) END`,
  line_item_legal_entity: `'Amazon Web Services, Inc.'`,
  line_item_line_item_description: `'$0.045 per unit ' || (i % 900)`,
  line_item_line_item_type: `CASE WHEN i % 997 = 0 THEN 'Credit' WHEN i % 991 = 0 THEN 'Tax' WHEN i % 7 = 0 THEN 'DiscountedUsage' ELSE 'Usage' END`,
  line_item_operation: `'Operation' || (i % 60)`,
  line_item_product_code: `CASE WHEN i % 50 = 7 THEN '4zk3d9xq0aw1example' || (i % 5) ELSE ['AmazonBedrock', 'AmazonEC2', 'AmazonS3', 'AWSLambda', 'AmazonES', 'AmazonRDS', 'AmazonCloudWatch', 'AWSDataTransfer', 'AmazonVPC', 'AmazonDynamoDB'][1 + kind] END`,
  line_item_resource_id: `'arn:aws:service:us-east-1:111122223333:resource/' || (i % 40000)`,
  line_item_unblended_cost: 'usd',
  line_item_unblended_rate: `'0.0000450000'`,
  line_item_usage_account_id: `CAST(444455556600 + i % 30 AS varchar)`,
  line_item_usage_account_name: `'account ' || (i % 30)`,
  line_item_usage_amount: `(i % 1000) / 8`,
  line_item_usage_end_date: 'started + INTERVAL 1 HOUR',
  line_item_usage_start_date: 'started',
  line_item_usage_type: `CASE kind WHEN 0 THEN ['USE1-NovaLite-input-tokens', 'USE1-NovaLite-output-tokens', 'USE1-NovaPro-input-tokens', 'USE1-TitanEmbeddingV2-Text-input-tokens'][1 + i % 4] WHEN 4 THEN 'USE1-SearchOCU' ELSE 'USE1-UsageType-' || (i % 400) END`,
  pricing_currency: `'USD'`,
  pricing_public_on_demand_cost: 'usd',
  pricing_public_on_demand_rate: `'0.0000450000'`,
  pricing_rate_code: `'SKU' || (i % 900) || '.JRTCKXETXF.6YS6EN2CT7'`,
  pricing_rate_id: `CAST(4981658079 + i % 900 AS varchar)`,
  pricing_term: `'OnDemand'`,
  pricing_unit: `['1K tokens', 'Hrs', 'GB-Mo', 'Requests'][1 + kind % 4]`,
  product: `MAP {'product_name': 'Product ' || (i % 40), 'region': 'us-east-1', 'servicename': 'Service ' || (i % 40)}`,
  product_location: `'US East (N. Virginia)'`,
  product_product_family: `'Family ' || (i % 30)`,
  product_region_code: `'us-east-1'`,
  product_servicecode: `'Service' || (i % 40)`,
  product_sku: `'SKU' || (i % 900)`,
  product_usagetype: `'USE1-UsageType-' || (i % 400)`,
  // one line in twenty is of a path, one in three is tagged by other teams
  resource_tags: `CASE WHEN i % 20 = 0 THEN MAP {'user_customization_path': ['prompt-only', 'rag', 'fine-tuning', 'distillation'][1 + (i // 20) % 4], 'user_cost_component': ['inference', 'data', 'operations'][1 + (i // 80) % 3], 'user_project': 'fmpaths'} WHEN i % 3 = 0 THEN MAP {'user_project': 'p' || (i % 50), 'user_environment': ['dev', 'prod'][1 + i % 2]} ELSE MAP {} END`,
  tags: `CASE WHEN kind = 0 THEN MAP {'iamPrincipal/customization-path': 'rag'} ELSE MAP {} END`,
};

/** Writes a CUR 2.0 export with the columns and the layout of a real one. The same shape gives the same bytes. */
export async function writeExport(folder: string, { rows, firstMonth, months, parts }: ExportShape): Promise<void> {
  await withDuckDb(async (duck) => {
    const perPart = Math.ceil(rows / (months * parts));
    for (let month = 0; month < months; month += 1) {
      const start = new Date(`${firstMonth}-01T00:00:00Z`);
      start.setUTCMonth(start.getUTCMonth() + month);
      const period = start.toISOString().slice(0, 7);
      const place = join(folder, 'cur2', 'data', `BILLING_PERIOD=${period}`);
      mkdirSync(place, { recursive: true });
      const hours = (Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1) - start.getTime()) / 3_600_000;
      const columns = CUR_COLUMNS.map(
        ({ name, type }) => `CAST(${FILLED[name] ?? periodColumn(name, period)} AS ${TYPES[type]}) AS ${name}`,
      );
      for (let part = 0; part < parts; part += 1) {
        const first = (month * parts + part) * perPart;
        const file = join(place, `cur2-${String(part + 1).padStart(5, '0')}.snappy.parquet`);
        await duck.run(`COPY (
          SELECT ${columns.join(', ')} FROM (
            SELECT range AS i, range % 10 AS kind, round(((range * 7919) % 100003) / 1e8, 10) AS usd,
              TIMESTAMP '${period}-01 00:00:00' + to_hours(CAST((range * 13) % ${hours} AS integer)) AS started
            FROM range(${first}, ${first + perPart})
          )
        ) TO '${file}' (FORMAT parquet, COMPRESSION snappy)`);
      }
    }
  });
}

function periodColumn(name: string, period: string): string {
  const start = `TIMESTAMP '${period}-01 00:00:00'`;
  if (name === 'bill_billing_period_start_date') return start;
  return name === 'bill_billing_period_end_date' ? `${start} + INTERVAL 1 MONTH` : 'NULL';
}
