import { addLine, needed, type LineSheet, type LineSpec } from '../line-sheet.ts';
import type { Rag } from '../workload.ts';
import { isStructuredOnly } from './documents-cost.ts';
import { addStoreLines, idleStore, STORES } from './stores.ts';

const secretsKept = (secrets: readonly string[]): LineSpec => ({
  component: 'operations',
  kind: 'fixed',
  name: 'Secrets Manager secrets',
  unit: 'secret-month',
  assumption: `${secrets.join(', ')}, unless operations.secrets says how many`,
  formula: String(secrets.length),
});

/**
 * Adds what the vector store of a knowledge base costs, idle or not.
 * @param secretsCounted whether the operations of the path say how many secrets there are, the store's among them
 */
export function addVectorStore(
  sheet: LineSheet,
  rag: Rag,
  requestsPerMonth: number | undefined,
  hoursPerMonth: number,
  secretsCounted: boolean,
): void {
  if (isStructuredOnly(rag)) return;
  const store = needed(sheet, 'data', rag.vectorStore, 'rag.vectorStore');
  if (store === undefined) return;
  const use = { sheet, rag, store, requestsPerMonth, hoursPerMonth };
  addStoreLines(store.kind, use);
  sheet.idleStore = idleStore(store.kind, use);
  const { secrets } = STORES[store.kind];
  if (!secretsCounted) addLine(sheet, secretsKept(secrets), 'secrets/secret', secrets.length);
}
