import { utf8Text } from './utf8.ts';

/** One line of a file, without its end. */
interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Why it has no text. */
  readonly fault?: 'too-long' | 'not-utf-8' | undefined;
  readonly text: string;
}

export interface Lines {
  readonly lines: AsyncGenerator<Line>;
  /** Read so far. */
  readonly bytes: () => number;
}

const NEWLINE = 0x0a;

/** Splits bytes into lines and holds no more of them than one line, or than `mostBytes` of it. */
export function linesOf(source: AsyncIterable<Uint8Array>, mostBytes: number): Lines {
  let bytes = 0;
  async function* read(): AsyncGenerator<Line> {
    let parts: Uint8Array[] = [];
    let length = 0;
    let number = 0;
    const line = (): Line => {
      number += 1;
      const whole = joined(parts, length);
      const tooLong = length > mostBytes;
      parts = [];
      length = 0;
      if (tooLong) return { number, fault: 'too-long', text: '' };
      const text = utf8Text(whole);
      return text === undefined ? { number, fault: 'not-utf-8', text: '' } : { number, text: text.replace(/\r$/, '') };
    };
    for await (const chunk of source) {
      bytes += chunk.length;
      let start = 0;
      for (;;) {
        const end = chunk.indexOf(NEWLINE, start);
        const part = chunk.subarray(start, end === -1 ? undefined : end);
        // what is too long is only measured
        if (length + part.length <= mostBytes) parts.push(part);
        else parts = [];
        length += part.length;
        if (end === -1) break;
        yield line();
        start = end + 1;
      }
    }
    if (length > 0) yield line();
  }
  return { lines: read(), bytes: () => bytes };
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(
    Math.min(
      length,
      parts.reduce((sum, part) => sum + part.length, 0),
    ),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
