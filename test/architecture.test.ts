import { describe, expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..');

const AWS = '@aws-sdk/*';
const NODE = 'node:*';
const CDK = ['aws-cdk-lib', 'constructs'];
const GROUND = ['lib/paths', 'lib/units', 'lib/sums', 'lib/printable', 'lib/errors', 'lib/json'];

/**
 * Room -> what its files may import, types included, besides the room itself. The order is that of the floors: a room stands on
 * those above it in this list, which a test holds. `lib/README.md` says what each is for. A name that ends in `*` is a prefix.
 */
const ROOMS: Record<string, readonly string[]> = {
  'lib/paths.ts': [],
  'lib/units.ts': [],
  'lib/sums.ts': [],
  'lib/printable.ts': [],
  'lib/errors/': ['lib/printable', '@smithy/core/retry', NODE],
  'lib/json/': ['lib/errors', 'zod'],
  'lib/owned-folder.ts': ['lib/errors/file-errors', 'lib/units', NODE],
  'lib/checked-data.ts': [NODE],
  'lib/duckdb.ts': ['lib/owned-folder', '@duckdb/node-api', NODE],
  'lib/catalogue/': [...GROUND, 'zod'],
  'lib/prices/': [...GROUND, 'lib/catalogue', 'zod'],
  'lib/meters/': [...GROUND, 'lib/catalogue', 'lib/prices'],
  'lib/deployment/': [...GROUND, 'lib/catalogue', 'lib/meters', AWS, 'zod', NODE],
  'lib/cost/': [...GROUND, 'lib/catalogue', 'lib/prices', 'lib/meters', 'zod'],
  'lib/dataset/': [...GROUND, 'lib/catalogue'],
  'lib/training/': [...GROUND, 'lib/catalogue', 'lib/prices', 'lib/cost'],
  'lib/lifecycle/': [...GROUND, 'lib/prices', 'lib/deployment', 'lib/training', AWS, NODE],
  'lib/billing/': [...GROUND, 'lib/duckdb', 'lib/prices/price-unit', 'lib/meters', 'lib/deployment', AWS, NODE],
  'lib/report/': [
    ...GROUND,
    'lib/catalogue/models',
    'lib/catalogue/stores',
    'lib/catalogue/token-factor',
    'lib/prices',
    'lib/meters',
    'lib/deployment/tags',
    'lib/cost',
    'lib/dataset',
    'lib/billing',
    'zod',
  ],
  'lib/config/': [
    ...GROUND,
    'lib/catalogue',
    'lib/prices',
    'lib/deployment/scope',
    'lib/cost',
    'lib/training',
    'zod',
    NODE,
  ],
  'lib/simulator/': [
    ...GROUND,
    'lib/duckdb',
    'lib/catalogue',
    // the book, and the words that AWS and price ids have for a commitment: facts, and no arithmetic
    'lib/prices/price-book',
    'lib/prices/price-id',
    'lib/prices/commitment',
    'lib/meters',
    'lib/deployment/tags',
    '@duckdb/node-api',
    '@electric-sql/*',
    'minisearch',
    NODE,
  ],
  'lambda/shared/': [
    ...GROUND,
    'lib/prices',
    'lib/meters',
    'lib/deployment/tags',
    'lib/training',
    AWS,
    '@smithy/core/retry',
    NODE,
  ],
  'lambda/': [
    ...GROUND,
    'lambda/shared',
    'lib/prices',
    'lib/meters',
    'lib/deployment/tags',
    'lib/cost',
    'lib/dataset',
    'lib/training',
    'lib/lifecycle',
    'aws-lambda',
    AWS,
    NODE,
  ],
  'lib/aws/': [
    ...GROUND,
    'lib/checked-data',
    'lib/catalogue',
    'lib/prices',
    'lib/meters',
    'lib/deployment',
    // the file of an account's quotas, which an estimate reads
    'lib/cost/quotas.ts',
    'lib/dataset',
    'lib/training',
    'lib/lifecycle',
    'lib/billing',
    // what a result is made of: codes, to which the words are there
    'lib/report',
    AWS,
    '@smithy/core/checksum',
    '@smithy/core/retry',
    '@smithy/signature-v4',
    'zod',
    NODE,
  ],
  'lib/constructs/': [
    ...GROUND,
    'lambda',
    'lib/catalogue',
    'lib/meters',
    'lib/deployment',
    'lib/training',
    'lib/lifecycle/names',
    ...CDK,
    'esbuild',
    NODE,
  ],
  'lib/stacks/': [
    ...GROUND,
    'lambda',
    'lib/deployment',
    'lib/training',
    'lib/config',
    'lib/constructs',
    ...CDK,
    'cdk-nag',
  ],
  'lib/rehearsal/': [
    ...GROUND,
    'lib/owned-folder',
    'lib/duckdb',
    'lib/catalogue',
    'lib/prices',
    'lib/meters',
    'lib/deployment',
    'lib/cost',
    'lib/training',
    'lib/lifecycle',
    'lib/billing',
    'lib/report',
    'lib/config',
    'lib/simulator',
    'lib/aws',
    'aws-lambda',
    AWS,
    'esbuild',
    'zod',
    NODE,
  ],
  // the command that rehearses, which a test below keeps apart from the others
  'lib/cli/commands/rehearse.ts': ['lib/rehearsal', 'lib/simulator', ...cli()],
  'lib/cli/rehearsal-steps.ts': ['lib/rehearsal', 'lib/cli'],
  'lib/cli/': cli(),
  'bin/': [
    'lib/errors',
    'lib/deployment',
    'lib/config',
    'lib/constructs/bundle-handlers',
    'lib/stacks',
    'lib/cli',
    'aws-cdk-lib',
    NODE,
  ],
};

function cli(): readonly string[] {
  return [
    ...GROUND,
    'lib/checked-data',
    'lib/cli',
    'lib/catalogue',
    'lib/prices',
    'lib/meters',
    'lib/deployment',
    'lib/cost',
    'lib/dataset',
    'lib/training',
    'lib/lifecycle',
    'lib/billing',
    'lib/report',
    'lib/config',
    'lib/aws',
    AWS,
    'zod',
    NODE,
  ];
}

/** Rooms of pure functions: no AWS, no CDK, no file system, nothing of Node.js. */
const PURE = [
  'lib/catalogue/',
  'lib/prices/',
  'lib/meters/',
  'lib/cost/',
  'lib/dataset/',
  'lib/training/',
  'lib/report/',
];

interface Import {
  readonly file: string;
  readonly target: string;
}

function sourceFiles(): string[] {
  return ['bin', 'lib', 'lambda'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  );
}

/** Every import of a file, read from its syntax tree: of values and of types, static and dynamic. */
function imports(file: string, text = readFileSync(join(ROOT, file), 'utf8')): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    const { text } = specifier;
    found.push({ file, target: text.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), text)) : text });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2023));
  return found;
}

