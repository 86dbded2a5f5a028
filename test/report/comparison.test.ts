import { describe, expect, test } from '@jest/globals';
import type { ModelCatalogue } from '../../lib/catalogue/models.ts';
import type { Cell } from '../../lib/cost/comparison.ts';
import type { PathEstimate } from '../../lib/cost/estimate.ts';
import type { TuningTarget } from '../../lib/cost/tuning-target.ts';
import type { Workload } from '../../lib/cost/workload.ts';
import type { PathId } from '../../lib/paths.ts';
import { comparisonBlocks, comparisonJson, type ComparisonReport } from '../../lib/report/comparison.ts';
import { displayWidth } from '../../lib/report/grid.ts';
import { outputSchema } from '../../lib/report/schemas.ts';
import { LANGUAGES, type Language } from '../../lib/report/words/languages.ts';
import { ACME, ASKED, comparisonReport } from '../support/comparison-report.ts';
import { rendered } from '../support/rendered.ts';

function textOf(report: ComparisonReport, language: Language = 'en', format: 'table' | 'markdown' = 'table'): string {
  const blocks = comparisonBlocks(report, language);
  return rendered({ schema: 'estimate', json: {}, csv: { header: [], rows: [] }, blocks }, format);
}

const linesOf = (report: ComparisonReport): string[] => textOf(report).split('\n');

/** The lines below a heading or a title, up to the next empty line. */
function below(report: ComparisonReport, heading: string): string[] {
  const lines = linesOf(report);
  const at = lines.findIndex((line) => line.startsWith(heading));
  expect([heading, at]).not.toEqual([heading, -1]);
  const from = lines[at + 1] === '' ? at + 2 : at + 1;
  const end = lines.indexOf('', from);
  return lines.slice(from, end === -1 ? undefined : end);
}

/** With facts of a model changed. */
const withFacts = (
  modelId: 'a.large' | 'a.small',
  facts: Partial<ModelCatalogue['models'][string]>,
): ModelCatalogue => {
  const entry = ACME.models[modelId];
  return entry === undefined ? ACME : { ...ACME, models: { ...ACME.models, [modelId]: { ...entry, ...facts } } };
};

const NOT_KNOWN =
  'Which path is cheapest is not known: no row on Large 2, or on the nearest model that its path can take, both answers as it must and has a complete total.';

const unchanged = comparisonReport(ASKED);

/** With facts of the figures of some rows changed, as another book would. */
function withPriced(
  report: ComparisonReport,
  isChanged: (cell: Cell) => boolean,
  { overLifeUsd, ...facts }: Partial<Pick<PathEstimate, 'region' | 'monthly'>> & { readonly overLifeUsd?: null },
): ComparisonReport {
  const targets = new Map<Cell, TuningTarget>();
  const rows = report.comparison.rows.map((row) => {
    const { priced } = row;
    const changed =
      priced === undefined || !isChanged(row)
        ? row
        : {
            ...row,
            priced: {
              ...priced,
              estimate: { ...priced.estimate, ...facts },
              ...(overLifeUsd === undefined ? {} : { overLifeUsd }),
            },
          };
    const target = report.targets.get(row);
    if (target !== undefined) targets.set(changed, target);
    return changed;
  });
  return { ...report, targets, comparison: { ...report.comparison, rows } };
}

/*
 * The workload: 110M tokens of prompt, 20M of them examples, and 10M of answer a month.
 *   Large 2:  110 x 2.00 + 10 x 10.00 = 320
 *   Small 1:  110 x 0.50 + 10 x 2.00 = 75; without the examples 90 x 0.50 + 20 = 65
 *   fine-tuning: 6M tokens at 4.00 = 24 a run, 72 for three attempts, 6 a month over a year; 2 a month of storage
 *   distillation: teacher 0.5 x 2.00 + 0.1 x 10.00 = 2, student 0.6M tokens x 2 epochs at 4.00 = 4.80; three attempts: 20.40
 */
