import { App, type Stack } from 'aws-cdk-lib';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../lib/config/config.ts';
import type { OVERHEAD } from '../../lib/deployment/tags.ts';
import type { PathId } from '../../lib/paths.ts';
import { createStacks } from '../../lib/stacks/create-stacks.ts';

export interface Resource {
  readonly Type: string;
  readonly Metadata?: unknown;
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
  readonly template: (stackId: StackId) => Template;
  /** Rules that the assembly breaks, by plugin. */
  readonly findings: readonly Finding[];
}

export type StackId = PathId | typeof OVERHEAD;

/** The section of the configuration without which a path has no stack. */
const SECTIONS = {
  rag: 'rag',
  'fine-tuning': 'fineTuning',
  'continued-pretraining': 'continuedPretraining',
  distillation: 'distillation',
} as const;

function withOnly(config: Config, paths: readonly StackId[]): Config {
  const left = Object.entries(SECTIONS).filter(([path]) => !paths.some((id) => id === path));
  return { ...config, ...Object.fromEntries(left.map(([, section]) => [section, undefined])) };
}

interface SynthesizeOptions {
  /** The stacks that the test looks at, all where left out: each takes part of a second to synthesize. */
  readonly only?: readonly StackId[];
  /** Whether CDK's own CloudFormation Validate runs too: it takes seconds to begin. */
  readonly validate?: boolean;
  readonly change?: (stack: Stack) => void;
}

/** Synthesizes as `cdk synth` does, but without bundling, which takes most of the time and changes no template. */
export function synthesize(config: Config, { only, validate = false, change }: SynthesizeOptions = {}): Assembly {
  const outdir = mkdtempSync(join(tmpdir(), 'fmpaths-assembly-'));
  const { CDK_VALIDATION } = process.env;
  process.env['CDK_VALIDATION'] = String(validate);
  // CDK notes where each construct was made, and jest keeps a hundred frames of that
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 10;
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
    for (const stack of createStacks(app, only === undefined ? config : withOnly(config, only))) {
      if (only?.some((id) => id === stack.node.id) === false) app.node.tryRemoveChild(stack.node.id);
      else change?.(stack);
    }
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
    Error.stackTraceLimit = stackTraceLimit;
    rmSync(outdir, { recursive: true });
  }
}

interface ValidationReport {
  readonly pluginReports: readonly { readonly violations: readonly Finding[] }[];
}
