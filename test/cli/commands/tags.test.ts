import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { fail, reply } from '../../support/fake-cost-explorer.ts';
import { runCli, type CliResult } from '../../support/run-cli.ts';

interface Received {
  readonly action: string;
  readonly body: Record<string, unknown>;
}

type Answer = { readonly status?: number; readonly type?: string } & Record<string, unknown>;

let server: Server;
let received: Received[];
let answers: Record<string, (body: Record<string, unknown>) => Answer>;

beforeEach(async () => {
  received = [];
  answers = {
    ListCostAllocationTags: () => ({ CostAllocationTags: [] }),
    ListCostAllocationTagBackfillHistory: () => ({ BackfillRequests: [] }),
  };
  server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const action = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      received.push({ action, body });
      const { type, message, ...answer } = answers[action]?.(body) ?? {};
      if (type === undefined) reply(response, 200, answer);
      else fail(response, 400, type, String(message));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['AWS_ACCESS_KEY_ID'] = 'x';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'x';
});
afterEach(async () => {
  delete process.env['AWS_ACCESS_KEY_ID'];
  delete process.env['AWS_SECRET_ACCESS_KEY'];
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function tags(...args: string[]): Promise<CliResult> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return runCli(['tags', ...args], { now: '2026-08-10T12:00:00Z', env: { AWS_ENDPOINT_URL_COST_EXPLORER: url } });
}

test('status says for each key what the bill can answer now and what comes next', async () => {
  answers['ListCostAllocationTags'] = (body) =>
    body['NextToken'] === undefined
      ? {
          CostAllocationTags: [
            {
              TagKey: 'customization-path',
              Status: 'Active',
              LastUpdatedDate: '2026-08-02T10:00:00Z',
              LastUsedDate: '2026-08',
            },
          ],
          NextToken: 'more',
        }
      : {
          CostAllocationTags: [
            { TagKey: 'cost-component', Status: 'Active', LastUpdatedDate: '2026-08-10T09:00:00Z' },
            { TagKey: 'project', Status: 'Inactive', LastUpdatedDate: '2026-08-01T00:00:00Z' },
          ],
        };
  answers['ListCostAllocationTagBackfillHistory'] = () => ({
    BackfillRequests: [
      {
        BackfillFrom: '2026-06-01T00:00:00Z',
        RequestedAt: '2026-08-03T00:00:00Z',
        CompletedAt: '2026-08-03T05:00:00Z',
        BackfillStatus: 'SUCCEEDED',
      },
    ],
  });
  const { stdout, status } = await tags('status');
  expect(status).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "Cost allocation tags

    tag                              needed  state       the bill can answer                                                    next
    -------------------------------  ------  ----------  ---------------------------------------------------------------------  -------------------------------------------------------------------------------------------------
    customization-path               yes     active      usage since 2026-06-01 (backfilled)
    cost-component                   yes     activating  little yet: activated 2026-08-10, lines carry it by 2026-08-11T09:00Z  wait, then: npx fmpaths bill --from 2026-08-10 --until 2026-08-10
    project                          no      inactive    nothing: the key is on no line of the bill                             lines carry it within 24 hours, and from then on, after: npx fmpaths tags activate --keys project
    environment                      no      unknown     nothing: billing has not seen the key                                  deploy a path and send it one request; the key shows up within 24 hours
    iamPrincipal/customization-path  no      unknown     nothing: billing has not seen the key                                  call Bedrock through a tagged role once; the key shows up within 24 hours

    Backfills

    from        asked for             state      done
    ----------  --------------------  ---------  --------------------
    2026-06-01  2026-08-03T00:00:00Z  SUCCEEDED  2026-08-03T05:00:00Z
    "
  `);
  const json = JSON.parse((await tags('status', '--format', 'json')).stdout) as {
    tags: { key: string; state: string }[];
  };
  expect(json.tags.map(({ key, state }) => `${key} ${state}`)).toEqual([
    'customization-path active',
    'cost-component activating',
    'project inactive',
    'environment unknown',
    'iamPrincipal/customization-path unknown',
  ]);
});

test('activate sends at most 20 keys a call and reports the keys refused inside a 200', async () => {
  answers['UpdateCostAllocationTagsStatus'] = (body) => {
    const keys = (body['CostAllocationTagsStatus'] as { TagKey: string }[]).map(({ TagKey }) => TagKey);
    return {
      Errors: keys
        .filter((key) => key === 'k7')
        .map((TagKey) => ({ TagKey, Code: 'TagKeysNotFoundException', Message: 'Tag keys not found' })),
    };
  };
  const keys = Array.from({ length: 25 }, (_, index) => `k${index}`);
  const { stdout, stderr, status } = await tags('activate', '--keys', keys.join(','));
  expect(received.map(({ body }) => (body['CostAllocationTagsStatus'] as unknown[]).length)).toEqual([20, 5]);
  // 24 that are active, and the one that is not
  expect(stdout.split('\n').filter((line) => line !== '')).toHaveLength(25);
  expect(stderr).toBe('');
  expect(stdout).toContain(
    'k7: refused by AWS: TagKeysNotFoundException Tag keys not found. Billing knows a key up to 24 hours after the first tagged usage: npx fmpaths tags status\n',
  );
  expect(status).toBe(1);
});

test('activate without keys activates the two that the bill needs', async () => {
  answers['UpdateCostAllocationTagsStatus'] = () => ({ Errors: [] });
  const { stdout, status } = await tags('activate');
  expect(received[0]?.body).toEqual({
    CostAllocationTagsStatus: [
      { TagKey: 'customization-path', Status: 'Active' },
      { TagKey: 'cost-component', Status: 'Active' },
    ],
  });
  expect(stdout).toContain('customization-path: active. Lines carry it within 24 hours');
  expect(status).toBe(0);
});

test('a member account is sent to the payer', async () => {
  answers['ListCostAllocationTags'] = () => ({
    type: 'AccessDeniedException',
    message: "Linked account doesn't have access to cost allocation tags.",
  });
  const { stderr, status } = await tags('status');
  expect(stderr).toBe(
    "fmpaths: this account may not manage cost allocation tags: Linked account doesn't have access to cost allocation tags. Repeat the command with the credentials of the payer (management) account: AWS_PROFILE names the profile that has them\n",
  );
  expect(status).toBe(2);
});

test('a role without permission is told which', async () => {
  answers['UpdateCostAllocationTagsStatus'] = () => ({
    type: 'AccessDeniedException',
    message: 'User is not authorized',
  });
  const { stderr } = await tags('activate');
  expect(stderr).toContain(
    'not allowed to call ce:UpdateCostAllocationTagsStatus: User is not authorized. Allow ce:ListCostAllocationTags',
  );
});

test('backfill starts with this month unless told otherwise', async () => {
  answers['StartCostAllocationTagBackfill'] = (body) => ({
    BackfillRequest: {
      BackfillFrom: body['BackfillFrom'],
      RequestedAt: '2026-08-10T12:00:00Z',
      BackfillStatus: 'PROCESSING',
    },
  });
  const { stdout } = await tags('backfill');
  expect(received[0]?.body).toEqual({ BackfillFrom: '2026-08-01T00:00:00Z' });
  expect(stdout).toContain('backfill from 2026-08-01 asked for: PROCESSING');
});

test.each(['2026-08-02', '2025-07-01', '2026-09-01', 'August'])(
  'backfill from %s is refused before AWS is asked',
  async (day) => {
    const { stderr, status } = await tags('backfill', '--from', day);
    expect(stderr).toBe(
      `fmpaths: '--from' must be the first day of a month from 2025-08-01 to 2026-08-01, got '${day}'\n`,
    );
    expect(status).toBe(2);
    expect(received).toEqual([]);
  },
);

test('a second backfill in 24 hours says when the first was asked for', async () => {
  answers['StartCostAllocationTagBackfill'] = () => ({ type: 'BackfillLimitExceededException', message: 'limit' });
  answers['ListCostAllocationTagBackfillHistory'] = () => ({
    BackfillRequests: [
      { BackfillFrom: '2026-07-01T00:00:00Z', RequestedAt: '2026-08-10T01:00:00Z', BackfillStatus: 'PROCESSING' },
      { BackfillFrom: '2026-01-01T00:00:00Z', RequestedAt: '2026-02-01T00:00:00Z', BackfillStatus: 'SUCCEEDED' },
    ],
  });
  const { stderr, status } = await tags('backfill');
  expect(stderr).toBe(
    'fmpaths: AWS takes one backfill in 24 hours: the last was asked for at 2026-08-10T01:00:00Z, from 2026-07-01, and is PROCESSING. Repeat the command a day later\n',
  );
  expect(status).toBe(2);
});

test('what is no action is refused with the actions', async () => {
  expect((await tags()).stderr).toContain('the action is missing: one of status, activate, backfill');
  expect((await tags('delete')).stderr).toContain("the action must be one of status, activate, backfill, got 'delete'");
});
