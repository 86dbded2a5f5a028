import type { CostKind } from '../../cost/cost-line.ts';
import type { Note } from '../../cost/line-sheet.ts';
import type { PathId } from '../../paths.ts';
import { COMPARISON_MESSAGES, type ComparisonMessages } from './comparison.ts';
import type { Language } from './languages.ts';

/** The words of an estimate. `{name}` is filled in. */
export interface EstimateMessages {
  readonly title: string;
  /** The id, because commands take it, and the term of the language. */
  /** Behind the name of a model. */
  readonly withoutExamples: string;
  /** The words of the rows of a comparison. */
  readonly comparison: ComparisonMessages;
  readonly paths: Readonly<Record<PathId, string>>;
  readonly kinds: Readonly<Record<CostKind, string>>;
  readonly columns: Readonly<
    Record<
      | 'path'
      | 'monthly'
      | 'oneTime'
      | 'firstMonth'
      | 'per1k'
      | 'component'
      | 'kind'
      | 'line'
      | 'quantity'
      | 'unit'
      | 'unitPrice'
      | 'usd'
      | 'source',
      string
    >
  >;
  readonly unknown: string;
  /** Behind the price of a line that there cannot be. */
  readonly notOffered: string;
  /** Of nothing: no request, no price for a request. */
  readonly none: string;
  readonly unknownWithPart: string;
  readonly facts: Readonly<
    Record<
      | 'assumes'
      | 'parts'
      | 'assumed'
      | 'configured'
      | 'notOffered'
      | 'offerUnsaid'
      | 'cutAnswer'
      | 'idleStore'
      | 'elsewhere'
      | 'unknownPrices-listed'
      | 'unknownPrices-unnamed-model'
      | 'unknownPrices-unknown-model'
      | 'unknownPrices-by-hand'
      | 'unknownPrices-named-ended'
      | 'unknownPrices-named-preview'
      | 'unknownPrices-named-limited'
      | 'unknownPrices-named-one-source'
      | 'endOfLife'
      | 'meant'
      | 'missing'
      | 'unknownInstance'
      | 'unknownInstanceNear'
      | 'moved-not-called-there'
      | 'moved-not-customised-there'
      | 'nowhere-not-called-there'
      | 'nowhere-not-customised-there'
      | 'moved-not-hosted-this-way'
      | 'nowhere-not-hosted-this-way'
      | 'throughput'
      | 'throughputAtBase'
      | 'terms'
      | 'utilisation'
      | 'never'
      | 'stale'
      | 'grades'
      | 'gradesMonthly'
      | 'gradesOneTime'
      | 'gradesKnownMonthly'
      | 'gradesKnownOneTime'
      | 'sources'
      | 'derivation'
      | 'derived'
      | 'unknownMeaning',
      string
    >
  >;
  /** What the hours of a training run rest on. */
  readonly training: Readonly<
    Record<
      | 'lora'
      | 'full'
      | 'given'
      | 'derived'
      | 'assumed'
      | 'asGiven'
      | 'startUpNotCounted'
      | 'idleAccelerators'
      | 'scriptWithoutAccelerators'
      | 'tooLarge'
      | 'severalInstances',
      string
    >
  >;
  readonly notes: Readonly<Record<Note, string>>;
}

