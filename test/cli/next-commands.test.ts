import { expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { OVERHEAD } from '../../lib/deployment/tags.ts';
import { PATHS } from '../../lib/paths.ts';
import { runCli } from '../support/run-cli.ts';

const ROOT = join(import.meta.dirname, '../..');

interface Told {
  readonly where: string;
  readonly command: string;
}

/** What stands in for an expression of the code, or for a word that is filled in. */
function sampleOf(expression: string): string {
  if (expression === 'checkedModel(training)') return '--model m';
  if (/path/i.test(expression)) return 'fine-tuning';
  if (expression === 'command') return 'train';
  if (expression === 'stackId') return 'rag';
  if (/region/i.test(expression)) return 'us-east-1';
  return 'x1';
}

const CLOSING: Readonly<Record<string, string>> = { "'": "'", '`': '`', '“': '”', '「': '」' };

/** A command in running text stands in quotation marks; without them it goes to the end of its line. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/(.?)(npx (?:fmpaths|cdk) [^\n]*)/g)].flatMap(([, before = '', rest = '']) => {
    const closing = CLOSING[before];
    const end = closing === undefined ? rest.length : rest.indexOf(closing);
    const command = end === -1 ? rest : rest.slice(0, end);
    return [...command.split(' && '), ...commandsIn(rest.slice(command.length))];
  });
}

/** What an expression says, with samples for what is not known here. */
function saidBy(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return sampleOf(node.getText());
  const spans = node.templateSpans.map(({ expression, literal }) => sampleOf(expression.getText()) + literal.text);
  return node.head.text + spans.join('');
}

const isPasted = (node: ts.Node): node is ts.CallExpression =>
  ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'pasted';

/** The command that a call of `pasted` makes, without what it spreads; undefined where its words stand elsewhere. */
function pastedBy({ arguments: [words, options] }: ts.CallExpression): string | undefined {
  if (words === undefined || !ts.isArrayLiteralExpression(words)) return undefined;
  const named = options !== undefined && ts.isObjectLiteralExpression(options) ? options.properties : [];
  return [
    'npx fmpaths',
    ...words.elements.filter((element) => !ts.isSpreadElement(element)).map(saidBy),
    ...named.flatMap((property) => {
      if (ts.isShorthandPropertyAssignment(property)) return [`--${property.name.text}`, saidBy(property.name)];
      if (!ts.isPropertyAssignment(property) || ts.isComputedPropertyName(property.name)) return [];
      return [`--${property.name.text}`, saidBy(property.initializer)];
    }),
  ].join(' ');
}

function nodesOf(file: string): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true));
  return nodes;
}

/** The texts of a source file but for those of `--help`, with samples for what is put into them. */
const textsOf = (file: string): string[] =>
  nodesOf(file)
    .filter((node) => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node))
    .map(saidBy)
    .filter((text) => !text.startsWith('Usage: '));

const sourcesIn = (...folders: readonly string[]): string[] =>
  folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(ROOT, folder, name)),
  );

const SOURCES = sourcesIn('lib', 'lambda', 'bin');

const told: readonly Told[] = SOURCES.flatMap((file) =>
  textsOf(file).flatMap((text) =>
    commandsIn(text.replaceAll(/\{(\w+)\}/g, (_, name: string) => sampleOf(name))).map((command) => ({
      where: relative(ROOT, file),
      command,
    })),
  ),
);

const made = SOURCES.flatMap((file) =>
  nodesOf(file)
    .filter(isPasted)
    .map((call) => ({ where: relative(ROOT, file), command: pastedBy(call) })),
);
const pastedOnes = made.flatMap(({ where, command }): Told[] => (command === undefined ? [] : [{ where, command }]));

const ours = [...told.filter(({ command }) => command.startsWith('npx fmpaths ')), ...pastedOnes];
const cdk = told.filter(({ command }) => command.startsWith('npx cdk '));

/** Options without which a command ends with 2, one of each list, checked after those that all commands have. */
const REQUIRED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'dataset check': [['--for'], ['--model']],
  run: [['--dataset']],
  breakeven: [['--between'], ['--over']],
  train: [['--dataset', '--invocation-logs', '--watch', '--stop']],
  cleanup: [['--check', '--yes']],
  'workload from-dataset': [['--out']],
};

