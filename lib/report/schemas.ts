import { z } from 'zod';
import { SPLIT_PARTS } from '../cost/split.ts';
import { VARIATION_IDS } from '../cost/variations.ts';
import { COST_COMPONENTS } from '../meters/cost-component.ts';
import { PATHS } from '../paths.ts';
import { UNREAD_REASONS } from '../prices/litellm-prices.ts';
import { CONFIDENCES } from '../prices/price-book.ts';
import { schemaOf, type SchemaName } from './schema-names.ts';
import { ACCOUNT_OUTCOMES, ACCOUNT_STATES } from './words/price-check.ts';
import { REFUSAL_RULES } from './words/prices.ts';

/*
 * What the JSON of each command holds. No renderer imports this: a test holds real output against it, and editors and other programs
 * read it as JSON Schema under config/schema/output.
 */

const text = z.string();
const texts = z.array(text);
const day = z.iso.date();
const path = z.enum(PATHS);
const component = z.enum(COST_COMPONENTS);
const count = z.number();
const flag = z.boolean();
const knownUsd = z.number().describe('US dollars, unrounded');
const usd = z.number().nullable().describe('US dollars, unrounded; null is unknown and never zero');
const nullableText = text.nullable();
const nullableCount = count.nullable();

const total = z.strictObject({ usd, knownUsd: knownUsd.describe('US dollars of the known parts') });

const note = z.strictObject({ code: text, values: z.record(text, z.union([text, count])) });

const obstacle = z.strictObject({ modelId: text, why: text });

const throughput = z.strictObject({
  priceId: text,
  modelUnits: nullableCount,
  billedHoursPerMonth: count,
  usdPerModelUnitHour: usd,
  equalCostTokensPerHour: nullableCount,
  equalCostAt: z.enum(['own-prices', 'base-model-prices']).nullable(),
  breakEvenUtilisation: nullableCount,
});

const cutAnswer = z
  .strictObject({ answerTokens: count, maxTokens: count.describe('of config/environment.json') })
  .nullable()
  .describe(
    'an answer that is priced whole and cut when deployed; null: it fits, or the configuration does not answer so',
  );

const trainingHours = z.strictObject({
  hours: count.describe('of each instance, for one run'),
  derivedFrom: z
    .strictObject({
      tokens: count,
      parametersBillions: count,
      method: z.enum(['lora', 'full']),
      operationsPerParameterAndToken: count,
      utilisation: count,
      utilisationAssumed: flag,
      utilisationRange: z.tuple([count, count]),
      accelerator: text,
      denseBf16Tflops: count,
      accelerators: count,
      instances: count,
      parallelAccelerators: count,
      startUpHours: count,
      scriptUsesAccelerators: flag,
      leastMemoryMib: count,
      memoryMib: count.describe('of one instance'),
    })
    .nullable()
    .describe('null: the workload gives the hours'),
});

const price = z.strictObject({
  id: text,
  usd: knownUsd,
  per: text,
  service: text,
  usageType: text.optional(),
  source: text,
  date: day,
  confidence: z.enum(CONFIDENCES),
  note: text.optional(),
});

const shares = z.strictObject({
  shares: z
    .record(z.enum(CONFIDENCES), count)
    .describe('of the known part of the total, by what was read of the prices'),
  staleShare: count.describe('on prices older than 90 days'),
});

const grades = z.strictObject({ monthly: shares, oneTime: shares });

const origin = {
  assumed: z
    .array(z.strictObject({ field: text, value: z.union([count, text]), paths: z.array(path) }))
    .describe('what stands in the workload and nobody said'),
  configured: texts.describe('fields of the workload that are those of config/environment.json'),
  regionFrom: z
    .enum(['option', 'workload', 'configuration', 'prices', 'assumed'])
    .describe('who names the Region: prices is the file of --prices'),
};

