import type { Language } from './languages.ts';

/** How a thing bills that is there, used or not. */
export type HowItBills =
  | 'trained-tokens'
  | 'nothing-yet'
  | 'tokens'
  | 'instance-hours'
  | 'hours'
  | 'committed-hours'
  | 'storage'
  | 'storage-and-minutes'
  | 'unknown';

export type StackState = 'deployed' | 'deleting' | 'gone';

/** The words on models, jobs and capacity that are there, and on their removal. `{name}` is filled in. */
export interface HoldingMessages {
  readonly bills: Readonly<Record<HowItBills, string>>;
  readonly states: Readonly<Record<StackState, string>>;
  readonly unknown: string;
  readonly columns: Readonly<
    Record<
      | 'region'
      | 'kind'
      | 'name'
      | 'model'
      | 'state'
      | 'usdPerDay'
      | 'usdPerHour'
      | 'bills'
      | 'stack'
      | 'since'
      | 'until',
      string
    >
  >;
  readonly cleanup: Readonly<
    Record<
      | 'leftOver'
      | 'inService'
      | 'total'
      | 'totalAtLeast'
      | 'remove'
      | 'removing'
      | 'nothing'
      | 'notSeen'
      | 'removed'
      | 'stillThere'
      | 'checkAgain'
      | 'stackDeleting'
      | 'noReaper'
      | 'perhaps',
      string
    >
  >;
  readonly hosted: Readonly<Record<'title' | 'none' | 'gone' | 'end', string>>;
  readonly removal: Readonly<Record<'nothing' | 'removed' | 'stillThere' | 'executionRuns', string>>;
}

