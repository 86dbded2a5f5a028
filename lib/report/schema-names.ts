/**
 * Results whose JSON programs read, each with the version of its form. A key may be added within a version; none goes or changes
 * its meaning. `config/schema/output/NAME.schema.json` says what is in it.
 */
const VERSIONS = {
  bill: 1,
  breakeven: 1,
  cleanup: 1,
  compare: 1,
  'dataset-check': 1,
  doctor: 1,
  'doctor-list': 1,
  estimate: 1,
  'host-status': 1,
  levers: 1,
  'prices-check': 1,
  'prices-check-account': 1,
  'prices-diff': 1,
  'prices-refresh': 1,
  'prices-show': 1,
  recommend: 1,
  removal: 1,
  ask: 1,
  'tags-activate': 1,
  'tags-backfill': 1,
  'tags-status': 1,
  'training-run': 1,
} as const;

export type SchemaName = keyof typeof VERSIONS;

export const SCHEMA_NAMES = Object.keys(VERSIONS) as SchemaName[];

/** The first key of the JSON: `fmpaths/bill/v1`. */
export const schemaOf = (name: SchemaName): string => `fmpaths/${name}/v${VERSIONS[name]}`;
