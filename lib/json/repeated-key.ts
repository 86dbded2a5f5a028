const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COLON = 0x3a;

/**
 * A key that one object of `json` has twice, as it is written there; undefined where there is none. `JSON.parse` keeps the last and
 * says nothing. `json` must be valid.
 * @param matters limits it to some keys; the keys of the outermost object have depth 1
 */
export function repeatedKey(
  json: string,
  matters: (key: string, depth: number) => boolean = () => true,
): string | undefined {
  /** Keys of each object that is open; null where a list is. */
  const open: (Set<string> | null)[] = [];
  let text = '';
  for (let index = 0; index < json.length; index++) {
    switch (json.charCodeAt(index)) {
      case QUOTE: {
        const start = index;
        for (index++; json.charCodeAt(index) !== QUOTE; index++) if (json.charCodeAt(index) === BACKSLASH) index++;
        text = json.slice(start, index + 1);
        break;
      }
      case COLON: {
        // two spellings of one key are one key
        const key = text.includes('\\') ? JSON.stringify(JSON.parse(text)) : text;
        const keys = open.at(-1);
        if (keys?.has(key) === true && matters(JSON.parse(key) as string, open.length)) return text;
        keys?.add(key);
        break;
      }
      case OPEN:
        open.push(new Set());
        break;
      case OPEN_LIST:
        open.push(null);
        break;
      case CLOSE:
      case CLOSE_LIST:
        open.pop();
    }
  }
  return undefined;
}