describe('the answer', () => {
  test('is the cheapest of the rows that hold model and text, and beside it what only seems cheaper', () => {
    expect(linesOf(unchanged).slice(0, 7)).toEqual([
      // 75 + 2 + 20.40 / 12
      'Cheapest for 100,000 requests a month: distillation on Small 1, $78.70 a month.',
      'Its one-time costs are spread over 12 months.',
      'Another model than Large 2 answers there: the path cannot take it.',
      'prompt-only on Small 1 costs less, $75.00 a month, but another model answers there.',
      // 65 + 2 + 1.70
      'distillation on Small 1 without the examples costs less, $68.70 a month: test if it answers as well.',
      'Equal in every row on Large 2: model, question, instruction, context and answer text.',
      'Not equal, for want of a twin on another path: your own weights, embedding and reranking models.',
    ]);
  });

  test('has no sentence on what is not cheaper, and none on one-time costs where there are none', () => {
    const report = comparisonReport({ ...ASKED, paths: ['prompt-only', 'rag'] });
    expect(linesOf(report).slice(0, 3)).toEqual([
      'Cheapest for 100,000 requests a month: prompt-only on Large 2, $320.00 a month.',
      'Equal in every row on Large 2: model, question, instruction, context and answer text.',
      'Not equal, for want of a twin on another path: your own weights, embedding and reranking models.',
    ]);
  });

  test('says which unknown total could be cheaper still', () => {
    // tuned, the large model has no price at all; rag is dearer by what is known of it: 320 and 100 tokens more
    const tunable = withFacts('a.large', {
      customization: { types: ['FINE_TUNING'], tuningId: 'x', regions: ['us-east-1'] },
      hosting: ['on-demand'],
    });
    const report = comparisonReport({ ...ASKED, paths: ['prompt-only', 'rag', 'fine-tuning'] }, tunable);
    expect(linesOf(report).slice(0, 3)).toEqual([
      'Cheapest for 100,000 requests a month: prompt-only on Large 2, $320.00 a month.',
      // as configured: 75 + 2 + 6
      'fine-tuning on Small 1 costs less, $83.00 a month, but another model answers there.',
      'Not known, so possibly cheaper: fine-tuning on Large 2, fine-tuning on Large 2 without the examples.',
    ]);
  });

  test('lists what could be cheaper whichever model answers, with what is known of it', () => {
    const rag = { ...ASKED.rag, inference: { modelId: 'a.small' } };
    // 75 and 10M tokens more of prompt at 0.50; with the reference model 340 are known already, which is no less than 320
    expect(linesOf(comparisonReport({ ...ASKED, paths: ['prompt-only', 'rag'], rag }))[1]).toBe(
      'Not known, so possibly cheaper: rag on Small 1 (at least $80.00).',
    );
    // the untuned student, of which 3 are known beside a distilled one of 78.70
    const lacking = withPriced(unchanged, ({ basis }) => basis === 'untuned', {
      overLifeUsd: null,
      monthly: { usd: null, knownUsd: 3 },
    });
    expect(linesOf(lacking)[4]).toBe('Not known, so possibly cheaper: prompt-only on Small 1 (at least $3.00).');
  });

  test('counts people in what is known of a total', () => {
    const people = { usdPerHour: 8, hoursPerMonth: 1, setUpHours: 3 };
    const lacking = withPriced(comparisonReport({ ...ASKED, people }), ({ path }) => path === 'distillation', {
      overLifeUsd: null,
      monthly: { usd: null, knownUsd: 3 },
    });
    // 3 + 20.40 / 12 + 8 + 3 x 8 / 12
    expect(textOf(lacking)).toContain('distillation on Small 1 (at least $14.70)');
  });

  test('names the Region of what is priced in another than the one asked for', () => {
    const report = withPriced(unchanged, ({ path }) => path === 'distillation', { region: 'us-west-2' });
    expect(linesOf(report)[0]).toBe(
      'Cheapest for 100,000 requests a month: distillation on Small 1 (priced in us-west-2), $78.70 a month.',
    );
    expect(linesOf(report)[4]).toBe(
      'distillation on Small 1 without the examples (priced in us-west-2) costs less, $68.70 a month: test if it answers as well.',
    );
    // 78.70 and 68.70 against 75, which the untuned student costs in the Region asked for
    const [kept, without] = below(report, 'What tuning must achieve').slice(2);
    expect(kept).toContain(
      'distillation on Small 1 (priced in us-west-2) costs $3.70 a month more than prompt-only on the same model (priced in us-east-1). To pay',
    );
    expect(without).toContain('$6.30 a month less than prompt-only on the same model (priced in us-east-1).');
  });

  test('is not known where no total is', () => {
    const unsaid = { ...ASKED, requestsPerMonth: undefined, paths: ['prompt-only'] as PathId[] };
    expect(linesOf(comparisonReport(unsaid))[0]).toBe(NOT_KNOWN);
  });

  test('is no model that nobody hosts', () => {
    const report = comparisonReport({
      ...ASKED,
      paths: ['prompt-only', 'fine-tuning'],
      fineTuning: { ...ASKED.fineTuning, hosting: { kind: 'none' } },
    });
    expect(linesOf(report)[0]).toContain('prompt-only on Large 2, $320.00');
    expect(textOf(report)).toContain('nobody hosts the model, so it answers nothing');
    expect(below(report, 'Paths and models').at(-1)).toMatch(/^fine-tuning +not tunable +no host +ended$/);
    expect(textOf(report)).not.toContain('fine-tuning on Small 1: -$');
  });

  test('says which paths the workload gives another text, whatever is held equal', () => {
    const shorter = {
      ...ASKED,
      fineTuning: { ...ASKED.fineTuning, inference: { inputTokensPerRequest: 300, outputTokensPerRequest: 100 } },
    };
    expect(textOf(comparisonReport(shorter))).toContain(
      'Except, by tokens of their own in the workload, in prompt, answer or number of calls: fine-tuning.',
    );
    expect(textOf(comparisonReport(shorter))).toMatch(/^\w {2}tokens of its own in the workload: another prompt/m);
    // more tokens of the same text are no other text
    const counted = withFacts('a.small', {
      tokensPerCounted: { factor: 1.3, confidence: 'C', source: 'this test', date: '2026-11-01' },
    });
    expect(textOf(comparisonReport(ASKED, counted))).not.toContain('Except');
  });

  test('is no tuned model where answers come from private documents', () => {
    // ten tokens more of prompt in each of 100,000 requests: 1M at 2.00
    const request = { ...ASKED.request, context: { tokens: 10 } } as NonNullable<typeof ASKED.request>;
    const report = comparisonReport({ ...ASKED, request, needs: { privateDocuments: true } });
    expect(linesOf(report)[0]).toContain('prompt-only on Large 2, $322.00');
    expect(textOf(report)).toMatch(/^\w {2}does not meet the need of private documents$/m);
    expect(below(report, 'One update of the knowledge').at(-1)).toBe(
      'Private documents: a tuned model alone does not meet this need. Weights do not quote, cannot be cited, and forget nothing that is deleted.',
    );
  });

  test('is no path that sees no document where answers come from private ones', () => {
    const report = comparisonReport({ ...ASKED, needs: { privateDocuments: true } });
    // the total of prompt-only is complete, and does not count
    expect(linesOf(report)[0]).toBe(NOT_KNOWN);
  });

  test('names a complete total on another model where none on the reference model is', () => {
    const ended = withFacts('a.large', {
      lifecycle: { status: 'end-of-life', endOfLife: '2026-01-01' },
      family: 'other',
    });
    const report = comparisonReport({ ...ASKED, paths: ['prompt-only', 'distillation'] }, ended);
    // the untuned student: 110M tokens at 0.50 and 10M at 2.00
    expect(linesOf(report).slice(0, 2)).toEqual([
      NOT_KNOWN,
      'prompt-only on Small 1 has a complete total, $75.00 a month, but another model answers there.',
    ]);
  });
});

