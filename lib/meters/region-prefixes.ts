import { UserError } from '../errors/user-error.ts';

interface RegionRow {
  /** Null for a prefix that occurs although AWS gives no Region for it. */
  readonly region: string | null;
  /** Ireland has two spellings: the old services say `EU`, some newer ones `EUW1`. */
  readonly prefixes: readonly string[];
  /** False where usage types have not been checked against a price list: a bill is read, prices are not fetched. @default true */
  readonly isPriced?: false;
}

/** What billed usage types start with in a Region (AWS Regions and Availability Zones guide, "AWS Region billing codes"). */
const REGIONS: readonly RegionRow[] = [
  { region: 'us-east-1', prefixes: ['USE1'] },
  { region: 'us-east-2', prefixes: ['USE2'] },
  { region: 'us-west-1', prefixes: ['USW1'] },
  { region: 'us-west-2', prefixes: ['USW2'] },
  { region: 'ca-central-1', prefixes: ['CAN1'] },
  { region: 'sa-east-1', prefixes: ['SAE1'] },
  { region: 'eu-west-1', prefixes: ['EU', 'EUW1'] },
  { region: 'eu-west-2', prefixes: ['EUW2'] },
  { region: 'eu-west-3', prefixes: ['EUW3'] },
  { region: 'eu-central-1', prefixes: ['EUC1'] },
  { region: 'eu-north-1', prefixes: ['EUN1'] },
  { region: 'eu-south-1', prefixes: ['EUS1'] },
  { region: 'ap-northeast-1', prefixes: ['APN1'] },
  { region: 'ap-northeast-2', prefixes: ['APN2'] },
  { region: 'ap-northeast-3', prefixes: ['APN3'] },
  { region: 'ap-south-1', prefixes: ['APS3'] },
  { region: 'ap-southeast-1', prefixes: ['APS1'] },
  { region: 'ap-southeast-2', prefixes: ['APS2'] },
  { region: 'ap-southeast-3', prefixes: ['APS4'], isPriced: false },
  { region: 'ap-southeast-4', prefixes: ['APS6'], isPriced: false },
  { region: 'ap-southeast-5', prefixes: ['APS7'], isPriced: false },
  { region: 'ap-southeast-6', prefixes: ['APS8'], isPriced: false },
  { region: 'ap-southeast-7', prefixes: ['APS9'], isPriced: false },
  { region: 'ap-south-2', prefixes: ['APS5'], isPriced: false },
  { region: 'ap-east-1', prefixes: ['APE1'], isPriced: false },
  { region: 'ap-east-2', prefixes: ['APE2'], isPriced: false },
  { region: 'ca-west-1', prefixes: ['CAN2'], isPriced: false },
  { region: 'eu-central-2', prefixes: ['EUC2'], isPriced: false },
  { region: 'eu-south-2', prefixes: ['EUS2'], isPriced: false },
  { region: 'af-south-1', prefixes: ['AFS1'], isPriced: false },
  { region: 'il-central-1', prefixes: ['ILC1'], isPriced: false },
  { region: 'me-central-1', prefixes: ['MEC1'], isPriced: false },
  { region: 'me-south-1', prefixes: ['MES1'], isPriced: false },
  { region: 'us-gov-east-1', prefixes: ['UGE1'], isPriced: false },
  { region: 'us-gov-west-1', prefixes: ['UGW1'], isPriced: false },
  // written for Calgary by some tools; AWS's own code is CAN2
  { region: null, prefixes: ['CAW1'], isPriced: false },
];

const PRICED = new Map(
  REGIONS.flatMap(({ region, prefixes, isPriced }) =>
    region === null || isPriced === false ? [] : [[region, prefixes] as const],
  ),
);

/** Regions whose prices can be fetched. */
export const PRICED_REGIONS: readonly string[] = [...PRICED.keys()];

/** @throws UserError for a Region whose usage types nobody has spelled out here. */
export function regionPrefixes(region: string): readonly string[] {
  const prefixes = PRICED.get(region);
  if (prefixes === undefined) {
    throw new UserError(`no usage-type prefix is known for region '${region}'. Regions: ${PRICED_REGIONS.join(', ')}`);
  }
  return prefixes;
}

/** `USE1-AcmeSmall-input-tokens` is `AcmeSmall-input-tokens` in every Region; us-east-1 often has no prefix at all. */
const REGION_PREFIX = prefixPattern(REGIONS.flatMap(({ prefixes }) => prefixes));

/** Matches every number of a series, so that the next Region of a known series is read too. */
function prefixPattern(prefixes: readonly string[]): RegExp {
  const bare = prefixes.filter((prefix) => !/\d$/.test(prefix));
  const series = new Set(prefixes.map((prefix) => prefix.replace(/\d$/, '')));
  // Europe began without numbers
  const numbered = [...series].map((letters) =>
    bare.some((prefix) => letters.startsWith(prefix)) ? `${letters}\\d?` : `${letters}\\d`,
  );
  return new RegExp(`^(?:${numbered.join('|')})-`);
}

/** A usage type without the Region it was billed in. */
export function localUsageType(usageType: string): string {
  return usageType.replace(REGION_PREFIX, '');
}

/**
 * The exact usage types that a template such as `{P}-AcmeSmall-input-tokens` stands for in a Region.
 * us-east-1 was the first Region: what is as old as it carries no prefix there.
 */
export function usageTypesIn(region: string, templates: readonly string[]): ReadonlySet<string> {
  const types = regionPrefixes(region).flatMap((prefix) => templates.map((text) => text.replaceAll('{P}', prefix)));
  const bare = region === 'us-east-1' ? templates.map((text) => text.replace(/^\{P\}-/, '')) : [];
  return new Set([...types, ...bare.filter((type) => !type.includes('{P}'))]);
}
