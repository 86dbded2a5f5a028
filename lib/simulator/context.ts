import type { ModelCatalogue } from '../catalogue/models.ts';
import type { VirtualClock } from './clock.ts';

/** What every simulated service knows of its surroundings. */
export interface SimulatorContext {
  readonly region: string;
  readonly accountId: string;
  readonly clock: VirtualClock;
  readonly models: ModelCatalogue;
}