test('every row names its model and profile, what it costs a month, once and over its life, and why it is there', () => {
  expect(below(unchanged, 'Every path, us-east-1')).toEqual([
    'path                   model, profile      a month     once  over life  per 1,000',
    '---------------------  ------------------  -------  -------  ---------  ---------  -----',
    'prompt-only            Large 2, us         $320.00    $0.00    $320.00      $3.20',
    'rag                    Large 2, us         unknown    $0.00    unknown    unknown  a',
    'fine-tuning            Small 1, tuned       $77.00   $72.00     $83.00      $0.77  b',
    'fine-tuning            Small 1, tuned       $67.00   $72.00     $73.00      $0.67  b c',
    'continued-pretraining  own weights, tuned  unknown  unknown    unknown    unknown  d e f',
    'distillation           Small 1, tuned       $77.00   $20.40     $78.70      $0.77  < b',
    'distillation           Small 1, tuned       $67.00   $20.40     $68.70      $0.67  b c',
    'prompt-only            Small 1, us          $75.00    $0.00     $75.00      $0.75  g',
  ]);
  expect(below(unchanged, '<  cheapest with')).toEqual([
    // 320 and 10M tokens more of prompt
    'a  unknown in part, $340.00 over its life is known; lacking: managed-kb/index, managed-kb/retrieve',
    'b  nearest model: the path cannot take Large 2: AWS does not tune the model this way',
    'c  without the examples: training data replace them',
    'd  own weights: no other path answers with them',
    'e  nobody hosts the model, so it answers nothing',
    'f  unknown in part, $0.00 over its life is known; lacking: continuedPretraining.instanceType, continuedPretraining.corpusTokens and 2 more',
    'g  untuned student: what is left of a saving without training',
  ]);
});

test('the table says that its columns leave people and labels out where the workload gives any', () => {
  const report = comparisonReport({ ...ASKED, people: { usdPerHour: 8, setUpHours: 3 } });
  // 67 + 72 / 12 + 3 x 8 / 12
  expect(below(report, 'Every path, us-east-1')[5]).toMatch(/ \$67\.00 +\$72\.00 +\$75\.00 /);
  expect(below(report, '<  cheapest with').at(-1)).toBe(
    'Over life, and the months to pay back, count people and labels as the workload gives them; a month, once and per 1,000 do not.',
  );
  // an hourly rate without hours is nothing
  expect(textOf(comparisonReport({ ...ASKED, people: { usdPerHour: 8 } }))).not.toContain('count people');
});

test('a row that cannot be says why, and no figure stands for it', () => {
  const report = comparisonReport(
    { ...ASKED, paths: ['prompt-only', 'fine-tuning'] },
    withFacts('a.small', { customization: null }),
  );
  const rows = below(report, 'Every path, us-east-1, US dollars');
  expect(rows[3]).toMatch(/^fine-tuning +Large 2 +- +- +- +- {2}a$/);
  expect(below(report, '<  cheapest with')[0]).toBe('a  cannot be with Large 2: AWS does not tune the model this way');
});