/** What every figure of these paths rests on. */
const priced = {
  ...origin,
  region: text.describe('the Region asked for; a path may be priced in another'),
  priced: z.array(
    z.strictObject({
      path,
      modelId: nullableText.describe("null: weights of the user's own, or none is named"),
      profileScope: nullableText.describe('null: a tuned model is called without one'),
      region: text,
      regionReason: obstacle.nullable(),
      unknown: texts.describe('ids of the prices that are not known'),
      missing: texts.describe('fields that the workload does not say'),
      notes: texts,
      cutAnswer,
      stalePriceIds: texts,
      grades,
    }),
  ),
};

const reading = z.strictObject({
  files: nullableCount,
  pages: nullableCount,
  rows: count,
  grossUsd: knownUsd,
  rowsInTable: count,
  inTableUsd: knownUsd,
  outsideUsd: knownUsd,
  outside: z.array(
    z.strictObject({
      reason: text,
      rows: nullableCount,
      currency: text,
      amount: nullableCount,
      files: nullableText,
      keptInstead: nullableText,
    }),
  ),
  notRead: z.array(z.strictObject({ file: text, reason: text })),
});

const bill = {
  source: z.enum(['cost-explorer', 'cur', 'focus', 'athena']),
  simulated: flag.describe('true: from a rehearsal, no account was charged'),
  from: day,
  until: day.describe('last day, counted in'),
  currency: z.literal('USD'),
  metric: z.enum(['UnblendedCost', 'BilledCost']),
  deployed: z.strictObject({ paths: z.array(path), saidBy: z.enum(['caller', 'tags']) }),
  rows: z.array(
    z.strictObject({
      path: path.nullable(),
      component: component.nullable(),
      componentFrom: z.enum(['tag', 'usage-type', 'unmapped']),
      day: day.nullable(),
      service: text,
      usageType: text,
      usd: knownUsd,
      quantity: nullableCount,
      unit: nullableText,
      attribution: z.enum(['tag', 'inferred', 'none']),
      inferredFrom: z.enum(['resource-id', 'usage-type']).nullable(),
      foreignTagValue: nullableText,
    }),
  ),
  read: reading,
  excluded: z.array(z.strictObject({ kind: z.enum(['credit', 'refund', 'tax']), usd: knownUsd })),
  otherCurrencies: z.array(z.strictObject({ currency: text, amount: count })),
  completeness: z.strictObject({
    completeUntil: day.nullable(),
    settlingDays: z.array(day),
    estimatedDays: z.array(day),
    emptyDays: z.array(day),
  }),
  tagSpellings: z.array(z.strictObject({ role: z.enum(['path', 'component']), column: text, key: nullableText })),
  secondAttributions: z.array(
    z.strictObject({
      kind: z.enum(['resource', 'principal', 'principal-tag']),
      value: text,
      path: path.nullable(),
      usd: knownUsd,
    }),
  ),
  queryUsd: usd.describe('what asking cost'),
  notes: z.array(note),
};

const splitParts = z.record(z.enum(SPLIT_PARTS), usd).describe('they sum to usd');

const split = z.strictObject({ usd, parts: splitParts }).describe('of the monthly figures');

const breakeven = {
  between: z.tuple([path, path]),
  over: text,
  from: count,
  to: count,
  months: nullableCount,
  answer: z.enum(['always', 'never', 'same', 'crossings']).nullable(),
  crossings: z.array(
    z.strictObject({ at: count, kind: z.enum(['equal', 'step']), monthlyUsd: z.tuple([knownUsd, knownUsd]) }),
  ),
  stretches: z.array(z.strictObject({ from: count, to: count, cheaper: path.nullable() })),
  unknownPriceIds: texts,
  leftOutPriceIds: texts,
  missing: texts,
  throughput: z.array(z.strictObject({ path, facts: throughput })),
  split: split.describe('what the second costs more than the first a month, as the workload is'),
  ...priced,
};

const named = z.array(z.strictObject({ region: text, name: text })).nullable();

