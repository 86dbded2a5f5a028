import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { eventStreamMessage, streamEvent } from '../../lib/simulator/event-stream.ts';
import { anyText } from '../support/any-text.ts';

/** CRC-32 of IEEE 802.3 bit by bit: slow, and independent of the library that the messages are made with. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Reads a message as the specification lays it out, checking both sums. */
function decoded(bytes: Uint8Array): { headers: Record<string, string>; payload: unknown } {
  const message = Buffer.from(bytes);
  expect(message.readUInt32BE(0)).toBe(message.length);
  expect(message.readUInt32BE(8)).toBe(crc32(message.subarray(0, 8)));
  expect(message.readUInt32BE(message.length - 4)).toBe(crc32(message.subarray(0, -4)));
  const headersEnd = 12 + message.readUInt32BE(4);
  const headers: Record<string, string> = {};
  let at = 12;
  const text = (length: number): string => message.toString('utf8', at, (at += length));
  while (at < headersEnd) {
    const name = text(message.readUInt8(at++));
    expect(message.readUInt8(at++)).toBe(7);
    at += 2;
    headers[name] = text(message.readUInt16BE(at - 2));
  }
  expect(at).toBe(headersEnd);
  return { headers, payload: JSON.parse(message.toString('utf8', headersEnd, message.length - 4)) as unknown };
}

test('an event carries its type, its format and its payload', () => {
  expect(decoded(streamEvent('messageStop', { stopReason: 'end_turn' }))).toEqual({
    headers: { ':event-type': 'messageStop', ':content-type': 'application/json', ':message-type': 'event' },
    payload: { stopReason: 'end_turn' },
  });
});

test('a message without headers has 16 bytes around its payload', () => {
  // 4 + 4 lengths, 4 sum, 2 payload "{}", 4 sum
  expect(eventStreamMessage({}, {})).toHaveLength(18);
});

test('any headers and any text survive the framing', () => {
  const name = fc.stringMatching(/^:?[a-z-]{1,20}$/);
  fc.assert(
    fc.property(fc.dictionary(name, anyText()), anyText(), (headers, text) => {
      expect(decoded(eventStreamMessage(headers, { text }))).toEqual({ headers: { ...headers }, payload: { text } });
    }),
    { numRuns: 50 },
  );
});