test('what cannot be for one reason is one row, with the examples and without, named or configured', () => {
  // 1,100 tokens of prompt and 100 of answer are beyond a window of 1,000
  const window = { contextWindowTokens: 1_000 };
  const both = withFacts('a.large', window).models['a.large'];
  const small = withFacts('a.small', window);
  const report = comparisonReport(
    { ...ASKED, paths: ['prompt-only', 'fine-tuning'] },
    both === undefined ? small : { ...small, models: { ...small.models, 'a.large': both } },
  );
  expect(below(report, 'Every path, us-east-1, US dollars').slice(2)).toEqual([
    expect.stringMatching(/^prompt-only +Large 2 /),
    expect.stringMatching(/^fine-tuning +Large 2 /),
    expect.stringMatching(/^fine-tuning +Small 1 /),
  ]);
});

test('where nobody says that a model thinks, none is counted, and that is said of each kind of model', () => {
  const thinks = (thinking: 'always' | 'on-request' | 'none' | null, request: object = {}): string =>
    textOf(
      comparisonReport(
        {
          ...ASKED,
          paths: ['prompt-only'],
          request: { ...ASKED.request, ...request } as NonNullable<Workload['request']>,
        },
        withFacts('a.large', { thinking }),
        undefined,
        ['a.large'],
      ),
    );
  const onRequest =
    'Thinking only where a call asks for it, and none counted for want of a word on it (assumed): Large 2.';
  const unknown = 'Not known to think or not, and none counted for want of a word on it (assumed): Large 2.';
  expect(thinks('on-request')).toContain(onRequest);
  expect(thinks(null)).toContain(unknown);
  for (const thinking of ['on-request', null] as const) {
    // somebody says so
    expect(thinks(thinking, { thinkingTokens: 0 })).not.toMatch(/none counted for want/);
    expect(thinks(thinking)).toContain('$320.00');
  }
  expect(thinks('none')).not.toMatch(/none counted for want/);
  expect(thinks('always')).toContain('request.thinkingTokens');
  expect(thinks('always')).not.toContain('$320.00');
});

test('a life of its own is noted where models live for different times', () => {
  // whole months from 2026-12-01 to the announced end
  const ending = withFacts('a.small', { lifecycle: { status: 'active', endOfLife: '2027-09-15' } });
  const lives = comparisonReport(ASKED, ending);
  expect(textOf(lives)).toContain('spread over 9 months');
  expect(textOf(lives)).toContain('Small 1: a.small, profile us, ends 2027-09-15');
});

test('differences are told by their parts, whose cents add up, and how much of them is the model', () => {
  expect(below(unchanged, 'What makes the difference to prompt-only on Large 2')).toEqual([
    'rag on Large 2: unknown, because of services, capacity; known: prompt tokens +$20.00',
    // 75 - 320 for the model; what is left of -237 goes the other way
    'fine-tuning on Small 1: -$237.00 = model price -$245.00, capacity +$2.00, training over 12 months +$6.00; the model makes -$245.00, all else +$8.00',
    // 20M tokens fewer at the mean of 2.00 and 0.50; the rest of 65 - 320 is the model
    'fine-tuning on Small 1 without the examples: -$247.00 = model price -$230.00, prompt tokens -$25.00, capacity +$2.00, training over 12 months +$6.00; of it the model: 93 %',
    'distillation on Small 1: -$241.30 = model price -$245.00, capacity +$2.00, training over 12 months +$1.70; the model makes -$245.00, all else +$3.70',
    'distillation on Small 1 without the examples: -$251.30 = model price -$230.00, prompt tokens -$25.00, capacity +$2.00, training over 12 months +$1.70; of it the model: 92 %',
    'prompt-only on Small 1: -$245.00 = model price -$245.00; of it the model: 100 %',
  ]);
});

test('the matrix marks the cheapest of each row, and says in words why a cell cannot be', () => {
  expect(below(unchanged, 'Paths and models, us-east-1')).toEqual([
    'path                       Large 2        Small 1          Old 1',
    '---------------------  -------------  -------------  -------------',
    'prompt-only                $320.00         $75.00 <        ended',
    'rag                       no price       no price          ended',
    'fine-tuning            not tunable         $83.00 <        ended',
    'continued-pretraining  own weights    own weights    own weights',
    'distillation           not tunable         $78.70 <        ended',
  ]);
  expect(below(unchanged, '<  cheapest known')).toEqual([
    'Large 2: a.large, profile us',
    'Small 1: a.small, profile us',
    'Old 1: a.old',
    'ended: AWS has ended the model',
    'no price: the price book lacks a price',
    'not tunable: AWS does not tune the model this way',
    'own weights: the path answers with weights of your own',
  ]);
});

