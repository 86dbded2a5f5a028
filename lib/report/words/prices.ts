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
      | 'percent',
      string
    >
  >;
  readonly changesTitle: string;
  readonly kinds: Readonly<Record<'added' | 'removed' | 'changed', string>>;
  readonly noChange: string;
  readonly refreshed: string;
  readonly dryRun: string;
  readonly kept: string;
}

export const PRICE_MESSAGES: Record<Language, PriceMessages> = {
  en: {
    title: 'Prices in US dollars; * is older than 90 days',
    count: '{count} prices. Every format but table has their sources and notes.',
    columns: {
      region: 'Region',
      id: 'Price id',
      usd: 'USD',
      per: 'per',
      date: 'Date',
      confidence: 'Confidence',
      usageType: 'Usage type',
      source: 'Source',
      note: 'Note',
      change: 'Change',
      before: 'Before',
      after: 'After',
      percent: 'Percent',
    },
    changesTitle: 'Changes of prices in US dollars',
    kinds: { added: 'added', removed: 'removed', changed: 'changed' },
    noChange: 'no price changed, {confirmed} confirmed',
    refreshed:
      '{region}: {changed} changed or new, {confirmed} confirmed, {kept} kept, {byHand} kept by hand, {stale} older than 90 days',
    dryRun: 'Nothing was written: this was a dry run.',
    kept: '{region}: kept {id}: {reason}',
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
      confidence: '信頼度',
      usageType: '使用タイプ',
      source: '出典',
      note: '注記',
      change: '変更',
      before: '変更前',
      after: '変更後',
      percent: '%',
    },
    changesTitle: '価格の変更（米ドル）',
    kinds: { added: '追加', removed: '削除', changed: '変更' },
    noChange: '価格の変更なし、確認済み {confirmed} 件',
    refreshed:
      '{region}：変更・新規 {changed} 件、確認済み {confirmed} 件、据え置き {kept} 件、手動管理 {byHand} 件、90 日より前 {stale} 件',
    dryRun: 'ドライランのため、何も書き込んでいません。',
    kept: '{region}：{id} を据え置きました：{reason}',
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
      confidence: '可信度',
      usageType: '用量类型',
      source: '来源',
      note: '备注',
      change: '变化',
      before: '之前',
      after: '之后',
      percent: '%',
    },
    changesTitle: '价格变化（美元）',
    kinds: { added: '新增', removed: '删除', changed: '变化' },
    noChange: '价格没有变化，{confirmed} 个已确认',
    refreshed:
      '{region}：{changed} 个变化或新增，{confirmed} 个已确认，{kept} 个保留，{byHand} 个手工维护，{stale} 个已超过 90 天',
    dryRun: '这是试运行：没有写入任何内容。',
    kept: '{region}：保留 {id}：{reason}',
  },
};
