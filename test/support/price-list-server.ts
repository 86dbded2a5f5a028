import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PriceListServer {
  readonly url: URL;
  readonly requests: string[];
  close(): Promise<void>;
}

/** Serves over HTTP on this machine, as AWS does over HTTPS. */
export async function serve(answer: RequestListener): Promise<PriceListServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** Offer files by service; what is not there does not exist. */
export function offers(files: Readonly<Record<string, string>>): RequestListener {
  return (request, response) => {
    const service = /^\/offers\/v1\.0\/aws\/(\w+)\/current\/(?:[\w-]+\/)?index\.json$/.exec(request.url ?? '')?.[1];
    const text = service === undefined ? undefined : files[service];
    if (text === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(text);
  };
}

/** GetProducts: `answer` gets the request and returns one page. */
export function getProductsApi(
  answer: (request: {
    ServiceCode: string;
    Filters: { Field: string; Value: string }[];
    NextToken?: string;
  }) => { PriceList: string[]; NextToken?: string } | { status: number; type: string },
): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => (body += text));
    request.on('end', () => {
      const result = answer(JSON.parse(body) as Parameters<typeof answer>[0]);
      if ('status' in result) {
        response.writeHead(result.status, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify({ __type: result.type, message: result.type }));
      } else {
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify({ FormatVersion: 'aws_v1', ...result }));
      }
    });
  };
}
