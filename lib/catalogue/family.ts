/** Families differ in the form of their records, and in how many they take. */
export type ModelFamily = 'nova' | 'nova-2' | 'llama' | 'titan' | 'sagemaker-corpus';

type BaseModelFamily = Exclude<ModelFamily, 'sagemaker-corpus'>;

const FAMILIES: readonly (readonly [RegExp, BaseModelFamily])[] = [
  [/^amazon\.nova-2-/, 'nova-2'],
  [/^amazon\.nova-/, 'nova'],
  [/^meta\.llama/, 'llama'],
  [/^amazon\.titan-text-/, 'titan'],
];

/** The family of a base model, by its id with or without context length; undefined where its records are not known. */
export function modelFamily(modelId: string): BaseModelFamily | undefined {
  return FAMILIES.find(([id]) => id.test(modelId))?.[1];
}
