import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A way in which the folder `config` of a deployed project may be broken. */
export interface BrokenConfiguration {
  readonly name: string;
  /** @param config the folder, a copy of the project's own */
  readonly breakIt: (config: string) => void;
}

interface Environment {
  region: string;
  promptOnly: Record<string, unknown>;
  [key: string]: unknown;
}

const environment =
  (change: (environment: Environment) => void) =>
  (config: string): void => {
    const file = join(config, 'environment.json');
    const json = JSON.parse(readFileSync(file, 'utf8')) as Environment;
    change(json);
    writeFileSync(file, JSON.stringify(json, undefined, 2));
  };

const text =
  (name: string, change: (text: string) => string | Buffer) =>
  (config: string): void => {
    const file = join(config, name);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };

const missing =
  (name: string) =>
  (config: string): void =>
    rmSync(join(config, name), { recursive: true });

const folder =
  (name: string) =>
  (config: string): void => {
    missing(name)(config);
    mkdirSync(join(config, name));
  };

const utf16 = (content: string): Buffer => Buffer.from(`\uFEFF${content}`, 'utf16le');

const BOOK = join('prices', 'us-east-1.json');
const PROMPT = join('prompts', 'cdk-assistant');

/** The file still says which deployment is meant. */
export const SCOPE_READABLE: readonly BrokenConfiguration[] = [
  { name: 'a misspelt key', breakIt: environment((json) => (json['modelID'] = 'x')) },
  { name: 'a misspelt key in a section', breakIt: environment(({ promptOnly }) => (promptOnly['maxToken'] = 1)) },
  {
    name: 'a key that is there twice',
    breakIt: text('environment.json', (json) => json.replace(/\{/, '{"a":1,"a":2,')),
  },
  { name: 'a section that is no object', breakIt: environment((json) => (json['rag'] = 5)) },
  { name: 'an unknown model', breakIt: environment(({ promptOnly }) => (promptOnly['model'] = 'acme.none-v1:0')) },
  {
    name: 'a model past its end of life',
    breakIt: text('models.json', (json) => {
      const catalogue = JSON.parse(json) as { models: Record<string, { lifecycle: object }> };
      for (const model of Object.values(catalogue.models)) {
        model.lifecycle = { status: 'end-of-life', endOfLife: '2026-01-01' };
      }
      return JSON.stringify(catalogue);
    }),
  },
  { name: 'a Region without models', breakIt: environment((json) => (json.region = 'mx-central-1')) },
  { name: 'a byte order mark', breakIt: text('environment.json', (json) => `\uFEFF${json}`) },
  { name: 'a catalogue that is not JSON', breakIt: text('models.json', (json) => json.slice(0, 100)) },
  { name: 'a catalogue of another form', breakIt: text('models.json', () => '{"models":{"a.b":{}}}') },
  { name: 'a catalogue in UTF-16', breakIt: text('models.json', utf16) },
  { name: 'no catalogue', breakIt: missing('models.json') },
  { name: 'a folder in place of the catalogue', breakIt: folder('models.json') },
  { name: 'a price book that is not JSON', breakIt: text(BOOK, (json) => json.slice(0, 100)) },
  { name: 'a price book of another form', breakIt: text(BOOK, () => '{"region":"us-east-1","prices":{"x/y":{}}}') },
  { name: 'a price book of another Region', breakIt: text(BOOK, (json) => json.replace('us-east-1', 'us-west-2')) },
  { name: 'a price book in UTF-16', breakIt: text(BOOK, utf16) },
  { name: 'no price book', breakIt: missing(BOOK) },
  { name: 'a folder in place of the price book', breakIt: folder(BOOK) },
  { name: 'no folder of price books', breakIt: missing('prices') },
  { name: 'a missing prompt', breakIt: missing(PROMPT) },
];

/** Options must say which deployment is meant. */
export const SCOPE_UNREADABLE: readonly BrokenConfiguration[] = [
  { name: 'a file that is cut off', breakIt: text('environment.json', (json) => json.slice(0, -10)) },
  { name: 'an empty file', breakIt: text('environment.json', () => '') },
  { name: 'no file', breakIt: missing('environment.json') },
  { name: 'no folder config', breakIt: missing('.') },
  { name: 'a folder in place of the file', breakIt: folder('environment.json') },
  { name: 'a list', breakIt: text('environment.json', () => '[]') },
  { name: 'null', breakIt: text('environment.json', () => 'null') },
  { name: 'UTF-16', breakIt: text('environment.json', utf16) },
  {
    name: 'UTF-16 without a byte order mark',
    breakIt: text('environment.json', (json) => Buffer.from(json, 'utf16le')),
  },
  { name: 'two Regions', breakIt: text('environment.json', (json) => json.replace(/\{/, '{"region":"us-west-2",')) },
  { name: 'a file without the keys', breakIt: text('environment.json', () => '{}') },
  { name: 'a Region that is none', breakIt: environment((json) => (json.region = 'Virginia')) },
];

export const UNBROKEN: BrokenConfiguration = { name: 'nothing', breakIt: () => undefined };

/** Copies the configuration of this project below `root`, and breaks it. */
export function breakConfiguration(root: string, { breakIt }: BrokenConfiguration): void {
  const config = join(root, 'config');
  cpSync(join(import.meta.dirname, '..', '..', 'config'), config, { recursive: true });
  breakIt(config);
}
