import { expect, test } from '@jest/globals';
import { differences } from './reviewed-template.ts';

test('only what differs is told, place by place', () => {
  expect(
    differences(
      {
        Role: { Name: 'a', Actions: ['read', 'write'] },
        Job: { Text: 'train the model for 3 hours' },
        Old: { Type: 'X' },
      },
      {
        Role: { Name: 'a', Actions: ['read', 'list'] },
        Job: { Text: 'train the model for 24 hours' },
        New: { Type: 'Y' },
      },
    ),
  ).toEqual([
    'Role.Actions[1]: "write" -> "list"',
    'Job.Text: "3 " -> "24 "',
    '- Old: {\n "Type": "X"\n}',
    '+ New: {\n "Type": "Y"\n}',
  ]);
});

test('of lists that share elements only the others are told, and equal templates have no difference', () => {
  expect(differences({ Zones: ['a', 'c'] }, { Zones: ['a', 'b', 'c'] })).toEqual(['+ Zones[1]: "b"']);
  expect(differences({ Zones: ['a', 'b', 'c'] }, { Zones: ['a', 'x', 'c', 'd'] })).toEqual([
    'Zones[1]: "b" -> "x"',
    '+ Zones[3]: "d"',
  ]);
  expect(differences({ Zones: ['a'] }, { Zones: ['a'] })).toEqual([]);
});
