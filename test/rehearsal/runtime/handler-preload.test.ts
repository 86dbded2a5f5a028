import { expect, test } from '@jest/globals';
import type { Writable } from 'node:stream';
import '../../../lib/rehearsal/runtime/handler-preload.ts';

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const { streamifyResponse, HttpResponseStream } = (
  globalThis as unknown as {
    awslambda: {
      streamifyResponse: (work: (event: unknown, stream: Writable) => Promise<void>) => Handler;
      HttpResponseStream: { from: (stream: Writable, metadata: object) => Writable };
    };
  }
).awslambda;

test('a direct invocation gets what was streamed, as the value that it says', async () => {
  const handler = streamifyResponse((event, stream) => {
    stream.write('{"answer":');
    stream.end(JSON.stringify(event) + '}');
    return Promise.resolve();
  });
  expect(await handler({ question: 'why' }, {})).toEqual({ answer: { question: 'why' } });
});

test('an HTTP response keeps status and headers in front of its body, as Lambda frames them', async () => {
  const handler = streamifyResponse((_, stream) => {
    const response = HttpResponseStream.from(stream, { statusCode: 200, headers: { 'content-type': 'text/plain' } });
    response.write('one ');
    response.end('two');
    return Promise.resolve();
  });
  expect(await handler({}, {})).toBe(
    '{"statusCode":200,"headers":{"content-type":"text/plain"}}' + '\0'.repeat(8) + 'one two',
  );
});

test('a handler that forgets to end its response is not taken for a short answer', async () => {
  const handler = streamifyResponse((_, stream) => {
    stream.write('half');
    return Promise.resolve();
  });
  await expect(handler({}, {})).rejects.toThrow('the handler returned without ending its response stream');
});
