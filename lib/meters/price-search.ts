import { modelEntry } from '../catalogue/model-entry.ts';
import type { ModelCatalogue, NamedModel } from '../catalogue/models.ts';
import { nearestName } from '../json/nearest-name.ts';
import { priceMeters } from './price-meters.ts';

/** Why a refresh finds a price, or cannot. */
type SearchReason =
  /** The price list is asked for it. */
  | 'listed'
  /** The catalogue does not say how the price list names the model. */
  | 'unnamed-model'
  /** The model is in no catalogue. */
  | 'unknown-model'
  /** No usage type is known: the price is kept by hand. */
  | 'by-hand'
  /** The catalogue knows the model by name only, and why. */
  | `named-${NamedModel['reason']}`;

/** Ids that a book lacks and that one thing can be done about. */
export interface PriceSearch {
  readonly reason: SearchReason;
  readonly ids: readonly string[];
  /** Of the reasons that are about a model. */
  readonly model?: string | undefined;
  /** Of a model that is known by name only. */
  readonly endOfLife?: string | undefined;
  /** A model of the catalogue whose id is nearly the same. */
  readonly meant?: string | undefined;
}

/**
 * Sorts the ids that a book lacks by what can find their price, in the order in which they come.
 * @param maybeUnsold those of which nobody knows whether AWS sells them: left out where no price list can tell
 */
export function searchPrices(
  catalogue: ModelCatalogue,
  ids: readonly string[],
  maybeUnsold: readonly string[] = [],
): PriceSearch[] {
  if (ids.length === 0) return [];
  const { models, named = {} } = catalogue;
  const meters = priceMeters(catalogue);
  const reasonOf = (id: string): Omit<PriceSearch, 'ids'> => {
    const model = id.slice(0, id.indexOf('/'));
    const byName = Object.hasOwn(named, model) ? named[model] : undefined;
    // a price of a model that may not be called is of no use, found or not
    if (byName !== undefined) {
      return { reason: `named-${byName.reason}`, model, endOfLife: byName.endOfLife ?? undefined };
    }
    if (meters.has(id)) return { reason: 'listed' };
    const entry = modelEntry(models, model);
    if (entry !== undefined) {
      return entry.priceList === undefined ? { reason: 'unnamed-model', model } : { reason: 'by-hand' };
    }
    // ids of models begin with their maker and a dot, those of services do not
    if (!model.includes('.')) return { reason: 'by-hand' };
    return { reason: 'unknown-model', model, meant: nearestName(model, Object.keys(models)) };
  };
  const found = new Map<string, PriceSearch>();
  for (const id of ids) {
    const why = reasonOf(id);
    if ((why.reason === 'by-hand' || why.reason === 'unnamed-model') && maybeUnsold.includes(id)) continue;
    const key = `${why.reason} ${why.model ?? ''}`;
    found.set(key, { ...why, ids: [...(found.get(key)?.ids ?? []), id] });
  }
  return [...found.values()];
}
