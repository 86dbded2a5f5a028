/** Faults that any operation can have, under names that no service model lists. */
export const UNLISTED_FAULTS = [
  'internal-failure',
  'unavailable',
  'gateway-page',
  'empty-answer',
  'lost-connection',
] as const;

/** Refusals of a model. */
export const MODEL_REFUSALS = [
  'legacy',
  'end-of-life',
  'use-case-form',
  'no-guardrail',
  'guardrail-denied',
  'no-model-access',
  'no-subscription',
  'scp-denied',
  'on-demand-only',
] as const;

export const FAULT_KINDS = [
  'throttle',
  'timeout',
  '5xx',
  'model-not-ready',
  'access-denied',
  'stream-abort',
  'stream-error',
  'stuck-deletion',
  'slow-consistency',
  'quota',
  'conflict',
  'document-failure',
  'job-failure',
  'resuming',
  'lost-response',
  ...UNLISTED_FAULTS,
  ...MODEL_REFUSALS,
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** Makes an operation fail as the service would. */
export interface Fault {
  /** API operation such as `Converse` or `DeleteInferenceProfile`. */
  readonly operation: string;
  readonly kind: FaultKind;
  /** How many calls fail. @default 1 */
  readonly times?: number | undefined;
  /** How many calls succeed before. @default 0 */
  readonly after?: number | undefined;
}
