import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runCli } from '../../support/run-cli.ts';

let server: Server;
let asked: string[];
let denied: boolean;

beforeEach(async () => {
  asked = [];
  denied = false;
  server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (denied) {
      response
        .writeHead(403, { 'content-type': 'text/xml' })
        .end(
          '<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The security token is invalid</Message></Error></ErrorResponse>',
        );
      return;
    }
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(
        '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/x</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env['AWS_ACCESS_KEY_ID'] = 'x';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'x';
});

afterEach(async () => {
  delete process.env['AWS_ENDPOINT_URL'];
  delete process.env['AWS_ACCESS_KEY_ID'];
  delete process.env['AWS_SECRET_ACCESS_KEY'];
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('--list says what every check costs and asks nothing; --billing adds those that are paid for', async () => {
  const free = await runCli(['doctor', '--list']);
  expect(free.stdout).toMatch(/^\d+ checks, all read-only, free\n/);
  expect(free.stdout).not.toContain('$');
  // three questions to Cost Explorer at $0.01, and a search of a knowledge base
  const all = await runCli(['doctor', '--list', '--billing', '--format', 'json']);
  const { checks } = JSON.parse(all.stdout) as { checks: { id: string; costUsd: number }[] };
  expect(checks.filter(({ costUsd }) => costUsd > 0)).toEqual([
    expect.objectContaining({ id: 'tags-active', costUsd: 0.01 }),
    expect.objectContaining({ id: 'tags-on-lines', costUsd: 0.01 }),
    expect.objectContaining({ id: 'principal-tags', costUsd: 0.01 }),
    expect.objectContaining({ id: 'knowledge-base-search', costUsd: 0.05 }),
  ]);
  expect(asked).toEqual([]);
});

test('the cost stands before the result, which is a table or JSON; what may not be asked is said with another way', async () => {
  const table = await runCli(['doctor', '--only', 'price-book,hyperparameter-ranges']);
  expect(table.status).toBe(0);
  expect(table.stderr).toMatch(/^3 checks, all read-only, free\n/);
  expect(table.stdout).toMatch(/^ok +identity +arn:aws:iam::123456789012:user\/x in account 123456789012$/m);
  expect(table.stdout).toMatch(/^not run +price-book +compares whole price lists$/m);
  expect(table.stdout).toMatch(/^What to do:\nprice-book: .*: npx fmpaths prices refresh && npx fmpaths prices diff$/m);
  const json = await runCli(['doctor', '--only', 'price-book', '--format', 'json']);
  expect(JSON.parse(json.stdout)).toMatchObject({
    region: 'us-east-1',
    checks: [
      { id: 'identity', status: 'ok', costUsd: 0 },
      { id: 'price-book', status: 'not-run' },
    ],
  });
});

test('without an identity it asks nothing else, says how to sign in and ends with 2', async () => {
  denied = true;
  const { status, stdout } = await runCli(['doctor', '--region', 'us-east-1']);
  expect(status).toBe(2);
  expect(stdout).toContain("The security token is invalid. Sign in again with 'aws sso login'");
  expect(asked).toEqual(['POST /']);
});

test('a check that does not exist is refused with those that do', async () => {
  const { status, stderr } = await runCli(['doctor', '--only', 'identitty']);
  expect(status).toBe(2);
  expect(stderr).toContain("each of '--only' must be one of identity, model-lifecycle");
  expect(stderr).toContain("got 'identitty'; did you mean identity?");
});
