import { familyOfPrice, familyOfUsageType } from './meters.ts';
import { localUsageType } from './region-prefixes.ts';

/** Names the group in which a line of an estimate is compared with the rows of a bill. */
export interface ComparisonGroups {
  readonly ofLine: (line: { readonly priceId: string; readonly usageType: string | null }) => string;
  readonly ofRow: (row: { readonly usageType: string }) => string;
}

/** Every family is one group, whatever models and tiers are in it. */
export const FAMILY_GROUPS: ComparisonGroups = {
  ofLine: ({ priceId, usageType }) => familyOfPrice(priceId, usageType),
  ofRow: ({ usageType }) => familyOfUsageType(usageType),
};

/**
 * The models and tiers of a family have prices of their own, so each of its usage types is a group, provided that the
 * estimate knows the usage type of all its lines and the bill has no other. Else only the family is sure to be the same on
 * both sides, and what is compared is its average price. Models of AWS Marketplace share their usage types: they stay together.
 */
export function comparisonGroups(
  lines: readonly Parameters<ComparisonGroups['ofLine']>[0][],
  rows: readonly Parameters<ComparisonGroups['ofRow']>[0][],
): ComparisonGroups {
  const usageTypes = new Map<string, Set<string | null>>();
  for (const line of lines) {
    const family = FAMILY_GROUPS.ofLine(line);
    const known = usageTypes.get(family) ?? new Set();
    usageTypes.set(family, known.add(line.usageType === null ? null : localUsageType(line.usageType)));
  }
  const apart = new Set(
    [...usageTypes].flatMap(([family, known]) => (known.size > 1 && !known.has(null) ? family : [])),
  );
  // a bill has few usage types and many rows
  const billed = [...new Set(rows.map(({ usageType }) => usageType))];
  for (const usageType of billed) {
    const family = familyOfUsageType(usageType);
    if (usageTypes.get(family)?.has(localUsageType(usageType)) === false) apart.delete(family);
  }
  const group = (family: string, usageType: string | null) =>
    usageType !== null && apart.has(family) ? localUsageType(usageType) : family;
  const ofBilled = new Map(billed.map((usageType) => [usageType, group(familyOfUsageType(usageType), usageType)]));
  return {
    ofLine: (line) => group(FAMILY_GROUPS.ofLine(line), line.usageType),
    ofRow: ({ usageType }) => ofBilled.get(usageType) ?? group(familyOfUsageType(usageType), usageType),
  };
}
