import { modelEntry } from '../catalogue/model-entry.ts';
import type { ModelCatalogue } from '../catalogue/models.ts';
import { PATH_SECTIONS, type PathId } from '../paths.ts';
import type { Note } from './line-sheet.ts';
import { modelOfPath } from './like-for-like.ts';
import type { Workload } from './workload.ts';

/** What must be said of a path whose model is leaving Bedrock, or has left. */
export function lifecycleNotes(
  path: PathId,
  workload: Workload,
  { models, named = {} }: ModelCatalogue,
  today: string,
): Note[] {
  const ids = [
    path === 'continued-pretraining' ? undefined : modelOfPath(path, workload),
    path === 'distillation' && workload.distillation?.reuseLoggedAnswers !== true
      ? workload.distillation?.teacherModelId
      : undefined,
  ].filter((id) => id !== undefined);
  const notes = new Set<Note>();
  for (const id of ids) {
    const name = Object.hasOwn(named, id) ? named[id] : undefined;
    const lifecycle = modelEntry(models, id)?.lifecycle;
    const end = lifecycle?.endOfLife ?? null;
    if (name?.reason === 'ended' || lifecycle?.status === 'end-of-life' || (end !== null && end <= today)) {
      notes.add('model-ended');
    } else if (lifecycle?.status === 'legacy') {
      notes.add('model-legacy');
      if (workload[PATH_SECTIONS[path]]?.hosting?.kind === 'provisioned') notes.add('legacy-no-throughput');
    }
  }
  return [...notes];
}
