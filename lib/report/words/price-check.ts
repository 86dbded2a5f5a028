import type { UnreadEntry } from '../../prices/litellm-prices.ts';
import type { Language } from './languages.ts';

export const ACCOUNT_STATES = [
  'agrees',
  'discounted',
  'no-discount',
  'list-differs',
  'list-agrees',
  'shared-usage-type',
  'not-askable',
  'bad-request',
  'not-found',
  'conflict',
  'internal-error',
  'no-answer',
  'unit',
] as const;

/**
 * What became of the file of private prices. `removed`: no price is the account's own any more. `unknown`: AWS says nothing of the
 * account's own prices. `not-asked`: the book has nothing that AWS can be asked for.
 */
export const ACCOUNT_OUTCOMES = ['written', 'removed', 'none', 'unknown', 'not-asked', 'dry-run', 'kept'] as const;

export type AccountOutcome = (typeof ACCOUNT_OUTCOMES)[number];

/**
 * What asking for one price came to. `no-discount`: after discounts it is nothing, or more than before. `list-agrees`: before discounts it is the book's, and after them it is not known. `unit`: AWS
 * counts in a unit that cannot be read.
 */
export type AccountState = (typeof ACCOUNT_STATES)[number];

/** The words of `prices check`. `{name}` is filled in. */
export interface PriceCheckMessages {
  readonly unknown: string;
  readonly differingTitle: string;
  readonly accountTitle: string;
  readonly columns: Readonly<
    Record<
      | 'region'
      | 'id'
      | 'book'
      | 'file'
      | 'percent'
      | 'per'
      | 'confidence'
      | 'date'
      | 'source'
      | 'key'
      | 'usageType'
      | 'before'
      | 'after'
      | 'usageUnit'
      | 'result'
      | 'said',
      string
    >
  >;
  readonly compared: string;
  readonly oneSided: string;
  readonly unread: Readonly<Record<UnreadEntry['reason'], string>>;
  readonly states: Readonly<Record<AccountState, string>>;
  readonly asked: string;
  readonly refused: string;
  readonly noDiscount: string;
  readonly outcomes: Readonly<Record<AccountOutcome, string>>;
}

