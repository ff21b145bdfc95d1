/** The roles of a file's arrays and columns: a mapping and back again, and no role twice where only one can have it. */
import { describe, expect, it } from 'vitest'
import { giveRole, mappingOf, missingRoles, rolesOf } from '../../../../../renderer/design/data/file-roles.ts'
import type { FileContents, FileMapping } from '../../../../../shared/datasets/file-contents.ts'

const column = (name: string) => ({
  name,
  holds: 'numbers' as const,
  emptyCount: 0,
  distinctCount: 3,
  saysSplits: false,
  sample: [],
})
const array = (name: string) => ({
  name,
  type: '<f4',
  holds: 'numbers' as const,
  shape: [1],
  saysSplits: false,
  sample: [],
})
const csv: FileContents = { kind: 'csv', rowCount: 9, columns: ['id', 't', 'a', 'b', 'y', 'who', 'set'].map(column) }
const npz: FileContents = { kind: 'npz', arrays: ['x', 'y', 'n', 'm', 'who'].map(array) }
const csvMapping: FileMapping = {
  task: 'regression',
  targets: 'marked-steps',
  columns: { series: 'id', step: 't', inputs: ['a', 'b'], targets: ['y'] },
  arrays: null,
  split: { group: 'who', given: 'set' },
}
const npzMapping: FileMapping = {
  task: 'classification',
  targets: 'last-step',
  columns: null,
  arrays: { inputs: 'x', targets: 'y', lengths: 'n', mask: null },
  split: { group: 'who', given: null },
}

describe('roles', () => {
  it.each([
    ['columns', csv, csvMapping],
    ['arrays', npz, npzMapping],
  ] as const)('of %s come back as the same mapping', (_, contents, mapping) => {
    expect(mappingOf(contents, rolesOf(contents, mapping), mapping)).toEqual(mapping)
    expect(missingRoles(contents, rolesOf(contents, mapping))).toEqual([])
  })

  it('that only one can have are taken from who had them; inputs and targets are shared', () => {
    const moved = giveRole(rolesOf(csv, csvMapping), 'a', 'series')
    expect(moved).toEqual({ id: 'unused', t: 'step', a: 'series', b: 'input', y: 'target', who: 'group', set: 'given' })
    expect(giveRole(moved, 'b', 'target')).toMatchObject({ b: 'target', y: 'target' })
    expect(missingRoles(csv, giveRole(moved, 'b', 'target'))).toEqual(['input'])
    expect(giveRole(rolesOf(npz, npzMapping), 'm', 'lengths')).toEqual({
      x: 'inputs',
      y: 'targets',
      n: 'unused',
      m: 'lengths',
      who: 'group',
    })
  })
})
