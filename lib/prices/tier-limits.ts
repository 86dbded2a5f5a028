/**
 * Meters whose price falls with the quantity of a month: the quantities, in single pieces, from which the next price holds.
 * The price of the second tier has the id `<id>/tier-2`, and so on. Source: the pricing pages of the services, as the AWS
 * Price List repeats them with every price.
 */
export const TIER_LIMITS = {
  's3/storage': [50 * 1024, 500 * 1024],
  'lambda/gb-second-x86': [6e9, 15e9],
  'lambda/gb-second-arm': [7.5e9, 18.75e9],
  'cloudwatch/custom-metric': [10_000, 250_000, 1e6],
  'api-gateway/http': [300e6],
  'api-gateway/rest': [333e6, 1e9, 20e9],
} as const satisfies Readonly<Record<string, readonly number[]>>;

export type TieredPriceId = keyof typeof TIER_LIMITS;
