/** The facts of a model by its id, `undefined` where the catalogue has none: 'constructor' is a key of every object and no model. */
export const modelEntry = <Entry>(models: Readonly<Record<string, Entry>>, id: string): Entry | undefined =>
  Object.hasOwn(models, id) ? models[id] : undefined;
