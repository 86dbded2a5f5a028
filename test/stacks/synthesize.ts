import { App, type Stack } from 'aws-cdk-lib';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../lib/config.ts';
import type { PathId } from '../../lib/paths.ts';
import { createStacks } from '../../lib/stacks/create-stacks.ts';
import type { OVERHEAD } from '../../lib/tags.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Description: string;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

interface Finding {
  readonly ruleName: string;
  readonly description: string;
}

export interface Assembly {
  readonly template: (stackId: PathId | typeof OVERHEAD) => Template;
  /** Rules that the assembly breaks, by plugin. */
  readonly findings: readonly Finding[];
}

/** The configuration without the paths whose stacks a test does not look at: each takes part of a second to synthesize. */
export const withoutPaths = (config: Config, ...sections: readonly ('rag' | 'continuedPretraining')[]): Config => ({
  ...config,
  ...Object.fromEntries(sections.map((section) => [section, undefined])),
});

interface SynthesizeOptions {
  /** Whether CDK's own CloudFormation Validate runs too: it takes over a second. */
  readonly validate?: boolean;
  readonly change?: (stack: Stack) => void;
}

/** Synthesizes all stacks as `cdk synth` does, but without bundling, which takes most of the time and changes no template. */
export function synthesize(config: Config, { validate = false, change }: SynthesizeOptions = {}): Assembly {
  const outdir = mkdtempSync(join(tmpdir(), 'fmpaths-assembly-'));
  const { CDK_VALIDATION } = process.env;
  process.env['CDK_VALIDATION'] = String(validate);
  try {
    const app = new App({
      outdir,
      context: {
        'aws:cdk:bundling-stacks': [],
        '@aws-cdk/core:validateAgainstDefaultRules': true,
        // the report is read instead
        '@aws-cdk/core:failSynthOnValidationErrors': false,
      },
    });
    createStacks(app, config).forEach((stack) => change?.(stack));
    const assembly = app.synth();
    // read now: the folder does not outlive this call
    const templates = new Map(assembly.stacks.map(({ id, template }) => [id, template as Template]));
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as ValidationReport;
    return {
      template: (path) => {
        const template = templates.get(path);
        if (template === undefined) throw new Error(`no stack ${path}`);
        return template;
      },
      findings: report.pluginReports.flatMap(({ violations }) => violations),
    };
  } finally {
    if (CDK_VALIDATION === undefined) delete process.env['CDK_VALIDATION'];
    else process.env['CDK_VALIDATION'] = CDK_VALIDATION;
    rmSync(outdir, { recursive: true });
  }
}

interface ValidationReport {
  readonly pluginReports: readonly { readonly violations: readonly Finding[] }[];
}
