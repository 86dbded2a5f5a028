import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelCatalogue } from '../../lib/catalogue/models.ts';
import { parseCatalogue } from '../../lib/config/config.ts';
import { priceMeters } from '../../lib/meters/price-meters.ts';

/** The catalogue as it is shipped. */
export const CATALOGUE: ModelCatalogue = parseCatalogue(
  JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'config', 'models.json'), 'utf8')),
);

/** How the prices of its models, and all others, are found. */
export const PRICE_METERS = priceMeters(CATALOGUE);
