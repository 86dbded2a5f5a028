import type { ModelCatalogue } from '../../lib/catalogue/models.ts';
import { MODEL } from './example-config.ts';

/** What AWS's two pages say, as the catalogue holds it. */
export const LIFECYCLE_RULES: NonNullable<ModelCatalogue['lifecycleRules']> = [
  {
    launchedBefore: '2026-09-07',
    leastLegacy: 'P6M',
    extendedAccessAfter: 'P3M',
    closes: ['new-customers', 'provisioned-throughput', 'customization-jobs'],
    idleDays: 15,
    sources: MODEL.sources,
  },
  {
    launchedBefore: null,
    leastLegacy: 'P45D',
    extendedAccessAfter: null,
    closes: ['new-customers', 'provisioned-throughput', 'customization-jobs'],
    idleDays: 15,
    sources: MODEL.sources,
  },
];
