/** Characters that a terminal obeys beyond ASCII's own (delete, C1), and those that turn or hide the text around them. */
const STEERING = '\\u007f-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2066-\\u2069';

const IN_JSON = new RegExp(`[${STEERING}]`, 'g');

const IN_LINE = new RegExp(`[\\u0000-\\u001f${STEERING}]`, 'g');

/** Not line feed and tab. */
const IN_LINES = new RegExp(`[\\u0000-\\u0008\\u000b-\\u001f${STEERING}]`, 'g');

/**
 * Text of files, tags and other machines on one line of a terminal: nothing in it is obeyed. Replaced one by one, so that two texts
 * that differ keep their lengths.
 */
export const printableLine = (text: string): string => text.replace(IN_LINE, ' ');

/** The same for text of several lines. */
export const printableLines = (text: string): string =>
  (text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text).replace(IN_LINES, ' ');

/** JSON that says the same with nothing in it that a terminal obeys: JSON itself escapes only those of ASCII. */
export const printableJson = (json: string): string =>
  json.replace(IN_JSON, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
