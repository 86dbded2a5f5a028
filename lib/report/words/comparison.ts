import type { Basis } from '../../cost/comparison.ts';
import type { Obstacle } from '../../cost/like-for-like.ts';
import type { SplitPart } from '../../cost/split.ts';
import type { VariationId } from '../../cost/variations.ts';
import type { Language } from './languages.ts';

/** Why a cell that can be has no figure. */
export type NoFigure = 'no-price' | 'no-hosting' | 'over-quota' | 'unknown';

/** A reason as a cell of a table has it, and as its legend says it. */
interface Reason {
  readonly short: string;
  readonly long: string;
}

/** The words of a comparison of paths and models. `{name}` is filled in. */
export interface ComparisonMessages {
  readonly unknown: string;
  /** Between the entries of a list. */
  readonly comma: string;
  readonly row: string;
  readonly rowWithoutExamples: string;
  /** A row that varies another, `how` as in `varied`. */
  readonly rowVaried: string;
  /** A row in a sentence, where it is priced in another Region than the one asked for or than what it is held against. */
  readonly rowPricedIn: string;
  readonly cheapest: string;
  readonly oneTimeSpread: string;
  readonly cheapestUnknown: string;
  readonly otherModelComplete: string;
  readonly nearestIsCheapest: string;
  readonly otherModelCheaper: string;
  readonly shorterPromptCheaper: string;
  readonly sameAnswersCheaper: string;
  readonly couldBeCheaper: string;
  readonly atLeast: string;
  readonly heldEqual: string;
  readonly ownText: string;
  readonly ownTextMark: string;
  readonly notHeldEqual: string;
  readonly rowsTitle: string;
  readonly rowsTitleLives: string;
  readonly rowsTitleNoLife: string;
  readonly columns: Readonly<Record<'path' | 'model' | 'monthly' | 'oneTime' | 'overLife' | 'per1k', string>>;
  /** In place of a profile. */
  readonly tuned: string;
  /** The part of training in a monthly figure. */
  readonly retraining: string;
  readonly cheapestMark: string;
  /** Below the table, where the workload says what people or labels cost. */
  readonly peopleInLife: string;
  readonly cannotBe: string;
  /** In place of the reason where the length is known. */
  readonly longerThanWindow: string;
  /** What a variation does, beside the name of its path. */
  readonly varied: Readonly<Record<VariationId, string>>;
  readonly basis: Readonly<Record<Exclude<Basis, 'reference' | 'asked'>, string>>;
  readonly withoutExamples: string;
  readonly unknownInPart: string;
  readonly andMore: string;
  readonly unmet: string;
  readonly elsewhere: string;
  readonly spreadOver: string;
  readonly headings: Readonly<Record<'differences' | 'targets' | 'updates' | 'assumptions', string>>;
  readonly difference: string;
  readonly differenceInPart: string;
  readonly differenceUnknown: string;
  readonly differenceUnsaid: string;
  readonly differenceUnsaidInPart: string;
  readonly noDifference: string;
  readonly underACent: string;
  readonly ofItModel: string;
  readonly ofItPrice: string;
  readonly modelAndRest: string;
  readonly priceAndRest: string;
  readonly parts: Readonly<Record<SplitPart, string>>;
  readonly matrixTitle: string;
  readonly matrixContinued: string;
  readonly cheapestOfRow: string;
  readonly modelWithProfile: string;
  readonly modelWithoutProfile: string;
  readonly modelEnds: string;
  readonly reason: string;
  readonly fieldsMissing: string;
  readonly pricedElsewhere: string;
  readonly obstacles: Readonly<Record<Obstacle, Reason>>;
  readonly noFigure: Readonly<Record<NoFigure, Reason>>;
  readonly hits: string;
  /** Of models that may think, where nobody says how much. */
  readonly thinking: Readonly<Record<'thinking-on-request' | 'thinking-unknown', string>>;
  readonly target: Readonly<
    Record<
      | 'unknown'
      | 'untuned'
      | 'pays'
      | 'must'
      | 'tokens'
      | 'retries'
      | 'repeats'
      | 'acceptance'
      | 'or'
      | 'noShorterPrompt'
      | 'never'
      | 'tooLate'
      | 'paidBack'
      | 'paidBackSoon',
      string
    >
  >;
  readonly update: Readonly<
    Record<'prompt' | 'documents' | 'training' | 'noTime' | 'hours' | 'privateDocuments', string>
  >;
  readonly peak: Readonly<
    Record<
      | 'title'
      | 'needed'
      | 'burndown'
      | 'quota'
      | 'verdict'
      | 'enough'
      | 'exceeds'
      | 'ask'
      | 'default'
      | 'lowerBound'
      | 'tunedQuota'
      | 'askMeaning',
      string
    >
  >;
  readonly assumed: string;
  readonly assumedMark: string;
  readonly tokensAsGiven: string;
  readonly counter: string;
  readonly counterErrorUnknown: string;
  readonly factors: string;
  /** What a tuned model costs besides. */
  readonly notCounted: Readonly<
    Record<'sentence' | 'evaluation' | 'retraining' | 'labels' | 'people' | 'saving' | 'savingAtAnyRate', string>
  >;
}

