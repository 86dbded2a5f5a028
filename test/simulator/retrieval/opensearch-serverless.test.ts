import { expect, test } from '@jest/globals';
import {
  CFN_TAGS,
  createCollection,
  DIMENSIONS,
  knowledgeBaseBed,
  MAPPINGS,
  policies,
  type KnowledgeBaseBed,
} from '../../support/simulated-knowledge-base.ts';
import { errorOf } from '../../support/simulator-bed.ts';

const SECURITY = 'AWS::OpenSearchServerless::SecurityPolicy';
const COLLECTION = 'AWS::OpenSearchServerless::Collection';
const GROUP = 'AWS::OpenSearchServerless::CollectionGroup';
const INDEX = 'AWS::OpenSearchServerless::Index';

const PROPERTIES = { Name: 'docs', Type: 'VECTORSEARCH', StandbyReplicas: 'DISABLED', Tags: CFN_TAGS };

const encrypt = ({ resource }: KnowledgeBaseBed) =>
  resource(SECURITY, 'Create', { Name: 'docs-encryption', Type: 'encryption', Policy: policies('docs').encryption });

test('a collection bills from its creation until it is deleted, whether or not it is used', async () => {
  const bed = await knowledgeBaseBed();
  const { collection } = await createCollection(bed);
  const idle = () => bed.simulator.control.leftovers().find(({ type }) => type === COLLECTION)?.usdPerDay;
  // 1 OCU x 24 hours x $0.24
  expect(idle()).toBeCloseTo(5.76, 10);
  await bed.resource(COLLECTION, 'Delete', {}, collection.physicalResourceId);
  expect(idle()).toBeUndefined();
});

test('policies of different kinds may have the same name, two of one kind may not', async () => {
  const bed = await knowledgeBaseBed();
  const { encryption, network } = policies('docs');
  await bed.resource(SECURITY, 'Create', { Name: 'docs', Type: 'encryption', Policy: encryption });
  await bed.resource(SECURITY, 'Create', { Name: 'docs', Type: 'network', Policy: network });
  const again = await errorOf(bed.resource(SECURITY, 'Create', { Name: 'docs', Type: 'network', Policy: network }));
  expect(again.message).toMatch(/SecurityPolicy with name docs already exists/);
});

test('standby replicas double what it bills', async () => {
  const bed = await knowledgeBaseBed();
  await createCollection(bed, { standby: 'ENABLED' });
  expect(bed.simulator.control.leftovers().find(({ type }) => type === COLLECTION)?.usdPerDay).toBeCloseTo(11.52, 10);
});

test('making a collection takes minutes of the virtual clock', async () => {
  const bed = await knowledgeBaseBed();
  const before = bed.clock.now().getTime();
  await createCollection(bed);
  expect(bed.clock.now().getTime() - before).toBeGreaterThanOrEqual(5 * 60_000);
});

test('a collection needs its encryption policy first', async () => {
  const bed = await knowledgeBaseBed();
  const error = await errorOf(bed.resource(COLLECTION, 'Create', PROPERTIES));
  expect(error.message).toMatch(/No matching security policy of encryption type found for collection name: docs/);
});

test.each<[string, object, RegExp]>([
  ['no tags', { Tags: [] }, /denies aoss:CreateCollection/],
  ['a name in capitals', { Name: 'Docs' }, /must match \[a-z\]/],
  ['another type', { Type: 'SEARCH' }, /needs a collection of type VECTORSEARCH, got SEARCH/],
  ['an unknown group', { CollectionGroupName: 'none' }, /collection group none does not exist/],
  ['an unknown property', { Colour: 'red' }, /has no property Colour/],
  ['an unknown kind of standby', { StandbyReplicas: 'NO' }, /must be ENABLED or DISABLED/],
])('a collection with %s is refused', async (_, changed, message) => {
  const bed = await knowledgeBaseBed();
  await encrypt(bed);
  expect((await errorOf(bed.resource(COLLECTION, 'Create', { ...PROPERTIES, ...changed }))).message).toMatch(message);
  expect(bed.simulator.control.leftovers().filter(({ type }) => type === COLLECTION)).toEqual([]);
});

