import { z } from 'zod';
import { addLine, note } from '../../line-sheet.ts';
import { atLeastZero } from '../../workload-fields.ts';
import type { StoreCost, StoreUse } from '../store-cost.ts';
import { ACTIVE_HOURS, addStorage, data, storageSpecs } from '../store-lines.ts';

const schema = z.strictObject({
  kind: z.literal('opensearch-serverless-nextgen'),
  activeHoursPerMonth: atLeastZero,
  ocusWhenActive: z.union([z.literal(2), z.literal(4), z.int().min(8).multipleOf(8)]),
  vectors: atLeastZero.optional(),
  storedGb: atLeastZero.optional(),
});

type Store = z.infer<typeof schema>;

const STORAGE = storageSpecs('OpenSearch Serverless storage');
const OCUS = data({
  kind: 'fixed',
  name: 'OpenSearch Serverless NextGen OCUs',
  unit: 'OCU-hour',
  formula: 'vectorStore.ocusWhenActive × activeHours',
  assumption: 'scales to zero between active hours; use by knowledge bases is unconfirmed',
});

function addLines(use: StoreUse<Store>): void {
  const { sheet, store, hoursPerMonth } = use;
  note(sheet, 'nextgen-unconfirmed');
  addLine(sheet, OCUS, 'aoss/ocu', store.ocusWhenActive * Math.min(store.activeHoursPerMonth, hoursPerMonth));
  addStorage(use, STORAGE, 'aoss/storage');
}

/** Capacity by the hour that scales to zero between active hours. */
export const OPENSEARCH_NEXTGEN = {
  schema,
  billsByHour: true,
  readsDocuments: false,
  secrets: [],
  addLines,
  fieldNames: {},
  derivedNames: ACTIVE_HOURS,
} as const satisfies StoreCost<Store>;
