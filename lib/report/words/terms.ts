import type { PathId } from '../../paths.ts';

/** One thing in the three languages of AWS's certification guide for AI practitioners, with the reading of its kanji. */
interface Term {
  readonly zh: string;
  readonly ja: string;
  /** Absent where the Japanese term has no kanji. */
  readonly reading?: string;
  readonly en: string;
}

const PATH_TERMS: Readonly<Record<PathId, Term>> = {
  'prompt-only': {
    zh: '文脉内学习／提示工程',
    ja: '文脈内学習',
    reading: 'ぶんみゃくない がくしゅう',
    en: 'In-context learning / Prompt engineering',
  },
  rag: {
    zh: '检索增强生成',
    ja: '検索拡張生成',
    reading: 'けんさく かくちょう せいせい',
    en: 'Retrieval-Augmented Generation (RAG)',
  },
  'fine-tuning': { zh: '微调', ja: 'ファインチューニング', en: 'Fine-tuning' },
  'continued-pretraining': {
    zh: '继续预训练',
    ja: '継続事前学習',
    reading: 'けいぞく じぜん がくしゅう',
    en: 'Continued pre-training (CPT)',
  },
  distillation: { zh: '蒸馏', ja: '蒸留', reading: 'じょうりゅう', en: 'Model distillation' },
};

const OTHER_TERMS: readonly Term[] = [
  { zh: '预留吞吐', ja: 'プロビジョンドスループット', en: 'Provisioned Throughput' },
  { zh: '知识库', ja: 'ナレッジベース', en: 'Knowledge Bases' },
  { zh: 'Token 计费', ja: 'トークン課金', en: 'Token-based pricing' },
];

function termText({ zh, ja, reading, en }: Term): string {
  return `${zh} / ${reading === undefined ? ja : `${ja}【${reading}】`} / ${en}`;
}

/** A line for every path, and one for what they have in common: Chinese, Japanese with its reading, English. */
export function termLines(paths: readonly PathId[]): string[] {
  return [
    ...paths.map((path) => `${path}: ${termText(PATH_TERMS[path])}`),
    ...(paths.length > 1 ? [OTHER_TERMS.map(termText).join('; ')] : []),
  ];
}