export const ESTIMATE_MESSAGES: Record<Language, EstimateMessages> = {
  en: {
    title: 'Estimated cost: {name}, {requests} requests a month, {hours} hours a month, {region}, US dollars',
    withoutExamples: ', no examples',
    comparison: COMPARISON_MESSAGES.en,
    paths: {
      'prompt-only': 'prompt-only',
      rag: 'rag',
      'fine-tuning': 'fine-tuning',
      'continued-pretraining': 'continued-pretraining',
      distillation: 'distillation',
    },
    kinds: { 'one-time': 'once', fixed: 'a month, fixed', usage: 'a month, by use' },
    columns: {
      path: 'path',
      monthly: 'a month',
      oneTime: 'one-time',
      firstMonth: 'first month',
      per1k: 'per 1,000 requests',
      component: 'component',
      kind: 'due',
      line: 'line',
      quantity: 'quantity',
      unit: 'unit',
      unitPrice: 'unit price',
      usd: 'US dollars',
      source: 'price from',
    },
    unknown: 'unknown',
    notOffered: 'not offered',
    none: '-',
    unknownWithPart: 'unknown ({known} known)',
    facts: {
      assumes: 'Estimated from the workload and the price book; nothing was measured or billed.',
      assumed: 'The workload does not say, and is assumed to be: {fields}.',
      configured: 'From config/environment.json: {fields}.',
      parts: 'Priced alone, and nothing else of the paths: {parts}.',
      'unknownPrices-listed': "{path}: no price in {region} for {ids}. 'npx fmpaths prices refresh' may find them.",
      'unknownPrices-unnamed-model':
        '{path}: no price in {region} for {ids}. A refresh cannot find them: config/models.json does not say how the AWS Price List names {model}. Add "priceList" to its entry, or the prices to config/prices/{region}.json.',
      'unknownPrices-unknown-model':
        '{path}: no price in {region} for {ids}: {model} is in no catalogue{meant}. Add it to config/models.json with its name in the AWS Price List (lib/README.md, "A model"), or price it with --prices.',
      'unknownPrices-by-hand':
        '{path}: no price in {region} for {ids}. A refresh cannot find them: no usage type of them is known. Add the prices to config/prices/{region}.json.',
      'unknownPrices-named-ended':
        '{path}: no price in {region} for {ids}: {model} is past its end of life{since} and calls to it fail. Choose an active model.',
      'unknownPrices-named-preview':
        '{path}: no price in {region} for {ids}: {model} is a preview that AWS opens to some accounts only. Choose an active model.',
      'unknownPrices-named-limited':
        '{path}: no price in {region} for {ids}: {model} is offered to some accounts only. Choose an active model.',
      'unknownPrices-named-one-source':
        '{path}: no price in {region} for {ids}: {model} is known from one source only. Choose an active model, or add it to models in config/models.json once you have checked it.',
      endOfLife: ' ({day})',
      meant: ' (did you mean {name}?)',
      notOffered: '{path}: AWS does not offer {ids}, so there is no price to find.',
      offerUnsaid:
        '{path}: no price in {region} for {ids}, and it is not known whether AWS offers them: {fields} of config/models.json does not say. Ask AWS first, or choose another way to serve it.',
      cutAnswer:
        '{path}: answers of {tokens} tokens are longer than maxTokens {most} of config/environment.json: they are priced whole; deployed, they are cut.',
      idleStore:
        '{path}: the capacity of the store {store} is billed whether anyone asks or not: {usd} a month. One key changes it: rag.vectorStore.kind in a workload, rag.store.kind in config/environment.json; s3-vectors has no such capacity, and searches by meaning only.',
      elsewhere: '{path}: {says}. Not priced here.',
      missing: '{path}: the workload does not say {fields}.',
      unknownInstance:
        '{path}: the instance {type} is not in config/models.json, so its speed is not known. Choose one of trainingInstances there, or set {field}.',
      unknownInstanceNear:
        '{path}: the instance {type} is not in config/models.json, so its speed is not known. Nearly the same name: {near}. Choose one of trainingInstances there, or set {field}.',
      'moved-not-called-there':
        '{path}: {model} is not offered in {asked}; priced in {region}, the nearest that offers it.',
      'moved-not-customised-there':
        '{path}: {model} cannot be customised in {asked}; priced in {region}, the nearest where it can.',
      'nowhere-not-called-there': '{path}: no Region with prices offers {model}; priced in {region} all the same.',
      'nowhere-not-customised-there':
        '{path}: no Region with prices customises {model} this way; priced in {region} all the same.',
      'moved-not-hosted-this-way': '{path}: tuned, {model} cannot be hosted this way; priced in {region} all the same.',
      'nowhere-not-hosted-this-way': '{path}: tuned, {model} cannot be hosted this way; priced all the same.',
      throughputAtBase:
        '{path}: a model unit costs {hourly} an hour, as much as {tokens} tokens an hour of the base model on demand, in the same proportion of input and output; the tuned model has no on-demand price.',
      terms: 'In Chinese, Japanese and English:',
      throughput:
        '{path}: a model unit costs {hourly} an hour, as much as {tokens} tokens an hour on demand in the same proportion of input and output.',
      utilisation: '{path}: throughput is cheaper than on demand from {share} of a model unit in use.',
      never: '{path}: throughput is never cheaper than on demand: even a full model unit costs more than its tokens.',
      stale:
        "Prices used that are older than 90 days: {count}, the oldest from {date}. Read today's with: npx fmpaths prices refresh",
      grades:
        "What the prices rest on: A AWS's own file or page was read, B two independent transcriptions agree, C one, D derived or assumed.",
      gradesMonthly: '{path}, {usd} a month: {grades}; {stale} on prices older than 90 days.',
      gradesOneTime: '{path}, {usd} once: {grades}; {stale} on prices older than 90 days.',
      gradesKnownMonthly:
        '{path}, of the known {usd} a month: {grades}; {stale} on prices older than 90 days. The total is unknown.',
      gradesKnownOneTime:
        '{path}, of the known {usd} once: {grades}; {stale} on prices older than 90 days. The total is unknown.',
      sources: 'Sources of the prices',
      derivation: '{path}: how each quantity comes about',
      derived: 'where',
      unknownMeaning: 'Unknown is never counted as zero: a total over an unknown line is unknown.',
    },
    training: {
      lora: 'LoRA',
      full: 'full training',
      given: '{path}: {hours} training hours as given; they do not follow from the corpus.',
      derived:
        '{path}: {hours} training hours derived: {tokens} tokens × {parameters} billion parameters × {operations} operations ({method}), at {utilisation} of the {tflops} dense BF16 TFLOPS of {accelerator}, {computing} of them at a time in each instance.',
      assumed: '{utilisation} (assumed; public measurements are {from} to {to}; set modelFlopsUtilisation)',
      asGiven: '{utilisation} (as given)',
      startUpNotCounted: ' Instance start, downloads and compilation are not counted: set startUpHoursPerRun.',
      idleAccelerators:
        '{path}: {computing} of {accelerators} accelerators compute at a time, and all are billed: the training script spreads the layers over them, which makes room and no speed. Choose an instance with one if the model fits; set parallelAccelerators for a script of your own.',
      scriptWithoutAccelerators:
        '{path}: the training script does not use {accelerator}, it would train on the processors: the hours hold for a script of your own.',
      tooLarge:
        '{path}: the model does not fit: it needs at least {least} GiB of accelerator memory, activations not counted, and one instance has {memory} GiB.',
      severalInstances:
        '{path}: the training script refuses more than one instance: the hours hold for a script of your own that shares the work between {instances}.',
    },
    notes: {
      'capacity-unknown':
        '{path}: capacity unknown. AWS does not publish what a model unit serves: give tokensPerMinutePerModelUnit and a peak, or modelUnits.',
      'distillation-upper-bound':
        '{path}: upper bound of the prompts. Bedrock may add some of its own, up to 15,000 in all, and charges the teacher for each; set synthesizedPrompts for fewer. The teacher answers as long as tokensPerTeacherAnswer says: a run may cost more.',
      'epochs-usual':
        '{path}: epochs not given. Counted: those of a job of the model family that names none, an assumption; set epochs.',
      'epochs-most':
        '{path}: epochs not given. Counted: the most that a job of the model family takes, an upper bound; set epochs.',
      'nextgen-unconfirmed': '{path}: OpenSearch Serverless NextGen is unconfirmed for knowledge bases.',
      'ocu-lower-bound':
        '{path}: search OCUs as if all 6 GB of an OCU held vectors: a lower bound; set vectorMemoryGbPerOcu or searchOcus once measured.',
      'no-cpt-on-bedrock':
        '{path}: no base model on Bedrock takes continued pre-training today; the working route is SageMaker AI training and Custom Model Import.',
      'no-hosting': '{path}: the model is hosted nowhere, so it answers nothing.',
      'base-model-no-commitment':
        '{path}: unconfirmed. AWS describes throughput of a base model as sold with a commitment of one month or six; without one it may be sold for tuned models only.',
      'prefix-too-short': '{path}: the model caches no prefix as short as this one: priced as plain input.',
      'prefix-too-long': '{path}: AWS caches no prefix as long as this one for the model: priced as plain input.',
      'prefix-minimum-unknown':
        '{path}: it is not known from which length on the model caches a prefix: priced as plain input.',
      'prefix-not-cached': '{path}: the model is not known to cache prompts: priced as plain input.',
      'prefix-dearer-cached':
        '{path}: so few requests would find the prefix cached that caching costs more: priced as plain input.',
      'cache-lifetime-assumed':
        '{path}: how long the model keeps a cache entry is not known: five minutes are assumed; set cacheTtl.',
      'cache-lifetime-not-offered':
        '{path}: the model keeps no cache entry for as long as cacheTtl says: leave it out for the usual time, or take one of its promptCaching.lifetimes in config/models.json.',
      'model-ended': '{path}: its model is past its end of life: calls to it fail, and these prices are history.',
      'model-legacy': '{path}: its model is Legacy: new accounts cannot call it, and it may cost more until it ends.',
      'legacy-no-throughput': '{path}: AWS sells no new Provisioned Throughput for a Legacy model.',
      'evaluation-by-time': '{path}: what evaluating each attempt costs is not known: its capacity is paid by time.',
      'long-prompt':
        '{path}: a prompt has more than {limit} tokens: above that the model bills every token of it at the price of a long prompt (longPromptAboveTokens in config/models.json; not the context window).',
      'profile-not-offered':
        '{path}: its model is not offered there through the profile that is asked for: the nearest one is priced.',
      'few-examples':
        '{path}: fewer training examples than its models need to learn anything (advised in config/models.json): what is priced trains, and is rarely of use.',
      'prompt-near-limit':
        '{path}: prompts that are priced as usual ones have on average at least half the length above which the model bills a long prompt (longPromptAboveTokens in config/models.json): those of them that are longer cost more.',
      'thinking-on-request':
        '{path}: its model thinks only where a call asks for it. Nobody says that one does, so no thinking is counted (assumed); set request.thinkingTokens.',
      'thinking-unknown':
        '{path}: it is not known whether its model thinks before it answers. Nobody says that it does, so no thinking is counted (assumed); set request.thinkingTokens.',
      'import-upper-bound':
        '{path}: upper bound. The imported model is priced as if every call opened a five-minute window of its own; set activeWindowsPerMonth.',
      'import-one-copy':
        '{path}: the imported model is priced with one copy, which is no upper bound: Bedrock starts more by itself under load and bills each. Set copies, or peakTokensPerMinute and the measured tokensPerMinutePerCopy.',
    },
  },
  ja: {
    title: '見積もり: {name}、月 {requests} リクエスト、月 {hours} 時間、{region}、米ドル',
    withoutExamples: '、例なし',
    comparison: COMPARISON_MESSAGES.ja,
    paths: {
      'prompt-only': 'prompt-only 文脈内学習',
      rag: 'rag 検索拡張生成',
      'fine-tuning': 'fine-tuning ファインチューニング',
      'continued-pretraining': 'continued-pretraining 継続事前学習',
      distillation: 'distillation 蒸留',
    },
    kinds: { 'one-time': '一時', fixed: '毎月（固定）', usage: '毎月（従量）' },
    columns: {
      path: '手法',
      monthly: '月額',
      oneTime: '一時費用',
      firstMonth: '初月',
      per1k: '1,000 リクエストあたり',
      component: 'コスト分類',
      kind: '発生',
      line: '明細',
      quantity: '数量',
      unit: '単位',
      unitPrice: '単価',
      usd: '米ドル',
      source: '単価の出典',
    },
    unknown: '不明',
    notOffered: '提供なし',
    none: '-',
    unknownWithPart: '不明（判明分 {known}）',
    facts: {
      assumes: 'ワークロードと価格表からの見積もりです。計測値でも請求額でもありません。',
      assumed: 'ワークロードに記載がないため、次の値を仮定しています：{fields}。',
      configured: 'config/environment.json から：{fields}。',
      parts: '次の部分だけの価格で、手法のほかの部分は含みません: {parts}。',
      'unknownPrices-listed':
        '{path}: {region} の価格表に {ids} がありません。「npx fmpaths prices refresh」で見つかることがあります。',
      'unknownPrices-unnamed-model':
        '{path}: {region} の価格表に {ids} がありません。AWS の価格表での {model} の名前が config/models.json にないため、更新では見つかりません。そのモデルに "priceList" を追加するか、config/prices/{region}.json に価格を追加してください。',
      'unknownPrices-unknown-model':
        '{path}: {region} の価格表に {ids} がありません。{model} はどのカタログにもありません{meant}。AWS の価格表での名前とともに config/models.json に追加するか（lib/README.md の "A model"）、--prices で価格を渡してください。',
      'unknownPrices-by-hand':
        '{path}: {region} の価格表に {ids} がありません。使用タイプが知られていないため、更新では見つかりません。config/prices/{region}.json に価格を追加してください。',
      'unknownPrices-named-ended':
        '{path}: {region} の価格表に {ids} がありません。{model} は提供が終了しており{since}、呼び出しは失敗します。提供中のモデルを選んでください。',
      'unknownPrices-named-preview':
        '{path}: {region} の価格表に {ids} がありません。{model} は、AWS が一部のアカウントにのみ公開しているプレビューです。提供中のモデルを選んでください。',
      'unknownPrices-named-limited':
        '{path}: {region} の価格表に {ids} がありません。{model} は一部のアカウントにのみ提供されています。提供中のモデルを選んでください。',
      'unknownPrices-named-one-source':
        '{path}: {region} の価格表に {ids} がありません。{model} は 1 つの出典でしか確認されていません。提供中のモデルを選ぶか、確認のうえ config/models.json の models に追加してください。',
      endOfLife: '（{day}）',
      meant: '（{name} のことですか）',
      notOffered: '{path}: AWS は {ids} を提供していないため、価格は存在しません。',
      offerUnsaid:
        '{path}: {region} の価格表に {ids} がなく、AWS が提供しているかどうかも不明です。config/models.json の {fields} に記載がありません。先に AWS に確認するか、別の提供方法を選んでください。',
      cutAnswer:
        '{path}: {tokens} トークンの回答は config/environment.json の maxTokens {most} より長く、ここでは全体を見積もっていますが、デプロイすると途中で切れます。',
      idleStore:
        '{path}: ストア {store} の容量は、質問がなくても課金されます: 月 {usd}。変更するキーは 1 つです。ワークロードでは rag.vectorStore.kind、config/environment.json では rag.store.kind。s3-vectors にはこの容量がなく、意味による検索だけを行います。',
      elsewhere: '{path}: {says}（英語の出典による）。ここでは見積もりません。',
      missing: '{path}: ワークロードに {fields} がありません。',
      unknownInstance:
        '{path}: インスタンス {type} は config/models.json にないため、その速度が分かりません。trainingInstances のいずれかを選ぶか、{field} を指定してください。',
      unknownInstanceNear:
        '{path}: インスタンス {type} は config/models.json にないため、その速度が分かりません。似た名前: {near}。trainingInstances のいずれかを選ぶか、{field} を指定してください。',
      'moved-not-called-there':
        '{path}: {asked} では {model} を利用できないため、最も近い {region} の価格で計算しました。',
      'moved-not-customised-there':
        '{path}: {asked} では {model} をカスタマイズできないため、最も近い {region} の価格で計算しました。',
      'nowhere-not-called-there':
        '{path}: {model} を提供するリージョンの価格がありません。{region} の価格で計算しました。',
      'nowhere-not-customised-there':
        '{path}: {model} をこの方法でカスタマイズできるリージョンの価格がありません。{region} の価格で計算しました。',
      'moved-not-hosted-this-way':
        '{path}: カスタマイズした {model} はこの方法でホストできませんが、{region} の価格で計算しました。',
      'nowhere-not-hosted-this-way':
        '{path}: カスタマイズした {model} はこの方法でホストできませんが、価格は計算しました。',
      throughputAtBase:
        '{path}: モデルユニットは 1 時間 {hourly} で、同じ入出力比の基盤モデルのオンデマンドでは 1 時間 {tokens} トークン分にあたります。カスタムモデルにはオンデマンド価格がありません。',
      terms: '用語（中・日・英）:',
      throughput:
        '{path}: モデルユニットは 1 時間 {hourly} で、同じ入出力比のオンデマンドでは 1 時間 {tokens} トークン分にあたります。',
      utilisation:
        '{path}: プロビジョンドスループットは、モデルユニットの使用率 {share} からオンデマンドより安くなります。',
      never: '{path}: プロビジョンドスループットがオンデマンドより安くなることはありません。',
      stale:
        '使用した価格のうち {count} 件は 90 日より前のもので、最も古いものは {date} です。更新: npx fmpaths prices refresh',
      grades:
        '価格の根拠: A は AWS 自身のファイルまたはページ、B は互いに一致する 2 つの独立した転記、C は 1 つの転記、D は導出または仮定です。',
      gradesMonthly: '{path}、月 {usd}: {grades}。90 日より古い価格は {stale}。',
      gradesOneTime: '{path}、初回 {usd}: {grades}。90 日より古い価格は {stale}。',
      gradesKnownMonthly: '{path}、月額のうち判明分 {usd}: {grades}。90 日より古い価格は {stale}。合計は不明です。',
      gradesKnownOneTime: '{path}、初回のうち判明分 {usd}: {grades}。90 日より古い価格は {stale}。合計は不明です。',
      sources: '価格の出典',
      derivation: '{path}: 数量の求め方',
      derived: 'ここで',
      unknownMeaning: '不明は 0 とみなしません。不明な明細を含む合計は不明です。',
    },
    training: {
      lora: 'LoRA',
      full: '全パラメータの学習',
      given: '{path}: 学習時間は指定された {hours} 時間です。コーパスの大きさからは計算していません。',
      derived:
        '{path}: 学習時間は計算値で {hours} 時間です。{tokens} トークン × {parameters} × 10 億パラメータ × {operations} 演算（{method}）を、{accelerator} の密な BF16 性能 {tflops} TFLOPS の {utilisation} で処理し、各インスタンスで同時に計算するのは {computing} 基とします。',
      assumed: '{utilisation}（仮定。公開された実測値は {from}～{to}。modelFlopsUtilisation で指定できます）',
      asGiven: '{utilisation}（指定値）',
      startUpNotCounted:
        'インスタンスの起動、ダウンロード、コンパイルの時間は含みません。startUpHoursPerRun で指定してください。',
      idleAccelerators:
        '{path}: {accelerators} 基のアクセラレーターのうち同時に計算するのは {computing} 基ですが、料金は全体にかかります。学習スクリプトは層を分けて置くため、容量は増えても速くはなりません。モデルが収まるなら 1 基のインスタンスを選び、独自のスクリプトでは parallelAccelerators を指定してください。',
      scriptWithoutAccelerators:
        '{path}: 学習スクリプトは {accelerator} を使わず CPU で学習します。この時間は独自のスクリプトの場合のものです。',
      tooLarge:
        '{path}: モデルが収まりません。アクティベーションを除いて少なくとも {least} GiB のアクセラレーターメモリが必要ですが、1 台のインスタンスには {memory} GiB しかありません。',
      severalInstances:
        '{path}: 学習スクリプトは 2 台以上のインスタンスを受け付けません。この時間は、{instances} 台で作業を分担する独自のスクリプトの場合のものです。',
    },
    notes: {
      'capacity-unknown':
        '{path}: 処理能力が不明です。AWS はモデルユニットの処理能力を公開していません。tokensPerMinutePerModelUnit とピーク、または modelUnits を指定してください。',
      'distillation-upper-bound':
        '{path}: プロンプト数の上限値です。Bedrock は合計 15,000 件までプロンプトを追加することがあり、教師モデルの料金がかかります。少なくするには synthesizedPrompts を指定してください。教師モデルの回答の長さは tokensPerTeacherAnswer のとおりで、実際の費用はそれを超えることがあります。',
      'epochs-usual':
        '{path}: エポック数の指定がありません。指定のないジョブがそのモデルファミリーで使うエポック数と仮定しました。epochs を指定してください。',
      'epochs-most':
        '{path}: エポック数の指定がありません。そのモデルファミリーのジョブの最大エポック数による上限値です。epochs を指定してください。',
      'nextgen-unconfirmed': '{path}: OpenSearch Serverless NextGen はナレッジベースでの動作が未確認です。',
      'ocu-lower-bound':
        '{path}: 検索 OCU は、OCU の 6 GB すべてにベクトルが載る場合の下限です。実測後に vectorMemoryGbPerOcu か searchOcus を指定してください。',
      'no-cpt-on-bedrock':
        '{path}: 現在 Bedrock で継続事前学習できる基盤モデルはありません。SageMaker AI での学習とカスタムモデルインポートが実際の方法です。',
      'no-hosting': '{path}: モデルがホストされていないため、応答できません。',
      'base-model-no-commitment':
        '{path}: 未確認です。AWS の説明では、基盤モデルのプロビジョンドスループットには 1 か月または 6 か月のコミットメントが必要で、コミットメントなしはカスタムモデルに限られる可能性があります。',
      'prefix-too-short':
        '{path}: プレフィックスがモデルの最小長に満たないためキャッシュされません。通常の入力として計算しました。',
      'prefix-too-long':
        '{path}: プレフィックスがモデルの最大長を超えるためキャッシュされません。通常の入力として計算しました。',
      'prefix-minimum-unknown':
        '{path}: このモデルが何トークンから前置きをキャッシュするかは不明です。通常の入力として計算しています。',
      'prefix-not-cached':
        '{path}: このモデルがプロンプトをキャッシュするかは不明です。通常の入力として計算しています。',
      'prefix-dearer-cached':
        '{path}: キャッシュに当たるリクエストが少なく、キャッシュするとかえって高くなります。通常の入力として計算しています。',
      'cache-lifetime-assumed':
        '{path}: モデルがキャッシュを保持する時間は不明です。5 分と仮定しました。cacheTtl を指定してください。',
      'cache-lifetime-not-offered':
        '{path}: モデルは cacheTtl の長さのキャッシュを提供していません。通常の長さにするには cacheTtl を外すか、config/models.json の promptCaching.lifetimes から選んでください。',
      'model-ended': '{path}: モデルは提供終了です。呼び出しは失敗し、価格は過去のものです。',
      'model-legacy':
        '{path}: モデルはレガシーです。新しいアカウントは呼び出せず、終了までに値上がりすることがあります。',
      'legacy-no-throughput': '{path}: AWS はレガシーモデルの新しいプロビジョンドスループットを販売しません。',
      'evaluation-by-time': '{path}: 各試行の評価にかかる費用は不明です。処理能力が時間単位で課金されるためです。',
      'long-prompt':
        '{path}: プロンプトが {limit} トークンを超えています。これを超えると、モデルは全トークンを長いプロンプトの価格で請求します（config/models.json の longPromptAboveTokens。コンテキストウィンドウではありません）。',
      'profile-not-offered':
        '{path}: 指定されたプロファイルでは、そのリージョンでモデルを利用できません。最も近いプロファイルで計算しました。',
      'few-examples':
        '{path}: 学習例が、モデルが何かを学ぶのに必要な数（config/models.json の advised）より少なくなっています。この価格で学習はできますが、役に立つことはまれです。',
      'prompt-near-limit':
        '{path}: 通常の価格で計算したプロンプトは、平均で、長いプロンプトの価格になる長さ（config/models.json の longPromptAboveTokens）の半分以上です。その中でそれを超えるものは、より高くなります。',
      'thinking-on-request':
        '{path}: このモデルは、呼び出しが求めたときにだけ思考します。思考させるという記載がないため、思考のトークンは含めていません（仮定）。思考させる場合は request.thinkingTokens を設定してください。',
      'thinking-unknown':
        '{path}: このモデルが回答の前に思考するかどうかは分かっていません。記載がないため、思考のトークンは含めていません（仮定）。request.thinkingTokens を設定してください。',
      'import-upper-bound':
        '{path}: すべての呼び出しが別々の 5 分間の枠を使う場合の上限です。activeWindowsPerMonth を指定してください。',
      'import-one-copy':
        '{path}: インポートしたモデルはコピー 1 つとして計算しており、上限ではありません。負荷に応じて Bedrock がコピーを自動的に増やし、それぞれ課金します。copies、または peakTokensPerMinute と実測した tokensPerMinutePerCopy を指定してください。',
    },
  },
  zh: {
    title: '估算成本：{name}，每月 {requests} 次请求，每月 {hours} 小时，{region}，美元',
    withoutExamples: '，不带示例',
    comparison: COMPARISON_MESSAGES.zh,
    paths: {
      'prompt-only': 'prompt-only 文脉内/提示工程',
      rag: 'rag 检索增强生成',
      'fine-tuning': 'fine-tuning 微调',
      'continued-pretraining': 'continued-pretraining 继续预训练',
      distillation: 'distillation 蒸馏',
    },
    kinds: { 'one-time': '一次性', fixed: '每月（固定）', usage: '每月（按量）' },
    columns: {
      path: '手法',
      monthly: '每月',
      oneTime: '一次性',
      firstMonth: '首月',
      per1k: '每 1,000 次请求',
      component: '成本分类',
      kind: '发生方式',
      line: '明细',
      quantity: '数量',
      unit: '单位',
      unitPrice: '单价',
      usd: '美元',
      source: '单价来源',
    },
    unknown: '未知',
    notOffered: '不提供',
    none: '-',
    unknownWithPart: '未知（已知部分 {known}）',
    facts: {
      assumes: '由工作负载和价格表估算得出，并非计量值或账单金额。',
      assumed: '工作负载未说明，因此采用假设值：{fields}。',
      configured: '取自 config/environment.json：{fields}。',
      parts: '只计价以下部分，不含手法的其他部分：{parts}。',
      'unknownPrices-listed': '{path}：{region} 的价格表中没有 {ids}。可用 “npx fmpaths prices refresh” 查找。',
      'unknownPrices-unnamed-model':
        '{path}：{region} 的价格表中没有 {ids}。刷新无法找到：config/models.json 没有写明 {model} 在 AWS 价目表中的名称。请在该模型中加入 "priceList"，或把价格加入 config/prices/{region}.json。',
      'unknownPrices-unknown-model':
        '{path}：{region} 的价格表中没有 {ids}：{model} 不在任何目录中{meant}。请把它连同在 AWS 价目表中的名称加入 config/models.json（见 lib/README.md 的 "A model"），或用 --prices 给出价格。',
      'unknownPrices-by-hand':
        '{path}：{region} 的价格表中没有 {ids}。刷新无法找到：不知道它们的用量类型。请把价格加入 config/prices/{region}.json。',
      'unknownPrices-named-ended':
        '{path}：{region} 的价格表中没有 {ids}：{model} 已到生命周期终点{since}，调用会失败。请选择仍在提供的模型。',
      'unknownPrices-named-preview':
        '{path}：{region} 的价格表中没有 {ids}：{model} 是 AWS 只对部分账户开放的预览。请选择仍在提供的模型。',
      'unknownPrices-named-limited':
        '{path}：{region} 的价格表中没有 {ids}：{model} 只提供给部分账户。请选择仍在提供的模型。',
      'unknownPrices-named-one-source':
        '{path}：{region} 的价格表中没有 {ids}：{model} 只有一个来源。请选择仍在提供的模型，或在核实后加入 config/models.json 的 models。',
      endOfLife: '（{day}）',
      meant: '（是否指 {name}？）',
      notOffered: '{path}：AWS 不提供 {ids}，因此不存在这样的价格。',
      offerUnsaid:
        '{path}：{region} 的价格表中没有 {ids}，而且不知道 AWS 是否提供：config/models.json 的 {fields} 没有说明。请先向 AWS 确认，或选择其他方式。',
      cutAnswer:
        '{path}：{tokens} 个 token 的回答超过 config/environment.json 的 maxTokens {most}：这里按完整回答计价，部署后会被截断。',
      idleStore:
        '{path}：存储 {store} 的容量无论有无提问都会计费：每月 {usd}。只需改一个键：工作负载中的 rag.vectorStore.kind，config/environment.json 中的 rag.store.kind；s3-vectors 没有这种容量，只按语义检索。',
      elsewhere: '{path}：{says}（引自英文资料）。此处不计价。',
      missing: '{path}：工作负载没有给出 {fields}。',
      unknownInstance:
        '{path}：config/models.json 中没有实例 {type}，因此不知道其速度。请选择其中 trainingInstances 的一种，或设置 {field}。',
      unknownInstanceNear:
        '{path}：config/models.json 中没有实例 {type}，因此不知道其速度。名称相近的有：{near}。请选择其中 trainingInstances 的一种，或设置 {field}。',
      'moved-not-called-there': '{path}：{asked} 不提供 {model}，按最近的可用区域 {region} 计价。',
      'moved-not-customised-there': '{path}：{asked} 不能定制 {model}，按最近的可用区域 {region} 计价。',
      'nowhere-not-called-there': '{path}：有价格的区域都不提供 {model}，仍按 {region} 计价。',
      'nowhere-not-customised-there': '{path}：有价格的区域都不能以此方式定制 {model}，仍按 {region} 计价。',
      'moved-not-hosted-this-way': '{path}：定制后的 {model} 不能以此方式托管，仍按 {region} 计价。',
      'nowhere-not-hosted-this-way': '{path}：定制后的 {model} 不能以此方式托管，仍然计价。',
      throughputAtBase:
        '{path}：一个模型单元每小时 {hourly}，相当于相同输入输出比例下按需调用基础模型每小时 {tokens} 个 token；定制模型没有按需价格。',
      terms: '术语（中・日・英）：',
      throughput: '{path}：一个模型单元每小时 {hourly}，相当于相同输入输出比例下按需每小时 {tokens} 个 token。',
      utilisation: '{path}：模型单元使用率达到 {share} 起，预留吞吐比按需便宜。',
      never: '{path}：预留吞吐永远不会比按需便宜：即使用满一个模型单元也更贵。',
      stale: '所用价格中有 {count} 个已超过 90 天，最早的来自 {date}。更新：npx fmpaths prices refresh',
      grades: '价格依据：A 为 AWS 自己的文件或页面，B 为两份相互一致的独立转录，C 为一份转录，D 为推导或假设。',
      gradesMonthly: '{path}，每月 {usd}：{grades}；{stale} 依据 90 天以前的价格。',
      gradesOneTime: '{path}，一次性 {usd}：{grades}；{stale} 依据 90 天以前的价格。',
      gradesKnownMonthly: '{path}，每月已知的 {usd} 中：{grades}；{stale} 依据 90 天以前的价格。合计未知。',
      gradesKnownOneTime: '{path}，一次性已知的 {usd} 中：{grades}；{stale} 依据 90 天以前的价格。合计未知。',
      sources: '价格来源',
      derivation: '{path}：各数量的推导',
      derived: '其中',
      unknownMeaning: '未知从不按零计算：包含未知明细的合计也是未知。',
    },
    training: {
      lora: 'LoRA',
      full: '全参数训练',
      given: '{path}：训练时间为给定的 {hours} 小时，并非由语料量推算。',
      derived:
        '{path}：推算的训练时间为 {hours} 小时：{tokens} 个 token × {parameters} × 10 亿参数 × {operations} 次运算（{method}），按 {accelerator} 稠密 BF16 算力 {tflops} TFLOPS 的 {utilisation} 计算，每个实例同时计算的加速器为 {computing} 个。',
      assumed: '{utilisation}（假设值；公开实测为 {from} 至 {to}；可设置 modelFlopsUtilisation）',
      asGiven: '{utilisation}（给定值）',
      startUpNotCounted: '不含实例启动、下载和编译时间：请设置 startUpHoursPerRun。',
      idleAccelerators:
        '{path}：{accelerators} 个加速器中同时计算的只有 {computing} 个，但全部计费：训练脚本把各层分放在不同加速器上，只增加容量，不提高速度。模型放得下时请选单加速器实例；使用自己的脚本时请设置 parallelAccelerators。',
      scriptWithoutAccelerators: '{path}：训练脚本不使用 {accelerator}，会在 CPU 上训练：该时间只适用于您自己的脚本。',
      tooLarge: '{path}：模型放不下：不计激活值至少需要 {least} GiB 加速器内存，而单个实例只有 {memory} GiB。',
      severalInstances:
        '{path}：训练脚本拒绝使用多个实例：该时间只适用于您自己的、由 {instances} 个实例分担工作的脚本。',
    },
    notes: {
      'capacity-unknown':
        '{path}：容量未知。AWS 不公布模型单元的处理能力：请给出 tokensPerMinutePerModelUnit 和峰值，或 modelUnits。',
      'distillation-upper-bound':
        '{path}：提示数的上限值。Bedrock 可能自行补充提示，总数最多 15,000 条，并收取教师模型费用；可用 synthesizedPrompts 降低。教师回答的长度按 tokensPerTeacherAnswer 计算：实际费用可能更高。',
      'epochs-usual': '{path}：未给出轮数（epochs）。按该模型系列的作业未指定时的轮数计算，属于假设；请设置 epochs。',
      'epochs-most': '{path}：未给出轮数（epochs）。按该模型系列的作业允许的最大轮数计算，是上限值；请设置 epochs。',
      'nextgen-unconfirmed': '{path}：OpenSearch Serverless NextGen 用于知识库尚未确认。',
      'ocu-lower-bound':
        '{path}：检索 OCU 按一个 OCU 的 6 GB 全部存放向量计算，是下限；实测后请设置 vectorMemoryGbPerOcu 或 searchOcus。',
      'no-cpt-on-bedrock':
        '{path}：目前 Bedrock 上没有可继续预训练的基础模型；可行路线是 SageMaker AI 训练加自定义模型导入。',
      'no-hosting': '{path}：模型没有托管，无法回答。',
      'base-model-no-commitment':
        '{path}：未确认。按 AWS 的说明，基础模型的预留吞吐需要 1 个月或 6 个月的承诺；无承诺可能只对定制模型出售。',
      'prefix-too-short': '{path}：前缀短于模型的最小长度，不会被缓存：按普通输入计价。',
      'prefix-too-long': '{path}：前缀超过模型的最大长度，不会被缓存：按普通输入计价。',
      'prefix-minimum-unknown': '{path}：不知道该模型从多长的前缀开始缓存：按普通输入计价。',
      'prefix-not-cached': '{path}：不知道该模型会缓存提示：按普通输入计价。',
      'prefix-dearer-cached': '{path}：命中缓存的请求太少，缓存反而更贵：按普通输入计价。',
      'cache-lifetime-assumed': '{path}：模型保留缓存条目的时间未知：假设为 5 分钟；请设置 cacheTtl。',
      'cache-lifetime-not-offered':
        '{path}：该模型不提供 cacheTtl 所示时长的缓存：去掉 cacheTtl 即用通常的时长，或从 config/models.json 的 promptCaching.lifetimes 中选择。',
      'model-ended': '{path}：该模型已停止服务：调用会失败，这些价格已成历史。',
      'model-legacy': '{path}：该模型为旧版：新账户无法调用，停止服务前可能涨价。',
      'legacy-no-throughput': '{path}：AWS 不再为旧版模型出售新的预留吞吐。',
      'evaluation-by-time': '{path}：每次尝试的评估费用未知：其容量按时间计费。',
      'long-prompt':
        '{path}：提示超过 {limit} 个 token：超过后，模型对其所有 token 按长提示的价格计费（config/models.json 中的 longPromptAboveTokens，不是上下文窗口）。',
      'profile-not-offered': '{path}：该区域不通过所要求的配置文件提供此模型：按最接近的配置文件计价。',
      'few-examples':
        '{path}：训练样本少于模型学到东西所需的数量（config/models.json 中的 advised）：按此价格可以训练，但结果很少有用。',
      'prompt-near-limit':
        '{path}：按普通提示计价的提示，平均长度已达到按长提示计费的界限（config/models.json 中的 longPromptAboveTokens）的一半以上：其中超过界限的会更贵。',
      'thinking-on-request':
        '{path}：该模型仅在调用要求时才思考。没有说明要求思考，因此未计入思考的令牌（假设）；请设置 request.thinkingTokens。',
      'thinking-unknown':
        '{path}：不清楚该模型在回答前是否思考。没有说明，因此未计入思考的令牌（假设）；请设置 request.thinkingTokens。',
      'import-upper-bound': '{path}：按每次调用各占一个 5 分钟窗口计算，是上限；请设置 activeWindowsPerMonth。',
      'import-one-copy':
        '{path}：导入的模型按一个副本计价，这不是上限：负载升高时 Bedrock 会自动启动更多副本并逐一计费。请设置 copies，或设置 peakTokensPerMinute 和实测的 tokensPerMinutePerCopy。',
    },
  },
};
