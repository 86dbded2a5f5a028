import type { LeverId } from '../../cost/levers.ts';
import type { Advice, AdviceCheck, NeedId, Recommendation, StepOutcome } from '../../cost/recommend.ts';
import type { Language } from './languages.ts';
import { STORE_LEVER_NAMES } from './stores.ts';

/** The words of break-even, levers and recommendations. `{name}` is filled in. */
export interface AdviceMessages {
  readonly breakEven: Readonly<
    Record<
      | 'title'
      | 'spread'
      | 'always'
      | 'never'
      | 'same'
      | 'crossings'
      | 'unknown'
      | 'noPrice'
      | 'notOffered'
      | 'leftOut'
      | 'notSaid'
      | 'stretchSame'
      | 'from'
      | 'to'
      | 'cheaper'
      | 'kind'
      | 'equal'
      | 'step'
      | 'now',
      string
    >
  >;
  readonly levers: Readonly<
    Record<
      | 'title'
      | 'sensitivityTitle'
      | 'lever'
      | 'field'
      | 'from'
      | 'to'
      | 'monthly'
      | 'oneTime'
      | 'split'
      | 'lower'
      | 'higher'
      | 'unknownFor'
      | 'alone'
      | 'mixed',
      string
    >
  >;
  readonly leverNames: Readonly<Record<LeverId, string>>;
  readonly recommend: Readonly<
    Record<
      | 'title'
      | 'rule'
      | 'lacking'
      | 'and'
      | 'difference'
      | 'check'
      | 'checkUnknown'
      | 'because'
      | 'once'
      | 'onceOf'
      | 'lifeDiffers'
      | 'lifeUnknown'
      | 'untunedRow'
      | 'untuned',
      string
    >
  >;
  readonly scenarios: Readonly<Record<string, string>>;
  readonly needs: Readonly<Record<NeedId, string>>;
  readonly outcomes: Readonly<Record<StepOutcome, string>>;
  readonly advice: Readonly<Record<Advice, string>>;
  readonly verdicts: Readonly<Record<AdviceCheck['verdict'], string>>;
  readonly agreement: Readonly<Record<Recommendation['agreement'], string>>;
}

