import { randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer as createHttp1Server, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  constants,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { createServer, type Socket } from 'node:net';
import { UserError } from '../errors/user-error.ts';
import { GatewayAnswer, LostResponse, type Api, type ApiReply } from './api.ts';
import { ServiceError } from './service-error.ts';
import { SIMULATED_SERVICES, type ServiceEndpoint, type SimulatedServiceName } from './services.ts';

type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;

export interface Listener {
  readonly port: number;
  readonly close: () => Promise<void>;
}

export interface ListenerOptions {
  readonly port: number | undefined;
  readonly runToken: string;
  readonly region: string;
  readonly api: Api;
}

/** Names the operation in AWS JSON 1.1, where every request is a POST to the root; the REST services name it by their path. */
const TARGET_HEADER = 'x-amz-target';

type Protocol = 'rest-json' | 'json-1.1';

const CONTENT_TYPES: Record<Protocol, string> = {
  'rest-json': 'application/json',
  'json-1.1': 'application/x-amz-json-1.1',
};

/** Converse takes up to 20 MB; nothing that a rehearsal sends comes near it. */
const MOST_BODY_BYTES = 20 * 1024 * 1024;

/**
 * Serves the API on one port of 127.0.0.1, over HTTP/1.1 and over HTTP/2 without TLS, which is what the runtime client of the
 * AWS SDK speaks to any endpoint. A request without the run token in front of its path, for another host or from a browser gets no
 * answer but 403.
 */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const handle = (request: Incoming, response: Outgoing): void => {
    void answer(options, request, response).catch(() => breakOff(response));
  };
  const http1 = createHttp1Server(handle);
  const http2 = createHttp2Server(handle);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // a caller that hangs up is no reason to end
    socket.on('error', () => socket.destroy());
    socket.once('data', (bytes: Buffer) => {
      socket.pause();
      socket.unshift(bytes);
      // HTTP/2 begins with "PRI * HTTP/2.0"
      (bytes.subarray(0, 3).toString('latin1') === 'PRI' ? http2 : http1).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const { port: wanted } = options;
      reject(
        wanted === undefined
          ? error
          : new UserError(
              `port ${wanted} of 127.0.0.1 cannot be used (${error.code ?? error.message}): name a free one, or none`,
            ),
      );
    });
    server.listen({ port: options.port ?? 0, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function answer(
  { runToken, region, api }: ListenerOptions,
  request: Incoming,
  response: Outgoing,
): Promise<void> {
  const hangUp = new AbortController();
  response.once('close', () => hangUp.abort());
  const operation = headerOf(request, TARGET_HEADER);
  const protocol: Protocol = operation === undefined ? 'rest-json' : 'json-1.1';
  try {
    const target = behindToken(request.url ?? '/', runToken);
    if (target === undefined || !isForLoopback(request) || isFromBrowser(request))
      throw new ServiceError('AccessDeniedException', 'The simulator answers only the rehearsal that started it.');
    const url = new URL(`http://simulator${target}`);
    const path = url.pathname;
    const found = api.find(request.method ?? 'GET', path, operation);
    if (found === undefined) {
      throw new ServiceError(
        'UnknownOperationException',
        `The simulator has no operation ${operation ?? `${request.method ?? 'GET'} ${path}`}: it has ${api.routes.map(({ operation }) => operation).join(', ')}.`,
      );
    }
    const { service } = found.route;
    if (service !== 'simulator') requireSignature(request, service, region);
    const body = await jsonBody(request);
    const reply = await api.call(found.route, {
      params: found.params,
      query: url.searchParams,
      body,
      signal: hangUp.signal,
    });
    await send(response, reply, protocol, hangUp.signal);
  } catch (error) {
    if (response.headersSent || error instanceof LostResponse) throw error;
    if (error instanceof GatewayAnswer) sendGatewayAnswer(response, error);
    else sendError(response, error, protocol);
  }
}

function headerOf(request: Incoming, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** A name that an attacker's page has led here stays in this header. */
function isForLoopback(request: Incoming): boolean {
  const host = request.headers[':authority'] ?? request.headers.host;
  const { localPort = 0 } = request.socket;
  return host === `127.0.0.1:${localPort}` || host === `localhost:${localPort}`;
}

/** No page can keep its browser from sending one of these, and no client of the rehearsal sends any. */
function isFromBrowser({ headers }: Incoming): boolean {
  return headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
}

/** `/t/<token>/rest?query` is `/rest?query`, compared as it was sent: a path that only means the same is refused. */
function behindToken(target: string, runToken: string): string | undefined {
  const [, token = '', rest = '/'] = /^\/t\/([^/?]*)(\/.*)?$/.exec(target) ?? [];
  const given = Buffer.from(token);
  const expected = Buffer.from(encodeURIComponent(runToken));
  return given.length === expected.length && timingSafeEqual(given, expected) ? rest : undefined;
}

/** The signature cannot be checked without the secret; that it is there, and for which Region, can. */
function requireSignature(request: Incoming, service: SimulatedServiceName, region: string): void {
  const scope = /^AWS4-HMAC-SHA256 Credential=[^/,\s]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request,/.exec(
    request.headers.authorization ?? '',
  );
  if (scope === null) throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const { signingName: name, region: signedFor = region }: ServiceEndpoint = SIMULATED_SERVICES[service];
  if (scope[1] !== signedFor) {
    throw new ServiceError(
      'InvalidSignatureException',
      `Credential should be scoped to a valid region: ${signedFor}, got ${scope[1] ?? ''}.`,
    );
  }
  if (scope[2] !== name) {
    throw new ServiceError('InvalidSignatureException', `Credential should be scoped to correct service: '${name}'.`);
  }
}

async function jsonBody(request: Incoming): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MOST_BODY_BYTES)
      throw new ServiceError('ValidationException', `The request is larger than ${MOST_BODY_BYTES} bytes.`);
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString('utf8');
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ServiceError('SerializationException', 'The request body is not valid JSON.');
  }
}

async function send(response: Outgoing, reply: ApiReply, protocol: Protocol, signal: AbortSignal): Promise<void> {
  begin(response);
  if ('json' in reply) {
    response.statusCode = reply.status ?? 200;
    response.setHeader('content-type', CONTENT_TYPES[protocol]);
    response.end(JSON.stringify(reply.json));
    return;
  }
  response.setHeader('content-type', 'application/vnd.amazon.eventstream');
  for await (const message of reply.events) {
    if (signal.aborted) return;
    write(response, message);
  }
  response.end();
}

function sendError(response: Outgoing, error: unknown, protocol: Protocol): void {
  const known =
    error instanceof ServiceError
      ? error
      : new ServiceError(
          'InternalServerException',
          `The simulator failed: ${error instanceof Error ? error.message : String(error)}`,
        );
  begin(response);
  response.statusCode = known.status;
  response.setHeader('content-type', CONTENT_TYPES[protocol]);
  response.setHeader('x-amzn-errortype', known.type);
  response.end(JSON.stringify({ ...(protocol === 'json-1.1' ? { __type: known.type } : {}), message: known.message }));
}

function sendGatewayAnswer(response: Outgoing, { status, body }: GatewayAnswer): void {
  response.statusCode = status;
  if (body !== '') response.setHeader('content-type', 'text/html');
  response.end(body);
}

function begin(response: Outgoing): void {
  response.setHeader('x-amzn-requestid', randomUUID());
  response.setHeader('x-fmpaths-simulated', 'true');
}

/** The two kinds of response agree on this method only by its name. */
function write(response: Outgoing, chunk: Uint8Array): void {
  if ('stream' in response) response.write(chunk);
  else response.write(chunk);
}

/** As a connection that is lost: the caller cannot take it for the end of an answer. */
function breakOff(response: Outgoing): void {
  if ('stream' in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else response.destroy();
}
