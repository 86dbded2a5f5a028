import { isTrainingPath, PATH_SECTIONS, type PathId } from '../paths.ts';
import { modelOfPath } from './like-for-like.ts';
import type { Workload } from './workload.ts';

/** The name by which a workload that a rehearsal has measured is told from one that a person wrote. */
const NAME = 'measured in a rehearsal';

export const isMeasured = ({ name }: Workload): boolean => name === NAME;

interface Measurement {
  readonly description: string;
  /** Where the paths were deployed. */
  readonly region: string;
}

/**
 * One workload of the measured ones of several paths, each of one path alone. Volume and hours, which they share, stay on top; what
 * each measured goes into its section, with the model whose tokens were counted.
 */
export function mergedWorkload(measured: readonly Workload[], { description, region }: Measurement): Workload {
  const [first] = measured;
  if (first === undefined) throw new Error('no path was measured');
  const { requestsPerMonth, hoursPerMonth } = first;
  if (measured.some((one) => one.requestsPerMonth !== requestsPerMonth || one.hoursPerMonth !== hoursPerMonth)) {
    throw new Error('the paths were measured for months that differ');
  }
  const paths = measured.map(pathOf);
  return {
    name: NAME,
    description,
    region,
    paths,
    hoursPerMonth,
    requestsPerMonth,
    // that many runs were made, and none is assumed
    ...(paths.some(isTrainingPath) ? { attempts: 1 } : {}),
    ...Object.fromEntries(measured.map((one) => [PATH_SECTIONS[pathOf(one)], sectionOf(one)])),
  };
}

function pathOf({ paths = [] }: Workload): PathId {
  const [path, ...others] = paths;
  if (path === undefined || others.length > 0) throw new Error('a measured workload is of one path');
  return path;
}

function sectionOf(measured: Workload): object {
  const path = pathOf(measured);
  const { modelId, ...shape } = measured.inference ?? {};
  const own = measured[PATH_SECTIONS[path]];
  const countedModelId = modelOfPath(path, measured);
  return {
    ...own,
    inference: {
      // a tuned model is named by the section itself
      ...(isTrainingPath(path) ? {} : { modelId }),
      ...(countedModelId === undefined ? {} : { countedModelId }),
      ...shape,
      ...own?.inference,
    },
    operations: { ...measured.operations, ...own?.operations },
  };
}
