import { crc32 } from 'node:zlib';

/** AWS type number of a string header. */
const STRING_HEADER = 7;

/**
 * One message of an AWS event stream: two lengths and their CRC, headers, payload, CRC of everything before.
 * https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export function eventStreamMessage(headers: Readonly<Record<string, string>>, payload: unknown): Uint8Array {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => stringHeader(name, value)));
  const body = Buffer.from(JSON.stringify(payload), 'utf8');
  const message = Buffer.alloc(12 + head.length + body.length + 4);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(head.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  head.copy(message, 12);
  body.copy(message, 12 + head.length);
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.length - 4);
  return message;
}

/** An event of the operation's stream, such as `contentBlockDelta`. */
export function streamEvent(type: string, payload: unknown): Uint8Array {
  return eventStreamMessage(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    payload,
  );
}

/** An error after the stream has begun: the HTTP status is sent by then, so it travels as a message. */
export function streamException(type: string, payload: unknown): Uint8Array {
  return eventStreamMessage(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    payload,
  );
}

function stringHeader(name: string, value: string): Buffer {
  const nameBytes = Buffer.from(name, 'utf8');
  const valueBytes = Buffer.from(value, 'utf8');
  const header = Buffer.alloc(1 + nameBytes.length + 3 + valueBytes.length);
  header.writeUInt8(nameBytes.length, 0);
  nameBytes.copy(header, 1);
  header.writeUInt8(STRING_HEADER, 1 + nameBytes.length);
  header.writeUInt16BE(valueBytes.length, 2 + nameBytes.length);
  valueBytes.copy(header, 4 + nameBytes.length);
  return header;
}
