import { recordRules } from '../../lib/catalogue/family.ts';
import type { ModelFamily } from '../../lib/catalogue/models.ts';
import type { DatasetFacts } from '../../lib/dataset/findings.ts';
import { CORPUS_RULES } from '../../lib/dataset/records.ts';
import type { TrainingPath } from '../../lib/paths.ts';

const PLAIN: ModelFamily = {
  name: 'Plain',
  epochs: { usual: 2, most: 5 },
  records: { 'fine-tuning': ['conversation'], distillation: ['conversation'] },
  tuningLimits: { min: 8, max: 20_000, advised: 100, maxBytes: 1024 ** 3, source: 'this test' },
  forbiddenTexts: ['System:', 'User:', '[EOS]', '<image>'],
  reasoning: false,
  validation: 'used',
  sources: [{ says: 'everything', source: 'this test', date: '2026-01-01' }],
};

/** Invented families: no change of the real catalogue breaks a test. */
export const FAMILIES = {
  plain: PLAIN,
  reasoning: { ...PLAIN, name: 'Reasoning', reasoning: true, validation: 'unused' },
  open: {
    ...PLAIN,
    name: 'Open',
    epochs: { usual: 5, most: 10 },
    tuningLimits: { ...PLAIN.tuningLimits, min: 1 },
    records: { 'fine-tuning': ['conversation', 'prompt-completion'], distillation: ['conversation'] },
    forbiddenTexts: [],
  },
} satisfies Record<string, ModelFamily>;

/** What a data set is checked for: a path and one of the invented families, or the corpus of continued pre-training. */
export function datasetFacts(customization: TrainingPath, family: keyof typeof FAMILIES | 'corpus'): DatasetFacts {
  const rules = family === 'corpus' ? CORPUS_RULES : recordRules(FAMILIES[family], customization);
  return { customization, family, rules };
}
