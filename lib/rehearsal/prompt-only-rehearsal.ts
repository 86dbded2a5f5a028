import { measuredWorkload } from '../cost/measured-workload.ts';
import type { PathRehearsal, PathStage } from './path-rehearsal.ts';

/** Nothing but questions: what they use is all that a month bills. */
export function promptOnlyRehearsal({ config }: PathStage): PathRehearsal {
  const { modelId, profileScope, serviceTier } = config.promptOnly;
  return {
    workload: (measured) => measuredWorkload({ ...measured, modelId, profileScope, tier: serviceTier }),
  };
}
