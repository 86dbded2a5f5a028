import type { StoreKind } from '../../catalogue/stores.ts';
import type { StoreLeverId } from '../../cost/rag/stores.ts';
import type { Language } from './languages.ts';
import type { Translated } from './translated.ts';

/** The lines of each store, English as on AWS's price pages. A name that two stores share stands at the first. */
const LINE_NAMES: Readonly<Record<StoreKind, Readonly<Record<string, Translated>>>> = {
  'opensearch-serverless': {
    'OpenSearch Serverless storage': ['OpenSearch Serverless ストレージ', 'OpenSearch Serverless 存储'],
    'OpenSearch Serverless indexing OCUs': ['OpenSearch Serverless インデックス OCU', 'OpenSearch Serverless 索引 OCU'],
    'OpenSearch Serverless search OCUs': ['OpenSearch Serverless 検索 OCU', 'OpenSearch Serverless 检索 OCU'],
  },
  'opensearch-serverless-nextgen': {
    'OpenSearch Serverless NextGen OCUs': ['OpenSearch Serverless NextGen OCU', 'OpenSearch Serverless NextGen OCU'],
  },
  'aurora-serverless-v2': {
    'Aurora storage': ['Aurora ストレージ', 'Aurora 存储'],
    'Aurora capacity units': ['Aurora キャパシティユニット', 'Aurora 容量单元'],
    'Aurora I/O requests': ['Aurora I/O リクエスト', 'Aurora I/O 请求'],
  },
  's3-vectors': {
    'S3 Vectors storage': ['S3 Vectors ストレージ', 'S3 Vectors 存储'],
    'S3 Vectors PUT': ['S3 Vectors 書き込み', 'S3 Vectors 写入'],
    'S3 Vectors query requests': ['S3 Vectors クエリ', 'S3 Vectors 查询'],
    'S3 Vectors data processed': ['S3 Vectors 処理データ', 'S3 Vectors 处理数据'],
    'S3 Vectors data returned': ['S3 Vectors 返却データ', 'S3 Vectors 返回数据'],
  },
  managed: {
    'Managed knowledge base index': ['マネージドナレッジベースの索引', '托管知识库索引'],
    'Managed knowledge base retrieves': ['マネージドナレッジベースの検索', '托管知识库检索'],
    'Managed knowledge base agentic retrieves': ['マネージドナレッジベースのエージェント検索', '托管知识库代理检索'],
    'Agentic retrieval input tokens': ['エージェント検索の入力トークン', '代理检索输入 token'],
    'Agentic retrieval output tokens': ['エージェント検索の出力トークン', '代理检索输出 token'],
  },
};

export const STORE_LINE_NAMES: Readonly<Record<string, Translated>> = Object.fromEntries(
  Object.values(LINE_NAMES).flatMap((names) => Object.entries(names)),
);

/** What can be done about a cost with a store. */
export const STORE_LEVER_NAMES: Readonly<Record<Language, Readonly<Record<StoreLeverId, string>>>> = {
  en: {
    's3-vectors': 'Keep the vectors in S3 Vectors',
    'paused-pgvector': 'Keep the vectors in Aurora pgvector, paused outside working hours',
    'managed-knowledge-base': 'Use a managed knowledge base',
    'no-standby': 'Run OpenSearch Serverless without standby',
  },
  ja: {
    's3-vectors': 'ベクトルを S3 Vectors に置く',
    'paused-pgvector': 'ベクトルを Aurora pgvector に置き、業務時間外は停止する',
    'managed-knowledge-base': 'マネージドナレッジベースを使う',
    'no-standby': 'OpenSearch Serverless をスタンバイなしにする',
  },
  zh: {
    's3-vectors': '向量改存 S3 Vectors',
    'paused-pgvector': '向量改存 Aurora pgvector，非工作时间暂停',
    'managed-knowledge-base': '改用托管知识库',
    'no-standby': 'OpenSearch Serverless 不用备用副本',
  },
};
