import { DEFAULTS } from '../defaults.ts';
import { withField } from '../field.ts';
import type { Hosting } from '../workload.ts';
import { PEAK, set, type Lever, type Position, type Pulled } from './lever.ts';

/** Which model answers, at which price, and on what it runs. */
export const SERVING_LEVERS = {
  batch: { component: 'inference', pull: (position) => moveHalf(position, 'batchShare') },
  flex: { component: 'inference', pull: (position) => moveHalf(position, 'flexShare') },
  'smaller-model': {
    component: 'inference',
    pull: ({ workload, section, inference: { modelId = '' }, training, smallerModelId }) =>
      training !== undefined || smallerModelId === undefined
        ? undefined
        : set(workload, `${section}.inference.modelId`, modelId, smallerModelId),
  },
  'global-profile': {
    component: 'inference',
    pull: ({ workload, section, inference: { modelId, profileScope }, training, onTokens }) =>
      training !== undefined || !onTokens || modelId === undefined || profileScope === 'global'
        ? undefined
        : set(workload, `${section}.inference.profileScope`, profileScope ?? null, 'global'),
  },
  'stop-retries': {
    component: 'inference',
    pull: ({ workload, section, inference: { retryShare = DEFAULTS.retryShare } }) =>
      retryShare > 0 ? set(workload, `${section}.inference.retryShare`, retryShare, 0) : undefined,
  },
  'on-demand-hosting': {
    component: 'inference',
    pull: ({ workload, section, hosting, path, training }) => {
      if (hosting === undefined || hosting.kind === 'on-demand' || hosting.kind === 'none') return undefined;
      // an imported model may have no base model that Bedrock hosts
      if (hosting.kind === 'imported' && path === 'continued-pretraining') return undefined;
      // a base model is on demand where nothing else is said
      const onDemand: Hosting | undefined = training === undefined ? undefined : { kind: 'on-demand' };
      const field = `${section}.hosting`;
      return {
        workload: withField(workload, field, onDemand),
        change: { field, from: hosting.kind, to: 'on-demand' },
      };
    },
  },
  'peak-hours-only': {
    component: 'inference',
    pull: ({ workload, section, hosting }) => {
      if (hosting?.kind !== 'provisioned' || hosting.schedule !== undefined) return undefined;
      const scheduled: Hosting = { ...hosting, commitment: 'none', schedule: PEAK };
      const hours = PEAK.daysPerMonth * (PEAK.hoursPerDay + PEAK.leadHours);
      return set(workload, `${section}.hosting`, workload.hoursPerMonth ?? DEFAULTS.hoursPerMonth, hours, scheduled);
    },
  },
} as const satisfies Record<string, Lever>;

type TierShare = 'batchShare' | 'flexShare' | 'priorityShare' | 'latencyOptimizedShare' | 'ultrafastShare';

/** Moves half of the calls at the standard price to a cheaper tier, which tuned models do not have. */
function moveHalf(
  { workload, section, inference, training, onTokens }: Position,
  field: 'batchShare' | 'flexShare',
): Pulled | undefined {
  const share = (name: TierShare): number => inference[name] ?? DEFAULTS[name];
  const standard =
    1 -
    share('batchShare') -
    share('flexShare') -
    share('priorityShare') -
    share('latencyOptimizedShare') -
    share('ultrafastShare');
  if (training !== undefined || !onTokens || standard < 0.02) return undefined;
  // a batch job may take a day, and the flex tier answers later than standard
  if (workload.needs?.lowLatency === true) return undefined;
  return set(workload, `${section}.inference.${field}`, share(field), share(field) + standard / 2);
}