export const ADVICE_MESSAGES: Record<Language, AdviceMessages> = {
  en: {
    breakEven: {
      title: 'Monthly cost of {first} and {second} over {field}, {from} to {to}',
      spread: 'One-time costs are spread over {months} months.',
      always: 'always: {first} is cheaper than {second} over the whole range.',
      never: 'never: {first} is not cheaper than {second} anywhere in the range.',
      same: 'Both cost the same over the whole range.',
      crossings: 'Changes of the cheaper path in the range: {count}',
      unknown: 'unknown: not everything is known of both paths.',
      noPrice: 'No price for {ids}.',
      notOffered: 'AWS does not offer {ids}.',
      leftOut: 'Left out on both sides, because both pay the same and no price is known: {ids}.',
      notSaid: 'The workload does not say {fields}.',
      stretchSame: 'both the same',
      from: 'from',
      to: 'to',
      cheaper: 'cheaper',
      kind: 'how',
      equal: 'equal cost',
      step: 'a step: one jumps past the other',
      now: 'As the workload is, a month: {second} - {first} = {split}.',
    },
    levers: {
      title: 'Levers on {path}, {region}, {usd} a month now',
      split: 'made of, a month',
      sensitivityTitle: '{path}: what the monthly figure hangs on, when an assumption is 20 % off',
      lever: 'lever',
      field: 'field',
      from: 'now',
      to: 'then',
      monthly: 'a month',
      oneTime: 'one-time',
      lower: '20 % lower',
      higher: '20 % higher',
      unknownFor: 'unknown: no price or field for {ids}',
      alone: 'Each lever is pulled alone; their effects do not add up.',
      mixed: 'Whether answers stay good enough is not priced: measure it.',
    },
    leverNames: {
      ...STORE_LEVER_NAMES.en,
      'parameter-efficient': 'Train only some parameters (LoRA), in half of the hours',
      'guard-prompts-only': 'Check prompts with the guardrail, not answers',
      'shorten-prompt': 'Shorten the prompt by a fifth',
      'cap-output': 'Cap answers a fifth shorter (max_tokens)',
      'cache-prompt': 'Cache half of the prompt, found nine times in ten',
      batch: 'Send half of the on-demand calls as batch jobs',
      flex: 'Send half of the on-demand calls in the flex tier',
      'smaller-model': 'Use the next smaller model',
      'global-profile': 'Call through the global profile',
      'stop-retries': 'Stop repeated calls (steady format)',
      'on-demand-hosting': 'Host on demand',
      'peak-hours-only': 'Keep Provisioned Throughput for peak hours only',
      'fewer-epochs': 'One epoch less',
      'sample-training-data': 'Train on half of the data',
      'retrain-less': 'Retrain half as often',
      'reuse-logged-answers': 'Reuse logged teacher answers',
      'fewer-chunks': 'Retrieve half as many chunks',
      'smaller-chunks': 'Cut chunks a fifth smaller',
      'smaller-vectors': 'Halve the dimensions of the vectors',
      'keep-logs-shorter': 'Keep logs half as long',
      'fewer-metrics': 'Keep half of the custom metrics',
      'evaluate-less': 'Evaluate half of the answers',
    },
    recommend: {
      title: '{name}. Every path for this workload, {region}, US dollars',
      difference: 'A month: {path} - {rule} = {split}.',
      rule: 'Rule of thumb: {path}.',
      lacking: 'does not meet',
      and: ', ',
      check: '{advice} ({path}): {verdict} {usd} a month{parts}.',
      checkUnknown: '{advice} ({path}): unknown.',
      because: ' Because of: {needs}.',
      once: ' Paid once, and in no monthly figure: {costs}.',
      onceOf: '{path} {usd}',
      lifeDiffers:
        'With what is paid once, the ranking is another: {path} is the cheapest, {usd} a month over {months} months, against {cheapest}, {cheapestUsd} over {cheapestMonths}.',
      lifeUnknown: 'It is not known if that holds with what is paid once: one of these costs is unknown.',
      untunedRow: '{row}, untuned',
      untuned:
        'Without training: {row} costs {usd} a month, {path} {tunedUsd}; the first - the second = {split}. Whether it answers well enough is not known: measure it.',
    },
    scenarios: {
      'internal-docs-qa': 'Internal documents Q&A',
      'customer-service': 'Customer service with daily peaks',
      'legal-finance-summaries': 'Legal and finance long-document summaries',
      'mobile-low-latency': 'Mobile, low latency at scale',
    },
    needs: {
      privateDocuments: 'private documents',
      citations: 'citations',
      documentUpdates: 'documents that change',
      strictFormat: 'strict style or format',
      labelledExamples: 'labelled examples',
      deepDomain: 'a deep special field',
      unlabelledCorpus: 'an unlabelled corpus',
      lowLatency: 'low latency',
      dailyPeaks: 'daily peaks',
      asynchronous: 'answers may wait',
      highVolume: 'large volume',
    },
    outcomes: {
      'prompt-first': 'Start with the prompt: nothing asks for more yet.',
      retrieve: 'Retrieve (RAG): the prompt alone does not know the documents.',
      'no-tuning': 'No fine-tuning: no strict style or format is asked for.',
      tune: 'Fine-tune: a strict style or format, with examples to learn it from.',
      'tune-beside-retrieval': 'Fine-tune beside RAG, small, only if the template is not kept otherwise.',
      'too-few-examples': 'Fine-tuning is called for, but there are fewer than 100 labelled examples.',
      'no-special-training':
        'Neither continued pre-training nor distillation: no deep field with a corpus, no large volume at low latency.',
      pretrain: 'Continued pre-training: a deep field with an unlabelled corpus.',
      'no-corpus': 'Continued pre-training is called for, but there is no unlabelled corpus.',
      distil: 'Distil: large volume at low latency.',
    },
    advice: {
      'smaller-model': 'A smaller model',
      batch: 'Batch jobs for everything',
      'throughput-at-peak':
        'Provisioned Throughput in working hours, one model unit (the least that can be bought; more if one cannot carry the peak)',
      'small-fine-tuning': 'A small fine-tuning instead',
      'smaller-than-distilled': 'A smaller base model instead of distilling',
    },
    verdicts: {
      saves: 'saves',
      'costs-more': 'costs more, by',
      'no-difference': 'makes no difference:',
      unknown: 'unknown',
    },
    agreement: {
      agree: 'The numbers agree: {cheapest} is the cheapest path that meets the needs best.',
      disagree:
        'The numbers disagree: {cheapest} ({cheapestUsd} a month) meets the same needs for less than {rule} ({ruleUsd}).',
      'meets-more':
        'The numbers do not decide alone: {cheapest} ({cheapestUsd} a month) meets {needs}, which {rule} ({ruleUsd}) does not.',
      'rule-answers-nothing':
        'The numbers do not compare: {rule} answers nothing as it is hosted; the cheapest path that answers and meets the needs best is {cheapest} ({cheapestUsd} a month).',
      unknown: 'The numbers cannot say: the total of a path that could be cheaper is unknown.',
    },
  },
  ja: {
    breakEven: {
      title: '{field} が {from} から {to} のときの {first} と {second} の月額',
      spread: '一時費用は {months} か月に分けて加算しています。',
      always: '常に: 範囲全体で {first} が {second} より安価です。',
      never: 'なし: 範囲内で {first} が {second} より安くなることはありません。',
      same: '範囲全体で同額です。',
      crossings: '範囲内で安いほうが入れ替わる点: {count}',
      unknown: '不明: 両方の手法のすべてが分かってはいません。',
      noPrice: '{ids} の価格がありません。',
      notOffered: 'AWS は {ids} を提供していません。',
      leftOut: '両方が同額を支払い、価格が不明なため、双方から除いたもの: {ids}。',
      notSaid: 'ワークロードに {fields} がありません。',
      stretchSame: '同額',
      from: 'から',
      to: 'まで',
      cheaper: '安いほう',
      kind: '変わり方',
      equal: '同額',
      step: '段差（一方が他方を飛び越える）',
      now: 'このワークロードのまま、月額: {second} - {first} = {split}。',
    },
    levers: {
      title: '{path}、{region} のコスト削減策（現在の月額 {usd}）',
      split: '月額の内訳',
      sensitivityTitle: '{path}: 前提が 20 % ずれたときの月額の変化',
      lever: '削減策',
      field: '項目',
      from: '現在',
      to: '変更後',
      monthly: '月額',
      oneTime: '一時費用',
      lower: '20 % 低い',
      higher: '20 % 高い',
      unknownFor: '不明: {ids} の価格または項目がありません',
      alone: 'それぞれ単独で適用した場合の値で、足し合わせることはできません。',
      mixed: '回答の品質は価格に含まれません。必ず測定してください。',
    },
    leverNames: {
      ...STORE_LEVER_NAMES.ja,
      'parameter-efficient': '一部のパラメータだけを学習する（LoRA、時間は半分）',
      'guard-prompts-only': 'ガードレールをプロンプトだけに適用する',
      'shorten-prompt': 'プロンプトを 2 割短くする',
      'cap-output': '出力上限を 2 割下げる（max_tokens）',
      'cache-prompt': 'プロンプトの半分をキャッシュする（ヒット率 9 割）',
      batch: 'オンデマンドの半分をバッチにする',
      flex: 'オンデマンドの半分をフレックスにする',
      'smaller-model': '一段小さいモデルにする',
      'global-profile': 'グローバルプロファイルで呼び出す',
      'stop-retries': '再試行をなくす（形式の安定）',
      'on-demand-hosting': 'オンデマンドでホストする',
      'peak-hours-only': 'プロビジョンドスループットをピーク時間だけにする',
      'fewer-epochs': 'エポックを 1 回減らす',
      'sample-training-data': '学習データを半分にする',
      'retrain-less': '再学習の回数を半分にする',
      'reuse-logged-answers': '記録済みの教師の回答を再利用する',
      'fewer-chunks': '検索するチャンクを半分にする',
      'smaller-chunks': 'チャンクを 2 割小さくする',
      'smaller-vectors': 'ベクトルの次元を半分にする',
      'keep-logs-shorter': 'ログの保存期間を半分にする',
      'fewer-metrics': 'カスタムメトリクスを半分にする',
      'evaluate-less': '評価する回答を半分にする',
    },
    recommend: {
      title: '{name}: このワークロードの手法別コスト（{region}、米ドル）',
      difference: '月額: {path} - {rule} = {split}。',
      rule: '経験則: {path}。',
      lacking: '満たさない要件',
      and: '、',
      check: '{advice}（{path}）: 月 {usd} {verdict}{parts}。',
      checkUnknown: '{advice}（{path}）: 不明です。',
      because: ' 理由: {needs}。',
      once: '月額に含まれない一時費用: {costs}。',
      onceOf: '{path} {usd}',
      lifeDiffers:
        '一時費用を含めると順位が変わります: 最も安いのは {path} で {months} か月にわたり月 {usd}、{cheapest} は {cheapestMonths} か月にわたり月 {cheapestUsd} です。',
      lifeUnknown: '一時費用に不明なものがあるため、それを含めても同じかどうかは分かりません。',
      untunedRow: '{row}、学習なし',
      untuned:
        '学習なしの場合: {row} は月 {usd}、{path} は {tunedUsd}。前者 - 後者 = {split}。回答の質が十分かどうかは分かりません。測定してください。',
    },
    scenarios: {
      'internal-docs-qa': '社内文書の質問応答',
      'customer-service': '日中ピークのある顧客対応',
      'legal-finance-summaries': '法務・財務の長文要約',
      'mobile-low-latency': 'モバイルの低遅延・大規模呼び出し',
    },
    needs: {
      privateDocuments: '社内文書',
      citations: '引用',
      documentUpdates: '文書の更新',
      strictFormat: '厳密な文体・形式',
      labelledExamples: 'ラベル付きデータ',
      deepDomain: '深い専門領域',
      unlabelledCorpus: 'ラベルなしコーパス',
      lowLatency: '低遅延',
      dailyPeaks: '日中のピーク',
      asynchronous: '非同期でよい',
      highVolume: '大量の呼び出し',
    },
    outcomes: {
      'prompt-first': 'まずプロンプト: それ以上を求める要件はありません。',
      retrieve: '検索拡張生成（RAG）: プロンプトだけでは文書を知りません。',
      'no-tuning': 'ファインチューニング不要: 厳密な文体・形式の要件はありません。',
      tune: 'ファインチューニング: 厳密な文体・形式があり、学ぶためのデータもあります。',
      'tune-beside-retrieval': '定型が守れない場合に限り、RAG に小規模なファインチューニングを加えます。',
      'too-few-examples': 'ファインチューニングが必要ですが、ラベル付きデータが 100 件未満です。',
      'no-special-training':
        '継続事前学習も蒸留も不要: コーパスのある深い専門領域も、低遅延の大量呼び出しもありません。',
      pretrain: '継続事前学習: 深い専門領域とラベルなしコーパスがあります。',
      'no-corpus': '継続事前学習が必要ですが、ラベルなしコーパスがありません。',
      distil: '蒸留: 低遅延の大量呼び出しです。',
    },
    advice: {
      'smaller-model': '小さいモデル',
      batch: 'すべてバッチで処理',
      'throughput-at-peak':
        '業務時間だけのプロビジョンドスループット、モデルユニット 1 個（購入できる最小。ピークに足りなければさらに必要）',
      'small-fine-tuning': '代わりに小規模なファインチューニング',
      'smaller-than-distilled': '蒸留の代わりに小さい基盤モデル',
    },
    verdicts: {
      saves: '安くなります',
      'costs-more': '高くなります',
      'no-difference': '差がありません',
      unknown: '不明',
    },
    agreement: {
      agree: '数値も一致: 要件を最も満たす手法のうち {cheapest} が最も安価です。',
      disagree: '数値は不一致: {cheapest}（月 {cheapestUsd}）は同じ要件を満たし、{rule}（{ruleUsd}）より安価です。',
      'meets-more':
        '数値だけでは決まりません: {cheapest}（月 {cheapestUsd}）は {rule}（{ruleUsd}）が満たさない要件（{needs}）を満たします。',
      'rule-answers-nothing':
        '数値では比べられません: {rule} は現在のホスティングでは何も回答しません。回答する手法のうち要件を最も満たす最も安価なものは {cheapest}（月 {cheapestUsd}）です。',
      unknown: '数値では判断できません: より安い可能性のある手法の合計が不明です。',
    },
  },
  zh: {
    breakEven: {
      title: '{field} 从 {from} 到 {to} 时 {first} 与 {second} 的每月成本',
      spread: '一次性成本分摊到 {months} 个月。',
      always: '总是：在整个范围内 {first} 都比 {second} 便宜。',
      never: '从不：在范围内 {first} 从不比 {second} 便宜。',
      same: '在整个范围内两者相同。',
      crossings: '范围内较便宜一方改变的次数：{count}',
      unknown: '未知：两种手法并非全部已知。',
      noPrice: '没有 {ids} 的价格。',
      notOffered: 'AWS 不提供 {ids}。',
      leftOut: '双方支付相同且价格未知，因此两边都不计：{ids}。',
      notSaid: '工作负载没有给出 {fields}。',
      stretchSame: '相同',
      from: '从',
      to: '到',
      cheaper: '较便宜',
      kind: '方式',
      equal: '成本相等',
      step: '台阶：一方跳过另一方',
      now: '按现有工作负载，每月：{second} - {first} = {split}。',
    },
    levers: {
      title: '{path}，{region} 的可控杠杆（现每月 {usd}）',
      split: '每月构成',
      sensitivityTitle: '{path}：假设偏差 20 % 时每月金额的变化',
      lever: '杠杆',
      field: '字段',
      from: '现在',
      to: '之后',
      monthly: '每月',
      oneTime: '一次性',
      lower: '低 20 %',
      higher: '高 20 %',
      unknownFor: '未知：没有 {ids} 的价格或字段',
      alone: '每个杠杆单独计算，效果不能相加。',
      mixed: '回答质量没有计价：请务必测量。',
    },
    leverNames: {
      ...STORE_LEVER_NAMES.zh,
      'parameter-efficient': '只训练部分参数（LoRA，时长减半）',
      'guard-prompts-only': 'Guardrail 只检查提示，不检查回答',
      'shorten-prompt': '提示缩短五分之一',
      'cap-output': '输出上限降低五分之一（max_tokens）',
      'cache-prompt': '缓存一半提示（九成命中）',
      batch: '一半按需调用改为批处理',
      flex: '一半按需调用改为弹性层',
      'smaller-model': '换用小一级的模型',
      'global-profile': '通过全球推理配置文件调用',
      'stop-retries': '消除重试（格式稳定）',
      'on-demand-hosting': '按需托管',
      'peak-hours-only': '预留吞吐只在高峰开启',
      'fewer-epochs': '少一个 epoch',
      'sample-training-data': '只用一半训练数据',
      'retrain-less': '重训次数减半',
      'reuse-logged-answers': '复用已记录的教师回答',
      'fewer-chunks': '检索片段减半',
      'smaller-chunks': '分块缩小五分之一',
      'smaller-vectors': '向量维度减半',
      'keep-logs-shorter': '日志保留期减半',
      'fewer-metrics': '自定义指标减半',
      'evaluate-less': '只评估一半回答',
    },
    recommend: {
      title: '{name}：此工作负载的各手法成本（{region}，美元）',
      difference: '每月：{path} - {rule} = {split}。',
      rule: '经验法则：{path}。',
      lacking: '不满足的需求',
      and: '、',
      check: '{advice}（{path}）：每月{verdict} {usd}{parts}。',
      checkUnknown: '{advice}（{path}）：未知。',
      because: ' 原因：{needs}。',
      once: '每月金额不含的一次性费用：{costs}。',
      onceOf: '{path} {usd}',
      lifeDiffers:
        '计入一次性费用后排名不同：最便宜的是 {path}，在 {months} 个月内每月 {usd}；{cheapest} 在 {cheapestMonths} 个月内每月 {cheapestUsd}。',
      lifeUnknown: '一次性费用中有未知项，因此不知道计入后是否仍然如此。',
      untunedRow: '{row}，未训练',
      untuned:
        '不训练时：{row} 每月 {usd}，{path} 为 {tunedUsd}；前者 - 后者 = {split}。回答质量是否足够尚不清楚：请测量。',
    },
    scenarios: {
      'internal-docs-qa': '内部文档问答',
      'customer-service': '客服对话（高并发/日高峰）',
      'legal-finance-summaries': '法务/财务长文摘要',
      'mobile-low-latency': '移动端低延迟+大规模调用',
    },
    needs: {
      privateDocuments: '私有文档',
      citations: '引用',
      documentUpdates: '文档更新',
      strictFormat: '稳定风格/格式',
      labelledExamples: '带标签数据',
      deepDomain: '领域极深',
      unlabelledCorpus: '无标注语料',
      lowLatency: '低延迟',
      dailyPeaks: '日高峰',
      asynchronous: '可异步',
      highVolume: '流量大',
    },
    outcomes: {
      'prompt-first': '先 Prompt：目前没有更高要求。',
      retrieve: 'RAG 优先：只靠提示不了解这些文档。',
      'no-tuning': '不需微调：没有严格的风格或格式要求。',
      tune: '微调：需要稳定风格/格式，并且有可学习的样例。',
      'tune-beside-retrieval': '仅在模板无法保持时，在 RAG 之外加小规模微调。',
      'too-few-examples': '需要微调，但带标签数据不足 100 条。',
      'no-special-training': '不需继续预训练或蒸馏：没有带语料的极深领域，也没有低延迟的大流量。',
      pretrain: '继续预训练：领域极深且有无标注语料。',
      'no-corpus': '需要继续预训练，但没有无标注语料。',
      distil: '蒸馏：低延迟的大流量。',
    },
    advice: {
      'smaller-model': '更小的模型',
      batch: '全部批处理',
      'throughput-at-peak': '只在工作时间用预留吞吐，一个模型单元（可购买的最少量；一个不够则需更多）',
      'small-fine-tuning': '改用小规模微调',
      'smaller-than-distilled': '不蒸馏，改用更小的基础模型',
    },
    verdicts: { saves: '节省', 'costs-more': '多花', 'no-difference': '没有差别', unknown: '未知' },
    agreement: {
      agree: '数字一致：在最能满足需求的手法中 {cheapest} 最便宜。',
      disagree: '数字不一致：{cheapest}（每月 {cheapestUsd}）满足同样的需求，比 {rule}（{ruleUsd}）便宜。',
      'meets-more': '单看数字无法决定：{cheapest}（每月 {cheapestUsd}）满足 {rule}（{ruleUsd}）不满足的需求：{needs}。',
      'rule-answers-nothing':
        '数字无从比较：按当前的托管方式，{rule} 不回答任何请求；在能回答且最能满足需求的手法中 {cheapest}（每月 {cheapestUsd}）最便宜。',
      unknown: '数字无法判断：可能更便宜的手法合计未知。',
    },
  },
};
