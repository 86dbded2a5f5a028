import { expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..');

/** Calls of the API that create what bills, and where each takes the tags that carry its cost to a path. */
const TAGS_OF: Record<string, readonly string[]> = {
  CreateModelCustomizationJobCommand: ['jobTags', 'customModelTags'],
  CreateModelImportJobCommand: ['jobTags', 'importedModelTags'],
  CreateCustomModelCommand: ['modelTags'],
  CreateCustomModelDeploymentCommand: ['tags'],
  CreateProvisionedModelThroughputCommand: ['tags'],
  CreateModelCopyJobCommand: ['targetModelTags'],
  CreateModelInvocationJobCommand: ['tags'],
  CreateEvaluationJobCommand: ['jobTags'],
  CreateInferenceProfileCommand: ['tags'],
  CreateTrainingJobCommand: ['Tags'],
};

/** Begins something that cannot carry tags of its own, and that bills nothing or is part of what carries them. */
const WITHOUT_TAGS = [
  // of a state machine that is tagged
  'StartExecutionCommand',
  // of a knowledge base that is tagged
  'StartIngestionJobCommand',
  // a request for billing data
  'StartCostAllocationTagBackfillCommand',
  // in a workgroup that is tagged
  'StartQueryExecutionCommand',
];

const CREATES = /^(?:Create|Start|Run|Purchase|Register|Allocate|Restore|Copy(?!Object))\w*Command$/;

interface Call {
  readonly where: string;
  readonly command: string;
  /** What the call is given: by property, the text of its value; undefined where no literal could be found. */
  readonly given: Readonly<Record<string, string>> | undefined;
}

/** Every `new SomethingCommand(...)` that creates or begins something, in the code of one file. */
function createCalls(where: string, text: string): Call[] {
  const source = ts.createSourceFile(where, text, ts.ScriptTarget.Latest, true);
  const calls: Call[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && CREATES.test(node.expression.getText())) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      calls.push({
        where: `${where}:${line + 1}`,
        command: node.expression.getText(),
        given: propertiesOf(node.arguments?.[0], source),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return calls;
}

/** Of an object literal, or of the one that a function of the same file returns. */
function propertiesOf(argument: ts.Expression | undefined, source: ts.SourceFile): Call['given'] {
  if (argument === undefined) return undefined;
  if (ts.isObjectLiteralExpression(argument)) {
    return Object.fromEntries(
      argument.properties.flatMap((property) =>
        ts.isPropertyAssignment(property) ? [[property.name.getText(), property.initializer.getText()]] : [],
      ),
    );
  }
  if (!ts.isCallExpression(argument)) return undefined;
  const name = argument.expression.getText();
  const made = source.statements.find(
    (statement) => ts.isFunctionDeclaration(statement) && statement.name?.getText() === name,
  ) as ts.FunctionDeclaration | undefined;
  const returned = made?.body?.statements.find(ts.isReturnStatement)?.expression;
  return propertiesOf(returned, source);
}

/** What is wrong with a call; undefined where nothing is. */
function fault({ where, command, given }: Call): string | undefined {
  if (WITHOUT_TAGS.includes(command)) return undefined;
  const properties = TAGS_OF[command];
  if (properties === undefined) return `${where}: ${command} is in no list of this test: say where it takes its tags`;
  if (given === undefined) return `${where}: what ${command} is given could not be read`;
  const untagged = properties.filter((property) => !/\btagsOf\(/.test(given[property] ?? ''));
  return untagged.length === 0 ? undefined : `${where}: ${command} without ${untagged.join(', ')}`;
}

function codeFiles(): string[] {
  return ['lambda', 'lib']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((name) => name.endsWith('.ts') && !name.startsWith('lib/simulator/'));
}

/** Read once: parsing takes seconds. */
const ALL_CALLS = codeFiles()
  .map((file) => [file, readFileSync(join(ROOT, file), 'utf8')] as const)
  .filter(([, text]) => /new \w+Command\(/.test(text))
  .flatMap(([file, text]) => createCalls(file, text));

test('every call that creates something billable puts all the tags of the contract on it', () => {
  expect(ALL_CALLS.flatMap((call) => fault(call) ?? [])).toEqual([]);
});

test('the calls of the training paths are among those that are read', () => {
  const commands = new Set(ALL_CALLS.map(({ command }) => command));
  for (const command of [
    'CreateModelCustomizationJobCommand',
    'CreateModelImportJobCommand',
    'CreateCustomModelDeploymentCommand',
    'CreateProvisionedModelThroughputCommand',
    'CreateTrainingJobCommand',
  ]) {
    expect(commands).toContain(command);
  }
});

test.each([
  [
    'a call without tags',
    'new CreateCustomModelDeploymentCommand({ modelArn })',
    ['x.ts:1: CreateCustomModelDeploymentCommand without tags'],
  ],
  [
    'a job whose model is untagged',
    "function job() { return { jobTags: tagsOf(s, 'training') }; }\nnew CreateModelCustomizationJobCommand(job())",
    ['x.ts:2: CreateModelCustomizationJobCommand without customModelTags'],
  ],
  [
    'tags that are not those of the contract',
    'new CreateProvisionedModelThroughputCommand({ tags: [{ key: "team", value: "a" }] })',
    ['x.ts:1: CreateProvisionedModelThroughputCommand without tags'],
  ],
  [
    'a call that nobody knows',
    'new CreateSpaceshipCommand({})',
    ['x.ts:1: CreateSpaceshipCommand is in no list of this test: say where it takes its tags'],
  ],
  [
    'input that comes from elsewhere',
    'new CreateTrainingJobCommand(input)',
    ['x.ts:1: what CreateTrainingJobCommand is given could not be read'],
  ],
  ['a tagged call', "new CreateTrainingJobCommand({ Tags: tagsOf(settings, 'training').map(upper) })", []],
])('the reader finds %s', (_, code, expected) => {
  expect(createCalls('x.ts', code).flatMap((call) => fault(call) ?? [])).toEqual(expected);
});