export const COMPARISON_MESSAGES: Record<Language, ComparisonMessages> = {
  en: {
    unknown: 'unknown',
    comma: ', ',
    row: '{path} on {model}',
    rowWithoutExamples: '{path} on {model} without the examples',
    rowVaried: '{row} {how}',
    rowPricedIn: '{row} (priced in {region})',
    cheapest: 'Cheapest for {requests} requests a month: {row}, {usd} a month.',
    oneTimeSpread: 'Its one-time costs are spread over {months} months.',
    cheapestUnknown:
      'Which path is cheapest is not known: no row on {reference}, or on the nearest model that its path can take, both answers as it must and has a complete total.',
    otherModelComplete: '{row} has a complete total, {usd} a month, but another model answers there.',
    nearestIsCheapest: 'Another model than {reference} answers there: the path cannot take it.',
    otherModelCheaper: '{row} costs less, {usd} a month, but another model answers there.',
    shorterPromptCheaper: '{row} costs less, {usd} a month: test if it answers as well.',
    sameAnswersCheaper: '{row} costs less, {usd} a month, for the same answers.',
    couldBeCheaper: 'Not known, so possibly cheaper: {rows}.',
    atLeast: '{row} (at least {usd})',
    heldEqual: 'Equal in every row on {reference}: model, question, instruction, context and answer text.',
    ownText: 'Except, by tokens of their own in the workload, in prompt, answer or number of calls: {paths}.',
    ownTextMark: 'tokens of its own in the workload: another prompt, answer or number of calls than prompt-only',
    notHeldEqual: 'Not equal, for want of a twin on another path: your own weights, embedding and reranking models.',
    rowsTitle: 'Every path, {region}, US dollars; over life: one-time costs spread over {months} months',
    rowsTitleLives: 'Every path, {region}, US dollars; over life: one-time costs spread over the months noted',
    rowsTitleNoLife: 'Every path, {region}, US dollars',
    columns: {
      path: 'path',
      model: 'model, profile',
      monthly: 'a month',
      oneTime: 'once',
      overLife: 'over life',
      per1k: 'per 1,000',
    },
    tuned: 'tuned',
    retraining: 'training again',
    cheapestMark: 'cheapest with the reference model, or the nearest that the path can take',
    peopleInLife:
      'Over life, and the months to pay back, count people and labels as the workload gives them; a month, once and per 1,000 do not.',
    cannotBe: 'cannot be with {model}: {why}',
    longerThanWindow: 'prompt and answer take {tokens} tokens, and its context window holds {window}',
    varied: {
      'text-in-prompt': 'with the documents in the prompt',
      'cached-prefix': 'with the prefix cached',
      'cheaper-store': 'with {store}',
    },
    basis: {
      nearest: 'nearest model: the path cannot take {reference}: {why}',
      configured: 'as configured, with another model than {reference}',
      untuned: 'untuned student: what is left of a saving without training',
      'own-weights': 'own weights: no other path answers with them',
      'text-in-prompt': 'not configured: all documents stand in the prompt, and nothing is retrieved',
      'cached-prefix': 'not configured: instruction and examples are cached',
      'cheaper-store': 'not configured: the vectors are in {store}, in place of {configured}',
    },
    withoutExamples: 'without the examples: training data replace them',
    unknownInPart: 'unknown in part, {usd} over its life is known; lacking: {lacking}',
    andMore: '{names} and {count} more',
    unmet: 'does not meet the need of private documents',
    elsewhere: 'priced in {region}',
    spreadOver: 'spread over {months} months',
    headings: {
      differences: 'What makes the difference to prompt-only on {reference}, a month over its life',
      targets: 'What tuning must achieve',
      updates: 'One update of the knowledge',
      assumptions: 'What the figures assume',
    },
    difference: '{row}: {usd} = {parts}',
    differenceInPart: '{row}: unknown, because of {unknown}; known: {parts}',
    differenceUnknown: '{row}: unknown, because of {unknown}',
    differenceUnsaid: '{row}: unknown, because the workload does not say {fields}',
    differenceUnsaidInPart: '{row}: unknown, because the workload does not say {fields}; known: {parts}',
    noDifference: '{row}: no difference',
    underACent: '{row}: less than a cent',
    ofItModel: '; of it the model: {share} %',
    ofItPrice: '; of it the unit price: {share} %',
    modelAndRest: '; the model makes {price}, all else {rest}',
    priceAndRest: '; the unit price makes {price}, all else {rest}',
    parts: {
      unitPrice: 'model price',
      terms: 'terms of sale',
      promptTokens: 'prompt tokens',
      answerTokens: 'answer tokens',
      requests: 'services',
      capacity: 'capacity',
      training: 'training over {months} months',
      data: 'data over {months} months',
    },
    matrixTitle: 'Paths and models, {region}: US dollars a month over the life',
    matrixContinued: 'Paths and models, continued',
    cheapestOfRow: 'cheapest known of its row',
    modelWithProfile: '{model}: {id}, profile {profiles}',
    modelWithoutProfile: '{model}: {id}',
    modelEnds: ', ends {date}',
    reason: '{short}: {long}',
    fieldsMissing: 'The workload does not say: {fields}',
    pricedElsewhere: 'Priced in {region}: {rows}',
    obstacles: {
      'unknown-model': { short: 'not known', long: 'the model is in no catalogue' },
      'not-for-every-account': { short: 'by leave', long: 'AWS opens the model to some accounts only' },
      'one-source': { short: 'one source', long: 'the model is known from one source only' },
      'not-text': { short: 'no text', long: 'the model does not answer in text' },
      ended: { short: 'ended', long: 'AWS has ended the model' },
      'not-on-this-endpoint': {
        short: 'other endpoint',
        long: 'only an endpoint that is not used here serves the model',
      },
      'not-in-this-region': { short: 'not here', long: 'AWS does not offer the model from this Region' },
      'not-tunable': { short: 'not tunable', long: 'AWS does not tune the model this way' },
      'no-new-tuning': { short: 'Legacy', long: 'the model is Legacy: AWS takes no new customization job for it' },
      'no-teacher': { short: 'no teacher', long: 'no model is known to teach it' },
      'not-hosted': { short: 'not hosted', long: 'AWS does not host the tuned model this way' },
      'prompt-too-long': { short: 'too long', long: 'prompt and answer exceed the context window' },
      'answer-too-long': { short: 'answer too long', long: 'the answer is longer than the model can write' },
      'other-call-too-long': {
        short: 'other call too long',
        long: 'a call before the answer is longer than its own model reads or writes',
      },
      'own-weights': { short: 'own weights', long: 'the path answers with weights of your own' },
    },
    noFigure: {
      'no-price': { short: 'no price', long: 'the price book lacks a price' },
      'no-hosting': { short: 'no host', long: 'nobody hosts the model, so it answers nothing' },
      'over-quota': {
        short: 'over quota',
        long: 'at the peak it needs more tokens a minute than your account may send',
      },
      unknown: { short: 'unknown', long: 'the workload lacks a field' },
    },
    target: {
      unknown: '{row}: not known, because a part of its cost is unknown.',
      untuned: 'prompt-only on the same model',
      pays: '{row} pays at this volume: {usd} a month less than {untuned}.',
      must: '{row} costs {usd} a month more than {untuned}. To pay at this volume it must {ways}.',
      tokens: 'save {tokens} tokens of every prompt',
      retries: 'avoid asking {share} % of the requests again',
      repeats: 'avoid asking every request {times} times again',
      acceptance: 'have {ratio} times as many acceptable answers',
      or: ', or ',
      noShorterPrompt: ' No shorter prompt is enough.',
      never: ' As it is, what is paid once is never paid back.',
      tooLate: ' As it is, what is paid once is paid back after {months} months, later than its life of {life}.',
      paidBack: ' What is paid once is paid back after {months} months.',
      paidBackSoon: ' What is paid once is paid back within a month.',
    },
    update: {
      prompt: '{path}: edit the prompt and deploy; AWS charges nothing for it.',
      documents: '{path}: embed one document again, {usd}; {time}.',
      training: '{row}: train again, {usd} a run; {time}.',
      noTime: 'AWS promises no time',
      hours: '{hours} hours of training',
      privateDocuments:
        'Private documents: a tuned model alone does not meet this need. Weights do not quote, cannot be cited, and forget nothing that is deleted.',
    },
    peak: {
      title: 'Tokens a minute at the peak, against the quota',
      needed: 'needed',
      burndown: 'output counts',
      quota: 'quota',
      verdict: 'verdict',
      enough: 'enough',
      exceeds: 'exceeds',
      ask: 'ask first',
      default: "AWS's published default: an account may have less",
      lowerBound: 'Output counts: not known for every model; counted as 1 there, which is a lower bound.',
      tunedQuota: 'A tuned model: it is not known which quota it draws on.',
      askMeaning: 'Ask first: the quota or the demand is not known; read it in Service Quotas before you rely on it.',
    },
    assumed: '{field} = {value} (assumed)',
    thinking: {
      'thinking-on-request':
        'Thinking only where a call asks for it, and none counted for want of a word on it (assumed): {models}.',
      'thinking-unknown': 'Not known to think or not, and none counted for want of a word on it (assumed): {models}.',
    },
    hits: '{row}: {share} % of the calls find their prefix cached: 1 - e^(-rate x lifetime), with {perMinute} calls a minute for each prefix and {minutes} minutes.',
    assumedMark: 'assumed',
    tokensAsGiven: 'Tokens: as the workload gives them.',
    counter:
      "Tokens: {characters} characters each (assumed); true counts are {low} to {high} times that, or {lowAfter} to {highAfter} times with the model's factor.",
    counterErrorUnknown: 'Tokens: counted from characters (assumed), with an unknown error.',
    factors: 'Factors of the models, with their grade: {factors}',
    notCounted: {
      sentence: 'Not counted for tuned models: {what}.',
      evaluation: 'evaluation of each attempt',
      retraining: 'retraining',
      labels: 'labels',
      people: 'people',
      saving: '{row}: the saving of {usd} a month pays for {hours} hours of work a month at {rate} an hour.',
      savingAtAnyRate:
        '{row}: the saving of {usd} a month pays for {usd} / R hours of work a month at your rate of R an hour; give it as people.usdPerHour.',
    },
  },
  ja: {
    unknown: '不明',
    comma: '、',
    row: '{path}（{model}）',
    rowWithoutExamples: '{path}（{model}、例なし）',
    rowVaried: '{row}・{how}',
    rowPricedIn: '{row}（{region} の価格）',
    cheapest: '月 {requests} リクエストで最も安いのは {row}で、月 {usd} です。',
    oneTimeSpread: '一時費用は {months} か月に分けています。',
    cheapestUnknown:
      '最も安い手法は不明です。{reference}、または手法が使える最も近いモデルで、必要を満たして回答し、合計に不明な部分がない行はありません。',
    otherModelComplete: '{row}は合計に不明な部分がなく、月 {usd} ですが、別のモデルが回答します。',
    nearestIsCheapest: 'この手法は {reference} を使えないため、別のモデルが回答します。',
    otherModelCheaper: '{row}は月 {usd} でより安価ですが、別のモデルが回答します。',
    shorterPromptCheaper: '{row}は月 {usd} でより安価です。回答の質を確かめてください。',
    sameAnswersCheaper: '{row}は同じ回答で月 {usd} とより安価です。',
    couldBeCheaper: '不明のため、より安い可能性があります: {rows}。',
    atLeast: '{row}（少なくとも {usd}）',
    heldEqual: '{reference} の行では、モデル、質問、指示、コンテキスト、回答のテキストが同じです。',
    ownText:
      '例外（ワークロードに独自のトークン数があり、プロンプト、回答、呼び出し回数のいずれかが異なる）: {paths}。',
    ownTextMark: '独自のトークン数があり、prompt-only とはプロンプト、回答、呼び出し回数のいずれかが異なる',
    notHeldEqual:
      '独自の重み、埋め込みモデル、リランクモデルは、ほかの手法に対応するものがないため同じではありません。',
    rowsTitle: '各手法、{region}、米ドル（期間平均: 一時費用を {months} か月に分けた月額）',
    rowsTitleLives: '各手法、{region}、米ドル（期間平均: 一時費用を注記の月数に分けた月額）',
    rowsTitleNoLife: '各手法、{region}、米ドル',
    columns: {
      path: '手法',
      model: 'モデル、プロファイル',
      monthly: '月額',
      oneTime: '一時費用',
      overLife: '期間平均',
      per1k: '1,000 件',
    },
    tuned: 'カスタム',
    retraining: '再学習',
    cheapestMark: '基準モデル、または手法が使える最も近いモデルで最も安い',
    peopleInLife:
      '期間平均と回収月数にはワークロードの人件費とラベル付けの費用を含みます。月額、一時費用、1,000 件の列には含みません。',
    cannotBe: '{model} では不可: {why}',
    longerThanWindow: 'プロンプトと回答は {tokens} トークンで、コンテキストウィンドウの {window} を超える',
    varied: {
      'text-in-prompt': '文書をプロンプトに含める',
      'cached-prefix': 'プレフィックスをキャッシュ',
      'cheaper-store': '{store} を使用',
    },
    basis: {
      nearest: '最も近いモデル。{reference} は使えない: {why}',
      configured: '設定どおり。{reference} とは別のモデル',
      untuned: '学習前の生徒モデル。学習しなくても得られる節約',
      'own-weights': '独自の重み。ほかの手法はこれで回答しない',
      'text-in-prompt': '未設定: 検索せず、すべての文書をプロンプトに含める',
      'cached-prefix': '未設定: 指示と例をキャッシュする',
      'cheaper-store': '未設定: ベクトルを {configured} ではなく {store} に置く',
    },
    withoutExamples: '例なし。学習データが例の代わりになる',
    unknownInPart: '一部不明。期間平均で判明しているのは {usd}。不足: {lacking}',
    andMore: '{names} ほか {count} 件',
    unmet: '社内文書の要件を満たさない',
    elsewhere: '{region} の価格',
    spreadOver: '{months} か月に分ける',
    headings: {
      differences: 'prompt-only（{reference}）との差の内訳（期間平均の月額）',
      targets: 'チューニングが達成すべきこと',
      updates: '知識を 1 回更新するとき',
      assumptions: '前提',
    },
    difference: '{row}: {usd} = {parts}',
    differenceInPart: '{row}: {unknown}のため不明。判明分: {parts}',
    differenceUnknown: '{row}: {unknown}のため不明',
    differenceUnsaid: '{row}: ワークロードに {fields} がないため不明',
    differenceUnsaidInPart: '{row}: ワークロードに {fields} がないため不明。判明分: {parts}',
    noDifference: '{row}: 差なし',
    underACent: '{row}: 1 セント未満',
    ofItModel: '（うちモデル: {share} %）',
    ofItPrice: '（うち単価: {share} %）',
    modelAndRest: '（モデル {price}、その他 {rest}）',
    priceAndRest: '（単価 {price}、その他 {rest}）',
    parts: {
      unitPrice: 'モデルの単価',
      terms: '販売条件',
      promptTokens: 'プロンプトのトークン',
      answerTokens: '回答のトークン',
      requests: 'リクエスト課金のサービス',
      capacity: '容量と保管',
      training: '学習（{months} か月に分割）',
      data: '初回データ（{months} か月に分割）',
    },
    matrixTitle: '手法とモデル、{region}: 期間平均の月額、米ドル',
    matrixContinued: '手法とモデル（続き）',
    cheapestOfRow: '行の中で判明しているうち最も安い',
    modelWithProfile: '{model}: {id}、プロファイル {profiles}',
    modelWithoutProfile: '{model}: {id}',
    modelEnds: '、{date} に提供終了',
    reason: '{short}: {long}',
    fieldsMissing: 'ワークロードにない項目: {fields}',
    pricedElsewhere: '{region} の価格: {rows}',
    obstacles: {
      'unknown-model': { short: '未知', long: 'モデルがどのカタログにもない' },
      'not-for-every-account': { short: '限定提供', long: 'AWS が一部のアカウントだけに提供している' },
      'one-source': { short: '出典 1 件', long: 'モデルの情報源が 1 つしかない' },
      'not-text': { short: '非テキスト', long: 'モデルはテキストで回答しない' },
      ended: { short: '提供終了', long: 'AWS がモデルの提供を終了した' },
      'not-on-this-endpoint': { short: '別の接続先', long: 'ここで使わないエンドポイントだけが提供する' },
      'not-in-this-region': { short: 'リージョン外', long: 'このリージョンからは利用できない' },
      'not-tunable': { short: '調整不可', long: 'AWS はこの方法でモデルをカスタマイズしない' },
      'no-new-tuning': { short: 'Legacy', long: 'モデルは Legacy で、AWS は新しいカスタマイズジョブを受け付けない' },
      'no-teacher': { short: '教師なし', long: '教師になるモデルが知られていない' },
      'not-hosted': { short: 'ホスト不可', long: 'カスタムモデルをこの方法でホストできない' },
      'prompt-too-long': { short: '長すぎる', long: 'プロンプトと回答がコンテキストウィンドウを超える' },
      'answer-too-long': { short: '回答が長すぎる', long: '回答がモデルの出力上限を超える' },
      'other-call-too-long': {
        short: '前段が長すぎる',
        long: '回答前の呼び出しが、それを処理するモデルの上限を超える',
      },
      'own-weights': { short: '独自の重み', long: 'この手法は独自の重みで回答する' },
    },
    noFigure: {
      'no-price': { short: '価格なし', long: '価格表に価格がない' },
      'no-hosting': { short: 'ホストなし', long: 'ホストされていないため回答しない' },
      'over-quota': { short: '上限超過', long: 'ピーク時に必要な毎分トークンがアカウントのクォータを超える' },
      unknown: { short: '不明', long: 'ワークロードに項目が足りない' },
    },
    target: {
      unknown: '{row}: 費用の一部が不明なため、わかりません。',
      untuned: '同じモデルの prompt-only',
      pays: '{row}はこの量で割に合います。{untuned} より月 {usd} 安くなります。',
      must: '{row}は{untuned} より月 {usd} 高くなります。この量で割に合うには、{ways}必要があります。',
      tokens: 'プロンプトごとに {tokens} トークンを減らす',
      retries: 'リクエストの {share} % の再質問をなくす',
      repeats: 'リクエストあたり {times} 回の再質問をなくす',
      acceptance: '採用できる回答を {ratio} 倍にする',
      or: 'か、',
      noShorterPrompt: 'プロンプトを短くするだけでは足りません。',
      never: 'このままでは、一時費用は回収できません。',
      tooLate: 'このままでは、一時費用の回収に {months} か月かかり、利用期間の {life} か月を超えます。',
      paidBack: '一時費用は {months} か月で回収できます。',
      paidBackSoon: '一時費用は 1 か月以内に回収できます。',
    },
    update: {
      prompt: '{path}: プロンプトを編集してデプロイします。AWS の料金はかかりません。',
      documents: '{path}: 1 文書の再埋め込み: {usd}。{time}。',
      training: '{row}: 再学習 1 回: {usd}。{time}。',
      noTime: 'AWS は所要時間を保証していません',
      hours: '学習に {hours} 時間',
      privateDocuments:
        '社内文書: カスタムモデルだけではこの要件を満たしません。重みは原文を引用できず、出典を示せず、削除した内容も忘れません。',
    },
    peak: {
      title: 'ピーク時の 1 分あたりトークンとクォータ',
      needed: '必要量',
      burndown: '出力の換算',
      quota: 'クォータ',
      verdict: '判定',
      enough: '足りる',
      exceeds: '超過',
      ask: '要確認',
      default: 'AWS が公表するデフォルト値。アカウントの値はこれより小さいことがあります',
      lowerBound: '出力の換算が不明なモデルでは 1 として数えており、必要量は下限です。',
      tunedQuota: 'カスタムモデルがどのクォータを使うかは不明です。',
      askMeaning: '要確認: クォータまたは必要量が不明です。利用前に Service Quotas で確認してください。',
    },
    assumed: '{field} = {value}（仮定）',
    thinking: {
      'thinking-on-request':
        '呼び出しが求めたときにだけ思考するモデル。記載がないため思考は含めていません（仮定）: {models}。',
      'thinking-unknown': '思考するかどうか分からないモデル。記載がないため思考は含めていません（仮定）: {models}。',
    },
    hits: '{row}: 呼び出しの {share} % がキャッシュ済みの接頭辞を使います: 1 - e^(-頻度 x 有効期間)、接頭辞ごとに毎分 {perMinute} 回、{minutes} 分。',
    assumedMark: '仮定',
    tokensAsGiven: 'トークン: ワークロードの値をそのまま使用。',
    counter:
      'トークン: {characters} 文字を 1 トークンと仮定。実際の数はその {low}～{high} 倍、モデルの係数を掛けると {lowAfter}～{highAfter} 倍です。',
    counterErrorUnknown: 'トークン: 文字数から計算（仮定）。誤差は不明です。',
    factors: 'モデルの係数と根拠の等級: {factors}',
    notCounted: {
      sentence: 'カスタムモデルについて含まれていないもの: {what}。',
      evaluation: '各試行の評価',
      retraining: '再学習',
      labels: 'ラベル付け',
      people: '人件費',
      saving: '{row}: 月 {usd} の節約は、1 時間 {rate} の作業で月 {hours} 時間分にあたります。',
      savingAtAnyRate:
        '{row}: 月 {usd} の節約は、時給を R とすると月 {usd} / R 時間分の作業にあたります。時給は people.usdPerHour で指定します。',
    },
  },
  zh: {
    unknown: '未知',
    comma: '、',
    row: '{path}（{model}）',
    rowWithoutExamples: '{path}（{model}，不带示例）',
    rowVaried: '{row}，{how}',
    rowPricedIn: '{row}（按 {region} 计价）',
    cheapest: '每月 {requests} 次请求时最便宜的是 {row}，每月 {usd}。',
    oneTimeSpread: '其一次性费用分摊到 {months} 个月。',
    cheapestUnknown:
      '不知道哪种手法最便宜：在 {reference} 或该手法可用的最接近模型上，没有哪一行既满足需求作答、合计又完全已知。',
    otherModelComplete: '{row}的合计完全已知，每月 {usd}，但由另一个模型回答。',
    nearestIsCheapest: '该手法不能使用 {reference}，由另一个模型回答。',
    otherModelCheaper: '{row}更便宜，每月 {usd}，但由另一个模型回答。',
    shorterPromptCheaper: '{row}更便宜，每月 {usd}：请测试回答质量是否相同。',
    sameAnswersCheaper: '{row}更便宜，每月 {usd}，回答不变。',
    couldBeCheaper: '未知，可能更便宜：{rows}。',
    atLeast: '{row}（至少 {usd}）',
    heldEqual: '使用 {reference} 的各行中，模型、问题、指令、上下文和回答的文本相同。',
    ownText: '例外（工作负载单独给出 token 数，提示、回答或调用次数不同）：{paths}。',
    ownTextMark: '工作负载单独给出 token 数：提示、回答或调用次数与 prompt-only 不同',
    notHeldEqual: '自有权重、嵌入模型和重排模型在其他手法中没有对应物，因此不相同。',
    rowsTitle: '各手法，{region}，美元（期内平均：一次性费用分摊到 {months} 个月后的月费）',
    rowsTitleLives: '各手法，{region}，美元（期内平均：一次性费用按注明的月数分摊后的月费）',
    rowsTitleNoLife: '各手法，{region}，美元',
    columns: {
      path: '手法',
      model: '模型、配置文件',
      monthly: '每月',
      oneTime: '一次性',
      overLife: '期内平均',
      per1k: '每千次',
    },
    tuned: '定制',
    retraining: '再次训练',
    cheapestMark: '使用基准模型，或该手法能用的最接近的模型时最便宜',
    peopleInLife: '期内平均和收回月数包含工作负载给出的人力和标注费用；每月、一次性和每千次各列不包含。',
    cannotBe: '{model} 不可用：{why}',
    longerThanWindow: '提示与回答共 {tokens} 个 token，超出 {window} 的上下文窗口',
    varied: {
      'text-in-prompt': '文档放入提示',
      'cached-prefix': '缓存前缀',
      'cheaper-store': '使用 {store}',
    },
    basis: {
      nearest: '最接近的模型，不能使用 {reference}：{why}',
      configured: '按配置，与 {reference} 不是同一模型',
      untuned: '未训练的学生模型：不训练也能得到的节省',
      'own-weights': '自有权重：其他手法不用它回答',
      'text-in-prompt': '未配置：全部文档放入提示，不做检索',
      'cached-prefix': '未配置：缓存指令和示例',
      'cheaper-store': '未配置：向量存放在 {store}，而不是 {configured}',
    },
    withoutExamples: '不带示例：由训练数据代替',
    unknownInPart: '部分未知，期内平均已知 {usd}；缺少：{lacking}',
    andMore: '{names} 等另外 {count} 项',
    unmet: '不满足私有文档的需求',
    elsewhere: '按 {region} 计价',
    spreadOver: '分摊到 {months} 个月',
    headings: {
      differences: '与 prompt-only（{reference}）的差异构成（期内平均月费）',
      targets: '调优必须达到的效果',
      updates: '更新一次知识',
      assumptions: '数字的前提',
    },
    difference: '{row}：{usd} = {parts}',
    differenceInPart: '{row}：因{unknown}而未知；已知：{parts}',
    differenceUnknown: '{row}：因{unknown}而未知',
    differenceUnsaid: '{row}：工作负载没有给出 {fields}，因而未知',
    differenceUnsaidInPart: '{row}：工作负载没有给出 {fields}，因而未知；已知：{parts}',
    noDifference: '{row}：没有差异',
    underACent: '{row}：不足一美分',
    ofItModel: '（其中模型：{share} %）',
    ofItPrice: '（其中单价：{share} %）',
    modelAndRest: '（模型 {price}，其余 {rest}）',
    priceAndRest: '（单价 {price}，其余 {rest}）',
    parts: {
      unitPrice: '模型单价',
      terms: '销售条件',
      promptTokens: '提示 token',
      answerTokens: '回答 token',
      requests: '按请求计费的服务',
      capacity: '容量与存储',
      training: '训练（分摊到 {months} 个月）',
      data: '一次性数据（分摊到 {months} 个月）',
    },
    matrixTitle: '手法与模型，{region}：期内平均月费，美元',
    matrixContinued: '手法与模型（续）',
    cheapestOfRow: '该行已知数字中最便宜',
    modelWithProfile: '{model}：{id}，配置文件 {profiles}',
    modelWithoutProfile: '{model}：{id}',
    modelEnds: '，{date} 停用',
    reason: '{short}：{long}',
    fieldsMissing: '工作负载没有给出：{fields}',
    pricedElsewhere: '按 {region} 计价：{rows}',
    obstacles: {
      'unknown-model': { short: '不认识', long: '模型不在任何目录中' },
      'not-for-every-account': { short: '限部分账户', long: 'AWS 只向部分账户开放该模型' },
      'one-source': { short: '单一来源', long: '该模型只有一个信息来源' },
      'not-text': { short: '非文本', long: '模型不以文本回答' },
      ended: { short: '已停用', long: 'AWS 已停用该模型' },
      'not-on-this-endpoint': { short: '其他端点', long: '只有此处不使用的端点提供该模型' },
      'not-in-this-region': { short: '此区域无', long: '该区域不提供该模型' },
      'not-tunable': { short: '不可调优', long: 'AWS 不以此方式定制该模型' },
      'no-new-tuning': { short: 'Legacy', long: '该模型已是 Legacy：AWS 不再接受新的定制作业' },
      'no-teacher': { short: '无教师', long: '没有已知的教师模型' },
      'not-hosted': { short: '不可托管', long: '定制后的模型不能以此方式托管' },
      'prompt-too-long': { short: '过长', long: '提示与回答超出上下文窗口' },
      'answer-too-long': { short: '回答过长', long: '回答超出模型的输出上限' },
      'other-call-too-long': { short: '前置调用过长', long: '回答之前的调用超出其所用模型的上限' },
      'own-weights': { short: '自有权重', long: '该手法用自有权重回答' },
    },
    noFigure: {
      'no-price': { short: '无价格', long: '价格表缺少价格' },
      'no-hosting': { short: '未托管', long: '模型没有托管，无法回答' },
      'over-quota': { short: '超配额', long: '峰值每分钟所需 token 超过账户配额' },
      unknown: { short: '未知', long: '工作负载缺少字段' },
    },
    target: {
      unknown: '{row}：部分费用未知，因此无法得知。',
      untuned: '同一模型的 prompt-only',
      pays: '{row}在此用量下划算：比{untuned} 每月少 {usd}。',
      must: '{row}比{untuned} 每月多 {usd}。要在此用量下划算，必须{ways}。',
      tokens: '每个提示节省 {tokens} 个 token',
      retries: '避免 {share} % 的请求重复提问',
      repeats: '避免每个请求重复提问 {times} 次',
      acceptance: '使可接受的回答达到 {ratio} 倍',
      or: '，或',
      noShorterPrompt: '仅缩短提示不够。',
      never: '照现状，一次性费用永远收不回。',
      tooLate: '照现状，一次性费用要 {months} 个月才能收回，超过其 {life} 个月的使用期。',
      paidBack: '一次性费用 {months} 个月后收回。',
      paidBackSoon: '一次性费用一个月内收回。',
    },
    update: {
      prompt: '{path}：修改提示并部署；AWS 不收费。',
      documents: '{path}：重新嵌入一个文档：{usd}；{time}。',
      training: '{row}：重新训练一次：{usd}；{time}。',
      noTime: 'AWS 不承诺时间',
      hours: '训练 {hours} 小时',
      privateDocuments:
        '私有文档：仅靠定制模型无法满足该需求。权重不能引用原文，不能注明出处，也不会忘记已删除的内容。',
    },
    peak: {
      title: '峰值每分钟 token 与配额',
      needed: '所需',
      burndown: '输出折算',
      quota: '配额',
      verdict: '结论',
      enough: '足够',
      exceeds: '超出',
      ask: '先询问',
      default: 'AWS 公布的默认值：账户的配额可能更低',
      lowerBound: '输出折算未知的模型按 1 计算，所需量是下限。',
      tunedQuota: '不知道定制模型占用哪个配额。',
      askMeaning: '先询问：配额或所需量未知，使用前请在 Service Quotas 中确认。',
    },
    assumed: '{field} = {value}（假设）',
    thinking: {
      'thinking-on-request': '仅在调用要求时才思考、因没有说明而未计入思考（假设）：{models}。',
      'thinking-unknown': '不清楚是否思考、因没有说明而未计入思考（假设）：{models}。',
    },
    hits: '{row}：{share} % 的调用命中前缀缓存：1 - e^(-频率 x 有效期)，每个前缀每分钟 {perMinute} 次，{minutes} 分钟。',
    assumedMark: '假设',
    tokensAsGiven: 'Token：按工作负载给出的数量。',
    counter:
      'Token：每 {characters} 个字符计一个（假设）；实际数量是它的 {low} 至 {high} 倍，乘以模型系数后是 {lowAfter} 至 {highAfter} 倍。',
    counterErrorUnknown: 'Token：由字符数计算（假设），误差未知。',
    factors: '各模型的系数与依据等级：{factors}',
    notCounted: {
      sentence: '定制模型未计入：{what}。',
      evaluation: '每次尝试的评估',
      retraining: '重训',
      labels: '标注',
      people: '人力',
      saving: '{row}：每月节省的 {usd} 按每小时 {rate} 可支付每月 {hours} 小时的工作。',
      savingAtAnyRate:
        '{row}：若每小时费用为 R，每月节省的 {usd} 可支付每月 {usd} / R 小时的工作；费用请写在 people.usdPerHour。',
    },
  },
};
