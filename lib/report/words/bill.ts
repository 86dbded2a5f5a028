import type { NotRead, OutsideReason } from '../../billing/bill.ts';
import type { NoteCode } from '../../billing/notes.ts';
import type { CostComponent } from '../../meters/cost-component.ts';
import type { Language } from './languages.ts';

/** Terms as AWS's own pages in that language use them. */
export interface BillMessages {
  readonly components: Readonly<Record<CostComponent | 'total', string>>;
  readonly unmapped: string;
  readonly unknown: string;
  readonly notMeasured: string;
  readonly simulated: string;
  /** A path whose figures must not be used. */
  readonly failedPath: string;
  readonly billTitle: string;
  readonly compareTitle: string;
  /** Of a rehearsal: a row a path. */
  readonly summaryTitle: string;
  /** Of a rehearsal: a row a component. */
  readonly componentsTitle: string;
  /** What came again every month in one of two estimates. */
  readonly varianceTitle: string;
  /** Where the columns rest on the second of two estimates. */
  readonly varianceMeasuredTitle: string;
  readonly per1kTitle: string;
  readonly secondTitle: string;
  readonly columns: Readonly<
    Record<
      | 'path'
      | 'model'
      | 'component'
      | 'service'
      | 'usageType'
      | 'day'
      | 'tagged'
      | 'inferred'
      | 'estimated'
      | 'estimatedBefore'
      | 'estimatedMeasured'
      | 'byTag'
      | 'inferredShort'
      | 'metered'
      | 'variance'
      | 'volume'
      | 'price'
      | 'unexplained'
      | 'seenAs'
      | 'usd',
      string
    >
  >;
  readonly remainder: string;
  readonly foreignTag: string;
  /** What watches the paths and belongs to none. */
  readonly overhead: string;
  /** Sentences about files, rows and money read, in the table and outside it. */
  readonly reading: {
    readonly files: string;
    readonly pages: string;
    readonly unknownFiles: string;
    readonly outsideItem: string;
    readonly outside: Readonly<Record<OutsideReason, string>>;
    readonly notRead: string;
    readonly notReadBecause: Readonly<Record<NotRead['reason'], string>>;
  };
  readonly facts: Readonly<
    Record<
      | 'read'
      | 'readForBill'
      | 'otherDays'
      | 'otherPaths'
      | 'source'
      | 'window'
      | 'comparable'
      | 'notComparable'
      | 'settling'
      | 'estimatedDays'
      | 'emptyDays'
      | 'excluded'
      | 'otherCurrency'
      | 'queryUsd'
      | 'spelling'
      | 'inferredMeaning'
      | 'deployedByTags'
      | 'varianceMeaning'
      | 'meteredMeaning'
      | 'requests'
      | 'answers'
      | 'estimatesMeaning'
      | 'twoEstimates'
      | 'twoModels'
      | 'remainder',
      string
    >
  >;
  readonly notes: Readonly<Record<NoteCode, string>>;
}

