import { IMPLAUSIBLE_RULES } from '../../prices/plausible-prices.ts';
import type { Language } from './languages.ts';

/** The words of the price books. `{name}` is filled in. */
export interface PriceMessages {
  readonly title: string;
  readonly count: string;
  readonly columns: Readonly<
    Record<
      | 'region'
      | 'id'
      | 'usd'
      | 'per'
      | 'date'
      | 'confidence'
      | 'usageType'
      | 'source'
      | 'note'
      | 'change'
      | 'before'
      | 'after'
      | 'percent'
      | 'name'
      | 'service'
      | 'prices'
      | 'model'
      | 'add',
      string
    >
  >;
  readonly grades: string;
  readonly changesTitle: string;
  readonly kinds: Readonly<Record<'added' | 'removed' | 'changed', string>>;
  readonly noChange: string;
  readonly refreshed: string;
  readonly dryRun: string;
  readonly kept: string;
  /** Prices of one owner that are not in the list. */
  readonly absent: string;
  /** The same where no row of the list has the name of the model. */
  readonly unlisted: string;
  readonly meant: string;
  readonly refused: string;
  readonly refusals: Readonly<Record<Exclude<RefusalRule, 'ended'>, string>>;
  readonly refusedEnded: string;
  /** The option that accepts a refused price after all, appended to the refusal. */
  readonly takeOver: string;
  /** The price of a book that has none. */
  readonly nothing: string;
  readonly unknownModelsTitle: string;
  readonly unmatchedTitle: string;
}

export const REFUSAL_RULES = ['tenfold', 'moved', 'ended', ...IMPLAUSIBLE_RULES] as const;

/** Why a price of the list is not believed. */
export type RefusalRule = (typeof REFUSAL_RULES)[number];

