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

/** The texts of a source file but for those of `--help`, with samples for what is put into them. */
function textsOf(file: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    if (ts.isTemplateExpression(node)) {
      const spans = node.templateSpans.map(({ expression, literal }) => sampleOf(expression.getText()) + literal.text);
      texts.push(node.head.text + spans.join(''));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true));
  return texts.filter((text) => !text.startsWith('Usage: '));
}

const sourcesIn = (...folders: readonly string[]): string[] =>
  folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(ROOT, folder, name)),
  );

const told: readonly Told[] = sourcesIn('lib', 'lambda', 'bin').flatMap((file) =>
  textsOf(file).flatMap((text) =>
    commandsIn(text.replaceAll(/\{(\w+)\}/g, (_, name: string) => sampleOf(name))).map((command) => ({
      where: relative(ROOT, file),
      command,
    })),
  ),
);

const ours = told.filter(({ command }) => command.startsWith('npx fmpaths '));
const cdk = told.filter(({ command }) => command.startsWith('npx cdk '));

/** Options without which a command ends with 2, checked after those that all commands have. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  'dataset check': ['--for', '--model'],
  run: ['--dataset'],
  breakeven: ['--between', '--over'],
};

test('commands are found in the texts: quoted ones, and those at the end of a line', () => {
  expect(commandsIn("See 'npx fmpaths a b'. Or (`npx cdk c`), then: npx fmpaths d && npx fmpaths e")).toEqual([
    'npx fmpaths a b',
    'npx cdk c',
    'npx fmpaths d',
    'npx fmpaths e',
  ]);
  expect(commandsIn('实行“npx fmpaths a”。「npx fmpaths b」を')).toEqual(['npx fmpaths a', 'npx fmpaths b']);
  expect(ours.length).toBeGreaterThan(80);
  expect(cdk.length).toBeGreaterThan(15);
});

test.each([...new Map(ours.map((each) => [each.command, each])).values()])(
  '$command can be pasted as it stands ($where)',
  async ({ command }) => {
    const words = command.split(' ').slice(2);
    expect(words.filter((word) => /^[A-Z]+$|[.,;:。，；：）)]$/.test(word))).toEqual([]);
    // the last thing that is looked at before anything is done
    const { status, stderr } = await runCli([...words, ...(words.includes('--help') ? [] : ['--format', 'none'])]);
    if (words.includes('--help')) expect(status).toBe(0);
    else expect(stderr).toMatch(/^fmpaths: '--format' must be one of /);
    const required = Object.entries(REQUIRED).find(([name]) => command.startsWith(`npx fmpaths ${name}`))?.[1] ?? [];
    expect(required.filter((option) => !words.includes(option))).toEqual([]);
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
