import { createServer } from 'node:net';
import { UserError } from './user-error.ts';

/**
 * An address on this machine. The rehearsal talks to nothing else, so that no mistake of configuration can reach an account.
 * @throws UserError that names `what`, the address got and what is allowed
 */
export function requireLoopback(address: string, what: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const allowed = url?.protocol === 'http:' && url.username === '' && url.password === '' && isLoopback(url.hostname);
  if (url === undefined || !allowed) {
    throw new UserError(
      `${what} must be an address on this machine such as http://127.0.0.1:8080, got '${address}': the rehearsal talks to nothing else`,
    );
  }
  return url;
}

/** `hostname` as WHATWG URLs write it: every spelling of an IPv4 address is already four decimal numbers. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** A port of 127.0.0.1 that nobody listens on: `wanted`, or any. @throws UserError where `wanted` is taken */
export async function freePort(wanted?: number): Promise<number> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        wanted === undefined
          ? error
          : new UserError(
              `port ${wanted} of 127.0.0.1 cannot be used (${error.code ?? error.message}): name a free one, or leave --port out and one is chosen`,
            ),
      );
    });
    server.listen({ port: wanted ?? 0, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