export const HOLDING_MESSAGES: Record<Language, HoldingMessages> = {
  en: {
    bills: {
      'trained-tokens': 'by the token, once it has trained',
      'nothing-yet': 'nothing; the imported model will',
      tokens: 'by the token, nothing while idle',
      'instance-hours': '{count} × {instance} by the hour until it is stopped',
      hours: 'by the hour until it is deleted',
      'committed-hours': 'by the hour until its commitment ends on {day}',
      storage: 'storage until it is deleted',
      'storage-and-minutes': 'storage until it is deleted; by the minute while it answers',
      unknown: 'unknown: {reason}',
    },
    states: { deployed: 'deployed', deleting: 'deleting', gone: 'gone' },
    unknown: 'unknown',
    columns: {
      region: 'Region',
      kind: 'what',
      name: 'name',
      model: 'model',
      state: 'state',
      usdPerDay: 'USD a day',
      usdPerHour: 'USD an hour while idle, estimated',
      bills: 'bills',
      stack: 'stack',
      since: 'since',
      until: 'deleted at',
    },
    cleanup: {
      leftOver: 'Left over: {total}',
      inService: 'In service or under way: {total}',
      total: '{count}, {usd} a day',
      totalAtLeast: '{count}, at least {usd} a day and {unknown} without a known price a day',
      remove: 'Remove what is left over: {command}',
      removing: 'removing in {region}: {name}; USD a day: {usd}, {bills}',
      nothing: 'Nothing is left over in {regions}.',
      notSeen: 'NOT LOOKED AT in {region}: {what}: {reason}',
      removed: 'removed in {region}: {name}',
      stillThere: 'STILL THERE in {region}: {name}',
      checkAgain: 'What is still there bills on. Run this again in a while: {command}',
      stackDeleting: '{name} (its stack is being deleted, which removes it first)',
      noReaper: '{name} (its stack has no reaper yet: it is being deployed)',
      perhaps: 'of {owner}, perhaps ({reason})',
    },
    hosted: {
      title: 'Models that {path} serves in {region}',
      none: '{path}: nothing is hosted. What its models cost: {command}',
      gone: 'no longer there: {command}',
      end: 'To end it: {command}',
    },
    removal: {
      nothing: 'Nothing had to be removed.',
      removed: 'removed: {name}',
      stillThere: 'STILL THERE, and looked at again every 15 minutes: {name}',
      executionRuns:
        'STILL RUNNING: AWS did not stop the execution of {run}: {reason}. It creates nothing more that bills; end it with: aws stepfunctions stop-execution --execution-arn {arn}',
    },
  },
  ja: {
    bills: {
      'trained-tokens': 'トレーニング完了後、トークン課金',
      'nothing-yet': '課金なし（インポート後のモデルには課金）',
      tokens: 'トークン課金、アイドル中は無料',
      'instance-hours': '{count} × {instance}、停止するまで時間課金',
      hours: '削除するまで時間課金',
      'committed-hours': 'コミットメントが終わる {day} まで時間課金',
      storage: '削除するまでストレージ料金',
      'storage-and-minutes': '削除するまでストレージ料金、応答中は分単位の課金',
      unknown: '不明：{reason}',
    },
    states: { deployed: 'デプロイ済み', deleting: '削除中', gone: '削除済み' },
    unknown: '不明',
    columns: {
      region: 'リージョン',
      kind: '種類',
      name: '名前',
      model: 'モデル',
      state: '状態',
      usdPerDay: '1 日あたり USD',
      usdPerHour: 'アイドル中の 1 時間あたり USD（見積もり）',
      bills: '課金方法',
      stack: 'スタック',
      since: '開始',
      until: '削除予定',
    },
    cleanup: {
      leftOver: '残っているもの：{total}',
      inService: '稼働中または実行中：{total}',
      total: '{count} 件、1 日 {usd}',
      totalAtLeast: '{count} 件、1 日あたり少なくとも {usd}（ほかに 1 日の料金が不明なもの {unknown} 件）',
      remove: '残っているものを削除するには：{command}',
      removing: '{region} で削除します：{name}（1 日あたり USD：{usd}、{bills}）',
      nothing: '残っているものはありません（{regions}）。',
      notSeen: '{region} で確認できませんでした：{what}：{reason}',
      removed: '{region} で削除しました：{name}',
      stillThere: '{region} にまだ残っています：{name}',
      checkAgain: '残っているものには課金が続きます。しばらくしてから再実行してください：{command}',
      stackDeleting: '{name}（スタックの削除中で、その中で先に削除されます）',
      noReaper: '{name}（スタックのデプロイ中で、リーパーがまだありません）',
      perhaps: '{owner} のもの（{reason}）',
    },
    hosted: {
      title: '{region} で {path} がホストしているモデル',
      none: '{path}：ホストしているモデルはありません。モデルの料金を見るには：{command}',
      gone: 'すでに存在しません：{command}',
      end: '終了するには：{command}',
    },
    removal: {
      nothing: '削除するものはありませんでした。',
      removed: '削除しました：{name}',
      stillThere: 'まだ残っています（15 分ごとに再確認します）：{name}',
      executionRuns:
        'まだ実行中です：AWS が {run} の実行を停止しませんでした：{reason}。課金されるものは新たに作成されません。停止するには：aws stepfunctions stop-execution --execution-arn {arn}',
    },
  },
  zh: {
    bills: {
      'trained-tokens': '训练完成后按 token 计费',
      'nothing-yet': '不计费；导入后的模型会计费',
      tokens: '按 token 计费，空闲时不计费',
      'instance-hours': '{count} × {instance}，按小时计费，直至停止',
      hours: '按小时计费，直至删除',
      'committed-hours': '按小时计费，直至承诺期于 {day} 结束',
      storage: '存储费，直至删除',
      'storage-and-minutes': '存储费，直至删除；应答期间按分钟计费',
      unknown: '未知：{reason}',
    },
    states: { deployed: '已部署', deleting: '正在删除', gone: '已删除' },
    unknown: '未知',
    columns: {
      region: '区域',
      kind: '类型',
      name: '名称',
      model: '模型',
      state: '状态',
      usdPerDay: '每天 USD',
      usdPerHour: '空闲时每小时 USD（估算）',
      bills: '计费方式',
      stack: '堆栈',
      since: '开始时间',
      until: '删除时间',
    },
    cleanup: {
      leftOver: '遗留资源：{total}',
      inService: '服务中或进行中：{total}',
      total: '{count} 项，每天 {usd}',
      totalAtLeast: '{count} 项，每天至少 {usd}，另有 {unknown} 项的每日价格未知',
      remove: '删除遗留资源：{command}',
      removing: '正在删除 {region} 的 {name}（每天 USD：{usd}，{bills}）',
      nothing: '{regions} 中没有遗留资源。',
      notSeen: '未能检查 {region}：{what}：{reason}',
      removed: '已在 {region} 删除：{name}',
      stillThere: '{region} 中仍然存在：{name}',
      checkAgain: '仍然存在的资源会继续计费：请稍后再次运行：{command}',
      stackDeleting: '{name}（其堆栈正在删除，会先删除此资源）',
      noReaper: '{name}（其堆栈正在部署，还没有清理函数）',
      perhaps: '可能是 {owner} 的资源（{reason}）',
    },
    hosted: {
      title: '{path} 在 {region} 托管的模型',
      none: '{path}：没有托管任何模型。查看其模型的费用：{command}',
      gone: '已不存在：{command}',
      end: '停止托管：{command}',
    },
    removal: {
      nothing: '没有需要删除的资源。',
      removed: '已删除：{name}',
      stillThere: '仍然存在，每 15 分钟会再次检查：{name}',
      executionRuns:
        '仍在运行：AWS 没有停止 {run} 的执行：{reason}。不会再创建计费资源；停止它：aws stepfunctions stop-execution --execution-arn {arn}',
    },
  },
};
