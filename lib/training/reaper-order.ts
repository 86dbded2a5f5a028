/** What the reaper of a stack can be told from outside. */
export type ReaperOrder =
  | { readonly action: 'sweep' }
  | { readonly action: 'stop'; readonly runId: string }
  | { readonly action: 'unhost'; readonly deleteModels?: boolean | undefined };

export interface ReaperAnswer {
  readonly removed: readonly string[];
  /** What is still there and why; the reaper looks at it again every 15 minutes. */
  readonly left: readonly string[];
}