export const PRICE_CHECK_MESSAGES: Record<Language, PriceCheckMessages> = {
  en: {
    unknown: 'unknown',
    differingTitle: 'Prices that differ, in US dollars',
    accountTitle: 'List price of the book, and AWS before and after your discounts, in US dollars',
    columns: {
      region: 'Region',
      id: 'Price id',
      book: 'Book',
      file: 'File',
      percent: '%',
      per: 'per',
      confidence: 'Grade',
      date: 'Date',
      source: 'Source of the book',
      key: 'Entry of the file',
      usageType: 'Usage type',
      before: 'AWS before',
      after: 'AWS after',
      usageUnit: 'AWS unit',
      result: 'Result',
      said: 'AWS said',
    },
    compared: 'Prices compared with {file}: {compared}; {agree} agree within a millionth, {differing} differ.',
    oneSided:
      'Only in the books: {book}. Only in the file: {file}. In the books, and of a kind that the file has no field for: {notInFormat}. JSON names the first two.',
    unread: {
      'unknown-model': 'Entries not read, model not in config/models.json: {count}.',
      'named-only': 'Entries not read, model known by name only: {count}.',
      region: 'Entries not read, for a Region without one of these books: {count}.',
      endpoint: 'Entries not read, for an endpoint other than the one in config/models.json: {count}.',
      form: 'Entries not read, neither a model, a profile nor a model in a Region: {count}.',
      profile: 'Entries not read, repeat that of the global profile: {count}.',
      band: 'Figures not read, another limit of long prompts than in config/models.json: {count}.',
    },
    states: {
      agrees: 'list price',
      discounted: 'your own price',
      'no-discount': 'not taken: 0 or less after discounts, or more than before',
      'list-differs': "AWS's list price is not the book's",
      'list-agrees': 'list price agrees; after discounts unknown',
      'shared-usage-type': 'not asked: several models share the usage type',
      'not-askable': 'not asked: AWS takes no such usage type',
      'bad-request': 'AWS refuses the line',
      'not-found': 'AWS knows no such line',
      conflict: 'AWS reports a conflict: ask again',
      'internal-error': 'AWS failed: ask again',
      'no-answer': 'AWS gives no cost',
      unit: 'unit cannot be read',
    },
    asked:
      "{region}: usage types asked: {asked}; priced: {priced}, at a price of your own: {discounted}, where AWS's list price is not the book's: {differs}. Prices without a certain usage type: {withoutUsageType}.",
    refused: '{region}: no price after discounts: {reason}',
    noDiscount:
      '{region}: prices that are 0 or less after discounts, or more than before, and not taken for your own: {count}. Perhaps AWS counts a free tier',
    outcomes: {
      written:
        '{region}: private prices in {file}: {count}. Estimates use them from now on, a stack from its next deployment. Delete the file to return to the shipped prices.',
      removed: '{region}: no price is your own any more; {file} was deleted.',
      none: '{region}: no price is your own; nothing was written.',
      unknown: '{region}: AWS does not say whether prices are your own; nothing was written.',
      'not-asked':
        '{region}: nothing could be asked: no price of the book has a usage type that is certain and of one model alone. Whether prices are your own is not known.',
      'dry-run': '{region}: private prices not written, as this was a dry run: {count}.',
      kept: '{region}: {file} was left as it is.',
    },
  },
  ja: {
    unknown: '不明',
    differingTitle: '一致しない価格（米ドル）',
    accountTitle: '価格表の定価と、割引適用前・適用後の AWS の価格（米ドル）',
    columns: {
      region: 'リージョン',
      id: '価格 ID',
      book: '価格表',
      file: 'ファイル',
      percent: '%',
      per: '単位',
      confidence: '等級',
      date: '日付',
      source: '価格表の出典',
      key: 'ファイルの項目',
      usageType: '使用タイプ',
      before: 'AWS 割引前',
      after: 'AWS 割引後',
      usageUnit: 'AWS の単位',
      result: '結果',
      said: 'AWS の応答',
    },
    compared: '{file} と {compared} 件の価格を比較：百万分の一以内で一致 {agree} 件、不一致 {differing} 件。',
    oneSided:
      '価格表のみ：{book} 件。ファイルのみ：{file} 件。ファイルに該当する項目がない種類の価格：{notInFormat} 件。前の二つの内訳は JSON に含まれます。',
    unread: {
      'unknown-model': '対象外（config/models.json にないモデル）：{count} 項目。',
      'named-only': '対象外（名前のみ登録されたモデル）：{count} 項目。',
      region: '対象外（今回の価格表にないリージョン）：{count} 項目。',
      endpoint: '対象外（config/models.json と異なるエンドポイント）：{count} 項目。',
      form: '対象外（モデル、プロファイル、リージョン別モデルのいずれでもない）：{count} 項目。',
      profile: '対象外（グローバルプロファイルの項目と同じ）：{count} 項目。',
      band: '対象外（長いプロンプトの境界が config/models.json と異なる）：{count} 件。',
    },
    states: {
      agrees: '定価どおり',
      discounted: 'お客様の価格',
      'no-discount': '採用せず：割引後が 0 以下、または割引前より高い',
      'list-differs': 'AWS の定価が価格表と異なる',
      'list-agrees': '定価は一致、割引後は不明',
      'shared-usage-type': '照会せず：複数のモデルが同じ使用タイプ',
      'not-askable': '照会せず：AWS が受け付けない使用タイプ',
      'bad-request': 'AWS が行を拒否',
      'not-found': 'AWS に該当する行がない',
      conflict: 'AWS で競合：再度照会してください',
      'internal-error': 'AWS でエラー：再度照会してください',
      'no-answer': 'AWS の応答に費用がない',
      unit: '単位を解釈できない',
    },
    asked:
      '{region}：使用タイプ {asked} 件を照会し {priced} 件の価格を取得。お客様の価格 {discounted} 件、AWS の定価が価格表と異なるもの {differs} 件。使用タイプが確実でない価格 {withoutUsageType} 件。',
    refused: '{region}：割引後の価格は取得できません：{reason}',
    noDiscount:
      '{region}：割引後が 0 以下、または割引前より高いため、お客様の価格として採用しなかったもの：{count} 件。AWS が無料利用枠を適用した可能性があります',
    outcomes: {
      written:
        '{region}：お客様の価格 {count} 件を {file} に保存しました。見積もりには今から、スタックには次のデプロイから使われます。元の価格に戻すにはファイルを削除してください。',
      removed: '{region}：お客様の価格はなくなったため、{file} を削除しました。',
      none: '{region}：お客様の価格はありません。何も書き込んでいません。',
      unknown: '{region}：お客様の価格があるかどうか、AWS から回答がありません。何も書き込んでいません。',
      'not-asked':
        '{region}：照会できるものがありません：一つのモデルだけの確実な使用タイプを持つ価格が価格表にありません。お客様の価格があるかどうかは不明です。',
      'dry-run': '{region}：ドライランのため、お客様の価格 {count} 件は書き込んでいません。',
      kept: '{region}：{file} は変更していません。',
    },
  },
  zh: {
    unknown: '未知',
    differingTitle: '不一致的价格（美元）',
    accountTitle: '价格表的标价，以及 AWS 在折扣前后的价格（美元）',
    columns: {
      region: '区域',
      id: '价格 ID',
      book: '价格表',
      file: '文件',
      percent: '%',
      per: '单位',
      confidence: '等级',
      date: '日期',
      source: '价格表的来源',
      key: '文件中的条目',
      usageType: '用量类型',
      before: 'AWS 折扣前',
      after: 'AWS 折扣后',
      usageUnit: 'AWS 单位',
      result: '结果',
      said: 'AWS 的答复',
    },
    compared: '与 {file} 比较了 {compared} 个价格：{agree} 个在百万分之一内一致，{differing} 个不一致。',
    oneSided:
      '仅价格表有：{book} 个。仅文件有：{file} 个。价格表中该文件没有对应字段的价格：{notInFormat} 个。前两项的明细见 JSON。',
    unread: {
      'unknown-model': '未读取，config/models.json 中没有该模型：{count} 个条目。',
      'named-only': '未读取，仅登记了名称的模型：{count} 个条目。',
      region: '未读取，所属区域不在本次的价格表中：{count} 个条目。',
      endpoint: '未读取，端点与 config/models.json 不同：{count} 个条目。',
      form: '未读取，既不是模型或配置文件，也不是某区域的模型：{count} 个条目。',
      profile: '未读取，与全球配置文件的条目重复：{count} 个条目。',
      band: '未读取，长提示词的界限与 config/models.json 不同：{count} 个数值。',
    },
    states: {
      agrees: '标价',
      discounted: '您的专属价格',
      'no-discount': '未采用：折扣后为 0 或更低，或高于折扣前',
      'list-differs': 'AWS 的标价与价格表不同',
      'list-agrees': '标价一致，折扣后未知',
      'shared-usage-type': '未查询：多个模型共用该用量类型',
      'not-askable': '未查询：AWS 不接受该用量类型',
      'bad-request': 'AWS 拒绝该行',
      'not-found': 'AWS 没有该行',
      conflict: 'AWS 报告冲突：请重新查询',
      'internal-error': 'AWS 出错：请重新查询',
      'no-answer': 'AWS 没有给出费用',
      unit: '单位无法识别',
    },
    asked:
      '{region}：查询了 {asked} 个用量类型，得到 {priced} 个价格：{discounted} 个是您的专属价格，{differs} 个的 AWS 标价与价格表不同。价格表中有 {withoutUsageType} 个价格没有确定的用量类型。',
    refused: '{region}：没有折扣后的价格：{reason}',
    noDiscount:
      '{region}：{count} 个价格在折扣后为 0 或更低，或高于折扣前，未作为专属价格采用。可能是 AWS 计入了免费套餐',
    outcomes: {
      written:
        '{region}：{count} 个专属价格已写入 {file}。估算从现在起使用它们，堆栈在下次部署时使用。删除该文件即可恢复随附的价格。',
      removed: '{region}：已没有专属价格，{file} 已删除。',
      none: '{region}：没有专属价格，未写入任何内容。',
      unknown: '{region}：AWS 没有说明是否有专属价格，未写入任何内容。',
      'not-asked':
        '{region}：没有可查询的内容：价格表中没有价格带有确定且仅属于一个模型的用量类型。是否有专属价格未知。',
      'dry-run': '{region}：这是试运行，{count} 个专属价格未写入。',
      kept: '{region}：{file} 保持不变。',
    },
  },
};