const cleanup = {
  regions: texts,
  resources: z.array(
    z.strictObject({
      region: text,
      path,
      kind: text,
      name: text,
      arn: text,
      status: text,
      leftOver: flag.describe('nothing and nobody needs it any more'),
      usdPerDay: usd,
      bills: text,
      stack: text,
      stackState: z.enum(['deployed', 'deleting', 'gone']),
    }),
  ),
  unseen: z
    .array(z.strictObject({ region: text, what: text, reason: text }))
    .describe('could not be looked at: there may be more'),
  unpriced: texts.describe('why dollars are unknown'),
  removed: named.describe('null unless --yes had something to remove'),
  stillThere: named,
};

const columns = z.strictObject({
  estimatedBefore: usd.optional(),
  estimated: usd,
  metered: usd,
  tagged: usd,
  inferred: usd,
});

const compare = {
  simulated: flag,
  failedPaths: z.array(path).optional(),
  window: z.strictObject({ from: day, until: day }).nullable(),
  windowReasons: z.array(note),
  sources: z.strictObject({
    estimated: flag,
    metered: z.enum(['cloudwatch', 'rehearsal']).nullable(),
    billed: bill.source.nullable(),
  }),
  requests: z.array(z.strictObject({ path, estimated: nullableCount, metered: nullableCount })),
  assumed: origin.assumed,
  estimates: z
    .array(
      z.strictObject({
        path,
        from: z
          .enum(['workload', 'measured'])
          .describe('workload: tokens as a file says them. measured: as the answers of a rehearsal used them'),
        modelId: nullableText.describe('null: weights of the user, or a model that the workload does not name'),
        modelName: nullableText,
        profileScope: nullableText.describe('null: a tuned model is called without one'),
        region: text,
        hoursPerMonth: count,
        monthlyUsd: usd.describe('of one month of as many hours, without what is paid once'),
        inputTokensPerRequest: nullableCount,
        outputTokensPerRequest: nullableCount,
      }),
    )
    .describe('a rehearsal has two of each path: estimatedUsd of the cells is the measured one'),
  differences: z
    .array(z.strictObject({ path, usd, parts: splitParts }))
    .optional()
    .describe('of a rehearsal: what the measured estimate is more than the one of the workload'),
  cells: z.array(
    z.strictObject({
      path,
      component: z.enum([...COST_COMPONENTS, 'total']).nullable(),
      estimatedBeforeUsd: usd.optional().describe('of a rehearsal: estimated before anything was asked'),
      estimatedUsd: usd,
      meteredUsd: usd,
      taggedUsd: usd,
      inferredUsd: usd,
      usdPer1kRequests: columns,
      notMeasured: z.array(z.enum(['estimated', 'metered', 'billed'])),
      variance: z
        .strictObject({
          against: z.enum(['billed', 'metered']),
          usd: knownUsd,
          volumeUsd: knownUsd,
          priceUsd: knownUsd,
          unexplainedUsd: knownUsd,
          reasons: z.array(note),
        })
        .nullable(),
    }),
  ),
  billRead: reading.nullable(),
  billedElsewhere: z.strictObject({ otherDaysUsd: knownUsd, otherPathsUsd: knownUsd }),
  remainder: z.array(z.strictObject({ component: component.nullable(), usd: knownUsd })),
  notes: z.array(note),
};

const counts = { records: count, bytes: count, characters: count, estimatedTokens: count };

const issues = z.array(
  z.strictObject({ line: count, file: z.enum(['train', 'validation']), rule: text, message: text }),
);

const datasetCheck = {
  path,
  model: text,
  region: text,
  currency: z.literal('USD'),
  ...counts,
  validation: z.strictObject(counts).optional(),
  errors: issues.describe('the first of them; errorCount is exact'),
  warnings: issues,
  errorCount: count,
  warningCount: count,
  price: z
    .strictObject({
      estimatedUsd: usd,
      atMostUsd: usd,
      unknown: texts,
      lines: z.array(
        z.strictObject({
          name: text,
          priceId: text,
          unit: text,
          quantity: count,
          estimatedUsd: usd,
          atMostUsd: usd,
          unitPriceUsd: usd,
          per: nullableText,
          source: nullableText,
          date: nullableText,
        }),
      ),
      epochs: z.strictObject({ estimated: count, most: count }).nullable(),
      teacher: z.strictObject({ model: text, prompts: count, tokens: count }).nullable(),
      instances: z.strictObject({ instance: text, instances: count, hours: count }).nullable(),
    })
    .nullable(),
};

