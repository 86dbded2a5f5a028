import { z } from 'zod';
import { DEFAULTS } from '../../defaults.ts';
import { addLine, needed, type LineSpec } from '../../line-sheet.ts';
import { atLeastZero, positive, wholePositive } from '../../workload-fields.ts';
import type { StoreCost, StoreUse } from '../store-cost.ts';
import { ACTIVE_HOURS, addStorage, data, storageSpecs } from '../store-lines.ts';

const MIN_ACUS = 0;

const schema = z.strictObject({
  kind: z.literal('aurora-serverless-v2'),
  storage: z.enum(['standard', 'io-optimized']).optional(),
  minAcus: atLeastZero.optional().describe('0 pauses when idle'),
  acusWhenActive: positive.describe('average ACUs while it is not idle'),
  activeHoursPerMonth: atLeastZero.optional().describe('absent: the whole month'),
  instances: wholePositive.optional(),
  ioRequestsPerMonth: atLeastZero.optional().describe('needed for standard storage; included in io-optimized'),
  vectors: atLeastZero.optional(),
  storedGb: atLeastZero.optional(),
});

type Store = z.infer<typeof schema>;

const AURORA_STORAGE = storageSpecs('Aurora storage');

const acuSpec = (formula: string, assumption: string): LineSpec =>
  data({ kind: 'fixed', name: 'Aurora capacity units', unit: 'ACU-hour', assumption, formula });

const AURORA_ALWAYS = acuSpec(
  'instances × vectorStore.acusWhenActive × hoursPerMonth',
  'active the whole month: no hours of activity are given, so none is paused',
);
const AURORA_ACTIVE = acuSpec(
  'instances × (vectorStore.acusWhenActive × activeHours + minAcus × (hoursPerMonth − activeHours))',
  'at its minimum (0: paused) outside the active hours',
);
const AURORA_IO = data({
  kind: 'usage',
  name: 'Aurora I/O requests',
  unit: '1M I/O',
  assumption: 'I/O requests as given',
  formula: 'vectorStore.ioRequestsPerMonth',
});

const acuPriceId = ({ storage }: Store): string =>
  storage === 'io-optimized' ? 'aurora/acu-io-optimized' : 'aurora/acu';

function addLines(use: StoreUse<Store>): void {
  const { sheet, store, hoursPerMonth: hours } = use;
  const optimized = store.storage === 'io-optimized';
  const acuId = acuPriceId(store);
  const instances = store.instances ?? DEFAULTS.instances;
  if (store.activeHoursPerMonth === undefined) {
    addLine(sheet, AURORA_ALWAYS, acuId, instances * store.acusWhenActive * hours);
  } else {
    const active = Math.min(store.activeHoursPerMonth, hours);
    const acuHours = store.acusWhenActive * active + (store.minAcus ?? MIN_ACUS) * (hours - active);
    addLine(sheet, AURORA_ACTIVE, acuId, instances * acuHours);
  }
  addStorage(use, AURORA_STORAGE, optimized ? 'aurora/storage-io-optimized' : 'aurora/storage');
  if (optimized) return;
  const io = needed(sheet, 'data', store.ioRequestsPerMonth, 'rag.vectorStore.ioRequestsPerMonth');
  if (io !== undefined) addLine(sheet, AURORA_IO, 'aurora/io', io);
}

/** pgvector in a cluster that bills capacity by the hour and may pause. */
export const AURORA_SERVERLESS_V2 = {
  schema,
  billsByHour: true,
  readsDocuments: false,
  secrets: ["one of the cluster's owner", "one of the knowledge base's user"],
  idleCapacity: ({ store, hoursPerMonth }) => {
    const acus = store.activeHoursPerMonth === undefined ? store.acusWhenActive : (store.minAcus ?? MIN_ACUS);
    return {
      priceId: acuPriceId(store),
      hoursPerMonth: (store.instances ?? DEFAULTS.instances) * acus * hoursPerMonth,
    };
  },
  addLines,
  fieldNames: { minAcus: { field: 'vectorStore.minAcus', absent: MIN_ACUS } },
  derivedNames: ACTIVE_HOURS,
  levers: {
    'paused-pgvector': ({ store, billsByHour, workingHoursPerMonth: activeHoursPerMonth }) => {
      if (!billsByHour) return undefined;
      if (store.kind === 'aurora-serverless-v2') {
        return store.activeHoursPerMonth === undefined
          ? { setting: 'activeHoursPerMonth', from: null, to: activeHoursPerMonth }
          : undefined;
      }
      const { vectors, storedGb } = store;
      return {
        moveTo: {
          kind: 'aurora-serverless-v2',
          // I/O is included, so that no number of requests has to be guessed
          storage: 'io-optimized',
          minAcus: 0,
          acusWhenActive: 1,
          activeHoursPerMonth,
          ...(vectors === undefined ? {} : { vectors }),
          ...(storedGb === undefined ? {} : { storedGb }),
        },
      };
    },
  },
} as const satisfies StoreCost<Store>;
