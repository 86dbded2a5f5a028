/** What a reader must know to read the numbers right. The texts are in `lib/report`, in every language. */
export type NoteCode =
  | 'undated-export'
  | 'no-tag'
  | 'no-usage-type'
  | 'unreadable-tags'
  | 'no-cost'
  | 'from-cache'
  | 'athena-scanned'
  | 'fetched'
  | 'tag-inactive'
  | 'tag-unknown'
  | 'tag-active-unused'
  | 'tag-status-denied'
  | 'totals-disagree'
  | 'older-versions'
  | 'copy-left-out'
  | 'one-time-left-out'
  | 'compared-as-billed'
  | 'estimate-lacks'
  | 'nothing-measured'
  | 'all-settling'
  | 'until-settled'
  | 'from-first-tag'
  | 'undated-rows'
  | 'from-metering'
  | 'until-metering'
  | 'no-common-day'
  | 'billed-not-estimated'
  | 'estimated-in-remainder'
  | 'estimated-not-billed'
  | 'units-differ'
  | 'metered-not-estimated'
  | 'estimated-not-metered';

export interface Note {
  readonly code: NoteCode;
  /** What fills the `{placeholders}` of the text. */
  readonly values: Readonly<Record<string, string | number>>;
}

export function note(code: NoteCode, values: Note['values'] = {}): Note {
  return { code, values };
}

/** Each note once, in the order of first appearance. */
export function distinctNotes(notes: readonly Note[]): Note[] {
  return [...new Map(notes.map((each) => [JSON.stringify(each), each])).values()];
}
