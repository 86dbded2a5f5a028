import { afterEach, expect, test } from '@jest/globals';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ConverseRequest } from '../../lib/simulator/converse-request.ts';
import { llm } from '../../lib/simulator/llm.ts';

const REQUEST: ConverseRequest = {
  system: [{ kind: 'text', text: 'Be short.', guarded: false }],
  turns: [
    {
      role: 'user',
      blocks: [
        { kind: 'text', text: 'Hi', guarded: false },
        { kind: 'cache-point', ttl: '5m' },
      ],
    },
  ],
  maxTokens: 20,
  temperature: 0,
  topP: undefined,
  stopSequences: ['END'],
  tier: 'standard',
  serviceTier: undefined,
  guardrail: undefined,
  format: undefined,
};

const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function serve(handler: Handler): Promise<URL> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => handler(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return new URL(`http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/v1`);
}

async function answer(url: URL) {
  const generator = llm(url).answer(REQUEST, new AbortController().signal);
  const pieces: string[] = [];
  for (;;) {
    const next = await generator.next();
    if (next.done === true) return { pieces, end: next.value };
    pieces.push(next.value);
  }
}

const MODELS = JSON.stringify({ data: [{ id: 'tiny' }] });
const event = (chunk: unknown): string => `data: ${JSON.stringify(chunk)}\n\n`;

test('the first model of the server answers, piece by piece, with its own count of tokens', async () => {
  const asked: unknown[] = [];
  const url = await serve((request, response, body) => {
    if (request.url === '/v1/models') {
      response.end(MODELS);
      return;
    }
    asked.push([request.url, JSON.parse(body)]);
    // cut in the middle of an event, as a network does
    const stream = `${event({ choices: [{ delta: { role: 'assistant', content: '' } }] })}${event({ choices: [{ delta: { content: 'Hel' } }] })}${event({ choices: [{ delta: { content: 'lo' }, finish_reason: 'length' }] })}${event({ choices: [], usage: { completion_tokens: 2 } })}data: [DONE]\n\n`;
    response.write(stream.slice(0, 90));
    setTimeout(() => response.end(stream.slice(90)), 5);
  });
  await expect(answer(url)).resolves.toEqual({
    pieces: ['Hel', 'lo'],
    end: { stopReason: 'max_tokens', outputTokens: 2 },
  });
  expect(asked).toEqual([
    [
      '/v1/chat/completions',
      {
        model: 'tiny',
        stream: true,
        stream_options: { include_usage: true },
        messages: [
          { role: 'system', content: 'Be short.' },
          { role: 'user', content: 'Hi' },
        ],
        max_tokens: 20,
        temperature: 0,
        stop: ['END'],
      },
    ],
  ]);
});

test('a redirect is not followed', async () => {
  let followed = false;
  const elsewhere = await serve((_, response) => {
    followed = true;
    response.end(MODELS);
  });
  const url = await serve((_, response) => response.writeHead(302, { location: `${elsewhere.href}/models` }).end());
  await expect(answer(url)).rejects.toMatchObject({ type: 'ModelErrorException', status: 424 });
  expect(followed).toBe(false);
});

test.each<[string, Handler, RegExp]>([
  ['that is busy', (_, response) => response.writeHead(503).end(), /did not answer: status 503/],
  ['without a model', (_, response) => response.end('{"data":[]}'), /serves no model/],
  [
    'that streams no JSON',
    (request, response) => response.end(request.url === '/v1/models' ? MODELS : 'data: oops\n\n'),
    /event that is not JSON/,
  ],
])('a server %s is a model error', async (_, handler, message) => {
  await expect(answer(await serve(handler))).rejects.toThrow(message);
});