const roomOf = (file: string): string | undefined => Object.keys(ROOMS).find((room) => file.startsWith(room));

/** What `self` means: a handler's own folder, not its neighbours'. */
const ownFolder = (room: string, file: string): string => (room === 'lambda/' ? `${dirname(file)}/` : room);

function allows(rule: string, target: string): boolean {
  if (rule.endsWith('*')) return target.startsWith(rule.slice(0, -1));
  return target === rule || target === `${rule}.ts` || target.startsWith(`${rule}/`);
}

function forbidden({ file, target }: Import): string | undefined {
  const room = roomOf(file);
  if (room === undefined) return `${file}: no room holds it`;
  const allowed = target.startsWith(ownFolder(room, file)) || (ROOMS[room] ?? []).some((rule) => allows(rule, target));
  return allowed ? undefined : `${file} -> ${target}`;
}

test('every file imports only what its room allows it to, types included', () => {
  const violations = sourceFiles().flatMap((file) => imports(file).flatMap((each) => forbidden(each) ?? []));
  expect(violations).toEqual([]);
});

test('every room holds files, and every rule is used', () => {
  const all = sourceFiles().flatMap((file) => imports(file));
  const used = (room: string, rule: string): boolean =>
    all.some(({ file, target }) => roomOf(file) === room && allows(rule, target));
  // the ground is given to all as a whole
  const unused = Object.entries(ROOMS).flatMap(([room, rules]) =>
    rules.filter((rule) => !GROUND.includes(rule) && !used(room, rule)).map((rule) => `${room} -> ${rule}`),
  );
  expect(Object.keys(ROOMS).filter((room) => !sourceFiles().some((file) => roomOf(file) === room))).toEqual([]);
  expect(unused.filter((rule) => !rule.startsWith('lib/cli/commands/rehearse.ts'))).toEqual([]);
});

