import type { Language } from './languages.ts';

/** The words of a data set's check. `{name}` is filled in. What a finding says is English in every language. */
export interface DatasetMessages {
  readonly title: string;
  readonly files: Readonly<Record<'train' | 'validation', string>>;
  readonly columns: Readonly<
    Record<'file' | 'records' | 'bytes' | 'characters' | 'tokens' | 'line' | 'rule' | 'finding', string>
  >;
  readonly errors: string;
  readonly warnings: string;
  readonly more: string;
  readonly good: string;
  readonly bad: string;
  readonly price: Readonly<
    Record<'title' | 'line' | 'quantity' | 'unit' | 'estimated' | 'atMost' | 'total' | 'unknown' | 'none', string>
  >;
  readonly assumes: Readonly<
    Record<'tokens' | 'epochs' | 'teacher' | 'teacherUntagged' | 'instances' | 'hosting' | 'source', string>
  >;
}

export const DATASET_MESSAGES: Record<Language, DatasetMessages> = {
  en: {
    title: 'Data set for {path} of {model} in {region}',
    files: { train: 'training', validation: 'validation' },
    columns: {
      file: 'file',
      records: 'records',
      bytes: 'bytes',
      characters: 'characters',
      tokens: 'tokens (estimated)',
      line: 'line',
      rule: 'rule',
      finding: 'what is wrong, and what to do',
    },
    errors: 'Errors: {count}',
    warnings: 'Warnings: {count}',
    more: '{count} more are counted and not shown.',
    good: 'A job takes this data set, as far as can be seen without running one.',
    bad: 'A job would fail on this data set, or learn what was not meant: mend the errors and check again.',
    price: {
      title: 'Price of one run',
      line: 'cost line',
      quantity: 'at most',
      unit: 'unit',
      estimated: 'estimated USD',
      atMost: 'at most USD',
      total: 'total',
      unknown: 'No price for {ids}: a run is refused until it is known.',
      none: 'Say --instance and --hours to see what the SageMaker job costs.',
    },
    assumes: {
      tokens:
        'Estimated by about four characters a token of English and one of Chinese or Japanese; at most: a third of the bytes. Only the service counts what it bills.',
      epochs: '{estimated} epochs estimated, {most} at most; say --epochs to know.',
      teacher: 'Teacher {model}; at most {prompts} prompts, each answer {tokens} tokens long.',
      teacherUntagged: 'Tokens of the teacher carry no tag of this path: on the bill they are found by model and day.',
      instances: '{instances} × {instance} for {hours} hours at the on-demand price, spot or not.',
      hosting: 'With a month of storage. What answering costs afterwards is paid by the request and not in it.',
      source: '{id}: ${usd} per {per}, {source}, {date}',
    },
  },
  ja: {
    title: '{region} の {model} を {path} するためのデータセット',
    files: { train: 'トレーニング', validation: '検証' },
    columns: {
      file: 'ファイル',
      records: 'レコード',
      bytes: 'バイト',
      characters: '文字',
      tokens: 'トークン (見積もり)',
      line: '行',
      rule: 'ルール',
      finding: '問題と対処 (英語)',
    },
    errors: 'エラー: {count}',
    warnings: '警告: {count}',
    more: '残り {count} 件は数えただけで表示していません。',
    good: 'ジョブを実行せずに分かる範囲では、このデータセットは受け付けられます。',
    bad: 'このデータセットではジョブが失敗するか、意図しない学習になります。エラーを直して再度確認してください。',
    price: {
      title: '1 回の実行の料金',
      line: 'コスト項目',
      quantity: '最大量',
      unit: '単位',
      estimated: '見積もり USD',
      atMost: '最大 USD',
      total: '合計',
      unknown: '{ids} の料金が不明です。判明するまで実行は拒否されます。',
      none: 'SageMaker ジョブの料金を見るには --instance と --hours を指定してください。',
    },
    assumes: {
      tokens:
        '見積もりは英語で約 4 文字、中国語と日本語で 1 文字を 1 トークンとし、最大はバイト数の 3 分の 1 とします。請求されるトークン数はサービスだけが数えます。',
      epochs: 'エポック数は見積もり {estimated}、最大 {most}。確定するには --epochs を指定してください。',
      teacher: '教師モデル {model}。最大 {prompts} プロンプト、回答は各 {tokens} トークン。',
      teacherUntagged: '教師モデルのトークンにはこのパスのタグが付きません。請求ではモデルと日付で見分けます。',
      instances: '{instances} × {instance} を {hours} 時間、スポットかどうかにかかわらずオンデマンド料金で計算。',
      hosting: '1 か月分のストレージを含みます。その後の回答はリクエストごとの課金で、ここには含みません。',
      source: '{id}: {per} あたり ${usd}、{source}、{date}',
    },
  },
  zh: {
    title: '用于在 {region} 对 {model} 进行 {path} 的数据集',
    files: { train: '训练', validation: '验证' },
    columns: {
      file: '文件',
      records: '记录',
      bytes: '字节',
      characters: '字符',
      tokens: '令牌（估算）',
      line: '行',
      rule: '规则',
      finding: '问题与处理方法（英文）',
    },
    errors: '错误：{count}',
    warnings: '警告：{count}',
    more: '另有 {count} 条已计数但未显示。',
    good: '在不运行作业的前提下，可以判断作业会接受此数据集。',
    bad: '作业会因此数据集失败，或学到非预期的内容：请修正错误后重新检查。',
    price: {
      title: '一次运行的价格',
      line: '成本项',
      quantity: '最大用量',
      unit: '单位',
      estimated: '估算 USD',
      atMost: '上限 USD',
      total: '合计',
      unknown: '缺少 {ids} 的价格：在得知之前运行会被拒绝。',
      none: '指定 --instance 和 --hours 可查看 SageMaker 作业的价格。',
    },
    assumes: {
      tokens:
        '估算：英文约四个字符一个令牌，中文和日文一个字符一个令牌；上限：字节数的三分之一。计费令牌只有服务能准确计数。',
      epochs: '训练轮数估算 {estimated}，上限 {most}；指定 --epochs 可确定。',
      teacher: '教师模型 {model}；最多 {prompts} 条提示，每个回答 {tokens} 个令牌。',
      teacherUntagged: '教师模型的令牌不带此路径的标签：在账单中只能按模型和日期识别。',
      instances: '{instances} × {instance}，{hours} 小时，按按需价格计算，无论是否使用 Spot。',
      hosting: '包含一个月的存储。之后的回答按请求付费，不在其中。',
      source: '{id}：每 {per} ${usd}，{source}，{date}',
    },
  },
};