test('a model that thinks, of which the workload says nothing, has a reason and no figure', () => {
  const report = comparisonReport(ASKED, withFacts('a.small', { thinking: 'always' }));
  expect(below(report, 'Paths and models')[2]).toMatch(/\$320.00 < +unknown +ended$/);
  expect(textOf(report)).toContain('The workload does not say: request.thinkingTokens');
});

describe('what tuning must achieve', () => {
  test('is told in tokens, retries or acceptance, with the months until it is paid back', () => {
    expect(below(unchanged, 'What tuning must achieve').slice(0, 2)).toEqual([
      // 83 - 75 = 8: 8 / (100,000 x 0.50 per million), 8 / 75, 83 / 75; a month it saves nothing: 77 against 75
      'fine-tuning on Small 1 costs $8.00 a month more than prompt-only on the same model. To pay at this volume it must save 160 tokens of every prompt, or avoid asking 10.7 % of the requests again, or have 1.11 times as many acceptable answers. As it is, what is paid once is never paid back.',
      // 73 - 75 = -2, and 72 / (75 - 67)
      'fine-tuning on Small 1 without the examples pays at this volume: $2.00 a month less than prompt-only on the same model. What is paid once is paid back after 9 months.',
    ]);
  });

  /** The sentence of fine-tuning without the examples, which costs 67 a month and 72 once against 75. */
  const withPeople = (changes: Partial<Workload>): string | undefined =>
    below(comparisonReport({ ...ASKED, ...changes }), 'What tuning must achieve')[1];

  test('counts people and labels in what is paid back, and in what pays it back', () => {
    // (72 + 1 x 8) / (75 - 67 - 0.25 x 8) = 13.3; over twelve months 67 + 2 + 80 / 12 - 75
    expect(withPeople({ people: { usdPerHour: 8, setUpHours: 1, hoursPerMonth: 0.25 } })).toMatch(
      /costs \$0\.67 a month more .* As it is, what is paid once is paid back after 14 months, later than its life of 12\.$/,
    );
    // (72 + 400 x 0.02) / 8: ten months, where training alone is nine
    const labelled = { labels: { usdEach: 0.02 }, fineTuning: { ...ASKED.fineTuning, trainingExamples: 400 } };
    expect(withPeople(labelled)).toContain('What is paid once is paid back after 10 months.');
  });

  test('is never paid back where people take the whole saving of a month', () => {
    // 75 - 67 - 1 x 8 saves nothing
    expect(withPeople({ people: { usdPerHour: 8, hoursPerMonth: 1 } })).toMatch(
      /costs \$6\.00 a month more .* As it is, what is paid once is never paid back\.$/,
    );
  });

  const target = (changes: Partial<TuningTarget>): string => {
    const row = unchanged.comparison.rows.find(({ path }) => path === 'fine-tuning') as Cell;
    const whole = {
      moreUsdPerMonth: 8,
      promptTokensPerRequest: 5,
      retryShare: 0.1,
      acceptanceRatio: 1.1,
      paybackMonths: 1,
    };
    const report = { ...unchanged, targets: new Map([[row, { ...whole, ...changes }]]) };
    return below(report, 'What tuning must achieve').join('\n');
  };

  test('says what is never enough, too late, soon, or not known', () => {
    expect(target({ promptTokensPerRequest: null })).toContain('answers. No shorter prompt is enough. As it is,');
    expect(target({ retryShare: 2.01 })).toContain('or avoid asking every request 2.1 times again, or have');
    expect(target({ paybackMonths: 30.2 })).toContain('paid back after 31 months, later than its life of 12.');
    expect(target({ moreUsdPerMonth: -1, paybackMonths: 0.2 })).toContain(
      'What is paid once is paid back within a month.',
    );
    expect(target({ moreUsdPerMonth: -1, paybackMonths: null })).toMatch(/on the same model\.$/);
    expect(target({ moreUsdPerMonth: null })).toBe(
      'fine-tuning on Small 1: not known, because a part of its cost is unknown.',
    );
  });
});

test('an update of the knowledge has its cost and its time on every path', () => {
  expect(below(unchanged, 'One update of the knowledge')).toEqual([
    'prompt-only: edit the prompt and deploy; AWS charges nothing for it.',
    'rag: embed one document again, unknown; AWS promises no time.',
    'fine-tuning on Small 1: train again, $24.00 a run; AWS promises no time.',
    'continued-pretraining: train again, unknown a run; AWS promises no time.',
    'distillation on Small 1: train again, $6.80 a run; AWS promises no time.',
  ]);
});

