import { createHash } from 'node:crypto';
import type { ModelCatalogue } from '../catalogue/models.ts';
import { STORE_FACTS } from '../catalogue/stores.ts';
import type { Price, PriceBook } from '../prices/price-book.ts';
import { DAY_MS } from '../units.ts';
import type { Tagging } from './bill.ts';
import type { RecordedUsage } from './meter.ts';
import { billedUsageType } from './usage-type.ts';
import type { Tags } from './usage.ts';

/**
 * Columns of a CUR 2.0 export that a line of usage fills, with their types
 * (https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html). An export names its columns, so this one leaves
 * out those of reservations, savings plans and instances.
 */
export const CUR_COLUMNS = {
  bill_bill_type: 'VARCHAR',
  bill_billing_entity: 'VARCHAR',
  bill_billing_period_end_date: 'TIMESTAMP',
  bill_billing_period_start_date: 'TIMESTAMP',
  bill_invoice_id: 'VARCHAR',
  bill_invoicing_entity: 'VARCHAR',
  bill_payer_account_id: 'VARCHAR',
  bill_payer_account_name: 'VARCHAR',
  cost_category: 'MAP(VARCHAR, VARCHAR)',
  identity_line_item_id: 'VARCHAR',
  identity_time_interval: 'VARCHAR',
  line_item_availability_zone: 'VARCHAR',
  line_item_blended_cost: 'DOUBLE',
  line_item_blended_rate: 'VARCHAR',
  line_item_currency_code: 'VARCHAR',
  line_item_iam_principal: 'VARCHAR',
  line_item_legal_entity: 'VARCHAR',
  line_item_line_item_description: 'VARCHAR',
  line_item_line_item_type: 'VARCHAR',
  line_item_operation: 'VARCHAR',
  line_item_product_code: 'VARCHAR',
  line_item_resource_id: 'VARCHAR',
  line_item_unblended_cost: 'DOUBLE',
  line_item_unblended_rate: 'VARCHAR',
  line_item_usage_account_id: 'VARCHAR',
  line_item_usage_account_name: 'VARCHAR',
  line_item_usage_amount: 'DOUBLE',
  line_item_usage_end_date: 'TIMESTAMP',
  line_item_usage_start_date: 'TIMESTAMP',
  line_item_usage_type: 'VARCHAR',
  pricing_currency: 'VARCHAR',
  pricing_public_on_demand_cost: 'DOUBLE',
  pricing_public_on_demand_rate: 'VARCHAR',
  pricing_term: 'VARCHAR',
  pricing_unit: 'VARCHAR',
  product: 'MAP(VARCHAR, VARCHAR)',
  product_product_family: 'VARCHAR',
  product_region_code: 'VARCHAR',
  product_servicecode: 'VARCHAR',
  product_usagetype: 'VARCHAR',
  resource_tags: 'MAP(VARCHAR, VARCHAR)',
} as const;

export type CurColumn = keyof typeof CUR_COLUMNS;

type CurValue<Type> = Type extends 'VARCHAR'
  ? string | null
  : Type extends 'DOUBLE'
    ? number | null
    : Type extends 'TIMESTAMP'
      ? Date
      : Readonly<Record<string, string>>;

export type CurRow = { readonly [Column in CurColumn]: CurValue<(typeof CUR_COLUMNS)[Column]> };

/** Service code of third-party models, which AWS Marketplace bills. */
const MARKETPLACE_MODELS = 'AmazonBedrockFoundationModels';

const NOT_AN_INVOICE = 'SIMULATED by the fmpaths rehearsal: no account was charged';

export interface BillInput {
  readonly accountId: string;
  readonly prices: PriceBook;
  readonly models: ModelCatalogue;
  readonly tagging: Tagging;
  readonly activeTagKeys: readonly string[];
}

/** Lines of a daily export: usage of one day, meter, resource and operation is one line. The prices must be known. */
export function curRows(usage: readonly RecordedUsage[], input: BillInput): CurRow[] {
  const lines = new Map<string, { usage: RecordedUsage; quantity: number }>();
  for (const used of usage) {
    const day = used.at.toISOString().slice(0, 10);
    const key = JSON.stringify([day, used.priceId, used.resourceId, used.operation, used.path]);
    const line = lines.get(key);
    lines.set(key, { usage: used, quantity: (line?.quantity ?? 0) + used.quantity });
  }
  return [...lines].map(([key, { usage: used, quantity }]) => curRow(key, used, quantity, input));
}

