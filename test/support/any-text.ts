import fc from 'fast-check';

const codePoint = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((point) => String.fromCodePoint(point));

/** Text of any code points but halves of surrogate pairs. The tables of fast-check's own units take a second to make in each file. */
export const anyText = ({ minLength = 0 } = {}): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.oneof(
      codePoint(0x00, 0x7f),
      codePoint(0x80, 0xd7ff),
      codePoint(0xe000, 0x10_ffff),
      fc.constantFrom('e\u0301', '🇯🇵', '👩‍💻', '\r\n', 'ㅎㅏㄴ', '\ufeff'),
    ),
    minLength,
  });
