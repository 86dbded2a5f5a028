/** A list of words, one column each. */
const words = (text: string): string[] => text.trim().split(/\s+/);

/**
 * The columns of a CUR 2.0 export with resources and IAM principals, by the type that Athena reads them with. The names are those
 * that Data Exports accepts for this configuration; the types are the dictionary's and those of tables over real exports.
 * Left out: `discount`, because public tables disagree on the type of its values, and what other configurations add
 * (split line items, capacity reservations).
 * https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html
 */
const NAMES_BY_TYPE = {
  string: words(`
    bill_bill_type bill_billing_entity bill_invoice_id bill_invoicing_entity bill_payer_account_id bill_payer_account_name
    identity_line_item_id identity_time_interval
    line_item_availability_zone line_item_blended_rate line_item_currency_code line_item_iam_principal line_item_legal_entity
    line_item_line_item_description line_item_line_item_type line_item_net_unblended_rate line_item_operation
    line_item_product_code line_item_resource_id line_item_tax_type line_item_unblended_rate line_item_usage_account_id
    line_item_usage_account_name line_item_usage_type
    pricing_currency pricing_lease_contract_length pricing_offering_class pricing_public_on_demand_rate
    pricing_purchase_option pricing_rate_code pricing_rate_id pricing_term pricing_unit
    product_comment product_fee_code product_fee_description product_from_location product_from_location_type
    product_from_region_code product_instance_family product_instance_type product_instancesku product_location
    product_location_type product_operation product_pricing_unit product_product_family product_region_code
    product_servicecode product_sku product_to_location product_to_location_type product_to_region_code product_usagetype
    reservation_availability_zone reservation_end_time reservation_modification_status
    reservation_normalized_units_per_reservation reservation_number_of_reservations reservation_reservation_a_r_n
    reservation_start_time reservation_subscription_id reservation_total_reserved_normalized_units
    reservation_total_reserved_units reservation_units_per_reservation
    savings_plan_end_time savings_plan_instance_type_family savings_plan_offering_type savings_plan_payment_option
    savings_plan_purchase_term savings_plan_region savings_plan_savings_plan_a_r_n savings_plan_start_time
  `),
  timestamp: words(`
    bill_billing_period_end_date bill_billing_period_start_date line_item_usage_end_date line_item_usage_start_date
  `),
  double: words(`
    discount_bundled_discount discount_total_discount
    line_item_blended_cost line_item_net_unblended_cost line_item_normalization_factor line_item_normalized_usage_amount
    line_item_unblended_cost line_item_usage_amount
    pricing_public_on_demand_cost
    reservation_amortized_upfront_cost_for_usage reservation_amortized_upfront_fee_for_billing_period
    reservation_effective_cost reservation_net_amortized_upfront_cost_for_usage
    reservation_net_amortized_upfront_fee_for_billing_period reservation_net_effective_cost
    reservation_net_recurring_fee_for_usage reservation_net_unused_amortized_upfront_fee_for_billing_period
    reservation_net_unused_recurring_fee reservation_net_upfront_value reservation_recurring_fee_for_usage
    reservation_unused_amortized_upfront_fee_for_billing_period reservation_unused_normalized_unit_quantity
    reservation_unused_quantity reservation_unused_recurring_fee reservation_upfront_value
    savings_plan_amortized_upfront_commitment_for_billing_period
    savings_plan_net_amortized_upfront_commitment_for_billing_period
    savings_plan_net_recurring_commitment_for_billing_period savings_plan_net_savings_plan_effective_cost
    savings_plan_recurring_commitment_for_billing_period savings_plan_savings_plan_effective_cost
    savings_plan_savings_plan_rate savings_plan_total_commitment_to_date savings_plan_used_commitment
  `),
  'map<string,string>': words('cost_category product resource_tags tags'),
} as const;

export interface CurColumn {
  readonly name: string;
  /** As the Glue Data Catalog writes it. */
  readonly type: keyof typeof NAMES_BY_TYPE;
}

export const CUR_COLUMNS: readonly CurColumn[] = Object.entries(NAMES_BY_TYPE)
  .flatMap(([type, names]) => names.map((name) => ({ name, type: type as CurColumn['type'] })))
  .sort((a, b) => (a.name < b.name ? -1 : 1));
