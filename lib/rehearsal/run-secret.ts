import { randomBytes } from 'node:crypto';

/** Makes the secret that every server of one rehearsal asks for, as `/t/SECRET` in front of each path. */
export function newRunSecret(): string {
  return randomBytes(32).toString('hex');
}

/** Blots run secrets out of text from a child process, which has them in its environment. */
export function withoutRunSecrets(text: string): string {
  return text.replace(/\/t\/[\da-f]{64}/g, '/t/…');
}
