import type { Language } from './languages.ts';

/**
 * `unknown`: billing has not seen the key, which it does up to 24 hours after the first tagged usage. `inactive`: seen, and on no
 * line. `activating`: active for less than the 24 hours it may take. `active`: on the lines.
 */
export type TagState = 'unknown' | 'inactive' | 'activating' | 'active';

/** What Cost Explorer can answer by a tag. */
export type TagAnswer = 'unseen' | 'on-no-line' | 'little-yet' | 'since' | 'since-backfilled' | 'since-activation';

/** What to do for more. */
export type TagNext = 'call-through-role' | 'deploy-and-ask' | 'activate' | 'wait' | 'backfill';

/** The words of the cost allocation tags. `{name}` is filled in. */
export interface TagMessages {
  readonly title: string;
  readonly backfills: string;
  readonly noBackfills: string;
  readonly columns: Readonly<
    Record<'tag' | 'needed' | 'state' | 'answer' | 'next' | 'from' | 'requested' | 'done', string>
  >;
  readonly yes: string;
  readonly no: string;
  readonly states: Readonly<Record<TagState, string>>;
  readonly answers: Readonly<Record<TagAnswer, string>>;
  readonly next: Readonly<Record<TagNext, string>>;
  readonly activated: string;
  readonly refused: string;
  readonly backfillStarted: string;
}

export const TAG_MESSAGES: Record<Language, TagMessages> = {
  en: {
    title: 'Cost allocation tags',
    backfills: 'Backfills',
    noBackfills: 'Backfills: none yet',
    columns: {
      tag: 'tag',
      needed: 'needed',
      state: 'state',
      answer: 'the bill can answer',
      next: 'next',
      from: 'from',
      requested: 'asked for',
      done: 'done',
    },
    yes: 'yes',
    no: 'no',
    states: { unknown: 'unknown', inactive: 'inactive', activating: 'activating', active: 'active' },
    answers: {
      unseen: 'nothing: billing has not seen the key',
      'on-no-line': 'nothing: the key is on no line of the bill',
      'little-yet': 'little yet: activated {since}, lines carry it by {time}',
      since: 'usage since {day}',
      'since-backfilled': 'usage since {day} (backfilled)',
      'since-activation': 'usage since its activation',
    },
    next: {
      'call-through-role': 'call Bedrock through a tagged role once; the key shows up within 24 hours',
      'deploy-and-ask': 'deploy a path and send it one request; the key shows up within 24 hours',
      activate: 'lines carry it within 24 hours, and from then on, after: npx fmpaths tags activate --keys {key}',
      wait: 'wait, then: npx fmpaths bill --from {from} --until {until}',
      backfill: 'for earlier usage of tagged resources: npx fmpaths tags backfill',
    },
    activated:
      '{key}: active. Lines carry it within 24 hours, from then on; for earlier usage: npx fmpaths tags backfill',
    refused:
      '{key}: refused by AWS: {reason}. Billing knows a key up to 24 hours after the first tagged usage: npx fmpaths tags status',
    backfillStarted:
      'backfill from {from} asked for: {status}. It shows the tags on usage of resources that had them then; see how far it is: npx fmpaths tags status',
  },
  ja: {
    title: 'コスト配分タグ',
    backfills: 'バックフィル',
    noBackfills: 'バックフィル：まだありません',
    columns: {
      tag: 'タグ',
      needed: '必須',
      state: '状態',
      answer: '請求で分かること',
      next: '次にすること',
      from: '開始日',
      requested: '依頼日時',
      done: '完了日時',
    },
    yes: 'はい',
    no: 'いいえ',
    states: { unknown: '未検出', inactive: '非アクティブ', activating: '有効化中', active: 'アクティブ' },
    answers: {
      unseen: 'なし：キーがまだ請求に認識されていません',
      'on-no-line': 'なし：キーが請求のどの明細にも付いていません',
      'little-yet': 'まだわずか：{since} に有効化、{time} までに明細に付きます',
      since: '{day} 以降の使用',
      'since-backfilled': '{day} 以降の使用（バックフィル済み）',
      'since-activation': '有効化以降の使用',
    },
    next: {
      'call-through-role': 'タグ付きのロールで Bedrock を 1 回呼び出してください。キーは 24 時間以内に現れます',
      'deploy-and-ask': '手法をデプロイして 1 回リクエストしてください。キーは 24 時間以内に現れます',
      activate: '実行すると、24 時間以内に、それ以降の明細に付きます：npx fmpaths tags activate --keys {key}',
      wait: 'しばらく待ってから：npx fmpaths bill --from {from} --until {until}',
      backfill: 'タグ付きリソースの過去の使用には：npx fmpaths tags backfill',
    },
    activated:
      '{key}：有効になりました。24 時間以内に、それ以降の明細に付きます。過去の使用には：npx fmpaths tags backfill',
    refused:
      '{key}：AWS に拒否されました：{reason}。キーは、タグ付きの最初の使用から最大 24 時間で請求に認識されます：npx fmpaths tags status',
    backfillStarted:
      '{from} からのバックフィルを依頼しました：{status}。当時タグが付いていたリソースの使用にタグを反映します。進み具合：npx fmpaths tags status',
  },
  zh: {
    title: '成本分配标签',
    backfills: '回填',
    noBackfills: '回填：尚无',
    columns: {
      tag: '标签',
      needed: '必需',
      state: '状态',
      answer: '账单可回答',
      next: '下一步',
      from: '起始日',
      requested: '请求时间',
      done: '完成时间',
    },
    yes: '是',
    no: '否',
    states: { unknown: '未发现', inactive: '未激活', activating: '激活中', active: '已激活' },
    answers: {
      unseen: '无：账单尚未见过此键',
      'on-no-line': '无：账单中没有任何明细带有此键',
      'little-yet': '尚少：{since} 激活，最迟 {time} 出现在明细中',
      since: '自 {day} 起的用量',
      'since-backfilled': '自 {day} 起的用量（已回填）',
      'since-activation': '自激活起的用量',
    },
    next: {
      'call-through-role': '通过带标签的角色调用一次 Bedrock；此键会在 24 小时内出现',
      'deploy-and-ask': '部署一种手法并发送一次请求；此键会在 24 小时内出现',
      activate: '执行后 24 小时内出现在此后的明细中：npx fmpaths tags activate --keys {key}',
      wait: '稍候，然后：npx fmpaths bill --from {from} --until {until}',
      backfill: '对带标签资源的更早用量：npx fmpaths tags backfill',
    },
    activated: '{key}：已激活。24 小时内出现在此后的明细中；更早的用量：npx fmpaths tags backfill',
    refused: '{key}：被 AWS 拒绝：{reason}。账单在首次带标签的使用后最多 24 小时认识一个键：npx fmpaths tags status',
    backfillStarted:
      '已请求自 {from} 起的回填：{status}。它在当时带有标签的资源用量上显示标签；查看进度：npx fmpaths tags status',
  },
};
