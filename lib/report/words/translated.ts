/** Words whose English is what they are looked up by. */
export type Translated = readonly [ja: string, zh: string];
