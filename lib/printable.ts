/** Characters that a terminal obeys (C0, delete, C1), and those that turn or hide the text around them. */
const STEERING = '\\u0000-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2066-\\u2069';

const ONE_LINE = new RegExp(`[${STEERING}]`, 'g');

const LINES = new RegExp(`(?![\\n\\t])[${STEERING}]`, 'g');

/**
 * Text of files, tags and other machines on one line of a terminal: nothing in it is obeyed. Replaced one by one, so that two texts
 * that differ keep their lengths.
 */
export const printableLine = (text: string): string => text.replace(ONE_LINE, ' ');

/** The same for text of several lines. */
export const printableLines = (text: string): string => text.replaceAll('\r\n', '\n').replace(LINES, ' ');

/** JSON that says the same with nothing in it that a terminal obeys: what JSON itself leaves as it is, is escaped. */
export const printableJson = (json: string): string =>
  json.replace(LINES, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
