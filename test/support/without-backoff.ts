import { afterAll, beforeAll } from '@jest/globals';

/** Lets the SDK retry at once: it waits a random part of its backoff, which is none of it here. */
export function withoutBackoff(): void {
  const { random } = Math;
  beforeAll(() => {
    Math.random = () => 0;
  });
  afterAll(() => {
    Math.random = random;
  });
}
