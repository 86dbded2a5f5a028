/** One value of a JSON document, as text that is still to be parsed. */
export interface JsonEntry {
  readonly path: readonly string[];
  readonly text: string;
}

/** A product or a set of terms takes a few kilobytes; more is not a price list. */
const MAX_ENTRY_CHARACTERS = 4_000_000;

// A number or a word is whole only when something follows it: the next piece may go on with it.
const TOKEN = /[ \t\r\n]*("[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]|(?:-?\d[-+.\deE]*|true|false|null)(?=[ \t\r\n,\]}]))/y;

/**
 * Walks through a JSON object piece by piece and yields the values at the wanted paths (`*` is any key), so that a file of
 * any size is read in the memory of one entry. What it passes over must be well nested, and the object must end.
 * @throws where the text is cut off or is no JSON object
 */
export async function* jsonEntries(
  pieces: AsyncIterable<string>,
  wanted: readonly (readonly string[])[],
): AsyncGenerator<JsonEntry> {
  const closers: string[] = [];
  /** The key that is being read in each open object; an array has none. */
  const path: string[] = [];
  let previous = '';
  let entry: { depth: number; text: string } | undefined;

  for await (const batch of tokens(pieces)) {
    for (const token of batch) {
      if (closers.length === 0 && (previous !== '' || token !== '{')) {
        throw new Error(`expected one JSON object, got '${token}'`);
      }

      const isKey = token.startsWith('"') && closers.at(-1) === '}' && (previous === '{' || previous === ',');
      if (isKey) path[closers.length - 1] = JSON.parse(token) as string;
      const startsValue = entry === undefined && !isKey && !':,}]'.includes(token);
      if (startsValue && wanted.some((names) => matches(names, path, closers.length))) {
        entry = { depth: closers.length, text: '' };
      }
      if (entry !== undefined) {
        entry.text += token;
        if (entry.text.length > MAX_ENTRY_CHARACTERS) throw new Error(`entry '${path.join('.')}' is too large`);
      }

      if (token === '{' || token === '[') {
        closers.push(token === '{' ? '}' : ']');
        path.splice(closers.length - 1, Infinity, '');
      } else if (token === '}' || token === ']') {
        if (closers.pop() !== token) throw new Error(`'${token}' closes nothing in '${path.join('.')}'`);
      }
      if (entry?.depth === closers.length && token !== ':' && !isKey) {
        yield { path: path.slice(0, closers.length), text: entry.text };
        entry = undefined;
      }
      previous = token;
    }
  }
  if (previous === '') throw new Error('it is empty');
  if (closers.length > 0) throw new Error('it is cut off');
}

function matches(names: readonly string[], path: readonly string[], depth: number): boolean {
  return names.length === depth && names.every((name, index) => name === '*' || name === path[index]);
}

async function* tokens(pieces: AsyncIterable<string>): AsyncGenerator<string[]> {
  let rest = '';
  for await (const piece of pieces) {
    const text = rest + piece;
    const batch: string[] = [];
    let end = 0;
    for (;;) {
      TOKEN.lastIndex = end;
      const token = TOKEN.exec(text)?.[1];
      if (token === undefined) break;
      end = TOKEN.lastIndex;
      batch.push(token);
    }
    yield batch;
    rest = text.slice(end);
    if (rest.length > MAX_ENTRY_CHARACTERS) break;
  }
  const left = rest.trim();
  if (left.startsWith('"')) throw new Error('it is cut off');
  if (left !== '') throw new Error(`it is not JSON at '${left.slice(0, 40)}'`);
}
