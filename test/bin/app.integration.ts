import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { childEnvironment } from '../../lib/rehearsal/child-environment.ts';
import {
  SCOPE_READABLE,
  SCOPE_UNREADABLE,
  UNBROKEN,
  breakConfiguration,
  type BrokenConfiguration,
} from '../support/broken-configurations.ts';
import { stubCloudFormation } from '../support/stub-cloudformation.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SCOPE = ['project=fmpaths', 'environment=dev', 'region=us-east-1'].flatMap((pair) => ['-c', pair]);

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What AWS was asked that could change something. */
  readonly changes: readonly string[];
}

interface Project {
  readonly root: string;
  /** Runs the command line of the CDK, as a user does in this project, against a stub of AWS. */
  readonly cdk: (...args: readonly string[]) => Promise<Outcome>;
}

/**
 * Makes a project whose configuration is broken; removes it when the work ends, however it does.
 * @param code true: with a copy of the code, which the work may break as well
 */
async function inProject(
  broken: BrokenConfiguration,
  work: (project: Project) => Promise<void>,
  code = false,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'fmpaths-app-'));
  try {
    const copied = ['cdk.json', ...(code ? ['bin', 'lib', 'lambda', 'package.json', 'tsconfig.json'] : [])];
    for (const name of copied) cpSync(join(ROOT, name), join(root, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    breakConfiguration(root, broken);
    // the code where it is, as a rehearsal runs it: what was compiled once is not compiled again
    const app = code
      ? []
      : ['--app', `node --import tsx ${JSON.stringify(join(ROOT, 'bin', 'app.ts'))} ${JSON.stringify(root)}`];
    await work({ root, cdk: (...args) => cdk(root, args.includes('--app') ? args : [...args, ...app]) });
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function cdk(root: string, args: readonly string[]): Promise<Outcome> {
  const aws = await stubCloudFormation();
  try {
    const cli = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
    const hostServices = { home: root, temporaryFolder: tmpdir(), region: 'us-east-1', endpointUrl: aws.url };
    const child = spawn(process.execPath, [cli, ...args, '--no-notices', '--no-color', '--ci'], {
      cwd: root,
      env: childEnvironment(process.env, hostServices),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { status, stdout, stderr, changes: aws.changes };
  } finally {
    await aws.close();
  }
}

const misspelt = SCOPE_READABLE[0] ?? UNBROKEN;

describe('cdk destroy deletes the stack, and asks for nothing else', () => {
  test.concurrent.each(SCOPE_READABLE)(
    'with $name',
    async (broken) => {
      await inProject(broken, async (project) => {
        const region = broken.name === 'a Region without models' ? 'mx-central-1' : 'us-east-1';
        expect(await project.cdk('destroy', 'fine-tuning', '--force')).toMatchObject({
          status: 0,
          changes: [`DeleteStack fmpaths-dev-fine-tuning in ${region}`],
        });
      });
    },
    300_000,
  );

  test.concurrent.each(SCOPE_UNREADABLE)(
    'with $name, where the context says which deployment',
    async (broken) => {
      await inProject(broken, async (project) => {
        expect(await project.cdk('destroy', 'fine-tuning', '--force', ...SCOPE)).toMatchObject({
          status: 0,
          changes: ['DeleteStack fmpaths-dev-fine-tuning in us-east-1'],
        });
      });
    },
    300_000,
  );

  test('of handlers that cannot be bundled', async () => {
    await inProject(
      UNBROKEN,
      async ({ root, cdk: run }) => {
        writeFileSync(join(root, 'lambda', 'answer', 'handler.ts'), 'const broken = ;');
        // it uploads no code, so nothing is bundled for it
        const destroyed = await run('destroy', 'rag', '--force');
        expect(destroyed.changes).toEqual(['DeleteStack fmpaths-dev-rag in us-east-1']);
        expect(destroyed.stderr).not.toContain('handler.ts');
        const deployed = await run('deploy', 'rag');
        expect([deployed.status, deployed.changes]).toEqual([1, []]);
        // a fault of the code, which its author wants to see
        expect(deployed.stderr).toContain('handler.ts');
      },
      true,
    );
  }, 300_000);

  test('whose template breaks a rule, which keeps it from being deployed', async () => {
    await inProject(
      UNBROKEN,
      async ({ root, cdk: run }) => {
        const file = join(root, 'lib', 'stacks', 'create-stacks.ts');
        const bucket = "new aws_s3.CfnBucket(stacks[0] as Stack, 'Logless');";
        const code = readFileSync(file, 'utf8').replace('import { Validations,', 'import { aws_s3, Validations,');
        writeFileSync(file, code.replace('const { comparison } = config;', `$&\n  ${bucket}`));
        const deployed = await run('deploy', 'prompt-only');
        expect([deployed.status, deployed.changes]).toEqual([1, []]);
        expect(deployed.stdout + deployed.stderr).toContain('AwsSolutions-S1');
        const destroyed = await run('destroy', 'prompt-only', '--force');
        expect(destroyed.changes).toEqual(['DeleteStack fmpaths-dev-prompt-only in us-east-1']);
        expect(destroyed.stdout + destroyed.stderr).not.toContain('AwsSolutions');
      },
      true,
    );
  }, 300_000);

  test('of another deployment, which the context names in part', async () => {
    await inProject(UNBROKEN, async (project) => {
      const context = ['-c', 'environment=prod', '-c', 'region=us-west-2'];
      expect(await project.cdk('destroy', 'rag', '--force', ...context)).toMatchObject({
        status: 0,
        changes: ['DeleteStack fmpaths-prod-rag in us-west-2'],
      });
      const { status, changes, stderr, stdout } = await project.cdk('deploy', 'rag', ...context);
      expect([status, changes]).toEqual([1, []]);
      expect(stdout + stderr).toContain(
        "the context names a deployment to list or destroy with 'environment', 'region'",
      );
    });
  }, 300_000);
});

test('where nothing says which deployment, the CDK is told how to say it, and AWS is asked for nothing', async () => {
  await inProject(SCOPE_UNREADABLE.find(({ name }) => name === 'no file') ?? UNBROKEN, async (project) => {
    const { status, stderr, changes } = await project.cdk('destroy', 'fine-tuning', '--force');
    expect([status, changes]).toEqual([1, []]);
    expect(stderr).toContain('cannot read config/environment.json: there is no such file');
    expect(stderr).toContain('-c project=PROJECT -c environment=ENVIRONMENT -c region=REGION [-c account=ACCOUNT]');
  });
}, 300_000);

test('skeletons are listed, and every way to deploy them is refused before anything changes', async () => {
  await inProject(misspelt, async (project) => {
    const list = await project.cdk('ls');
    expect([
      list.status,
      list.stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ]).toEqual([0, ['prompt-only', 'rag', 'fine-tuning', 'continued-pretraining', 'distillation', 'comparison']]);
    const ways = [
      ['synth', '--quiet'],
      ['deploy', '--all', '--require-approval', 'never'],
      ['deploy', 'rag', '--force', '--method=direct', '--require-approval', 'never'],
      ['deploy', 'rag', '--app', 'cdk.out', '--require-approval', 'never'],
    ];
    for (const way of ways) {
      const { status, stdout, stderr, changes } = await project.cdk(...way);
      expect([way, status, changes]).toEqual([way, 1, []]);
      expect(stdout + stderr).toContain('modelID: unknown key');
    }
    const ignoring = ['--ignore-errors', '--require-approval', 'never'];
    const stubborn = [
      ['deploy', '--all', ...ignoring],
      ['deploy', 'rag', '--force', '--method=direct', ...ignoring],
      ['deploy', 'rag', '--hotswap', ...ignoring],
      ['deploy', 'rag', '--app', 'cdk.out', ...ignoring],
    ];
    for (const way of stubborn) {
      const { status, stdout, stderr, changes } = await project.cdk(...way);
      expect([way, status, changes]).toEqual([way, 1, []]);
      expect(stdout + stderr).toContain('Parameters are missing a value: CannotBeDeployed');
    }
  });
}, 600_000);

test('a path that is left out does not end the synthesis of the others, and is destroyed where it was deployed', async () => {
  const elsewhere: BrokenConfiguration = {
    name: 'a Region that trains nothing',
    breakIt: (config) => {
      const file = join(config, 'environment.json');
      const json = readFileSync(file, 'utf8');
      writeFileSync(
        file,
        json.replace('us-east-1', 'ap-northeast-1').replace('"profileScope": "us"', '"profileScope": "global"'),
      );
    },
  };
  await inProject(elsewhere, async (project) => {
    const { status, stderr, stdout } = await project.cdk('synth', '--quiet');
    expect(status).toBe(0);
    expect(stdout + stderr).toContain('One that was deployed before is still there: npx cdk destroy distillation');
    expect(await project.cdk('destroy', 'distillation', '--force')).toMatchObject({
      status: 0,
      changes: ['DeleteStack fmpaths-dev-distillation in ap-northeast-1'],
    });
  });
}, 300_000);