test.each([
  [
    'en',
    'fine-tuning on Small 1: unknown, because the workload does not say requestsPerMonth; known: capacity +$2.00, training over 12 months +$6.00',
  ],
  ['ja', 'ワークロードに requestsPerMonth がないため不明'],
  ['zh', '工作负载没有给出 requestsPerMonth，因而未知'],
] as const)(
  'a difference without a volume is unknown for want of it, and not for a price: %s',
  (language, sentence) => {
    const asked: Workload = { ...ASKED, requestsPerMonth: undefined, paths: ['prompt-only', 'fine-tuning'] };
    const text = textOf(comparisonReport(asked), language);
    expect(text).toContain(sentence);
  },
);

describe('the peak', () => {
  const BUSY: Workload = { ...ASKED, paths: ['prompt-only', 'fine-tuning', 'distillation'] };
  const under = (tokensPerMinute: number, from: 'account' | 'default' = 'account') =>
    comparisonReport(BUSY, ACME, () => ({ tokensPerMinute, from }));

  test('is held against the quota, with the rate at which output counts', () => {
    // (110M + 5 x 10M) / (8 h x 22 days x 60) x 3 = 45,454.5; a tuned model may draw on another quota
    expect(below(under(45_000), 'Tokens a minute at the peak')[2]).toMatch(
      /^prompt-only +Large 2, us +45,455 +5 +45,000 +exceeds$/,
    );
    expect(below(under(46_000), 'Tokens a minute at the peak')[2]).toMatch(/ 46,000 +enough$/);
    const published = under(46_000, 'default');
    expect(below(published, 'Tokens a minute at the peak')[2]).toMatch(/ 46,000 \* +enough$/);
    expect(textOf(published)).toContain("*  AWS's published default: an account may have less");
  });

  test('is a lower bound where the rate is not known: it can exceed a quota, and not be within it', () => {
    // (110M + 10M) / 10,560 x 3 = 34,090.9
    const untuned = (quota: number) => below(under(quota), 'Tokens a minute at the peak').at(-1);
    expect(untuned(34_000)).toMatch(/^prompt-only +Small 1, us +34,091 +unknown +34,000 +exceeds$/);
    expect(untuned(90_000)).toMatch(/ 90,000 +ask first$/);
  });

  test('is a limit where the account has one: what needs more is no candidate, and the row and its cell say why', () => {
    const short = under(45_000);
    // prompt-only on the reference model is out; the tuned models are of unknown quota and stay
    expect(linesOf(short)[0]).toContain('distillation on Small 1, $78.70');
    expect(textOf(short)).toMatch(/^\w {2}at the peak it needs more tokens a minute than your account may send$/m);
    expect(below(short, 'Paths and models')[2]).toMatch(/^prompt-only +over quota +\$75\.00 </);
    const alone = comparisonReport({ ...BUSY, paths: ['prompt-only'] }, ACME, () => ({
      tokensPerMinute: 45_000,
      from: 'account',
    }));
    expect(linesOf(alone)[0]).toBe(NOT_KNOWN);
    // what AWS publishes for anybody is none: the account may have more
    expect(linesOf(under(45_000, 'default'))[0]).toContain('distillation on Small 1, $78.70');
    expect(below(under(45_000, 'default'), 'Paths and models')[2]).toMatch(/^prompt-only +\$320\.00/);
  });

  test('tells calls of one model through two profiles apart, in the table and in JSON', () => {
    const call = { callsPerRequest: 1, inputTokens: 100, outputTokens: 10 };
    const calls = [
      { name: 'router', profileScope: 'in-region', ...call },
      { name: 'answer', ...call },
    ];
    const report = comparisonReport({
      ...ASKED,
      request: undefined,
      paths: ['prompt-only'],
      inference: { modelId: 'a.large', profileScope: 'us', calls },
    });
    const rows = below(report, 'Tokens a minute at the peak')
      .slice(2)
      .map((line) => line.split('  ')[1]);
    expect(rows).toEqual(['Large 2, in-region', 'Large 2, us']);
    const { comparison } = comparisonJson(report) as { comparison: { rows: { peak: object[] }[] } };
    expect(comparison.rows[0]?.peak).toMatchObject([
      { modelId: 'a.large', meters: 'base', scope: 'regional', profileScope: 'in-region' },
      { modelId: 'a.large', meters: 'base', scope: 'regional', profileScope: 'us' },
    ]);
    const tuned = comparisonJson(comparisonReport(BUSY)) as typeof report & {
      comparison: { rows: { peak: object[] }[] };
    };
    expect(tuned.comparison.rows[1]?.peak).toMatchObject([{ meters: 'custom', profileScope: null }]);
  });

  test('asks first where no quota is known, as of every tuned model', () => {
    expect(below(comparisonReport(BUSY), 'Tokens a minute at the peak')[2]).toMatch(/ 5 +unknown +ask first$/);
    expect(below(under(1e9), 'Tokens a minute at the peak')[3]).toMatch(
      /^fine-tuning +Small 1, tuned .* unknown +ask first$/,
    );
  });
});

