import { expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE } from '../support/catalogue.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Words of names that are English, or AWS's own, as well: each is used so in the code. */
const ORDINARY_WORDS = {
  amazon: 'Amazon Bedrock and its sisters',
  ai: 'SageMaker AI, and what this is about',
  coder: 'TextDecoder',
  command: 'of a command line',
  embed: 'what an embedding model does',
  embeddings: 'max_position_embeddings of config.json',
  english: 'the language',
  express: 'an expression',
  image: 'of a container, and a kind of model',
  instruct: 'a model with a chat template',
  it: 'the pronoun',
  large: 'size',
  mantle: 'the endpoint bedrock-mantle',
  meta: 'import.meta, and .meta() of zod',
  micro: 'micro-dollars',
  mini: 'the package minisearch',
  model: 'what all of this is about',
  multimodal: 'a kind of model',
  next: 'nextToken, and what to do next',
  plus: 'and',
  preview: 'what AWS opens to some accounts first',
  rerank: 'the operation Rerank, and a kind of model',
  small: 'size',
  super: 'superRefine() of zod',
  text: 'what models read and write',
  thinking: 'what some models do before they answer',
  writer: 'what writes, and that of an Aurora cluster',
} as const;

/** Texts that are no name of a model, whatever they are like. */
const EXCEPTIONS: readonly (readonly [RegExp, reason: string])[] = [
  [/https?:\/\/[^\s'"`)]+/g, 'the address of a source'],
  [/\b[\w.-]+\/[\w.-]+#\d+\b/g, 'the address of a public report, which begins with its owner: owner/repository#number'],
  [/litellm/gi, 'the package LiteLLM, whose price file is read'],
  [/\bsocket\.SOL_SOCKET\b/g, 'a constant of the Python library'],
];

/** The runs of letters of a text, and what capitals divide them into: `NovaLite` is novalite, nova and lite. Single letters are none. */
const wordsOf = (text: string): string[] =>
  [...(text.match(/[A-Za-z]+/g) ?? []), ...(text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? [])]
    .map((word) => word.toLowerCase())
    .filter(({ length }) => length > 1);

const { models, named = {}, tuningFamilies = {} } = CATALOGUE;

/** Everything that a model, its family or its maker is called in the data. */
const NAMES: ReadonlySet<string> = new Set([
  ...Object.entries(models).flatMap(([id, { name, family, provider, customization, priceList }]) => [
    id,
    name,
    provider,
    ...[family, customization?.tuningId, priceList?.name].filter((text) => typeof text === 'string'),
  ]),
  ...Object.entries(named).flatMap(([id, { name, priceList }]) => [id, name, priceList?.name ?? name]),
  ...Object.entries(tuningFamilies).flatMap(([id, { name }]) => [id, name]),
  ...(CATALOGUE.customModelImport?.architectures ?? []).flatMap(({ modelType, names }) => [modelType, ...names]),
]);

/** Not divided at capitals: half of OpenAI or MiniMax is a common word. */
const NAME_WORDS = new Set([...NAMES].flatMap((name) => name.toLowerCase().match(/[a-z]{2,}/g) ?? []));

const TELLING_WORDS = new Set([...NAME_WORDS].filter((word) => !Object.hasOwn(ORDINARY_WORDS, word)));

/** Long enough to be no part of another word: `mllama` has one in it. */
const INFIXES = [...TELLING_WORDS].filter(({ length }) => length >= 5);

const FILES = ['bin', 'lib', 'lambda'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    // data, not code
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1)),
);

const codeOf = (file: string): string =>
  EXCEPTIONS.reduce((text, [exception]) => text.replaceAll(exception, ''), readFileSync(join(ROOT, file), 'utf8'));

/** What of a text names a model, whole or in parts. */
function namesIn(text: string): string[] {
  const lower = text.toLowerCase();
  return [
    ...new Set([
      ...wordsOf(text).filter((word) => TELLING_WORDS.has(word)),
      ...INFIXES.filter((word) => lower.includes(word)),
    ]),
  ];
}

test('a name is found whole, in parts, glued to other words, and in comments', () => {
  expect(namesIn("const ID = 'amazon.nova-2-lite-v1:0';")).toEqual(['nova', 'lite']);
  expect(namesIn('// USE1-NovaLite-input-tokens')).toEqual(['novalite', 'nova', 'lite']);
  expect(namesIn("startsWith('meta.llama')")).toEqual(['llama']);
  expect(namesIn("=== 'mllama'")).toContain('llama');
  expect(namesIn('const CLAUDE_TEXT = 1;')).toEqual(['claude']);
  expect(namesIn('anthropics')).toEqual(['anthropic']);
  expect(namesIn('an innovation, literally')).toEqual([]);
});

test('no code names a model, a family or a maker: what is true of one is data', () => {
  const found = FILES.flatMap((file) => namesIn(codeOf(file)).map((name) => `${file}: ${name}`));
  expect(found).toEqual([]);
});

test('every ordinary word and every exception is needed', () => {
  const code = FILES.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n');
  const lower = code.toLowerCase();
  expect(Object.keys(ORDINARY_WORDS).filter((word) => !(NAME_WORDS.has(word) && lower.includes(word)))).toEqual([]);
  for (const [exception] of EXCEPTIONS) expect(code).toMatch(exception);
});