/** What a command lacks of that. */
const lacking = (command: string): readonly (readonly string[])[] => {
  const words = command.split(' ');
  const required = Object.entries(REQUIRED).find(([name]) => `${command} `.startsWith(`npx fmpaths ${name} `))?.[1];
  if (words.includes('--help')) return [];
  return (required ?? []).filter((options) => !options.some((option) => words.includes(option)));
};

test('commands are found in the texts: quoted ones, and those at the end of a line', () => {
  expect(commandsIn("See 'npx fmpaths a b'. Or (`npx cdk c`), then: npx fmpaths d && npx fmpaths e")).toEqual([
    'npx fmpaths a b',
    'npx cdk c',
    'npx fmpaths d',
    'npx fmpaths e',
  ]);
  expect(commandsIn('实行“npx fmpaths a”。「npx fmpaths b」を')).toEqual(['npx fmpaths a', 'npx fmpaths b']);
  expect(told.length - cdk.length).toBeGreaterThan(80);
  expect(cdk.length).toBeGreaterThan(15);
});

test('commands are found where they are made of words and options; one repeats its own command line', () => {
  const call = (text: string): string[] => {
    const file = ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true);
    const [{ expression } = {}] = file.statements.filter(ts.isExpressionStatement);
    return expression !== undefined && isPasted(expression) ? [pastedBy(expression) ?? 'elsewhere'] : [];
  };
  expect(
    [
      "pasted(['run', path, ...args], { dataset: `d/${path}.jsonl`, 'max-usd': enough, validation, ...scope })",
      "pasted(['cleanup', '--check'], scope)",
      'pasted(commandLine, { validation })',
      "other(['run'])",
    ].flatMap(call),
  ).toEqual([
    'npx fmpaths run fine-tuning --dataset d/fine-tuning.jsonl --max-usd x1 --validation x1',
    'npx fmpaths cleanup --check',
    'elsewhere',
  ]);
  expect(pastedOnes.length).toBeGreaterThan(12);
  expect(made.filter(({ command }) => command === undefined).map(({ where }) => where)).toEqual([
    'lib/cli/training-options.ts',
  ]);
});

test.each([
  ['npx fmpaths train fine-tuning', 1],
  ['npx fmpaths train fine-tuning --watch', 0],
  ['npx fmpaths train --help', 0],
  ['npx fmpaths cleanup', 1],
  ['npx fmpaths cleanup --yes', 0],
  ['npx fmpaths dataset check f --for rag', 1],
  ['npx fmpaths host fine-tuning', 0],
])('%s lacks %d options', (command, count) => {
  expect(lacking(command)).toHaveLength(count);
});

test.each([...new Map(ours.map((each) => [each.command, each])).values()])(
  '$command can be pasted as it stands ($where)',
  async ({ command }) => {
    const words = command.split(' ').slice(2);
    expect(words.filter((word) => /^[A-Z]+$|[.,;:。，；：）)]$/.test(word))).toEqual([]);
    // the last thing that is looked at before anything is done
    // one command writes a file and shows no result: it has no format
    const option = words[0] === 'workload' ? '--requests-per-month' : '--format';
    const { status, stderr } = await runCli([...words, ...(words.includes('--help') ? [] : [option, 'none'])]);
    if (words.includes('--help')) expect(status).toBe(0);
    else expect(stderr.startsWith(`fmpaths: '${option}' must be `)).toBe(true);
    expect(lacking(command)).toEqual([]);
  },
);

test.each(cdk)('$command names a stack that there is ($where)', ({ command }) => {
  const [, , action, ...stacks] = command.split(' ');
  expect(['deploy', 'destroy']).toContain(action);
  expect(stacks.filter((stack) => ![...PATHS, OVERHEAD].some((each) => each === stack))).toEqual([]);
  expect(stacks).not.toEqual([]);
});

test('a command that is filled in ends its text or stands in quotation marks', () => {
  const words = sourcesIn('lib/report/words').flatMap(textsOf);
  const filledIn = words.filter((text) => text.includes('{command}'));
  expect(filledIn.length).toBeGreaterThan(10);
  expect(filledIn.filter((text) => !/\{command\}(?:$|['`”」])/.test(text))).toEqual([]);
});
