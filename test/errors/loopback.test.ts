import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePort, requireLoopback } from '../../lib/errors/loopback.ts';
import { UserError } from '../../lib/errors/user-error.ts';

test.each([
  'http://127.0.0.1:8080/v1',
  'http://localhost:11434',
  'http://[::1]:8080',
  'http://127.1:80',
  'http://0x7f.0.0.1/',
])('%s is on this machine', (address) => {
  expect(requireLoopback(address, '--llm').href).toMatch(/^http:\/\/(?:127\.|localhost|\[::1\])/);
});

test.each([
  ['another machine', 'http://10.0.0.1:8080'],
  ['AWS', 'https://bedrock-runtime.us-east-1.amazonaws.com'],
  ['the instance metadata', 'http://169.254.169.254/latest'],
  ['every interface', 'http://0.0.0.0:8080'],
  ['a name that only begins like this machine', 'http://127.0.0.1.example.com/'],
  ['a name that only ends like this machine', 'http://notlocalhost/'],
  ['a user name that looks like this machine', 'http://127.0.0.1@example.com/'],
  ['credentials', 'http://user:secret@127.0.0.1/'],
  ['another protocol', 'ftp://127.0.0.1/'],
  ['no address at all', '127.0.0.1:8080'],
  ['nothing', ''],
])('%s is refused', (_, address) => {
  expect(() => requireLoopback(address, '--llm')).toThrow(
    new UserError(
      `--llm must be an address on this machine such as http://127.0.0.1:8080, got '${address}': the rehearsal talks to nothing else`,
    ),
  );
});

test('a port that is taken is named with what to do', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(freePort(port)).rejects.toThrow(
    `port ${port} of 127.0.0.1 cannot be used (EADDRINUSE): name a free one, or leave --port out and one is chosen`,
  );
  server.close();
  await once(server, 'close');
  expect(await freePort(port)).toBe(port);
});

test('without a wish any free port will do', async () => {
  expect(await freePort()).toBeGreaterThan(1023);
});
