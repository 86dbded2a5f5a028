import { UserError } from '../errors/user-error.ts';

/** What billed usage types start with in a Region. Ireland has two spellings: the old services say `EU`, some newer ones `EUW1`. */
const REGION_PREFIXES: Readonly<Record<string, readonly string[]>> = {
  'us-east-1': ['USE1'],
  'us-east-2': ['USE2'],
  'us-west-1': ['USW1'],
  'us-west-2': ['USW2'],
  'ca-central-1': ['CAN1'],
  'sa-east-1': ['SAE1'],
  'eu-west-1': ['EU', 'EUW1'],
  'eu-west-2': ['EUW2'],
  'eu-west-3': ['EUW3'],
  'eu-central-1': ['EUC1'],
  'eu-north-1': ['EUN1'],
  'eu-south-1': ['EUS1'],
  'ap-northeast-1': ['APN1'],
  'ap-northeast-2': ['APN2'],
  'ap-northeast-3': ['APN3'],
  'ap-south-1': ['APS3'],
  'ap-southeast-1': ['APS1'],
  'ap-southeast-2': ['APS2'],
};

export const PRICED_REGIONS: readonly string[] = Object.keys(REGION_PREFIXES);

/** @throws UserError for a Region whose usage types nobody has spelled out here. */
export function regionPrefixes(region: string): readonly string[] {
  const prefixes = Object.hasOwn(REGION_PREFIXES, region) ? REGION_PREFIXES[region] : undefined;
  if (prefixes === undefined) {
    throw new UserError(`no usage-type prefix is known for region '${region}'. Regions: ${PRICED_REGIONS.join(', ')}`);
  }
  return prefixes;
}

/**
 * The exact usage types that a template such as `{P}-NovaLite-input-tokens` stands for in a Region.
 * us-east-1 was the first Region: what is as old as it carries no prefix there.
 */
export function usageTypesIn(region: string, templates: readonly string[]): ReadonlySet<string> {
  const types = regionPrefixes(region).flatMap((prefix) => templates.map((text) => text.replaceAll('{P}', prefix)));
  const bare = region === 'us-east-1' ? templates.map((text) => text.replace(/^\{P\}-/, '')) : [];
  return new Set([...types, ...bare.filter((type) => !type.includes('{P}'))]);
}
