import type { Language } from './languages.ts';
import { STORE_LINE_NAMES } from './stores.ts';
import type { Translated } from './translated.ts';

/** The lines of an estimate; English stands as on AWS's price pages. */
const NAMES: Readonly<Record<string, Translated>> = {
  'Input tokens': ['入力トークン', '输入 token'],
  'Output tokens': ['出力トークン', '输出 token'],
  'Cache read tokens': ['キャッシュ読み取りトークン', '缓存读取 token'],
  'Cache write tokens': ['キャッシュ書き込みトークン', '缓存写入 token'],
  'Model units': ['プロビジョンドスループットのモデルユニット', '预留吞吐模型单元'],
  'Custom model units': ['カスタムモデルユニット', '自定义模型单元'],
  'Training tokens': ['学習トークン', '训练 token'],
  'SageMaker training instance hours': ['SageMaker トレーニングのインスタンス時間', 'SageMaker 训练实例小时'],
  'SageMaker training volumes': ['SageMaker トレーニングのボリューム', 'SageMaker 训练存储卷'],
  'Teacher input tokens': ['教師モデルの入力トークン', '教师模型输入 token'],
  'Teacher output tokens': ['教師モデルの出力トークン', '教师模型输出 token'],
  'Student training tokens': ['生徒モデルの学習トークン', '学生模型训练 token'],
  'Model units to try the model': ['試用のモデルユニット', '试用模型单元'],
  'Custom model storage': ['カスタムモデルの保管', '自定义模型存储'],
  'Custom model storage, a month': ['カスタムモデルの保管（1 か月）', '自定义模型存储（一个月）'],
  'Imported model storage': ['インポートしたモデルの保管', '导入模型存储'],
  'Imported model storage, a month': ['インポートしたモデルの保管（1 か月）', '导入模型存储（一个月）'],
  'Smoke test': ['動作確認', '冒烟测试'],
  'Embedding tokens': ['埋め込みトークン', '嵌入 token'],
  'Parsing input tokens': ['解析の入力トークン', '解析输入 token'],
  'Parsing output tokens': ['解析の出力トークン', '解析输出 token'],
  'Data automation pages': ['Data Automation のページ', 'Data Automation 页数'],
  'Rerank queries': ['リランクのクエリ', '重排查询'],
  'Structured data queries': ['構造化データのクエリ', '结构化数据查询'],
  'S3 Standard storage': ['S3 標準ストレージ', 'S3 标准存储'],
  'S3 PUT requests': ['S3 PUT リクエスト', 'S3 PUT 请求'],
  'S3 GET requests': ['S3 GET リクエスト', 'S3 GET 请求'],
  'Lambda requests': ['Lambda リクエスト', 'Lambda 请求'],
  'Lambda duration': ['Lambda 実行時間', 'Lambda 运行时长'],
  'API Gateway HTTP requests': ['API Gateway HTTP リクエスト', 'API Gateway HTTP 请求'],
  'API Gateway REST requests': ['API Gateway REST リクエスト', 'API Gateway REST 请求'],
  'CloudWatch Logs ingestion': ['CloudWatch Logs 取り込み', 'CloudWatch Logs 摄取'],
  'CloudWatch Logs storage': ['CloudWatch Logs 保存', 'CloudWatch Logs 存储'],
  'CloudWatch Logs Insights scans': ['CloudWatch Logs Insights スキャン', 'CloudWatch Logs Insights 扫描'],
  'CloudWatch custom metrics': ['CloudWatch カスタムメトリクス', 'CloudWatch 自定义指标'],
  'CloudWatch alarms': ['CloudWatch アラーム', 'CloudWatch 告警'],
  'Secrets Manager secrets': ['Secrets Manager シークレット', 'Secrets Manager 密钥'],
  'Secrets Manager requests': ['Secrets Manager リクエスト', 'Secrets Manager 请求'],
  'Athena data scanned': ['Athena スキャンデータ', 'Athena 扫描数据'],
  'Cost Explorer requests': ['Cost Explorer リクエスト', 'Cost Explorer 请求'],
  'Step Functions transitions': ['Step Functions 状態遷移', 'Step Functions 状态转换'],
  'Evaluation input tokens': ['評価の入力トークン', '评估输入 token'],
  'Evaluation output tokens': ['評価の出力トークン', '评估输出 token'],
  'Evaluation judge input tokens': ['評価モデルの入力トークン', '评估模型输入 token'],
  'Evaluation judge output tokens': ['評価モデルの出力トークン', '评估模型输出 token'],
  'Human evaluation tasks': ['人による評価タスク', '人工评估任务'],
  'Guardrail content filters': ['ガードレール コンテンツフィルター', 'Guardrail 内容过滤'],
  'Guardrail denied topics': ['ガードレール 拒否トピック', 'Guardrail 拒绝主题'],
  'Guardrail sensitive information filters': ['ガードレール 機密情報フィルター', 'Guardrail 敏感信息过滤'],
  'Guardrail contextual grounding checks': ['ガードレール 根拠チェック', 'Guardrail 依据检查'],
  'Guardrail automated reasoning checks': ['ガードレール 自動推論チェック', 'Guardrail 自动推理检查'],
  'Guardrail word filters': ['ガードレール 単語フィルター', 'Guardrail 词语过滤'],
  ...STORE_LINE_NAMES,
};

/** What stands in brackets behind a name. */
const VARIANTS: Readonly<Record<string, Translated>> = {
  batch: ['バッチ', '批处理'],
  flex: ['フレックス', '弹性'],
  priority: ['優先', '优先'],
  'latency-optimized': ['低遅延', '低延迟'],
  ultrafast: ['超高速', '超高速'],
  'long prompt': ['長いプロンプト', '长提示'],
  'no commitment': ['コミットメントなし', '无承诺'],
  '1-month commitment': ['1 か月コミットメント', '1 个月承诺'],
  '6-month commitment': ['6 か月コミットメント', '6 个月承诺'],
  retraining: ['再学習', '重训'],
  'first run': ['初回', '首次'],
  'first load': ['初回取り込み', '首次导入'],
  'changed documents': ['変更文書', '变更文档'],
  'changed vectors': ['変更ベクトル', '变更向量'],
  'within agentic ones': ['エージェント検索の中', '代理检索之内'],
  questions: ['質問', '问题'],
  documents: ['文書', '文档'],
  prompts: ['プロンプト', '提示'],
  answers: ['回答', '回答'],
  'first 100K vectors of an index': ['索引の最初の 10 万ベクトル', '索引前 10 万向量'],
  'next 9.9M': ['次の 990 万', '之后 990 万'],
  'above 10M': ['1,000 万超', '1,000 万以上'],
  'tier 2': ['第 2 段階', '第 2 档'],
  'tier 3': ['第 3 段階', '第 3 档'],
  'tier 4': ['第 4 段階', '第 4 档'],
};

const INDEX = { ja: 0, zh: 1 } as const;

/** The name of a line in a language; names and brackets that only a workload knows stay as they are. */
export function lineName(name: string, language: Language): string {
  if (language === 'en') return name;
  const [base = name] = name.split(' (');
  const brackets = [...name.matchAll(/\(([^)]*)\)/g)].map(([, text = '']) => VARIANTS[text]?.[INDEX[language]] ?? text);
  const translated = NAMES[base]?.[INDEX[language]];
  if (translated === undefined) return name;
  return [translated, ...brackets.map((text) => `（${text}）`)].join('');
}
