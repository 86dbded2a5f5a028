import { request } from 'node:http';
import { unverifiedSignature } from './inventory.ts';
import { requireLoopback } from './loopback.ts';

export interface FunctionUrlAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface FunctionUrlCall {
  readonly emulatorUrl: string;
  readonly region: string;
  /** As the stack's output has it: a host that exists only inside the emulator. */
  readonly functionUrl: string;
  readonly question: string;
  /** What the caller takes: `text/event-stream` asks for the answer in parts. */
  readonly accept: 'application/json' | 'text/event-stream';
  /** @default true */
  readonly signed?: boolean;
}

/** Asks through the Function URL: the request goes to the emulator and names the URL's host. */
export async function callFunctionUrl(call: FunctionUrlCall): Promise<FunctionUrlAnswer> {
  const { port, hostname } = requireLoopback(call.emulatorUrl, 'the emulator');
  return await new Promise((resolve, reject) => {
    // not fetch: it sets the host by itself
    const outgoing = request(
      {
        host: hostname,
        port,
        method: 'POST',
        path: '/',
        headers: {
          host: new URL(call.functionUrl).host,
          'content-type': 'application/json',
          accept: call.accept,
          ...(call.signed === false ? {} : { authorization: unverifiedSignature(call.region, 'lambda') }),
        },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            body: Buffer.concat(parts).toString(),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify({ question: call.question }));
  });
}
