import type { Language } from './languages.ts';

export type AskingStoppedBy = 'max-usd' | 'daily-quota' | 'unknown-cost';

/** The words on questions that were sent to a path. `{name}` is filled in. */
export interface AskedMessages {
  readonly names: Readonly<
    Record<
      | 'answered'
      | 'failed'
      | 'notAsked'
      | 'inputTokens'
      | 'outputTokens'
      | 'cacheReadInputTokens'
      | 'cacheWriteInputTokens'
      | 'retries'
      | 'pace'
      | 'latency'
      | 'metered'
      | 'outcomes',
      string
    >
  >;
  readonly answered: string;
  readonly failed: string;
  readonly notAsked: string;
  readonly stoppedBy: Readonly<Record<AskingStoppedBy, string>>;
  readonly pace: string;
  readonly saturated: string;
  readonly latency: string;
  readonly metered: string;
  readonly unknown: string;
}

export const ASKED_MESSAGES: Record<Language, AskedMessages> = {
  en: {
    names: {
      answered: 'Answered',
      failed: 'Failed',
      notAsked: 'Not asked',
      inputTokens: 'Input tokens',
      outputTokens: 'Output tokens',
      cacheReadInputTokens: 'Cache read tokens',
      cacheWriteInputTokens: 'Cache write tokens',
      retries: 'Repeated calls',
      pace: 'Pace',
      latency: 'Latency',
      metered: 'Metered',
      outcomes: 'Outcomes',
    },
    answered: '{answered} of {count}',
    failed: '{times} with {code}: {text}',
    notAsked: '{count}: {reason}',
    stoppedBy: {
      'max-usd': 'the answers reached --max-usd',
      'daily-quota': 'a quota of the day is used up',
      'unknown-cost': 'an answer had an unknown cost, so --max-usd could not be kept',
    },
    pace: '{rate} questions a second',
    saturated:
      '{rate} questions a second; this process was busy {share} % of the time and could not keep {concurrency} under way: split the dataset over several processes to ask faster',
    latency: '{median} ms median, {p95} ms at the 95th percentile, {max} ms longest',
    metered: '{usd} of tokens; Lambda, logs and metrics come on top, failed calls may',
    unknown: 'unknown',
  },
  ja: {
    names: {
      answered: '回答数',
      failed: '失敗',
      notAsked: '未送信',
      inputTokens: '入力トークン',
      outputTokens: '出力トークン',
      cacheReadInputTokens: 'キャッシュ読み取りトークン',
      cacheWriteInputTokens: 'キャッシュ書き込みトークン',
      retries: '再試行した呼び出し',
      pace: '速度',
      latency: 'レイテンシー',
      metered: '計測',
      outcomes: '結果ファイル',
    },
    answered: '{count} 件中 {answered} 件',
    failed: '{code} が {times} 件：{text}',
    notAsked: '{count} 件：{reason}',
    stoppedBy: {
      'max-usd': '回答の費用が --max-usd に達しました',
      'daily-quota': '1 日のクォータを使い切りました',
      'unknown-cost': '費用が不明な回答があり、--max-usd を守れないため停止しました',
    },
    pace: '毎秒 {rate} 件',
    saturated:
      '毎秒 {rate} 件。このプロセスは時間の {share} % を処理に使い、同時 {concurrency} 件を維持できませんでした。速くするには、データセットを複数のプロセスに分けてください',
    latency: '中央値 {median} ms、95 パーセンタイル {p95} ms、最長 {max} ms',
    metered:
      'トークン {usd}。ほかに Lambda、ログ、メトリクスの料金がかかります。失敗した呼び出しも課金されることがあります',
    unknown: '不明',
  },
  zh: {
    names: {
      answered: '已回答',
      failed: '失败',
      notAsked: '未发送',
      inputTokens: '输入 token',
      outputTokens: '输出 token',
      cacheReadInputTokens: '缓存读取 token',
      cacheWriteInputTokens: '缓存写入 token',
      retries: '重复调用',
      pace: '速度',
      latency: '延迟',
      metered: '计量',
      outcomes: '结果文件',
    },
    answered: '{count} 个中的 {answered} 个',
    failed: '{times} 个，{code}：{text}',
    notAsked: '{count} 个：{reason}',
    stoppedBy: {
      'max-usd': '回答的费用已达到 --max-usd',
      'daily-quota': '当日配额已用完',
      'unknown-cost': '有一个回答的费用未知，无法遵守 --max-usd',
    },
    pace: '每秒 {rate} 个问题',
    saturated:
      '每秒 {rate} 个问题；本进程有 {share} % 的时间繁忙，无法同时保持 {concurrency} 个请求：将数据集分给多个进程可加快速度',
    latency: '中位数 {median} 毫秒，第 95 百分位 {p95} 毫秒，最长 {max} 毫秒',
    metered: 'token 费用 {usd}；另有 Lambda、日志和指标费用，失败的调用也可能计费',
    unknown: '未知',
  },
};
