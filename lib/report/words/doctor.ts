import type { Language } from './languages.ts';

export type CheckStatus = 'ok' | 'attention' | 'failed' | 'not-run';

export type CheckId =
  | 'identity'
  | 'model-lifecycle'
  | 'continued-pretraining-base'
  | 'customizations'
  | 'profile-regions'
  | 'quotas'
  | 'invocation-logging'
  | 'tags-active'
  | 'tags-on-lines'
  | 'principal-tags'
  | 'export-tag-spelling'
  | 'knowledge-base-search'
  | 'embedding-profile'
  | 'nextgen-retrieve'
  | 'price-book'
  | 'hyperparameter-ranges';

/** What a check can find. `said` passes on what AWS answered, as it is. */
const FINDINGS = {
  said: '{text}',
  caller: '{principal} in account {account}',
  'models-agree': '{count} models offered in {region}; the catalogue agrees',
  'not-offered': '{model} is not offered in {region}',
  legacy: '{model} is legacy',
  'end-of-life': '{model} reaches its end of life on {day}',
  'no-cpt': 'none in {region}, as this project assumes: continued pre-training runs on SageMaker and is imported',
  cpt: '{models} in {region}',
  'customizations-agree': 'every model that the catalogue customises in {region} takes what it says',
  'takes-not': '{model} does not take {types} in {region}',
  'spans-agree': '{count} profiles span what config/models.json says',
  spans: '{profile} spans {regions}',
  'no-quota': 'no quota of {region} names custom model deployments or model units',
  'logging-off': 'off in {region}; nothing of this project turns it on',
  'logging-on': 'on in {region}, to {where}',
  active: 'active: {keys}',
  'not-active': 'not active: {keys}',
  'no-tag-value': 'no value of {key} in 14 days',
  'tag-values': '{key} = {values}; the same dollars as the path tag, never to be added to it',
  'no-tagged-line': 'no line carries {key} yet',
  tagged: 'tagged: {types}',
  untagged: 'untagged, of this project or another: {types}',
  'first-page': '(first page only: the rest would cost another request)',
  'reads-file': 'reads a file of your bucket',
  'creates-knowledge-base': 'would create a knowledge base',
  'creates-collection': 'would create a collection, which bills by the hour',
  'compares-lists': 'compares whole price lists',
  'no-api': 'no API says; only the start of a job would',
  'nothing-searched': 'no knowledge base of this project in {region}: nothing was searched',
  searched: 'searched: {ids}',
} as const;

export type FindingCode = keyof typeof FINDINGS;

/** What to do about a finding. */
const NEXT = {
  said: '{text}',
  'correct-catalogue': 'correct config/models.json before you deploy',
  'add-models': 'add them to config/models.json: the Bedrock route is open again',
  'correct-customizations': 'correct config/models.json: train would refuse, at no cost',
  'correct-spans': 'correct config/models.json: calls routed to a Region that is not listed are denied',
  'ask-support': 'ask AWS Support before you rely on either',
  'logged-unmasked': 'prompts are stored there unmasked, guardrail or not',
  activate: 'from the payer account: npx fmpaths tags activate',
  'activate-principal': 'after a first call and a day: npx fmpaths tags activate --keys {key}',
  'tags-later': 'tags appear a day after they are active, and not for days before: npx fmpaths tags status',
  'untagged-shown': 'bill and compare show what is untagged in a column of its own',
  'read-export': 'the spelling that it finds is printed by: npx fmpaths bill --source athena',
  'search-refused':
    "resuming: ask again in a minute; 403 with rag.store.network 'bedrock-only': set it to 'public' (only IAM then guards the store) and deploy again; 403 with experimental 'nextgen': leave that out",
  'embedding-unconfirmed': 'not confirmed: this project embeds through the foundation model and says so',
  'nextgen-unconfirmed': 'not confirmed: reported to answer 403; keep to Classic',
  'refresh-prices':
    'the AWS Price List takes nothing for an answer: npx fmpaths prices refresh && npx fmpaths prices diff',
  'ranges-unconfirmed':
    'not confirmed: train prices a run before it starts, and a job that AWS refuses at the start bills nothing',
  'allow-action': 'allow the action that the message names; doctor only reads',
  'try-again': 'run it again; if it stays, ask the service by hand',
} as const;

export type NextCode = keyof typeof NEXT;

/** The words of the checks. `{name}` is filled in. */
export interface DoctorMessages {
  readonly title: string;
  readonly planTitle: string;
  readonly free: string;
  readonly atMost: string;
  readonly columns: Readonly<Record<'status' | 'check' | 'finding' | 'cost' | 'question', string>>;
  readonly statuses: Readonly<Record<CheckStatus, string>>;
  readonly toDo: string;
  readonly questions: Readonly<Record<CheckId, string>>;
  readonly findings: Readonly<Record<FindingCode, string>>;
  readonly next: Readonly<Record<NextCode, string>>;
}

