/**
 * What each array or column of a user's file is for, as the user chooses it: a mapping becomes a role a name, a choice changes the roles, and
 * roles become the mapping that a configuration holds. No role twice where only one can have it.
 */
import type { FileContents, FileMapping } from '../../../shared/datasets/file-contents.ts'

export const ARRAY_ROLES = ['inputs', 'targets', 'lengths', 'mask', 'group', 'given', 'unused'] as const
export const COLUMN_ROLES = ['series', 'step', 'input', 'target', 'group', 'given', 'unused'] as const
export type FileRole = (typeof ARRAY_ROLES)[number] | (typeof COLUMN_ROLES)[number]
export type FileRoles = Readonly<Record<string, FileRole>>

/** Many columns may be inputs or targets; everything else is one. */
const SHARED: ReadonlySet<FileRole> = new Set(['input', 'target', 'unused'])

/** Series that are given whole have nothing to be told apart. */
function namesOf(contents: FileContents): string[] {
  if (contents.kind === 'series') return []
  return (contents.kind === 'npz' ? contents.arrays : contents.columns).map(({ name }) => name)
}

export function rolesOf(contents: FileContents, { arrays, columns, split }: FileMapping): FileRoles {
  const roleOf = (name: string): FileRole => {
    if (split.group === name) return 'group'
    if (split.given === name) return 'given'
    if (contents.kind === 'npz') {
      const names = arrays ?? { inputs: 'inputs', targets: 'targets', lengths: 'lengths', mask: 'mask' }
      return (['inputs', 'targets', 'lengths', 'mask'] as const).find((role) => names[role] === name) ?? 'unused'
    }
    if (columns === null) return 'unused'
    if (columns.series === name) return 'series'
    if (columns.step === name) return 'step'
    if (columns.targets.includes(name)) return 'target'
    return columns.inputs.includes(name) ? 'input' : 'unused'
  }
  return Object.fromEntries(namesOf(contents).map((name) => [name, roleOf(name)]))
}

/** Who had a role that only one can have, has none afterwards. */
export function giveRole(roles: FileRoles, name: string, role: FileRole): FileRoles {
  return Object.fromEntries(
    Object.entries(roles).map(([other, has]) => {
      if (other === name) return [other, role]
      return [other, has === role && !SHARED.has(role) ? 'unused' : has]
    }),
  )
}

export function mappingOf(
  contents: FileContents,
  roles: FileRoles,
  { task, targets }: Pick<FileMapping, 'task' | 'targets'>,
): FileMapping {
  const all = (role: FileRole): string[] => namesOf(contents).filter((name) => roles[name] === role)
  const one = (role: FileRole): string => all(role)[0] ?? ''
  const split = { group: all('group')[0] ?? null, given: all('given')[0] ?? null }
  if (contents.kind === 'series') return { task, targets, columns: null, arrays: null, split }
  if (contents.kind === 'npz')
    return {
      task,
      targets,
      columns: null,
      arrays: {
        inputs: one('inputs'),
        targets: one('targets'),
        lengths: all('lengths')[0] ?? null,
        mask: all('mask')[0] ?? null,
      },
      split,
    }
  return {
    task,
    targets,
    columns: { series: one('series'), step: one('step'), inputs: all('input'), targets: all('target') },
    arrays: null,
    split,
  }
}

/** Roles that a mapping needs and nobody has. */
export function missingRoles(contents: FileContents, roles: FileRoles): FileRole[] {
  const needed: Readonly<Record<FileContents['kind'], readonly FileRole[]>> = {
    npz: ['inputs', 'targets'],
    csv: ['series', 'step', 'input', 'target'],
    series: [],
  }
  const given = new Set(Object.values(roles))
  return needed[contents.kind].filter((role) => !given.has(role))
}