const check = { id: text, question: text, costUsd: knownUsd };

const doctor = {
  region: text,
  checks: z.array(
    z.strictObject({
      ...check,
      status: z.enum(['ok', 'attention', 'failed', 'not-run']),
      finding: text,
      next: text.optional(),
    }),
  ),
};

const componentTotals = z.strictObject({
  monthlyUsd: usd,
  oneTimeUsd: usd,
  knownMonthlyUsd: knownUsd,
  knownOneTimeUsd: knownUsd,
});

const splitSchema = z.strictObject({
  usd: usd.describe('what the cell costs more a month, over its life, than prompt-only on the reference model'),
  parts: splitParts,
});

/** One path with one model. */
const comparisonCell = z.strictObject({
  path,
  modelId: nullableText.describe('null: weights of the user, or a model that the workload does not name'),
  modelName: nullableText,
  basis: z.enum(['reference', 'nearest', 'configured', 'untuned', 'own-weights', 'asked', ...VARIATION_IDS]),
  withExamples: flag.describe('false: training data replace the examples of the prompt'),
  obstacle: nullableText.describe('why the path cannot take the model; of basis nearest: not the reference model'),
  tooLong: z
    .strictObject({ tokens: count, windowTokens: count })
    .nullable()
    .describe('prompt and answer, and what the model holds; null: they fit'),
  vectorStore: nullableText.describe('that holds the vectors of rag'),
  profileScope: nullableText,
  region: nullableText,
  answers: flag.describe('false: it cannot be, or nobody hosts the model'),
  exceedsQuota: flag.describe('true: more tokens a minute at the peak than the account may send; no candidate then'),
  monthlyUsd: usd,
  oneTimeUsd: usd,
  knownMonthlyUsd: usd.describe('of its known parts; null: the cell cannot be'),
  knownOneTimeUsd: usd.describe('of its known parts; null: the cell cannot be'),
  lifeMonths: nullableCount.describe('months over which one-time costs are spread'),
  overLifeUsd: usd,
  usdPer1kRequests: usd,
  cacheHits: z
    .strictObject({ share: count, callsPerMinute: count, lifetimeMinutes: count })
    .nullable()
    .describe('as they follow from the traffic; null: nothing is cached, or the workload says its own share'),
  unknown: texts.describe('ids of the prices that are not known'),
  missing: texts.describe('fields that the workload does not say'),
  split: splitSchema.nullable().describe('null: it is the reference itself, or not compared with it'),
  target: z
    .strictObject({
      moreUsdPerMonth: usd.describe('than prompt-only on the same model; negative: it pays already'),
      promptTokensPerRequest: nullableCount,
      retryShare: nullableCount,
      acceptanceRatio: nullableCount,
      paybackMonths: nullableCount.describe(
        'until training runs, set-up and labels are paid back, people paid each month; null: never, or not known',
      ),
    })
    .nullable(),
  update: z
    .strictObject({
      by: z.enum(['prompt', 'documents', 'training']),
      usd,
      hours: nullableCount.describe('null: AWS promises no time'),
    })
    .nullable(),
  peak: z.array(
    z.strictObject({
      modelId: text,
      meters: z.enum(['base', 'custom']).describe('custom: a tuned model, which draws on another quota'),
      scope: z.enum(['regional', 'global']).describe('whose price it has'),
      profileScope: nullableText.describe(
        'through which it is called, with a quota of its own; null: a tuned model, or the workload does not say',
      ),
      tokensPerMinute: count,
      outputBurndown: nullableCount.describe('null: not known and counted as 1, so that the need is a lower bound'),
      quota: nullableCount,
      quotaFrom: z.enum(['account', 'default']).nullable(),
      fits: flag.nullable(),
    }),
  ),
  assumptions: z.array(z.strictObject({ field: text, value: z.union([count, text]) })),
});