test('every assumption is listed once, with the counter of tokens and the factor of each model', () => {
  expect(below(unchanged, 'What the figures assume').slice(0, 8)).toEqual([
    'traffic.hoursPerDay = 8 (assumed)',
    'traffic.daysPerMonth = 22 (assumed)',
    'traffic.peakOverAverage = 3 (assumed)',
    'attempts = 3 (assumed)',
    'lifeMonths = 12 (assumed)',
    "Tokens: 4 characters each (assumed); true counts are 0.8 to 1.6 times that, or 0.9 to 1.2 times with the model's factor.",
    'Factors of the models, with their grade: Large 2 1 (B), Small 1 1 (assumed)',
    'Not counted for tuned models: evaluation of each attempt, retraining, labels, people.',
  ]);
  // 75 - 73 and 75 - 68.70: with its examples neither saves anything
  expect(below(unchanged, 'What the figures assume').slice(8)).toEqual([
    'fine-tuning on Small 1 without the examples: the saving of $2.00 a month pays for $2.00 / R hours of work a month at your rate of R an hour; give it as people.usdPerHour.',
    'distillation on Small 1 without the examples: the saving of $6.30 a month pays for $6.30 / R hours of work a month at your rate of R an hour; give it as people.usdPerHour.',
  ]);
  const said = below(
    comparisonReport({
      ...ASKED,
      traffic: { hoursPerDay: 24, daysPerMonth: 30 },
      attempts: 1,
      lifeMonths: 6,
      evaluation: { questions: 0 },
      retrainingsPerYear: 0,
      people: { usdPerHour: 50 },
    }),
    'What the figures assume',
  );
  expect(said[0]).toBe('traffic.peakOverAverage = 3 (assumed)');
  expect(said[1]).toMatch(/^Tokens: /);
  expect(said.slice(-3)).toEqual([
    'Not counted for tuned models: labels, people.',
    // one attempt over six months: 75 - (67 + 24 / 6) = 4, and 75 - (67 + 6.80 / 6) = 6.87; at 50 an hour, rounded down
    'fine-tuning on Small 1 without the examples: the saving of $4.00 a month pays for 0.08 hours of work a month at $50.00 an hour.',
    'distillation on Small 1 without the examples: the saving of $6.87 a month pays for 0.13 hours of work a month at $50.00 an hour.',
  ]);
  const counted = comparisonReport({ ...ASKED, people: { usdPerHour: 0.01, hoursPerMonth: 1 } });
  expect(below(counted, 'What the figures assume').join()).not.toMatch(/people|pays for/);
});

test('a share of cache hits that follows from the traffic is printed with its sum', () => {
  const cacheHits = { share: 0.917915, callsPerMinute: 0.5, lifetimeMinutes: 5 };
  const { rows } = unchanged.comparison;
  const report: ComparisonReport = {
    ...unchanged,
    comparison: {
      ...unchanged.comparison,
      rows: rows.map((row) => (row.priced === undefined ? row : { ...row, priced: { ...row.priced, cacheHits } })),
    },
  };
  expect(textOf(report)).toContain(
    'prompt-only on Large 2: 91.8 % of the calls find their prefix cached: 1 - e^(-rate x lifetime), with 0.5 calls a minute for each prefix and 5 minutes.',
  );
});

test('JSON holds each cell unrounded, null where it is unknown', () => {
  const { comparison } = comparisonJson(
    comparisonReport(ASKED, ACME, () => ({ tokensPerMinute: 50_000, from: 'default' })),
  ) as {
    comparison: {
      cheapest: unknown;
      rows: readonly Record<string, unknown>[];
      matrix: readonly { readonly cells: readonly Record<string, unknown>[] }[];
    };
  };
  expect(comparison.cheapest).toEqual({
    path: 'distillation',
    modelId: 'a.small',
    overLifeUsd: expect.closeTo(78.7, 9),
  });
  const [promptOnly, rag, tuned] = comparison.rows;
  expect(promptOnly).toMatchObject({
    basis: 'reference',
    modelName: 'Large 2',
    profileScope: 'us',
    region: 'us-east-1',
    monthlyUsd: 320,
    oneTimeUsd: 0,
    split: null,
    update: { by: 'prompt', usd: 0, hours: null },
    peak: [
      {
        modelId: 'a.large',
        scope: 'regional',
        tokensPerMinute: expect.closeTo(45_454.545454, 5),
        outputBurndown: 5,
        quota: 50_000,
        quotaFrom: 'default',
        fits: true,
      },
    ],
  });
  expect(rag).toMatchObject({ monthlyUsd: null, overLifeUsd: null, knownMonthlyUsd: expect.closeTo(340, 9) });
  expect(tuned).toMatchObject({
    basis: 'nearest',
    obstacle: 'not-tunable',
    overLifeUsd: expect.closeTo(83, 9),
    split: { usd: expect.closeTo(-237, 9), parts: { unitPrice: expect.closeTo(-245, 9), data: 0 } },
    target: { moreUsdPerMonth: expect.closeTo(8, 9), paybackMonths: null },
    peak: [{ quota: null, quotaFrom: null, fits: null }],
    assumptions: [
      { field: 'attempts', value: 3 },
      { field: 'lifeMonths', value: 12 },
    ],
  });
  expect(comparison.matrix[0]?.cells[2]).toMatchObject({
    path: 'prompt-only',
    obstacle: 'ended',
    answers: false,
    monthlyUsd: null,
    peak: [],
  });
});

