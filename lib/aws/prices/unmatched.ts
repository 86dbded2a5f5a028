import type { ModelCatalogue, PriceListName } from '../../catalogue/models.ts';
import { MARKETPLACE_EDITION, type PriceService } from '../../meters/price-meters.ts';
import { localUsageType } from '../../meters/region-prefixes.ts';
import { parseTokenUsageType, type Naming } from '../../meters/token-usage-types.ts';
import type { ListedUsageType, UnknownModel, UnmatchedUsageTypes } from '../../report/prices.ts';
import { termsInForce, type PriceRecord } from './price-record.ts';

/** A record of the price list that no meter takes. */
export type UnmatchedRecord = PriceRecord & { readonly service: PriceService };

export interface Unmatched {
  /** Models that the price list sells tokens of and that the catalogue does not have. */
  readonly unknownModels: readonly UnknownModel[];
  /** All other usage types of models. */
  readonly unmatched: readonly UnmatchedUsageTypes[];
}

interface Named {
  /** Without its Region. */
  readonly usageType: string;
  /** Name of the model in the price list, or of the product where the model cannot be told. */
  readonly name: string;
  /** Undefined where no naming reads the usage type. */
  readonly naming: Naming | undefined;
  readonly meter: string | undefined;
  /** Name for people, as the list has it. */
  readonly displayName: string | undefined;
}

/** Sorts what no meter takes by model: those that are in no catalogue apart. Nothing is left out. */
export function sortUnmatched(
  records: readonly UnmatchedRecord[],
  catalogue: ModelCatalogue,
  today: string,
): Unmatched {
  const modelOf = modelFinder(catalogue);
  const groups = new Map<string, { named: Named; records: { record: UnmatchedRecord; named: Named }[] }>();
  for (const record of records) {
    const named = namesOf(record);
    const key = `${isByName(named.naming) ? 'name' : 'other'} ${named.name}`;
    const group = groups.get(key) ?? { named, records: [] };
    group.records.push({ record, named });
    groups.set(key, group);
  }
  const unknownModels: UnknownModel[] = [];
  const unmatched: UnmatchedUsageTypes[] = [];
  for (const { named, records: members } of groups.values()) {
    const listed = {
      name: named.name,
      services: [...new Set(members.map(({ record }) => record.service))].sort(),
      usageTypes: members
        .map(({ record, named: { meter } }) => listedUsageType(record, meter, today))
        .sort((one, other) => one.usageType.localeCompare(other.usageType)),
    };
    const model = modelOf(named);
    const priceList = priceListName(members.map((member) => member.named));
    if (model === undefined && isByName(named.naming) && priceList !== undefined) {
      unknownModels.push({ ...listed, priceList });
    } else {
      unmatched.push({
        ...listed,
        model: model?.id ?? null,
        priceList: model?.lacksName === true ? (priceList ?? null) : null,
      });
    }
  }
  const byName = (one: { name: string }, other: { name: string }): number => one.name.localeCompare(other.name);
  return { unknownModels: unknownModels.sort(byName), unmatched: unmatched.sort(byName) };
}

/** The namings whose usage types or products name the model whole: the older ones abbreviate it in ways of their own. */
const isByName = (naming: Naming | undefined): boolean => naming !== undefined && naming !== 'usage-type';

function namesOf({ attributes }: PriceRecord): Named {
  const usageType = String(attributes['usagetype']);
  const local = localUsageType(usageType);
  const product = textOf(attributes['servicename']);
  const offered =
    product?.endsWith(MARKETPLACE_EDITION) === true ? product.slice(0, -MARKETPLACE_EDITION.length) : undefined;
  const parsed = parseTokenUsageType(usageType);
  return {
    usageType: local,
    name: parsed?.name ?? offered ?? textOf(attributes['model']) ?? local,
    // an offer that does not say of what is no name of a model
    naming: parsed?.name === undefined && offered === undefined ? undefined : parsed?.naming,
    meter: parsed?.meter,
    displayName: offered ?? textOf(attributes['model']),
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The entry `priceList` by which a refresh would find these; that of the usage types that are understood, where there are some. */
function priceListName(members: readonly Named[]): PriceListName | undefined {
  const { naming, name } = members.find(({ meter }) => meter !== undefined) ?? members[0] ?? {};
  return naming === undefined || name === undefined ? undefined : { naming, name };
}

function listedUsageType(record: UnmatchedRecord, meter: string | undefined, today: string): ListedUsageType {
  return {
    usageType: String(record.attributes['usagetype']),
    service: record.service,
    sku: record.sku,
    meter: meter ?? null,
    prices: termsInForce(record.terms, today)
      .flatMap(({ priceDimensions }) => Object.values(priceDimensions))
      .map(({ unit, pricePerUnit }) => {
        const usd = Number(pricePerUnit['USD'] ?? 'missing');
        return { usd: Number.isFinite(usd) ? usd : null, unit };
      }),
  };
}

interface KnownModel {
  readonly id: string;
  /** The catalogue does not say how the price list names it, and it can still be called. */
  readonly lacksName: boolean;
}

/** Bedrock ids end in a date and a version that some usage types leave out. */
const withoutVersion = (id: string): string => id.replace(/(?:-\d{8})?-v\d+(?::\d+)?$/, '');

/** Finds the model of the catalogue that a name of the price list means: for a list to read, never for a price. */
function modelFinder({ models, named = {} }: ModelCatalogue): (named: Named) => KnownModel | undefined {
  const known = new Map<string, KnownModel>();
  const add = (name: string, model: KnownModel): void => {
    if (!known.has(name)) known.set(name, model);
  };
  const entries = [
    ...Object.entries(models).map(([id, { name, priceList }]) => ({ id, name, priceList, ended: false })),
    ...Object.entries(named).map(([id, { name, priceList, reason }]) => ({
      id,
      name,
      priceList,
      ended: reason === 'ended',
    })),
  ].map(({ ended, ...entry }) => ({
    ...entry,
    model: { id: entry.id, lacksName: entry.priceList === undefined && !ended },
  }));
  for (const { priceList, model } of entries) if (priceList !== undefined) add(priceList.name, model);
  for (const { id, model } of entries) add(id, model);
  for (const { id, model } of entries) add(withoutVersion(id), model);
  for (const { name, model } of entries) add(name, model);
  // the longest: one name may begin as another does
  const inUsageTypes = entries
    .flatMap(({ priceList, model }) =>
      priceList?.naming === 'usage-type' ? [{ start: `${priceList.name}-`, model }] : [],
    )
    .sort((one, other) => other.start.length - one.start.length);
  return ({ name, displayName, usageType }) =>
    known.get(name) ??
    (displayName === undefined ? undefined : known.get(displayName)) ??
    inUsageTypes.find(({ start }) => usageType.startsWith(start))?.model;
}