function curRow(key: string, used: RecordedUsage, quantity: number, input: BillInput): CurRow {
  const { prices, models, accountId } = input;
  const price = prices.prices.get(used.priceId);
  if (price === undefined) throw new Error(`no price ${used.priceId}`);
  const { usageType, synthetic } = billedUsageType(price, prices, used.operation);
  const unit = billedUnit(price);
  const amount = quantity / unit.pieces;
  const rateUsd = price.usd * (unit.pieces / piecesOf(price.per));
  const costUsd = amount * rateUsd;
  const start = new Date(Math.floor(used.at.getTime() / DAY_MS) * DAY_MS);
  const end = new Date(start.getTime() + DAY_MS);
  const marketplace = price.service === MARKETPLACE_MODELS;
  const model = models.models[price.id.split('/')[0] ?? ''];
  const productName = marketplace ? `${model?.name ?? price.id} (Amazon Bedrock Edition)` : price.service;
  return {
    bill_bill_type: 'Anniversary',
    bill_billing_entity: marketplace ? 'AWS Marketplace' : 'AWS',
    bill_billing_period_end_date: new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1)),
    bill_billing_period_start_date: new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), 1)),
    bill_invoice_id: null,
    bill_invoicing_entity: NOT_AN_INVOICE,
    bill_payer_account_id: accountId,
    bill_payer_account_name: 'fmpaths rehearsal',
    cost_category: {},
    identity_line_item_id: hashed(key).slice(0, 52),
    identity_time_interval: `${seconds(start)}/${seconds(end)}`,
    line_item_availability_zone: null,
    line_item_blended_cost: costUsd,
    line_item_blended_rate: String(rateUsd),
    line_item_currency_code: 'USD',
    line_item_iam_principal: null,
    line_item_legal_entity: NOT_AN_INVOICE,
    line_item_line_item_description: `SIMULATED: $${price.usd} per ${price.per} (${price.id})${synthetic ? ', usage type not as AWS writes it' : ''}`,
    line_item_line_item_type: 'Usage',
    line_item_operation: used.operation,
    line_item_product_code: marketplace ? marketplaceCode(productName) : price.service,
    line_item_resource_id: used.resourceId,
    line_item_unblended_cost: costUsd,
    line_item_unblended_rate: String(rateUsd),
    line_item_usage_account_id: accountId,
    line_item_usage_account_name: 'fmpaths rehearsal',
    line_item_usage_amount: amount,
    line_item_usage_end_date: end,
    line_item_usage_start_date: start,
    line_item_usage_type: usageType,
    pricing_currency: 'USD',
    // Marketplace lines carry their price only as unblended cost
    pricing_public_on_demand_cost: marketplace ? null : costUsd,
    pricing_public_on_demand_rate: marketplace ? null : String(rateUsd),
    pricing_term: 'OnDemand',
    pricing_unit: unit.name,
    product: {
      product_name: productName,
      region: prices.region,
      ...(model === undefined ? {} : { model: model.name, provider: model.provider }),
      ...(synthetic ? { fmpaths_usage_type: 'synthetic' } : {}),
    },
    product_product_family: model === undefined ? null : 'Amazon Bedrock',
    product_region_code: prices.region,
    product_servicecode: marketplace ? null : price.service,
    product_usagetype: usageType,
    resource_tags: input.tagging === 'all' || carriesTags(used) ? exportedTags(used.tags, input.activeTagKeys) : {},
  };
}

/**
 * Whether AWS is known to put the resource's tags on the line. Tokens through an application inference profile: Bedrock user
 * guide, cost management. Provisioned Throughput, Lambda, log groups, S3, S3 Vectors, Aurora, secrets and SageMaker training: AWS
 * cost allocation tags. Guardrail units, embedded tokens, reranked queries, OCUs, tokens of deployments, training tokens, stored and
 * imported models: nobody has confirmed it. Custom metrics and the
 * tokens of a teacher cannot be tagged.
 */
export function carriesTags({ priceId, resourceId }: RecordedUsage): boolean {
  if (/:(?:application-inference-profile|provisioned-model)\//.test(resourceId ?? '')) return true;
  return TAGGED_SERVICES.some((service) => priceId.startsWith(service));
}

/** Price ids of the services whose lines carry the tags of their resource. */
const TAGGED_SERVICES = [
  ...['lambda/', 'logs/', 's3/', 'secrets/', 'sagemaker/'],
  ...Object.values(STORE_FACTS).flatMap(({ linesCarryTags, prices }) => (linesCarryTags ? [prices] : [])),
];

/** A tag appears once its key is activated, under a normalised name: `customization-path` is `user_customization_path`. */
function exportedTags(tags: Tags, activeKeys: readonly string[]): Tags {
  return Object.fromEntries(
    Object.entries(tags)
      .filter(([key]) => activeKeys.includes(key))
      .map(([key, value]) => [`user_${key.replace(/[^A-Za-z0-9]/g, '_')}`, value]),
  );
}

/** Pieces of one unit of a price: `1M tokens` is a million tokens; a quantity is metered in pieces. */
export function piecesOf(per: Price['per']): number {
  if (per === 'TB' || per === 'TB-month') return 1024;
  if (per === 'GB-hour') return 3600;
  const [, count = '1', scale = ''] = /^(\d+)([KM]?) /.exec(per) ?? [];
  return Number(count) * (scale === 'M' ? 1e6 : scale === 'K' ? 1e3 : 1);
}

/** The unit in which AWS writes the amount, where it is known to differ from the unit of the price. */
export function billedUnit({ per, service }: Price): { readonly name: string; readonly pieces: number } {
  if (per.endsWith(' tokens')) {
    return service === MARKETPLACE_MODELS ? { name: 'Units', pieces: 1e6 } : { name: '1K tokens', pieces: 1e3 };
  }
  if (per.endsWith(' requests')) return { name: 'Requests', pieces: 1 };
  const names: Partial<Record<Price['per'], string>> = {
    'GB-second': 'Lambda-GB-Second',
    'GB-month': 'GB-Mo',
    'metric-month': 'Metrics',
  };
  return { name: names[per] ?? per, pieces: piecesOf(per) };
}

/** Marketplace products have codes of 25 letters and digits that say nothing. */
function marketplaceCode(productName: string): string {
  return BigInt(`0x${hashed(productName)}`)
    .toString(36)
    .slice(0, 25);
}

function hashed(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function seconds(instant: Date): string {
  return instant.toISOString().replace('.000Z', 'Z');
}