const errorRange = z.strictObject({ low: count, high: count });

const pathComparison = z
  .strictObject({
    referenceModelId: nullableText,
    region: text,
    cheapest: z.strictObject({ path, modelId: nullableText, overLifeUsd: knownUsd }).nullable(),
    rows: z.array(comparisonCell),
    models: z.array(z.strictObject({ modelId: text, modelName: text })),
    matrix: z.array(z.strictObject({ path, cells: z.array(comparisonCell).describe('in the order of models') })),
    tokenCount: z
      .strictObject({ charactersPerToken: count, error: errorRange, errorAfterFactor: errorRange })
      .nullable(),
    tokenFactors: z.array(
      z.strictObject({ modelId: text, factor: count, grade: nullableText.describe('null: the factor is assumed') }),
    ),
  })
  .describe('every path with the same model and the same text');

const estimate = {
  comparison: pathComparison,
  workload: z.looseObject({}).describe('as config/schema/workload.schema.json has it'),
  ...origin,
  region: text,
  currency: z.literal('USD'),
  hoursPerMonth: count,
  requestsPerMonth: nullableCount,
  paths: z.array(
    z.strictObject({
      path,
      modelId: nullableText,
      basis: text,
      withExamples: flag.describe('false: training data replace the examples of the prompt'),
      region: text,
      regionReason: obstacle.nullable(),
      monthlyUsd: usd,
      oneTimeUsd: usd,
      firstMonthUsd: usd,
      usdPer1kRequests: usd,
      knownMonthlyUsd: knownUsd,
      knownOneTimeUsd: knownUsd,
      components: z.record(component, componentTotals),
      lines: z.array(
        z.strictObject({
          component,
          kind: z.enum(['one-time', 'fixed', 'usage']),
          name: text,
          quantity: nullableCount,
          unit: text,
          unitPriceUsd: usd,
          usd,
          priceId: text,
          notOffered: z.literal(true).optional().describe('AWS does not sell it, so that there can be no price'),
          offerUnsaid: text
            .optional()
            .describe(
              'field of config/models.json that would say whether AWS sells it; absent: known, or it has a price',
            ),
          usageType: nullableText,
          source: nullableText,
          date: nullableText,
          confidence: price.shape.confidence.nullable(),
          assumption: text,
          formula: text,
        }),
      ),
      unknown: texts,
      notOffered: texts.describe('those of unknown that AWS does not sell, so that there can be no price'),
      offerUnsaid: z
        .array(z.strictObject({ priceId: text, field: text.describe('of config/models.json, which does not say it') }))
        .describe('those of unknown of which it is not known whether AWS sells them'),
      missing: texts,
      notes: texts,
      cutAnswer,
      elsewhere: texts.describe('other ways to do what the path does, named and not priced'),
      throughput: throughput.nullable(),
      trainingHours: trainingHours.nullable(),
      unknownInstance: z
        .strictObject({ type: text, near: texts })
        .nullable()
        .describe('an instance type that the catalogue does not have, and those of nearly the same name'),
      idleStore: z
        .strictObject({ kind: text, usdPerMonth: usd })
        .nullable()
        .describe('a vector store whose capacity is billed although nobody asks'),
      longPromptAboveTokens: z
        .array(count)
        .describe('limits of the models of which every token has the price of a long prompt'),
      stalePriceIds: texts,
      grades,
    }),
  ),
};

const hostStatus = {
  path,
  region: text,
  models: z.array(
    z.strictObject({
      kind: z.enum(['on-demand', 'provisioned', 'imported']),
      modelArn: text,
      customModelArn: text,
      publishedAt: text,
      until: nullableText,
      status: nullableText.describe('null: published, and no longer there'),
      usdPerHour: usd.describe('while idle, estimated'),
      bills: nullableText,
    }),
  ),
};

const anyValue = z.union([text, count, flag]).nullable();

