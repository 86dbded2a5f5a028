import { BYTES_PER_GB } from '../../units.ts';
import type { DerivedName } from '../derived-name.ts';
import { addLine, needed, type LineSpec } from '../line-sheet.ts';
import { storedGb } from './documents.ts';
import type { StoreUse } from './store-cost.ts';

/** A line of the component data. */
export const data = (spec: Omit<LineSpec, 'component'>): LineSpec => ({ component: 'data', ...spec });

const STORED_GB = {
  given: 'vectorStore.storedGb',
  derived: `vectors × (4 × embedding.dimensions + textBytesPerVector) ÷ ${BYTES_PER_GB}`,
};

function storageSpec(name: string, kind: keyof typeof STORED_GB): LineSpec {
  return data({
    kind: 'fixed',
    name,
    unit: 'GB-month',
    assumption: kind === 'given' ? 'stored data as given' : 'four bytes a dimension, and the text of the chunk',
    formula: STORED_GB[kind],
  });
}

interface StorageSpecs {
  readonly given: LineSpec;
  readonly derived: LineSpec;
}

/** The line of a store's storage: as given, or derived from its vectors. */
export const storageSpecs = (name: string): StorageSpecs => ({
  given: storageSpec(name, 'given'),
  derived: storageSpec(name, 'derived'),
});

/** Adds what the stored vectors cost. */
export function addStorage(
  { sheet, rag, store }: StoreUse<{ readonly vectors?: number | undefined; readonly storedGb?: number | undefined }>,
  specs: StorageSpecs,
  priceId: string,
): void {
  const gb = needed(sheet, 'data', storedGb(rag, store), 'rag.vectorStore.storedGb');
  if (gb !== undefined) addLine(sheet, store.storedGb === undefined ? specs.derived : specs.given, priceId, gb);
}

/** Hours in which a store is active, of those of the month. */
export const ACTIVE_HOURS: Readonly<Record<string, DerivedName>> = {
  activeHours: 'min(hoursPerMonth, vectorStore.activeHoursPerMonth)',
};