test('a room stands only on rooms above it in the list', () => {
  const order = Object.keys(ROOMS);
  const climbing = sourceFiles()
    .flatMap((file) => imports(file))
    .filter(({ target }) => /^(?:bin|lib|lambda)\//.test(target))
    .filter(({ file, target }) => {
      const [room, under] = [roomOf(file) ?? '', roomOf(target) ?? ''];
      // the command that rehearses is a part of the command line
      if (room.startsWith('lib/cli/') && under.startsWith('lib/cli/')) return false;
      return order.indexOf(under) > order.indexOf(room);
    });
  expect(climbing).toEqual([]);
});

test('no file imports itself by way of others', () => {
  const under = new Map(sourceFiles().map((file) => [file, imports(file).map(({ target }) => target)]));
  const finished = new Set<string>();
  const circleFrom = (file: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (finished.has(file)) return undefined;
    const circle = (under.get(file) ?? []).map((next) => circleFrom(next, [...way, file])).find((found) => found);
    finished.add(file);
    return circle;
  };
  expect(sourceFiles().flatMap((file) => circleFrom(file, []) ?? [])).toEqual([]);
});

test.each(PURE)('%s knows neither AWS nor CDK nor Node.js', (room) => {
  const impure = sourceFiles()
    .filter((file) => file.startsWith(room))
    .flatMap((file) => imports(file))
    .filter(({ target }) => !target.startsWith('lib/') && target !== 'zod');
  expect(impure).toEqual([]);
});

/** Everything that loading a file loads with it, packages too: values only, and no import that waits for its call. */
function loadedWith(entry: string): Set<string> {
  const loaded = new Set<string>();
  const visit = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    if (!file.endsWith('.ts')) return;
    const text = readFileSync(join(ROOT, file), 'utf8');
    for (const [, specifier = ''] of text.matchAll(/^(?:import|export)\s(?!type\b)(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm)) {
      visit(specifier.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), specifier)) : specifier);
    }
  };
  visit(entry);
  return loaded;
}

describe('commands load only what they need', () => {
  const commands = readdirSync(join(ROOT, 'lib/cli/commands')).filter((name) => name !== 'rehearse.ts');

  test.each(commands)('%s loads neither the rehearsal nor the simulator', (name) => {
    const loaded = [...loadedWith(`lib/cli/commands/${name}`)];
    expect(loaded.filter((file) => /^lib\/(?:rehearsal|simulator)\//.test(file))).toEqual([]);
  });

  // for a help or a complaint about a word, AWS is not asked
  test.each([...commands, 'rehearse.ts'])('%s loads no client of AWS before it runs', (name) => {
    const loaded = [...loadedWith(`lib/cli/commands/${name}`)];
    expect(loaded.filter((file) => file.startsWith('@aws-sdk/'))).toEqual([]);
  });

  test('the command line itself loads no package', () => {
    const loaded = [...loadedWith('bin/fmpaths.ts')];
    expect(loaded).toContain('lib/json/nearest-name.ts');
    expect(loaded.filter((file) => !file.endsWith('.ts') && !file.startsWith('node:'))).toEqual([]);
  });

  test('no command is a part of another: what two share is a module of the command line', () => {
    const towers = sourceFiles()
      .filter((file) => file.startsWith('lib/'))
      .flatMap((file) => imports(file))
      .filter(({ file, target }) => target.startsWith('lib/cli/commands/') && file !== 'lib/cli/main.ts');
    expect(towers).toEqual([]);
  });

  test('the command that rehearses does load them', () => {
    const loaded = [...loadedWith('lib/rehearsal/rehearse.ts')];
    expect(loaded).toEqual(expect.arrayContaining(['lib/simulator/index.ts', '@aws-sdk/client-lambda']));
  });
});

describe('the rules find a forbidden import where there is one', () => {
  test.each([
    ['lib/cost/estimate.ts', `import type { Bill } from '../billing/bill.ts';`, 'lib/billing/bill.ts'],
    ['lib/simulator/meter.ts', `import { estimatePath } from '../cost/estimate.ts';`, 'lib/cost/estimate.ts'],
    ['lambda/answer/answer.ts', `import { retrieve } from '../answer-with-documents/retrieve.ts';`, undefined],
    ['lib/stacks/rag-stack.ts', `export type Io = import('../cli/command.ts').Io;`, 'lib/cli/command.ts'],
    ['lib/cli/commands/ask.ts', `const x = await import('../../rehearsal/rehearse.ts');`, undefined],
    ['lib/cli/commands/ask.ts', `import { App } from 'aws-cdk-lib';`, 'aws-cdk-lib'],
  ])('%s: %s', (file, text, target) => {
    const [found] = imports(file, text);
    expect(found).toBeDefined();
    if (target !== undefined) expect(found?.target).toBe(target);
    expect(found === undefined ? undefined : forbidden(found)).toMatch(`${file} -> `);
  });

  test('of a handler only its own folder is its own', () => {
    expect(forbidden({ file: 'lambda/answer/handler.ts', target: 'lambda/answer/env.ts' })).toBeUndefined();
  });
});