export const BILL_MESSAGES: Record<Language, BillMessages> = {
  en: {
    components: {
      inference: 'inference',
      training: 'training',
      data: 'data',
      operations: 'operations',
      total: 'total',
    },
    unmapped: 'unmapped',
    unknown: 'unknown',
    notMeasured: '-',
    simulated: 'SIMULATED: from the rehearsal on this machine. No AWS account was charged.',
    failedPath: '{path} (FAILED)',
    billTitle: 'Billed by AWS, US dollars',
    compareTitle: 'Estimated, metered and billed, US dollars',
    summaryTitle: 'Estimated before and with measured tokens, metered and billed, {region}, US dollars a month',
    componentsTitle: 'The same by component, US dollars a month',
    varianceTitle: 'Actual less estimated and where the difference comes from, US dollars',
    varianceMeasuredTitle: 'Actual less est. measured and where the difference comes from, US dollars',
    per1kTitle: 'US dollars per 1,000 requests',
    secondTitle: 'The same dollars seen another way (never added to the tables above)',
    columns: {
      path: 'path',
      model: 'model, profile',
      component: 'component',
      service: 'service',
      usageType: 'usage type',
      day: 'day (UTC)',
      tagged: 'billed by tag',
      inferred: 'billed, inferred',
      estimated: 'estimated',
      estimatedBefore: 'est. before',
      estimatedMeasured: 'est. measured',
      byTag: 'by tag',
      inferredShort: 'inferred',
      metered: 'metered',
      variance: 'actual - estimated',
      volume: 'volume',
      price: 'price',
      unexplained: 'unexplained',
      seenAs: 'seen as',
      usd: 'US dollars',
    },
    remainder: 'untagged and shared',
    foreignTag: "tagged '{value}', no path of this project",
    overhead: 'overhead (comparison)',
    reading: {
      files: '{count} file(s)',
      pages: '{count} answer(s) of Cost Explorer',
      unknownFiles: 'an unknown number of files',
      outsideItem: 'Outside: {what}: {rows} row(s), {amount}.',
      outside: {
        'before-window': 'before the window',
        'after-window': 'after the window',
        undated: 'without a day',
        credit: 'credits',
        refund: 'refunds',
        tax: 'tax',
        'other-currency': 'in another currency',
        'no-cost': 'without any cost, not even 0',
        copy: '{files}, taken for a copy of {keptInstead}',
        'overlap-option':
          "{files}, left out by '--overlap copies' because {keptInstead} is newer: what only it holds is counted nowhere",
        'older-version': '{files}, replaced by the later version {keptInstead}',
        'answers-differ': 'the difference between two answers of Cost Explorer',
      },
      notRead: 'Not read: {count} file(s), {reason}: {files}. Their amounts are unknown.',
      notReadBecause: {
        'month-outside': 'of months outside the window',
        format: 'neither Parquet nor CSV (plain or .gz)',
        'linked-folder': 'links to folders',
        'no-file': 'which cannot be opened',
      },
    },
    facts: {
      read: 'Read: {from}, {rows} row(s), {gross} in all: {inTable} in the table, {outside} outside it.',
      readForBill:
        'Read for the bill: {from}, {rows} row(s), {gross} in all: {inTable} in the bill, {outside} outside it.',
      otherDays: 'In the bill and in no column: {usd} of days that are not compared.',
      otherPaths: 'In the bill and in no column: {usd} of paths that are not shown.',
      source: 'Source: {source}, {metric}.',
      window: 'Window: {from} to {until}, both days counted in, UTC.',
      comparable: 'Compared: {from} to {until}, both days counted in, UTC.',
      notComparable: 'No day can be compared: amounts are shown, variances are not.',
      settling: 'Not complete yet: {days}. AWS adds charges to a day for up to 72 hours.',
      estimatedDays: 'Marked as estimated by AWS (month not closed): {days}.',
      emptyDays: 'No charge in the table: {days}. Not delivered yet, nothing was used, or it is outside (above).',
      excluded: 'Left out of every amount: credits {credit}, refunds {refund}, tax {tax}.',
      otherCurrency: 'In another currency and in no amount: {amount} {currency}.',
      queryUsd: 'Asking cost {usd}.',
      spelling: 'Tag found as {spelling}.',
      inferredMeaning:
        'Inferred: untagged charges of a known resource, or of a usage type that only this path could cause. Wrong where something else in the account causes them.',
      deployedByTags: 'Paths taken as deployed, because they have tagged charges: {paths}.',
      varianceMeaning:
        'Actual - estimated = volume (other quantity at the estimated price) + price (other price at the actual quantity) + unexplained. Actual is billed (by tag and inferred together), or metered where there is no bill.',
      meteredMeaning: 'Metered: token counts of the answers times the price book. Only inference is metered.',
      requests: '{path}: {estimated} requests estimated, {metered} metered.',
      answers: '{path}: estimated for {model}, {region}, {hours} hours a month.',
      estimatesMeaning:
        "Est. before: made before anything was deployed or asked, from the workload file, as 'npx fmpaths estimate' makes it. Est. measured: made with what was measured here. They differ in the tokens of a request (the file has the length of an answer beforehand, counted from reference answers where it comes from a data set; the measured one is that of the answers given here), in what else was measured (time of a function, documents, training), and in the hours of the month: {before} against the {measured} of this one.",
      twoEstimates:
        '{path}: {inputBefore} tokens in and {outputBefore} out a request before, {inputMeasured} in and {outputMeasured} out measured; est. measured - est. before = {difference}.',
      twoModels: '{path}: est. before is for {before}, as the workload file says; {measured} is deployed and answered.',
      remainder: 'Billed in the same days and given to no path: {parts}.',
    },
    notes: {
      'undated-export':
        "The export has no column 'line_item_usage_start_date': every row is counted, whatever its day.",
      'no-tag':
        "No row carries the tag 'customization-path': it is not active for billing yet, or nothing tagged was used ('npx fmpaths tags status' tells which).",
      'older-versions': "{month}: {count} older version(s) of the report left out, '{version}' taken.",
      'no-usage-type':
        'The export has no usage types (column x_UsageType or SkuMeter): components come from the tag only.',
      'from-cache': 'Answered from disk, as of {time} and later; --refresh asks again.',
      'athena-scanned': 'Athena read {megabytes} MB; {reused} answers of the last hour were taken again at no cost.',
      fetched: 'Fetched {files} file(s), {megabytes} MB, from {uri}; what is unchanged is not fetched again.',
      'tag-inactive':
        "No charge carries the tag: 'customization-path' is known to billing and not active. Activate it in the payer account with 'npx fmpaths tags activate'. It takes up to 24 hours and does not reach back; 'npx fmpaths tags backfill' does.",
      'tag-unknown':
        "No charge carries the tag: billing has not seen 'customization-path' yet. Deploy a path ('npx cdk deploy prompt-only'), send it one request, wait up to 24 hours, then: npx fmpaths tags activate",
      'tag-active-unused':
        "No charge carries the tag although 'customization-path' is active since {since}: nothing tagged was used in these days, or it was used before the tag was active ('npx fmpaths tags backfill' reaches back).",
      'tag-status-denied':
        'No charge carries the tag, and this account may not ask why: cost allocation tags belong to the payer account. There: npx fmpaths tags status',
      'totals-disagree':
        'Cost Explorer gave ${total} in total and ${listed} in detail: it changed between two answers, or a charge has an empty tag. Ask again with --refresh.',
      'estimate-lacks': '{path}: the estimate is unknown, because the workload lacks {fields}.',
      'unreadable-tags': '{count} row(s) have a value in column {column} that is no JSON: they count as untagged.',
      'no-cost': '{count} row(s) hold no cost at all, not even 0: what they cost is unknown and in no amount.',
      'copy-left-out': '{file} left out as a copy: {newer} is counted instead.',
      'one-time-left-out':
        '{path}: one-time lines of the estimate ({components}) left out: no bill of these days has more of the kind than recurs every month.',
      'compared-as-billed': '{path}: compared under {components}, where the bill has them: {lines}.',
      'nothing-measured': 'Nothing was metered or billed.',
      'all-settling': 'Every day from {from} to {until} is younger than 72 hours: its bill is not complete.',
      'until-settled': 'Until {day}: the bill of later days is younger than 72 hours.',
      'from-first-tag': 'From {day}: no earlier charge carries the tag.',
      'undated-rows': 'The bill has rows without a day: they are counted whole.',
      'from-metering': 'From {day}: metering starts there.',
      'until-metering': 'Until {day}: metering ends there.',
      'no-common-day': 'No day is covered by all of them.',
      'billed-not-estimated': '{family}: billed, and not in the estimate.',
      'estimated-in-remainder':
        '{family}: in the estimate, not billed under the path, but present among the untagged charges.',
      'estimated-not-billed': '{family}: in the estimate, and not billed.',
      'units-differ': '{family}: the units of the estimate and of the bill cannot be compared.',
      'metered-not-estimated': '{family}: metered, and not in the estimate.',
      'estimated-not-metered': '{family}: in the estimate, and not metered.',
    },
  },
  ja: {
    components: {
      inference: '推論',
      training: 'トレーニング',
      data: 'データ取り込み',
      operations: '運用',
      total: '合計',
    },
    unmapped: '未分類',
    unknown: '不明',
    notMeasured: '-',
    simulated: 'シミュレーション：このマシン上のリハーサルの結果です。AWS アカウントへの課金はありません。',
    failedPath: '{path}（失敗）',
    billTitle: 'AWS の請求額（米ドル）',
    compareTitle: '見積もり・計測・請求の比較（米ドル）',
    summaryTitle: '事前見積もり・実測トークンでの見積もり・計測・請求、{region}、月額（米ドル）',
    componentsTitle: 'コスト分類別の内訳、月額（米ドル）',
    varianceTitle: '見積もりとの差とその内訳（米ドル）',
    varianceMeasuredTitle: '実測見積もりとの差とその内訳（米ドル）',
    per1kTitle: '1,000 リクエストあたりの米ドル',
    secondTitle: '同じ金額の別の見方（上の表には加算しません）',
    columns: {
      path: '手法',
      model: 'モデル、プロファイル',
      component: 'コスト分類',
      service: 'サービス',
      usageType: '使用タイプ',
      day: '日 (UTC)',
      tagged: '請求（タグ）',
      inferred: '請求（推定）',
      estimated: '見積もり',
      estimatedBefore: '事前見積もり',
      estimatedMeasured: '実測見積もり',
      byTag: 'タグ別',
      inferredShort: '推定',
      metered: '計測',
      variance: '実績 - 見積もり',
      volume: '数量差',
      price: '単価差',
      unexplained: '説明できない差',
      seenAs: '見方',
      usd: '米ドル',
    },
    remainder: 'タグなし・共有',
    foreignTag: "タグ値 '{value}' は本プロジェクトの手法ではありません",
    overhead: '間接費（comparison）',
    reading: {
      files: 'ファイル {count} 個',
      pages: 'Cost Explorer の回答 {count} 件',
      unknownFiles: 'ファイル数は不明',
      outsideItem: '表の外：{what}：{rows} 行、{amount}。',
      outside: {
        'before-window': '期間より前',
        'after-window': '期間より後',
        undated: '日付なし',
        credit: 'クレジット',
        refund: '返金',
        tax: '税',
        'other-currency': '別の通貨',
        'no-cost': 'コストの値がない（0 でもない）行',
        copy: '{files}（{keptInstead} のコピーとみなしました）',
        'overlap-option':
          "{files}（'--overlap copies' により、より新しい {keptInstead} を優先して除外。このファイルだけにある行はどこにも数えられていません）",
        'older-version': '{files}（新しい版 {keptInstead} に置き換えられています）',
        'answers-differ': 'Cost Explorer の 2 つの回答の差',
      },
      notRead: '読み取っていないファイル {count} 個（{reason}）：{files}。金額は不明です。',
      notReadBecause: {
        'month-outside': '期間外の月',
        format: 'Parquet でも CSV（非圧縮または .gz）でもない',
        'linked-folder': 'フォルダーへのリンク',
        'no-file': '開けない',
      },
    },
    facts: {
      read: '読み取り：{from}、{rows} 行、総額 {gross}（表に {inTable}、表の外に {outside}）。',
      readForBill: '請求の読み取り：{from}、{rows} 行、総額 {gross}（請求に {inTable}、その外に {outside}）。',
      otherDays: '請求にあり、どの列にもない金額：比較しない日の {usd}。',
      otherPaths: '請求にあり、どの列にもない金額：表示していない手法の {usd}。',
      source: 'ソース：{source}、{metric}。',
      window: '期間：{from} から {until} まで（両端の日を含む、UTC）。',
      comparable: '比較期間：{from} から {until} まで（両端の日を含む、UTC）。',
      notComparable: '比較できる日がありません。金額は表示しますが、差異は表示しません。',
      settling: '未確定：{days}。AWS は最大 72 時間、その日の料金を追加します。',
      estimatedDays: 'AWS が概算と表示している日（月が締まっていません）：{days}。',
      emptyDays: '表に料金がない日：{days}。未配信か、使用がなかったか、上の「表の外」に含まれています。',
      excluded: 'すべての金額から除外：クレジット {credit}、返金 {refund}、税 {tax}。',
      otherCurrency: '別の通貨のため金額に含めません：{amount} {currency}。',
      queryUsd: '照会の費用は {usd} です。',
      spelling: 'タグの表記：{spelling}。',
      inferredMeaning:
        '推定：タグはないが、既知のリソースの料金、またはこの手法だけが発生させうる使用タイプの料金。アカウント内の別のものが原因の場合は誤りになります。',
      deployedByTags: 'タグ付きの料金があるため、デプロイ済みとみなした手法：{paths}。',
      varianceMeaning:
        '実績 - 見積もり = 数量差（見積もり単価での数量の違い）+ 単価差（実績数量での単価の違い）+ 説明できない差。実績は請求（タグと推定の合計）、請求がなければ計測です。',
      meteredMeaning: '計測：回答のトークン数 × 価格表。計測されるのは推論だけです。',
      requests: '{path}：見積もり {estimated} リクエスト、計測 {metered} リクエスト。',
      answers: '{path}：見積もりの対象は {model}、{region}、月 {hours} 時間。',
      estimatesMeaning:
        '事前見積もり：デプロイや質問の前に、ワークロードファイルから「npx fmpaths estimate」と同じ方法で計算したもの。実測見積もり：ここで計測した値で計算したもの。両者の差は、1 リクエストのトークン数（ファイルの回答の長さは事前に決まっており、データセットから作ったものなら模範回答を数えた値、実測はここで得られた回答の長さ）、そのほかの計測値（関数の実行時間、ドキュメント、トレーニング）、月の時間数（{before} 時間に対し、この月は {measured} 時間）によります。',
      twoEstimates:
        '{path}：1 リクエストあたり、事前は入力 {inputBefore}・出力 {outputBefore} トークン、実測は入力 {inputMeasured}・出力 {outputMeasured} トークン。実測見積もり - 事前見積もり = {difference}。',
      twoModels:
        '{path}：事前見積もりはワークロードファイルのとおり {before} のもの。デプロイされ回答したのは {measured} です。',
      remainder: '同じ日に請求され、どの手法にも属さない金額：{parts}。',
    },
    notes: {
      'undated-export': "エクスポートに列 'line_item_usage_start_date' がないため、日付にかかわらず全行を数えます。",
      'no-tag':
        "タグ 'customization-path' を持つ行がありません。請求でまだ有効でないか、タグ付きの使用がありませんでした（'npx fmpaths tags status' で確認できます）。",
      'older-versions': "{month}：レポートの古い版 {count} 件を除き、'{version}' を使いました。",
      'no-usage-type':
        'エクスポートに使用タイプ（列 x_UsageType または SkuMeter）がないため、コスト分類はタグだけから決まります。',
      'from-cache': 'ディスクの回答を使いました（{time} 以降のもの）。--refresh で取り直します。',
      'athena-scanned':
        'Athena が {megabytes} MB を読み取りました。過去 1 時間の結果 {reused} 件は無料で再利用しました。',
      fetched: '{uri} から {files} 個のファイル（{megabytes} MB）を取得しました。変更のないものは再取得しません。',
      'tag-inactive':
        "タグ付きの料金がありません。'customization-path' は請求に認識されていますが、有効ではありません。支払いアカウントで「npx fmpaths tags activate」を実行して有効にしてください。最大 24 時間かかり、過去には及びません（「npx fmpaths tags backfill」で反映できます）。",
      'tag-unknown':
        "タグ付きの料金がありません。'customization-path' はまだ請求に認識されていません。手法をデプロイし（「npx cdk deploy prompt-only」）、1 回リクエストし、最大 24 時間待ってから：npx fmpaths tags activate",
      'tag-active-unused':
        "'customization-path' は {since} から有効ですが、タグ付きの料金がありません。この期間に使用がなかったか、有効化より前の使用です（「npx fmpaths tags backfill」で反映できます）。",
      'tag-status-denied':
        'タグ付きの料金がなく、このアカウントでは理由を確認できません。コスト配分タグは支払いアカウントのものです。そちらで：npx fmpaths tags status',
      'totals-disagree':
        'Cost Explorer の合計は ${total}、内訳は ${listed} です。2 回の回答の間に変わったか、空のタグ値があります。--refresh で取り直してください。',
      'estimate-lacks': '{path}：ワークロードに {fields} がないため、見積もりは不明です。',
      'unreadable-tags': '列 {column} の値が JSON でない行が {count} 件あり、タグなしとして数えました。',
      'no-cost': 'コストの値がない（0 でもない）行が {count} 件あります。その金額は不明で、どの金額にも含まれません。',
      'copy-left-out': '{file} をコピーとして除き、{newer} を数えました。',
      'one-time-left-out':
        '{path}：見積もりの一時費用（{components}）は除きました。この期間の請求に、毎月発生する分を超える該当分がありません。',
      'compared-as-billed': '{path}：請求の分類に合わせて {components} で比較しました：{lines}。',
      'nothing-measured': '計測も請求もありません。',
      'all-settling': '{from} から {until} までのすべての日が 72 時間未満のため、請求は未確定です。',
      'until-settled': '{day} まで：以降の日の請求は 72 時間未満です。',
      'from-first-tag': '{day} から：それより前の料金にはタグがありません。',
      'undated-rows': '日付のない行があり、そのまま全額を数えます。',
      'from-metering': '{day} から：計測の開始日です。',
      'until-metering': '{day} まで：計測の終了日です。',
      'no-common-day': 'すべてがそろう日がありません。',
      'billed-not-estimated': '{family}：請求にあり、見積もりにありません。',
      'estimated-in-remainder':
        '{family}：見積もりにあり、この手法には請求されていませんが、タグなしの料金の中にあります。',
      'estimated-not-billed': '{family}：見積もりにあり、請求にありません。',
      'units-differ': '{family}：見積もりと請求の単位を比べられません。',
      'metered-not-estimated': '{family}：計測にあり、見積もりにありません。',
      'estimated-not-metered': '{family}：見積もりにあり、計測にありません。',
    },
  },
  zh: {
    components: { inference: '推理', training: '训练', data: '数据接入', operations: '运维', total: '合计' },
    unmapped: '未归类',
    unknown: '未知',
    notMeasured: '-',
    simulated: '模拟结果：来自本机演练，没有向任何 AWS 账户收费。',
    failedPath: '{path}（失败）',
    billTitle: 'AWS 账单金额（美元）',
    compareTitle: '估算、计量与账单对比（美元）',
    summaryTitle: '事前估算、按实测 token 的估算、计量与账单，{region}，每月（美元）',
    componentsTitle: '按成本分类，每月（美元）',
    varianceTitle: '与估算的差额及其来源（美元）',
    varianceMeasuredTitle: '与实测估算的差额及其来源（美元）',
    per1kTitle: '每 1,000 次请求的美元',
    secondTitle: '同一笔金额的另一种视角（不计入上表）',
    columns: {
      path: '手法',
      model: '模型、配置文件',
      component: '成本分类',
      service: '服务',
      usageType: '用量类型',
      day: '日期 (UTC)',
      tagged: '账单（按标签）',
      inferred: '账单（推断）',
      estimated: '估算',
      estimatedBefore: '事前估算',
      estimatedMeasured: '实测估算',
      byTag: '按标签',
      inferredShort: '推断',
      metered: '计量',
      variance: '实际 - 估算',
      volume: '数量差',
      price: '单价差',
      unexplained: '无法解释',
      seenAs: '视角',
      usd: '美元',
    },
    remainder: '无标签与共享',
    foreignTag: "标签值 '{value}' 不是本项目的手法",
    overhead: '间接费用（comparison）',
    reading: {
      files: '{count} 个文件',
      pages: 'Cost Explorer 的 {count} 个回答',
      unknownFiles: '文件数未知',
      outsideItem: '表外：{what}：{rows} 行，{amount}。',
      outside: {
        'before-window': '期间之前',
        'after-window': '期间之后',
        undated: '没有日期',
        credit: '抵扣',
        refund: '退款',
        tax: '税',
        'other-currency': '其他货币',
        'no-cost': '没有任何费用值（也不是 0）',
        copy: '{files}（视为 {keptInstead} 的副本）',
        'overlap-option':
          "{files}（按 '--overlap copies' 略去，因为 {keptInstead} 较新；仅此文件所含的行未计入任何金额）",
        'older-version': '{files}（已被较新的版本 {keptInstead} 取代）',
        'answers-differ': 'Cost Explorer 两次回答之间的差额',
      },
      notRead: '未读取 {count} 个文件（{reason}）：{files}。其金额未知。',
      notReadBecause: {
        'month-outside': '月份在期间之外',
        format: '既不是 Parquet 也不是 CSV（未压缩或 .gz）',
        'linked-folder': '指向文件夹的链接',
        'no-file': '无法打开',
      },
    },
    facts: {
      read: '读取：{from}，{rows} 行，总额 {gross}：表内 {inTable}，表外 {outside}。',
      readForBill: '账单读取：{from}，{rows} 行，总额 {gross}：计入账单 {inTable}，其外 {outside}。',
      otherDays: '在账单中但不在任何列中：未对比日期的 {usd}。',
      otherPaths: '在账单中但不在任何列中：未显示手法的 {usd}。',
      source: '来源：{source}，{metric}。',
      window: '期间：{from} 至 {until}（首尾两日均计入，UTC）。',
      comparable: '对比期间：{from} 至 {until}（首尾两日均计入，UTC）。',
      notComparable: '没有可对比的日期：显示金额，不显示差异。',
      settling: '尚未完整：{days}。AWS 最多在 72 小时内继续补记当日费用。',
      estimatedDays: 'AWS 标记为估算的日期（月份未结账）：{days}。',
      emptyDays: '表中没有费用的日期：{days}。尚未送达、没有使用，或已列在上面的表外金额中。',
      excluded: '所有金额均不含：抵扣 {credit}、退款 {refund}、税 {tax}。',
      otherCurrency: '其他货币，不计入任何金额：{amount} {currency}。',
      queryUsd: '本次查询花费 {usd}。',
      spelling: '标签写法：{spelling}。',
      inferredMeaning: '推断：没有标签，但属于已知资源，或其用量类型只有该手法会产生。若账户中另有来源，则推断有误。',
      deployedByTags: '因有带标签的费用而视为已部署的手法：{paths}。',
      varianceMeaning:
        '实际 - 估算 = 数量差（按估算单价的数量差异）+ 单价差（按实际数量的单价差异）+ 无法解释。实际指账单（标签与推断之和），没有账单时指计量。',
      meteredMeaning: '计量：回答的 token 数 × 价格表。只计量推理。',
      requests: '{path}：估算 {estimated} 次请求，计量 {metered} 次。',
      answers: '{path}：估算对象为 {model}，{region}，每月 {hours} 小时。',
      estimatesMeaning:
        '事前估算：在部署和提问之前，由工作负载文件按“npx fmpaths estimate”的方法得出。实测估算：按这里测得的数据得出。两者的差别在于每次请求的 token 数（文件中的回答长度是事先给定的，若来自数据集则按参考答案计数；实测的是这里得到的回答）、其他实测数据（函数时长、文档、训练），以及每月小时数（{before} 小时，本月为 {measured} 小时）。',
      twoEstimates:
        '{path}：每次请求事前为输入 {inputBefore}、输出 {outputBefore} token，实测为输入 {inputMeasured}、输出 {outputMeasured} token；实测估算 - 事前估算 = {difference}。',
      twoModels: '{path}：事前估算按工作负载文件针对 {before}；实际部署并回答的是 {measured}。',
      remainder: '同期计费、不属于任何手法：{parts}。',
    },
    notes: {
      'undated-export': "导出没有列 'line_item_usage_start_date'：不论日期，所有行都计入。",
      'no-tag':
        "没有任何行带标签 'customization-path'：标签尚未对账单生效，或没有带标签的使用（'npx fmpaths tags status' 可查明）。",
      'older-versions': "{month}：略去报告的 {count} 个旧版本，采用 '{version}'。",
      'no-usage-type': '导出没有用量类型（列 x_UsageType 或 SkuMeter）：成本分类只来自标签。',
      'from-cache': '使用磁盘上的回答（{time} 及之后）；--refresh 重新查询。',
      'athena-scanned': 'Athena 读取了 {megabytes} MB；其中 {reused} 个回答免费重用了最近一小时的结果。',
      fetched: '从 {uri} 下载了 {files} 个文件（{megabytes} MB）；未变化的文件不再下载。',
      'tag-inactive':
        "没有带标签的费用：账单已知 'customization-path'，但尚未激活。请在付款账户用“npx fmpaths tags activate”激活。最多需 24 小时，且不追溯；追溯用“npx fmpaths tags backfill”。",
      'tag-unknown':
        "没有带标签的费用：账单尚未见过 'customization-path'。先部署一种手法（“npx cdk deploy prompt-only”），发送一次请求，最多等 24 小时，然后：npx fmpaths tags activate",
      'tag-active-unused':
        "'customization-path' 自 {since} 起已激活，但没有带标签的费用：这些日期没有使用，或使用发生在激活之前（可用“npx fmpaths tags backfill”追溯）。",
      'tag-status-denied':
        '没有带标签的费用，且本账户无权查询原因：成本分配标签属于付款账户。请在付款账户执行：npx fmpaths tags status',
      'totals-disagree':
        'Cost Explorer 的合计为 ${total}，明细为 ${listed}：两次回答之间有变化，或存在空标签值。请用 --refresh 重新查询。',
      'estimate-lacks': '{path}：工作负载缺少 {fields}，估算未知。',
      'unreadable-tags': '列 {column} 有 {count} 行的值不是 JSON：按无标签计。',
      'no-cost': '{count} 行没有任何费用值（也不是 0）：其费用未知，不计入任何金额。',
      'copy-left-out': '{file} 视为副本而略去，计入的是 {newer}。',
      'one-time-left-out':
        '{path}：略去估算中的一次性费用（{components}）：这些日期的账单中，此类费用不超出每月重复的部分。',
      'compared-as-billed': '{path}：按账单的分类归入 {components} 对比：{lines}。',
      'nothing-measured': '没有计量，也没有账单。',
      'all-settling': '{from} 至 {until} 的每一天都不足 72 小时：账单尚未完整。',
      'until-settled': '至 {day}：之后日期的账单不足 72 小时。',
      'from-first-tag': '自 {day}：更早的费用不带标签。',
      'undated-rows': '账单中有无日期的行：全额计入。',
      'from-metering': '自 {day}：计量从这天开始。',
      'until-metering': '至 {day}：计量到这天结束。',
      'no-common-day': '没有一天被全部覆盖。',
      'billed-not-estimated': '{family}：账单有，估算没有。',
      'estimated-in-remainder': '{family}：估算有，未记在该手法下，但出现在无标签费用中。',
      'estimated-not-billed': '{family}：估算有，账单没有。',
      'units-differ': '{family}：估算与账单的单位无法比较。',
      'metered-not-estimated': '{family}：计量有，估算没有。',
      'estimated-not-metered': '{family}：估算有，计量没有。',
    },
  },
};