export const PRICE_MESSAGES: Record<Language, PriceMessages> = {
  en: {
    title: 'Prices in US dollars; * is older than 90 days',
    count: 'Prices: {count}. Every format but table has their sources and notes.',
    columns: {
      region: 'Region',
      id: 'Price id',
      usd: 'USD',
      per: 'per',
      date: 'Date',
      confidence: 'Grade',
      usageType: 'Usage type',
      source: 'Source',
      note: 'Note',
      change: 'Change',
      before: 'Before',
      after: 'After',
      percent: 'Percent',
      name: 'Name in the Price List',
      service: 'Service',
      prices: 'Prices',
      model: 'Model in config/models.json',
      add: 'What to add to config/models.json',
    },
    grades:
      "Grade, by what was read: A AWS's own file or page, B two independent transcriptions that agree, C one, D derived or assumed.",
    changesTitle: 'Changes of prices in US dollars',
    kinds: { added: 'added', removed: 'removed', changed: 'changed' },
    noChange: 'no price changed, {confirmed} confirmed',
    refreshed:
      '{region}: {changed} changed or new, {confirmed} confirmed, {kept} kept, {refused} refused, {byHand} kept by hand, {stale} older than 90 days',
    dryRun: 'Nothing was written: this was a dry run.',
    kept: '{region}: kept {id}: {reason}',
    absent: '{region}: prices of {owner} kept, as they are not in the price list: {count}',
    unlisted:
      '{region}: prices of {owner} kept: {count}. No row of the price list has its name {name}. AWS does not list it there, or by another name: check priceList.name in config/models.json{meant}',
    meant: ' (did you mean {name}?)',
    refused: '{region}: refused {id}: the price list says {after}, the book has {before}: {why}',
    refusals: {
      tenfold: 'more than tenfold apart is rather a misread unit than a new price',
      moved: 'more than 30 % apart, and the list of {listed} is not newer than the price of {date}',
      'long-context-below-usual': 'a long prompt costs at least as much as a short one; {against} allows {range}',
      'output-below-input': 'output costs at least as much as input; {against} allows {range}',
      'cache-write-share':
        'writing to the cache is free or costs about as much as input or more; {against} allows {range}',
      'cache-read-share': 'reading from the cache costs at most as much as input; {against} allows {range}',
      'tier-share': 'the tier is too far from standard; {against} allows {range}',
      'global-share': 'a global profile is too far from the Region; {against} allows {range}',
      'custom-share': 'a tuned model is too far from its base; {against} allows {range}',
      'standard-share': "it is too far from the model's standard price; {against} allows {range}",
    },
    refusedEnded:
      '{region}: prices of {model} refused: {count}. Its end of life was {day}, but config/models.json says active. Set its lifecycle.status to end-of-life, or correct endOfLife',
    takeOver: '. {flag} takes it over',
    nothing: 'no price',
    unknownModelsTitle:
      '{region}: models found in no catalogue, not written (--format json has their prices; lib/README.md says how to add one)',
    unmatchedTitle: '{region}: usage types that no price is made of (--format json has all of them)',
  },
  ja: {
    title: '価格（米ドル）。* は 90 日より前のもの',
    count: '価格 {count} 件。出典と注記は table 以外の形式に含まれます。',
    columns: {
      region: 'リージョン',
      id: '価格 ID',
      usd: 'USD',
      per: '単位',
      date: '日付',
      confidence: '等級',
      usageType: '使用タイプ',
      source: '出典',
      note: '注記',
      change: '変更',
      before: '変更前',
      after: '変更後',
      percent: '%',
      name: '価格表での名前',
      service: 'サービス',
      prices: '価格数',
      model: 'config/models.json のモデル',
      add: 'config/models.json に追加する内容',
    },
    grades:
      '等級は読んだ資料によります：A は AWS 自身のファイルまたはページ、B は一致する独立した 2 つの転記、C は 1 つの転記、D は導出または仮定。',
    changesTitle: '価格の変更（米ドル）',
    kinds: { added: '追加', removed: '削除', changed: '変更' },
    noChange: '価格の変更なし、確認済み {confirmed} 件',
    refreshed:
      '{region}：変更・新規 {changed} 件、確認済み {confirmed} 件、据え置き {kept} 件、不採用 {refused} 件、手動管理 {byHand} 件、90 日より前 {stale} 件',
    dryRun: 'ドライランのため、何も書き込んでいません。',
    kept: '{region}：{id} を据え置きました：{reason}',
    absent: '{region}：{owner} の価格 {count} 件を据え置きました：価格表にありません',
    unlisted:
      '{region}：{owner} の価格 {count} 件を据え置きました：価格表に {name} という名前の行がありません。AWS が掲載していないか、別の名前です：config/models.json の priceList.name を確認してください{meant}',
    meant: '（{name} のことですか）',
    refused: '{region}：{id} を採用しませんでした：価格表は {after}、価格ブックは {before}：{why}',
    refusals: {
      tenfold: '10 倍を超える差は、新しい価格ではなく単位の読み違いと考えられます',
      moved: '30 % を超える差があり、{listed} の価格表は {date} の価格より新しくありません',
      'long-context-below-usual': '長いプロンプトは短いプロンプトと同額以上です（{against} に対して {range}）',
      'output-below-input': '出力は入力と同額以上です（{against} に対して {range}）',
      'cache-write-share': 'キャッシュへの書き込みは、無料か、入力とほぼ同額以上です（{against} に対して {range}）',
      'cache-read-share': 'キャッシュからの読み取りは、入力と同額以下です（{against} に対して {range}）',
      'tier-share': '標準のサービス階層とかけ離れています（{against} に対して {range}）',
      'global-share':
        'グローバルプロファイルの価格が、リージョンの価格とかけ離れています（{against} に対して {range}）',
      'custom-share': 'チューニング済みモデルの価格が、ベースモデルとかけ離れています（{against} に対して {range}）',
      'standard-share': 'モデルの標準価格とかけ離れています（{against} に対して {range}）',
    },
    refusedEnded:
      '{region}：{model} の価格 {count} 件を採用しませんでした：提供終了日は {day} ですが、config/models.json では active です。lifecycle.status を end-of-life にするか、endOfLife を直してください',
    takeOver: '。{flag} を付けると採用します',
    nothing: '価格なし',
    unknownModelsTitle:
      '{region}：どのカタログにもないモデル。書き込みません（価格は --format json、追加の方法は lib/README.md）',
    unmatchedTitle: '{region}：どの価格にも使われない使用タイプ（すべては --format json）',
  },
  zh: {
    title: '价格（美元）；* 表示已超过 90 天',
    count: '{count} 个价格。除 table 外的格式都含来源和备注。',
    columns: {
      region: '区域',
      id: '价格 ID',
      usd: 'USD',
      per: '单位',
      date: '日期',
      confidence: '等级',
      usageType: '用量类型',
      source: '来源',
      note: '备注',
      change: '变化',
      before: '之前',
      after: '之后',
      percent: '%',
      name: '价目表中的名称',
      service: '服务',
      prices: '价格数',
      model: 'config/models.json 中的模型',
      add: '应加入 config/models.json 的内容',
    },
    grades:
      '等级取决于所读的资料：A 为 AWS 自己的文件或页面，B 为两份相互独立且一致的转录，C 为一份转录，D 为推导或假设。',
    changesTitle: '价格变化（美元）',
    kinds: { added: '新增', removed: '删除', changed: '变化' },
    noChange: '价格没有变化，{confirmed} 个已确认',
    refreshed:
      '{region}：{changed} 个变化或新增，{confirmed} 个已确认，{kept} 个保留，{refused} 个未采用，{byHand} 个手工维护，{stale} 个已超过 90 天',
    dryRun: '这是试运行：没有写入任何内容。',
    kept: '{region}：保留 {id}：{reason}',
    absent: '{region}：保留 {owner} 的 {count} 个价格：价目表中没有',
    unlisted:
      '{region}：保留 {owner} 的 {count} 个价格：价目表中没有名为 {name} 的行。AWS 未列出，或使用了别的名称：请检查 config/models.json 中的 priceList.name{meant}',
    meant: '（是否指 {name}？）',
    refused: '{region}：未采用 {id}：价目表为 {after}，价格簿为 {before}：{why}',
    refusals: {
      tenfold: '相差超过十倍，多半是单位读错，而不是新价格',
      moved: '相差超过 30 %，而 {listed} 的价目表并不比 {date} 的价格新',
      'long-context-below-usual': '长提示不会比短提示便宜（相对于 {against}，允许 {range}）',
      'output-below-input': '输出不会比输入便宜（相对于 {against}，允许 {range}）',
      'cache-write-share': '写入缓存要么免费，要么与输入大致相同或更贵（相对于 {against}，允许 {range}）',
      'cache-read-share': '读取缓存不会比输入贵（相对于 {against}，允许 {range}）',
      'tier-share': '该服务层级与标准层级相差过大（相对于 {against}，允许 {range}）',
      'global-share': '全球推理配置文件的价格与区域价格相差过大（相对于 {against}，允许 {range}）',
      'custom-share': '调优后模型的价格与基础模型相差过大（相对于 {against}，允许 {range}）',
      'standard-share': '与该模型的标准价格相差过大（相对于 {against}，允许 {range}）',
    },
    refusedEnded:
      '{region}：未采用 {model} 的 {count} 个价格：其生命周期终止日为 {day}，而 config/models.json 写的是 active。请把 lifecycle.status 设为 end-of-life，或更正 endOfLife',
    takeOver: '。加上 {flag} 即采用',
    nothing: '没有价格',
    unknownModelsTitle: '{region}：不在任何目录中的模型，不写入（价格见 --format json，添加方法见 lib/README.md）',
    unmatchedTitle: '{region}：没有对应价格的用量类型（全部见 --format json）',
  },
};
