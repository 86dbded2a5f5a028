import { z } from 'zod';
import type { PathId } from '../paths.ts';

const monthlyUsd = z.number().positive().max(1_000_000);

const pathBudget = monthlyUsd.default(50).describe('USD a month. Default: 50.');

/** The stack that watches all paths. */
export const comparisonSchema = z.strictObject({
  alertEmail: z
    .email()
    .describe('Who is told when a budget is crossed or spending looks unusual. AWS sends the mail; free.'),
  accountRole: z
    .enum(['payer', 'member'])
    .describe(
      'payer: the management account of an organization, or an account that belongs to none. member: any other account of an organization; it gets neither cost category nor tag monitors, because AWS gives it no access to cost allocation tags.',
    ),
  guardBudgetUsd: monthlyUsd.describe(
    'Limit of the guard budget, USD a month: all charges of the account, whatever their tags; for the payer of an organization, of all its accounts. It needs no tag to be active, so it is the one budget that works from the first day.',
  ),
  monthlyBudgetUsd: z
    .strictObject({
      'prompt-only': pathBudget,
      rag: pathBudget,
      'fine-tuning': pathBudget,
      'continued-pretraining': pathBudget,
      distillation: pathBudget,
    } satisfies Record<PathId, z.ZodType>)
    .prefault({})
    .describe(
      'Limit of the budget of each path, USD a month. A budget reads $0 until the tag customization-path is active in the payer account (`npx fmpaths tags activate`), and never counts what was used before. Budgets without actions are free. Default: 50 each.',
    ),
  anomalyThresholdUsd: monthlyUsd
    .default(10)
    .describe('Unusual spending below this many USD sends no mail. Anomaly detection is free. Default: 10.'),
  scanLimitGb: z
    .int()
    .min(1)
    .max(1_000)
    .default(10)
    .describe(
      'Most that one Athena query may read, in GB; a longer one is cancelled and what it read is paid. At $5 a TB, 10 GB are 5 cents. Default: 10.',
    ),
  exportRetentionDays: z
    .int()
    .min(35)
    .max(3_650)
    .default(400)
    .describe(
      'Days that a billing period stays in the bucket after its last refresh; storage is paid by the GB and month. Destroying the stack keeps the bucket, and this empties it. Default: 400.',
    ),
});

export type ComparisonConfig = z.infer<typeof comparisonSchema>;
