import { COST_COMPONENTS, type CostComponent } from '../meters/cost-component.ts';
import { meterOfUsageType, type Meter, type UntaggedCause } from '../meters/meters.ts';
import { localUsageType } from '../meters/region-prefixes.ts';
import { isBedrock, serviceCode } from '../meters/services.ts';
import { isPathId, type PathId } from '../paths.ts';
import type { BilledRow } from './bill.ts';

/** A path that was deployed in the window, and what of it a bill can recognise without a tag. */
export interface DeployedPath {
  readonly path: PathId;
  /** Resource ids as a bill names them: ARNs, and bucket names. */
  readonly resourceIds: readonly string[];
  /**
   * Usage types of the models this path calls, with or without Region prefix.
   * @default any model's tokens could be this path's
   */
  readonly tokenUsageTypes?: readonly string[];
}

/** One sum of like charges, as every source delivers it. */
export interface Charge {
  readonly day: string | null;
  readonly service: string;
  readonly usageType: string;
  readonly pathTag: string | null;
  readonly componentTag: string | null;
  readonly resourceId: string | null;
  readonly usd: number;
  readonly quantity: number | null;
  readonly unit: string | null;
}

/** Charges that a path causes but AWS may bill without the path's tag. */
const UNTAGGED_CAUSES: Readonly<Record<PathId, readonly UntaggedCause[]>> = {
  'prompt-only': ['base-model-tokens'],
  rag: ['documents', 'base-model-tokens'],
  // a tuned path may call only models with its own tag, so tokens of base models are not its
  'fine-tuning': ['custom-model'],
  'continued-pretraining': ['custom-model'],
  // its teacher is a base model
  distillation: ['custom-model', 'base-model-tokens'],
};

/** The only deployed path that can have caused untagged usage, or null where none or several can. */
function causingPath(
  cause: UntaggedCause | undefined,
  usageType: string,
  deployed: readonly DeployedPath[],
): PathId | null {
  if (cause === undefined) return null;
  const candidates = deployed.filter(({ path, tokenUsageTypes }) => {
    if (!UNTAGGED_CAUSES[path].includes(cause)) return false;
    if (cause !== 'base-model-tokens' || tokenUsageTypes === undefined) return true;
    return tokenUsageTypes.some((known) => localUsageType(known) === localUsageType(usageType));
  });
  return candidates.length === 1 ? (candidates[0]?.path ?? null) : null;
}

const isComponent = (text: string | null): text is CostComponent =>
  (COST_COMPONENTS as readonly (string | null)[]).includes(text);

interface UsageFacts {
  readonly service: string;
  readonly component: CostComponent | undefined;
  /** The only deployed path that could have caused it. */
  readonly cause: PathId | null;
  /** Its usage type says the component, whatever the tag of its resource says. */
  readonly decided: boolean;
}

/** Stands where a source does not carry the service. */
export const UNKNOWN_SERVICE = 'unknown service';

/** The meter of a usage type under the service's billed name or code. */
function meterOf(usageType: string, service: string): Meter | undefined {
  if (isBedrock(service)) return meterOfUsageType(usageType, 'AmazonBedrock');
  return meterOfUsageType(usageType, service === UNKNOWN_SERVICE ? undefined : service);
}

/** A resource id matches as it is; a bucket is billed under its bare name. */
export function billedResourceIds(deployed: readonly DeployedPath[]): Map<string, PathId> {
  return new Map(
    deployed.flatMap(({ path, resourceIds }) =>
      resourceIds.flatMap((id) => [id, id.replace(/^arn:aws[\w-]*:s3:::/, '')].map((known) => [known, path] as const)),
    ),
  );
}

/**
 * Gives a charge to a path: by its tag; else inferred, from a resource id that belongs to one deployed path or from a usage
 * type that exactly one deployed path could have caused; else to none.
 */
export function attributor(deployed: readonly DeployedPath[]): (charge: Charge) => BilledRow {
  const owners = billedResourceIds(deployed);
  // a bill has few usage types and many rows
  const facts = new Map<string, UsageFacts>();
  const factsOf = ({ service: billed, usageType }: Charge): UsageFacts => {
    const key = `${billed}\n${usageType}`;
    const known = facts.get(key);
    if (known !== undefined) return known;
    const service = serviceCode(billed);
    const meter = meterOf(usageType, service);
    const found = {
      service,
      component: meter?.component,
      // without the service, the usage type may be one that AWS does tag
      cause: service === UNKNOWN_SERVICE ? null : causingPath(meter?.untagged, usageType, deployed),
      decided: service !== UNKNOWN_SERVICE && meter?.decides === true,
    };
    facts.set(key, found);
    return found;
  };
  const place = (charge: Charge, tagged: string | null, cause: PathId | null): Place => {
    if (isPathId(tagged)) return { path: tagged, attribution: 'tag', inferredFrom: null };
    if (tagged !== null) return NOWHERE;
    const owner = charge.resourceId === null ? undefined : owners.get(charge.resourceId);
    if (owner !== undefined) return { path: owner, attribution: 'inferred', inferredFrom: 'resource-id' };
    return cause === null ? NOWHERE : { path: cause, attribution: 'inferred', inferredFrom: 'usage-type' };
  };
  return (charge) => {
    const { service, component, cause, decided } = factsOf(charge);
    const tagged = charge.pathTag === '' ? null : charge.pathTag;
    const { path, attribution, inferredFrom } = place(charge, tagged, cause);
    const fromTag = !decided && isComponent(charge.componentTag) ? charge.componentTag : null;
    // one literal: spreading objects takes a hundred times as long, and a bill has tens of thousands of rows
    return {
      path,
      component: fromTag ?? component ?? null,
      componentFrom: fromTag !== null ? 'tag' : component === undefined ? 'unmapped' : 'usage-type',
      day: charge.day,
      service,
      usageType: charge.usageType,
      usd: charge.usd,
      quantity: charge.quantity,
      unit: charge.unit,
      attribution,
      inferredFrom,
      foreignTagValue: attribution === 'tag' ? null : tagged,
    };
  };
}

type Place = Pick<BilledRow, 'path' | 'attribution' | 'inferredFrom'>;

const NOWHERE: Place = { path: null, attribution: 'none', inferredFrom: null };