const levers = {
  paths: z.array(
    z.strictObject({
      path,
      monthlyUsd: usd,
      knownMonthlyUsd: knownUsd,
      levers: z.array(
        z.strictObject({
          lever: text,
          component,
          path,
          change: z.strictObject({ field: text, from: anyValue, to: anyValue }),
          monthlyUsd: usd,
          split,
          oneTimeUsd: usd,
          unknownPriceIds: texts,
          missing: texts,
          notes: texts,
        }),
      ),
      sensitivities: z.array(z.strictObject({ field: text, value: count, lowerUsd: usd, higherUsd: usd })),
    }),
  ),
  ...priced,
};

const recommend = {
  scenario: text,
  steps: z.array(z.strictObject({ step: count, outcome: text, because: texts })),
  rule: path,
  checks: z.array(
    z.strictObject({
      advice: text,
      path,
      monthlyUsd: usd,
      split,
      verdict: z.enum(['saves', 'costs-more', 'no-difference', 'unknown']),
      unknownPriceIds: texts,
      notOffered: texts.describe('those of them that AWS does not sell'),
      missing: texts,
      notes: texts,
    }),
  ),
  fits: z.array(
    z.strictObject({
      path,
      monthly: total,
      oneTime: total,
      usdPer1kRequests: usd,
      lifeMonths: count,
      overLifeUsd: usd.describe('a month and the share of what is paid once, spread over lifeMonths'),
      split: split.nullable().describe("what it costs more than the rule's path; null: it is that path"),
      answers: flag,
      lacking: texts,
    }),
  ),
  cheapest: path.nullable().describe('by the month, without what is paid once'),
  cheapestOverLife: path.nullable().describe('the same with what is paid once spread over lifeMonths'),
  untuned: z
    .array(
      z.strictObject({
        beside: path,
        modelId: text,
        profileScope: nullableText,
        region: text,
        monthly: total,
        oneTime: total,
        usdPer1kRequests: usd,
        split: split.describe('what it costs a month more than the tuned path beside it'),
      }),
    )
    .describe('models of tuned paths as they are, without training, where they cost no more than tuned'),
  agreement: z.enum(['agree', 'disagree', 'meets-more', 'rule-answers-nothing', 'unknown']),
  meetsMore: texts,
  ...priced,
};

const changes = z.array(
  z.strictObject({
    region: text,
    id: text,
    kind: z.enum(['added', 'removed', 'changed']),
    before: price.nullable(),
    after: price.nullable(),
    percent: nullableCount,
  }),
);

const placed = { region: text, id: text };
const amount = { usd: count, per: text };

const listedGroup = {
  name: text,
  services: texts,
  usageTypes: z.array(
    z.strictObject({
      usageType: text,
      service: text,
      sku: text,
      meter: nullableText,
      prices: z.array(z.strictObject({ usd: nullableCount, unit: text })),
    }),
  ),
};

const listName = z.strictObject({ naming: text, name: text });

const backfill = { from: text, requestedAt: text, completedAt: nullableText, status: text };

