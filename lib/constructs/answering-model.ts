import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Verb } from './bundle-handlers.ts';

/** What a function that answers asks: how it finds the model, and what lets it call that model and no other. */
export interface AnsweringModel {
  /** Folder of the handler under `lambda`. */
  readonly verb: Verb;
  /** What the handler needs beyond what every answering function is told. */
  readonly environment: Readonly<Record<string, string>>;
  readonly grantInvoke: (role: Role) => void;
}
