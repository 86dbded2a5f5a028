import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const ACCOUNT = '123456789012';

/** Asks what is there and who asks, and changes nothing. */
const READS = /^(?:Describe|Get|List|AssumeRole|GetCallerIdentity)/;

export interface StubCloudFormation {
  readonly url: string;
  /** Whatever was asked that could change something: the action, the stack's name and Region. Uploads of templates are not. */
  readonly changes: string[];
  readonly close: () => Promise<void>;
}

/** Stands in for AWS on loopback: every stack is deployed until its deletion is asked for. */
export async function stubCloudFormation(): Promise<StubCloudFormation> {
  const changes: string[] = [];
  const deleted = new Set<string>();

  const answer = (action: string, name: string, byId: boolean, region: string): readonly [number, string] => {
    switch (action) {
      case 'GetCallerIdentity':
        return [200, result(action, `<Account>${ACCOUNT}</Account><Arn>arn:aws:iam::${ACCOUNT}:user/x</Arn>`)];
      case 'DescribeStacks': {
        if (deleted.has(name) && !byId) return [400, failure('ValidationError', `Stack ${name} does not exist`)];
        const status = deleted.has(name) ? 'DELETE_COMPLETE' : 'CREATE_COMPLETE';
        const id = `arn:aws:cloudformation:${region}:${ACCOUNT}:stack/${name}/11111111-2222-3333-4444-555555555555`;
        const stack = `<StackName>${name}</StackName><StackId>${id}</StackId><StackStatus>${status}</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime>`;
        return [200, result(action, `<Stacks><member>${stack}</member></Stacks>`)];
      }
      case 'DeleteStack':
        deleted.add(name);
        return [200, result(action, '')];
      case 'DescribeStackEvents':
        return [200, result(action, '<StackEvents/>')];
      case 'GetTemplate':
        return [200, result(action, '<TemplateBody>{"Resources":{"T":{"Type":"AWS::SNS::Topic"}}}</TemplateBody>')];
      default:
        // no role to assume: the CDK goes on with the credentials that it has
        return [403, failure('AccessDenied', `no ${action}`)];
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await text(request));
    const action = form.get('Action');
    if (action === null) {
      // the version of the bootstrap stack, and its bucket for templates
      const versioned = request.headers['x-amz-target'] !== undefined;
      response.end(versioned ? JSON.stringify({ Parameter: { Name: 'version', Type: 'String', Value: '30' } }) : '');
      return;
    }
    const region = /Credential=[^/]+\/\d+\/([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const stack = form.get('StackName') ?? '';
    const name = stack.replace(/^arn:.*:stack\/([^/]+)\/.*$/, '$1');
    if (!READS.test(action)) changes.push(`${action} ${name} in ${region}`);
    const [status, body] = answer(action, name, stack.startsWith('arn:'), region);
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
  };

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    changes,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const result = (action: string, body: string): string =>
  `<${action}Response><${action}Result>${body}</${action}Result></${action}Response>`;

const failure = (code: string, message: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