const keys: Record<SchemaName, z.core.$ZodLooseShape> = {
  bill,
  breakeven,
  cleanup,
  compare,
  'dataset-check': datasetCheck,
  doctor,
  'doctor-list': { checks: z.array(z.strictObject(check)) },
  estimate,
  'host-status': hostStatus,
  levers,
  'prices-check': {
    file: text,
    compared: count,
    agree: count,
    differing: z.array(
      z.strictObject({
        ...placed,
        per: text,
        bookUsd: knownUsd,
        fileUsd: usd.describe('for one `per`; null where the file prices something else'),
        percent: nullableCount.describe('of the file against the book'),
        source: text,
        date: day,
        confidence: z.enum(CONFIDENCES),
        key: text.describe('entry of the file'),
      }),
    ),
    onlyInBook: z.array(z.strictObject(placed)),
    onlyInFile: z.array(z.strictObject({ ...placed, key: text })),
    notInFormat: count.describe('prices of the books that the file has no field for'),
    unread: z.array(z.strictObject({ key: text, reason: z.enum(UNREAD_REASONS) })),
    otherFields: texts.describe('fields with costs that no price of a book corresponds to'),
  },
  'prices-check-account': {
    regions: z.array(
      z.strictObject({
        region: text,
        file: text.describe('of the private prices'),
        outcome: z.enum(ACCOUNT_OUTCOMES),
        withoutUsageType: count,
        refusedAfterDiscounts: nullableText,
        prices: z.array(
          z.strictObject({
            id: text,
            usageType: text,
            per: text,
            bookUsd: knownUsd,
            beforeUsd: usd,
            afterUsd: usd,
            usageUnit: nullableText.describe('the unit that AWS counts in'),
            amount: nullableCount.describe('units that were asked for; null where nothing was'),
            state: z.enum(ACCOUNT_STATES),
            message: nullableText,
          }),
        ),
      }),
    ),
  },
  'prices-diff': { changes, confirmed: count },
  'prices-refresh': {
    written: flag,
    regions: z.array(
      z.strictObject({
        region: text,
        changes,
        confirmed: count,
        kept: z.array(z.strictObject({ id: text, kind: z.enum(['absent', 'unclear']), reason: text })),
        refused: z.array(
          z.strictObject({
            id: text,
            rule: z.enum(REFUSAL_RULES),
            before: z.strictObject({ ...amount, date: text }).nullable(),
            after: z.strictObject(amount),
            against: z.strictObject({ id: text, ...amount }).nullable(),
            bounds: z
              .strictObject({ least: count, most: count })
              .nullable()
              .describe('how many times the price of against it may be'),
            listed: nullableText,
            endOfLife: nullableText,
            flag: nullableText,
          }),
        ),
        unlisted: z.array(z.strictObject({ model: text, name: text, meant: nullableText })),
        unknownModels: z.array(z.strictObject({ ...listedGroup, priceList: listName })),
        unmatched: z.array(z.strictObject({ ...listedGroup, model: nullableText, priceList: listName.nullable() })),
        byHand: texts,
        failed: z.array(z.strictObject({ service: text, reason: text })),
        stale: count,
      }),
    ),
  },
  'prices-show': { prices: z.array(z.strictObject({ region: text, ...price.shape, stale: flag })) },
  recommend,
  removal: {
    path,
    removed: texts,
    left: texts,
    stillRunning: z.strictObject({ run: text, reason: text, arn: text }).nullable(),
  },
  ask: {
    path,
    questions: count,
    answered: count,
    failed: count,
    failures: z.array(z.strictObject({ code: text, times: count, message: text })),
    stoppedBy: z.enum(['max-usd', 'daily-quota', 'unknown-cost']).nullable(),
    inputTokens: count,
    outputTokens: count,
    cacheReadInputTokens: count,
    cacheWriteInputTokens: count,
    retries: count,
    latencyMs: z.strictObject({ median: count, p95: count, max: count }).nullable(),
    meteredUsd: usd,
    pace: z.strictObject({ questionsPerSecond: count, concurrency: count, saturation: nullableCount }),
    outcomes: text.describe('file with one outcome a line'),
  },
  'tags-activate': { activated: texts, refused: z.array(z.strictObject({ key: text, reason: text })) },
  'tags-backfill': backfill,
  'tags-status': {
    tags: z.array(
      z.strictObject({
        key: text,
        needed: flag,
        state: z.enum(['unknown', 'inactive', 'activating', 'active']),
        since: nullableText,
        lastUsed: nullableText,
        answer: text,
        next: nullableText,
      }),
    ),
    backfills: z.array(z.strictObject(backfill)),
  },
  'training-run': {
    path,
    runId: text,
    status: z.enum(['succeeded', 'failed']),
    startedAt: text,
    reason: nullableText,
    modelArn: nullableText,
    host: z.strictObject({ kind: text, arn: text, until: nullableText }).nullable(),
    trainingLoss: nullableCount,
    atMostUsd: usd,
  },
};

/** The JSON of a result, key by key: nothing else is in it. */
export const outputSchema = (name: SchemaName): z.ZodType =>
  z.strictObject({ schema: z.literal(schemaOf(name)), ...keys[name] });