export const DOCTOR_MESSAGES: Record<Language, DoctorMessages> = {
  en: {
    title: 'What AWS answers in {region}',
    planTitle: '{count} checks, all read-only, {cost}',
    free: 'free',
    atMost: 'at most {usd} in all',
    columns: { status: 'result', check: 'check', finding: 'finding', cost: 'at most', question: 'question' },
    statuses: { ok: 'ok', attention: 'ATTENTION', failed: 'FAILED', 'not-run': 'not run' },
    toDo: 'What to do:',
    questions: {
      identity: 'Who is asking, in which account?',
      'model-lifecycle': 'Are the models of config/models.json still what the catalogue says?',
      'continued-pretraining-base': 'Does any base model take CONTINUED_PRE_TRAINING on Bedrock?',
      customizations: 'Can the models of config/models.json still be customised here, in the ways it says?',
      'profile-regions': 'Do the cross-Region profiles span the Regions that the policies allow?',
      quotas: 'What may custom models use: requests a minute on demand, model units?',
      'invocation-logging': 'Does this account log the text of prompts and answers?',
      'tags-active': 'Can Cost Explorer group by path and component?',
      'tags-on-lines': 'Which billed usage of the last 14 days carries the path tag: tokens, training, storage, OCUs?',
      'principal-tags': 'Do the tags of the calling roles reach the bill as a second attribution?',
      'export-tag-spelling': 'How does your CUR export spell the tag keys?',
      'knowledge-base-search': 'Can the deployed rag be searched, with its network policy and its store as they are?',
      'embedding-profile':
        'May a knowledge base embed through an application inference profile, and is that billed by tag?',
      'nextgen-retrieve': 'Does Retrieve work on OpenSearch Serverless NextGen?',
      'price-book': 'What do an hour of Provisioned Throughput and a managed knowledge base cost today?',
      'hyperparameter-ranges': 'Which hyperparameters does the default base model of fine-tuning take?',
    },
    findings: FINDINGS,
    next: NEXT,
  },
  ja: {
    title: '{region} での AWS の回答',
    planTitle: 'チェック {count} 件（すべて読み取りのみ）、{cost}',
    free: '無料',
    atMost: '合計で最大 {usd}',
    columns: { status: '結果', check: 'チェック', finding: '確認結果', cost: '最大費用', question: '確認すること' },
    statuses: { ok: 'OK', attention: '要確認', failed: '失敗', 'not-run': '未実行' },
    toDo: '対処：',
    questions: {
      identity: '誰が、どのアカウントで問い合わせていますか。',
      'model-lifecycle': 'config/models.json のモデルは、現在もカタログのとおりですか。',
      'continued-pretraining-base': 'Bedrock で CONTINUED_PRE_TRAINING に対応する基盤モデルはありますか。',
      customizations: 'config/models.json のモデルは、記載の方法で今もこのリージョンでカスタマイズできますか。',
      'profile-regions': 'クロスリージョンの推論プロファイルは、ポリシーが許可するリージョンの範囲と一致しますか。',
      quotas: 'カスタムモデルのクォータ（オンデマンドの 1 分あたりリクエスト数、モデルユニット数）はいくつですか。',
      'invocation-logging': 'このアカウントはプロンプトと回答の本文を記録していますか。',
      'tags-active': 'Cost Explorer は手法とコスト分類でグループ化できますか。',
      'tags-on-lines':
        '直近 14 日間の請求のうち、どの使用量に手法のタグがありますか（トークン、トレーニング、ストレージ、OCU）。',
      'principal-tags': '呼び出し元ロールのタグは、第 2 の内訳として請求に届いていますか。',
      'export-tag-spelling': 'CUR エクスポートではタグキーがどう表記されていますか。',
      'knowledge-base-search': 'デプロイ済みの rag は、現在のネットワークポリシーとストアのままで検索できますか。',
      'embedding-profile':
        'ナレッジベースはアプリケーション推論プロファイル経由で埋め込みができ、タグ別に請求されますか。',
      'nextgen-retrieve': 'Retrieve は OpenSearch Serverless NextGen で動作しますか。',
      'price-book': 'プロビジョンドスループットの 1 時間とマネージドナレッジベースは、現在いくらですか。',
      'hyperparameter-ranges': 'ファインチューニングの既定の基盤モデルはどのハイパーパラメータを受け付けますか。',
    },
    findings: {
      said: '{text}',
      caller: '{principal}（アカウント {account}）',
      'models-agree': '{region} で {count} 個のモデルが提供されており、カタログと一致しています',
      'not-offered': '{model} は {region} で提供されていません',
      legacy: '{model} はレガシーです',
      'end-of-life': '{model} は {day} に提供終了（EOL）になります',
      'no-cpt':
        '{region} にはありません。本プロジェクトの前提どおり、継続事前学習は SageMaker で行い、モデルをインポートします',
      cpt: '{region} の {models}',
      'customizations-agree': '{region} でカスタマイズするモデルは、すべてカタログのとおりに対応しています',
      'takes-not': '{region} では {model} が {types} に対応していません',
      'spans-agree': '{count} 個の推論プロファイルの範囲は config/models.json と一致しています',
      spans: '{profile} の範囲は {regions} です',
      'no-quota': '{region} のクォータに、カスタムモデルのデプロイやモデルユニットに関するものがありません',
      'logging-off': '{region} では無効です。本プロジェクトが有効にすることはありません',
      'logging-on': '{region} で有効です（出力先：{where}）',
      active: '有効：{keys}',
      'not-active': '無効：{keys}',
      'no-tag-value': '直近 14 日間に {key} の値がありません',
      'tag-values': '{key} = {values}。手法のタグと同じ金額なので、加算しないでください',
      'no-tagged-line': '{key} の付いた明細がまだありません',
      tagged: 'タグあり：{types}',
      untagged: 'タグなし（本プロジェクトまたは別のもの）：{types}',
      'first-page': '（最初のページのみ。続きは別のリクエスト料金がかかります）',
      'reads-file': 'お使いのバケットのファイルを読む必要があります',
      'creates-knowledge-base': 'ナレッジベースの作成が必要です',
      'creates-collection': '時間課金されるコレクションの作成が必要です',
      'compares-lists': '価格表全体の比較が必要です',
      'no-api': '確認できる API がなく、ジョブを開始して初めて分かります',
      'nothing-searched': '{region} に本プロジェクトのナレッジベースがないため、検索していません',
      searched: '検索しました：{ids}',
    },
    next: {
      said: '{text}',
      'correct-catalogue': 'デプロイの前に config/models.json を修正してください',
      'add-models': 'config/models.json に追加してください。Bedrock での方法が再び使えます',
      'correct-customizations':
        'config/models.json を修正してください。このままでは train が（費用なしで）拒否されます',
      'correct-spans':
        'config/models.json を修正してください。記載のないリージョンへルーティングされた呼び出しは拒否されます',
      'ask-support': 'どちらかに依存する前に AWS サポートに確認してください',
      'logged-unmasked': 'ガードレールの有無にかかわらず、プロンプトはマスクされずにそこに保存されます',
      activate: '支払いアカウントで：npx fmpaths tags activate',
      'activate-principal': '最初の呼び出しから 1 日後に：npx fmpaths tags activate --keys {key}',
      'tags-later': 'タグは有効化の 1 日後から表示され、それより前の日には表示されません：npx fmpaths tags status',
      'untagged-shown': 'bill と compare は、タグのない金額を別の列に表示します',
      'read-export': '見つかった表記を表示するには：npx fmpaths bill --source athena',
      'search-refused':
        "再開中の場合：1 分後に再実行。rag.store.network が 'bedrock-only' で 403 の場合：'public' にして（ストアの保護は IAM だけになります）再デプロイ。experimental 'nextgen' で 403 の場合：その設定を外してください",
      'embedding-unconfirmed': '未確認です。本プロジェクトは基盤モデルを直接使って埋め込みを行い、その旨を表示します',
      'nextgen-unconfirmed': '未確認です。403 が返るとの報告があるため、Classic を使ってください',
      'refresh-prices': 'AWS の価格表への問い合わせは無料です：npx fmpaths prices refresh && npx fmpaths prices diff',
      'ranges-unconfirmed': '未確認です。train は開始前に費用を計算し、開始時に AWS が拒否したジョブには課金されません',
      'allow-action': 'メッセージにあるアクションを許可してください。doctor は読み取りしか行いません',
      'try-again': '再実行してください。解消しない場合は、サービスに直接問い合わせてください',
    },
  },
  zh: {
    title: 'AWS 在 {region} 的回答',
    planTitle: '{count} 项检查，全部只读，{cost}',
    free: '免费',
    atMost: '总计最多 {usd}',
    columns: { status: '结果', check: '检查', finding: '发现', cost: '最高费用', question: '问题' },
    statuses: { ok: '正常', attention: '需注意', failed: '失败', 'not-run': '未运行' },
    toDo: '应对措施：',
    questions: {
      identity: '由谁、在哪个账户中查询？',
      'model-lifecycle': 'config/models.json 中的模型是否仍与目录一致？',
      'continued-pretraining-base': 'Bedrock 上是否有基础模型支持 CONTINUED_PRE_TRAINING？',
      customizations: 'config/models.json 中的模型在此区域是否仍可按所述方式定制？',
      'profile-regions': '跨区域推理配置文件覆盖的区域是否与策略允许的一致？',
      quotas: '自定义模型的配额是多少：按需每分钟请求数、模型单元数？',
      'invocation-logging': '此账户是否记录提示和回答的文本？',
      'tags-active': 'Cost Explorer 能否按手法和成本分类分组？',
      'tags-on-lines': '最近 14 天的计费用量中，哪些带有手法标签：token、训练、存储、OCU？',
      'principal-tags': '调用角色的标签是否作为第二种归属出现在账单中？',
      'export-tag-spelling': '您的 CUR 导出如何书写标签键？',
      'knowledge-base-search': '已部署的 rag 在现有网络策略和存储下能否检索？',
      'embedding-profile': '知识库能否通过应用程序推理配置文件进行嵌入，并按标签计费？',
      'nextgen-retrieve': 'Retrieve 能否用于 OpenSearch Serverless NextGen？',
      'price-book': '一小时预留吞吐和托管知识库目前的价格是多少？',
      'hyperparameter-ranges': '微调的默认基础模型接受哪些超参数？',
    },
    findings: {
      said: '{text}',
      caller: '{principal}，账户 {account}',
      'models-agree': '{region} 提供 {count} 个模型，与目录一致',
      'not-offered': '{region} 不提供 {model}',
      legacy: '{model} 已是旧版',
      'end-of-life': '{model} 将于 {day} 终止支持',
      'no-cpt': '{region} 没有，与本项目的假设一致：继续预训练在 SageMaker 上进行，再导入模型',
      cpt: '{region} 的 {models}',
      'customizations-agree': '目录中在 {region} 定制的所有模型都支持所述方式',
      'takes-not': '{model} 在 {region} 不支持 {types}',
      'spans-agree': '{count} 个推理配置文件的覆盖范围与 config/models.json 一致',
      spans: '{profile} 覆盖 {regions}',
      'no-quota': '{region} 没有关于自定义模型部署或模型单元的配额',
      'logging-off': '{region} 未启用；本项目不会启用它',
      'logging-on': '{region} 已启用，写入 {where}',
      active: '已激活：{keys}',
      'not-active': '未激活：{keys}',
      'no-tag-value': '14 天内没有 {key} 的值',
      'tag-values': '{key} = {values}；与手法标签是同一笔金额，不可相加',
      'no-tagged-line': '还没有任何明细带有 {key}',
      tagged: '有标签：{types}',
      untagged: '无标签（属于本项目或其他项目）：{types}',
      'first-page': '（仅第一页：其余部分需另付一次请求费用）',
      'reads-file': '需要读取您存储桶中的文件',
      'creates-knowledge-base': '需要创建知识库',
      'creates-collection': '需要创建按小时计费的集合',
      'compares-lists': '需要比较整份价格表',
      'no-api': '没有 API 可查；只有启动作业才能得知',
      'nothing-searched': '{region} 没有本项目的知识库：未进行检索',
      searched: '已检索：{ids}',
    },
    next: {
      said: '{text}',
      'correct-catalogue': '部署前请更正 config/models.json',
      'add-models': '请添加到 config/models.json：Bedrock 路线重新可用',
      'correct-customizations': '请更正 config/models.json：否则 train 会拒绝（不产生费用）',
      'correct-spans': '请更正 config/models.json：路由到未列出区域的调用会被拒绝',
      'ask-support': '依赖其中任何一项之前，请咨询 AWS Support',
      'logged-unmasked': '无论有无 Guardrail，提示都会未经掩码地存储在那里',
      activate: '在付款账户执行：npx fmpaths tags activate',
      'activate-principal': '首次调用一天之后：npx fmpaths tags activate --keys {key}',
      'tags-later': '标签在激活一天后出现，且不追溯之前的日期：npx fmpaths tags status',
      'untagged-shown': 'bill 和 compare 将无标签的金额单独列出',
      'read-export': '显示找到的写法：npx fmpaths bill --source athena',
      'search-refused':
        "正在恢复：一分钟后再试；rag.store.network 为 'bedrock-only' 时返回 403：改为 'public'（此后仅由 IAM 保护存储）并重新部署；使用 experimental 'nextgen' 时返回 403：去掉该设置",
      'embedding-unconfirmed': '尚未确认：本项目直接通过基础模型嵌入，并有说明',
      'nextgen-unconfirmed': '尚未确认：有报告称返回 403；请使用 Classic',
      'refresh-prices': '查询 AWS 价格表不收费：npx fmpaths prices refresh && npx fmpaths prices diff',
      'ranges-unconfirmed': '尚未确认：train 在启动前计价，AWS 在启动时拒绝的作业不计费',
      'allow-action': '请允许消息中所述的操作；doctor 只读取',
      'try-again': '请再次运行；若仍存在，请直接查询该服务',
    },
  },
};