test('other tags replace a collection, and under the same name that fails', async () => {
  const bed = await knowledgeBaseBed();
  const { collection } = await createCollection(bed);
  const changed = { ...PROPERTIES, Tags: [...CFN_TAGS, { Key: 'new', Value: '1' }] };
  const error = await errorOf(bed.resource(COLLECTION, 'Update', changed, collection.physicalResourceId));
  expect(error.message).toMatch(/ConflictException: Collection with name docs already exists/);
});

test('a group holds its collections to its own standby, and goes last', async () => {
  const bed = await knowledgeBaseBed();
  await encrypt(bed);
  const group = await bed.resource(GROUP, 'Create', { Name: 'group', StandbyReplicas: 'DISABLED', Tags: CFN_TAGS });
  const within = { ...PROPERTIES, CollectionGroupName: 'group' };
  const other = await errorOf(bed.resource(COLLECTION, 'Create', { ...within, StandbyReplicas: 'ENABLED' }));
  expect(other.message).toMatch(/must be that of its group/);
  const collection = await bed.resource(COLLECTION, 'Create', within);
  const early = await errorOf(bed.resource(GROUP, 'Delete', {}, group.physicalResourceId));
  expect(early.message).toMatch(/still has collections/);
  await bed.resource(COLLECTION, 'Delete', {}, collection.physicalResourceId);
  await bed.resource(GROUP, 'Delete', {}, group.physicalResourceId);
});

test('a next-generation group takes no standby that is off', async () => {
  const bed = await knowledgeBaseBed();
  const properties = { Name: 'group', StandbyReplicas: 'DISABLED', Generation: 'NEXTGEN', Tags: CFN_TAGS };
  expect((await errorOf(bed.resource(GROUP, 'Create', properties))).message).toMatch(/must be ENABLED .* NEXTGEN/);
});

test('an index is made only by whom the data access policy lets, which is the role that CloudFormation acts as', async () => {
  const bed = await knowledgeBaseBed();
  await encrypt(bed);
  const collection = await bed.resource(COLLECTION, 'Create', PROPERTIES);
  const index = {
    CollectionEndpoint: collection.attributes['CollectionEndpoint'],
    IndexName: 'chunks',
    Mappings: MAPPINGS,
    Settings: { Index: { Knn: true } },
  };
  expect((await errorOf(bed.resource(INDEX, 'Create', index))).message).toMatch(/403 Forbidden: no data access policy/);
  const { data } = policies('docs');
  await bed.resource('AWS::OpenSearchServerless::AccessPolicy', 'Create', {
    Name: 'docs-data',
    Type: 'data',
    Policy: data,
  });
  const plain = { ...index, Settings: {} };
  expect((await errorOf(bed.resource(INDEX, 'Create', plain))).message).toMatch(/needs Settings.Index.Knn: true/);
  const made = await bed.resource(INDEX, 'Create', index);
  expect(made.attributes['Uuid']).toMatch(/^[a-z0-9]{22}$/);
});

test('the other type of index reads its fields from a schema of OpenSearch', async () => {
  const bed = await knowledgeBaseBed();
  const { collection } = await createCollection(bed);
  const schema = (engine: string) =>
    JSON.stringify({
      settings: { index: { knn: true } },
      mappings: {
        properties: { vector: { type: 'knn_vector', dimension: DIMENSIONS, method: { engine, name: 'hnsw' } } },
      },
    });
  const made = await bed.resource('AWS::OpenSearchServerless::CollectionIndex', 'Create', {
    Id: collection.physicalResourceId,
    IndexName: 'other',
    IndexSchema: schema('faiss'),
  });
  expect(made.physicalResourceId).toBe(`other|${collection.physicalResourceId}`);
});

test('a deletion that gets stuck fails loudly, and what still bills is listed', async () => {
  const bed = await knowledgeBaseBed();
  const { collection } = await createCollection(bed);
  bed.simulator.control.inject({ operation: 'DeleteCollection', kind: 'stuck-deletion' });
  const error = await errorOf(bed.resource(COLLECTION, 'Delete', {}, collection.physicalResourceId));
  expect(error.message).toMatch(/NotStabilized: the Collection/);
  expect(bed.simulator.control.leftovers().some(({ type }) => type === COLLECTION)).toBe(true);
});
