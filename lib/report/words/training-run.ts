import type { Language } from './languages.ts';

/** The words on a training run that has ended. `{name}` is filled in. */
export interface TrainingRunMessages {
  readonly names: Readonly<
    Record<'run' | 'model' | 'hosted' | 'until' | 'loss' | 'cost' | 'ask' | 'perHour' | 'end', string>
  >;
  readonly begun: string;
  readonly notHosted: string;
  readonly until: string;
  readonly cost: string;
  readonly unknownCost: string;
  readonly failed: string;
  readonly noReason: string;
  readonly check: string;
}

export const TRAINING_RUN_MESSAGES: Record<Language, TrainingRunMessages> = {
  en: {
    names: {
      run: 'Run',
      model: 'Model',
      hosted: 'Hosted',
      until: 'Until',
      loss: 'Training loss',
      cost: 'Cost so far',
      ask: 'Ask it',
      perHour: 'Cost an hour',
      end: 'End it',
    },
    begun: '{run}, begun {time}',
    notHosted: 'no: it bills its storage only',
    until: '{time}, then it is deleted',
    cost: 'at most {usd} (estimated; the bill follows in a day)',
    unknownCost: 'unknown (estimated; the bill follows in a day)',
    failed: 'The run {run} failed: {reason}',
    noReason: 'no reason given',
    check: 'Whether anything of it is left: {command}',
  },
  ja: {
    names: {
      run: '実行',
      model: 'モデル',
      hosted: 'ホスト先',
      until: '期限',
      loss: 'トレーニング損失',
      cost: 'これまでの費用',
      ask: '質問する',
      perHour: '1 時間の費用',
      end: '終了する',
    },
    begun: '{run}（{time} 開始）',
    notHosted: 'なし。ストレージ料金だけがかかります',
    until: '{time} に削除されます',
    cost: '最大 {usd}（見積もり。請求には翌日反映されます）',
    unknownCost: '不明（見積もり。請求には翌日反映されます）',
    failed: '実行 {run} は失敗しました：{reason}',
    noReason: '理由は示されていません',
    check: '残っているものの確認：{command}',
  },
  zh: {
    names: {
      run: '运行',
      model: '模型',
      hosted: '托管',
      until: '期限',
      loss: '训练损失',
      cost: '目前费用',
      ask: '提问',
      perHour: '每小时费用',
      end: '停止',
    },
    begun: '{run}，开始于 {time}',
    notHosted: '否：只收存储费',
    until: '{time}，届时删除',
    cost: '最多 {usd}（估算；账单次日可见）',
    unknownCost: '未知（估算；账单次日可见）',
    failed: '运行 {run} 失败：{reason}',
    noReason: '没有给出原因',
    check: '检查是否有遗留资源：{command}',
  },
};
