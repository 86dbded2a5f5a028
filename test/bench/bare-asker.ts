// The floor of `fmpaths run`: the same questions to the same stub by node:http alone, unsigned, answers unread.
// node --import tsx test/bench/bare-asker.ts URL FILE CONCURRENCY
import { createReadStream } from 'node:fs';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';

const [url = '', file = '', concurrency = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(concurrency) });
const lines = createInterface({ input: createReadStream(file) })[Symbol.asyncIterator]();

const ask = (line: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const sent = request(`${url}/2015-03-31/functions/bench/invocations`, { method: 'POST', agent }, (response) =>
      response.resume().once('end', resolve),
    );
    sent.once('error', reject).end(line);
  });

await Promise.all(
  Array.from({ length: Number(concurrency) }, async () => {
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) await ask(next.value);
  }),
);
agent.destroy();