/** Reports that between them take every turn. */
const VARIED: readonly ComparisonReport[] = [
  unchanged,
  comparisonReport({ ...ASKED, needs: { privateDocuments: true } }, ACME, () => ({
    tokensPerMinute: 1,
    from: 'default',
  })),
  comparisonReport(
    { requestsPerMonth: 5, inference: { inputTokensPerRequest: 5, outputTokensPerRequest: 5 } },
    { models: {} },
  ),
  comparisonReport(ASKED, withFacts('a.small', { customization: null, thinking: 'always' })),
  comparisonReport(ASKED, withFacts('a.large', { lifecycle: { status: 'active', endOfLife: '2027-01-15' } })),
];

describe.each(LANGUAGES)('in %s', (language) => {
  test('no place of a sentence is left open', () => {
    for (const report of VARIED) {
      for (const format of ['table', 'markdown'] as const) expect(textOf(report, language, format)).not.toMatch(/[{}]/);
    }
  });

  test('no table is wider than a terminal', () => {
    const models = Array.from({ length: 8 }, (_, index) => `a.model-${index}`);
    const long = Object.fromEntries(
      models.map((id, index) => [id, { ...ACME.models['a.large'], name: `Some 480B Instruct model (${index})` }]),
    ) as ModelCatalogue['models'];
    const many = comparisonReport(ASKED, { ...ACME, models: { ...ACME.models, ...long } }, undefined, models);
    const widths = [...VARIED, many].flatMap((report) =>
      comparisonBlocks(report, language).flatMap((block) =>
        'columns' in block
          ? rendered({ schema: 'estimate', json: {}, csv: { header: [], rows: [] }, blocks: [block] }, 'table')
              .split('\n')
              .map(displayWidth)
          : [],
      ),
    );
    expect(Math.max(...widths)).toBeLessThanOrEqual(100);
    // each model is in one of the tables
    for (const model of Object.values(long)) expect(textOf(many, language)).toContain(model.name);
  });
});

test('the JSON of every report is what the schema says', () => {
  const shape = outputSchema('estimate');
  for (const report of VARIED) {
    const parsed = shape.safeParse({ ...comparisonJson(report) });
    const ofComparison = parsed.error?.issues.filter(({ path }) => path[0] === 'comparison');
    expect(ofComparison).toEqual([]);
  }
});

describe('the simplest things that could work', () => {
  const asked = (documents: number): Workload => ({
    ...ASKED,
    rag: { ...ASKED.rag, documents: { documents, tokensPerDocument: 1_000 } },
  });

  test('stand below their path, named in every sentence by what is not configured', () => {
    const report = comparisonReport(asked(10), withFacts('a.large', { promptCaching: null }));
    // 100,000 requests of 11,100 tokens at $2 and 100 at $10; $320.00 without the documents
    expect(below(report, 'path')).toContainEqual(expect.stringMatching(/^prompt-only +Large 2, us +\$2,320\.00 .* a$/));
    expect(linesOf(report)).toContain('a  not configured: all documents stand in the prompt, and nothing is retrieved');
    expect(below(report, 'What makes the difference')).toContain(
      'prompt-only on Large 2 with the documents in the prompt: +$2,000.00 = prompt tokens +$2,000.00',
    );
    for (const language of LANGUAGES) expect(textOf(report, language)).not.toContain('{');
  });

  test('say how long a prompt is that does not fit', () => {
    const short = { ...withFacts('a.large', { contextWindowTokens: 200_000 }) };
    const report = comparisonReport(asked(200), short);
    expect(linesOf(report)).toContainEqual(
      expect.stringMatching(
        /cannot be with Large 2: prompt and answer take 201,200 tokens, and its context window holds 200,000$/,
      ),
    );
    const { comparison } = comparisonJson(report) as { comparison: { rows: { basis: string; tooLong: object }[] } };
    expect(comparison.rows.find(({ basis }) => basis === 'text-in-prompt')?.tooLong).toEqual({
      tokens: 201_200,
      windowTokens: 200_000,
    });
  });

  test('meet the need of private documents where the prompt has them', () => {
    const needs = { privateDocuments: true };
    const unmet = below(comparisonReport({ ...asked(10), needs }), 'path').filter((line) =>
      line.startsWith('prompt-only'),
    );
    const mark = linesOf(comparisonReport({ ...asked(10), needs })).find((line) => line.includes('does not meet'))?.[0];
    expect(unmet.map((line) => line.split(/ +/).at(-1) === mark)).toEqual([true, false, true]);
  });
});
