/**
 * A user's own series on their way into the design: the file is brought to the lab in pieces, what it holds is shown, the user says what is
 * what, and only then does the design change. Given up at any moment, nothing has changed.
 */
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { DatasetConfig } from '../../../shared/experiments/config.ts'
import { withDefaults } from '../../../shared/experiments/field-rules.ts'
import type { FileMapping } from '../../../shared/datasets/file-contents.ts'
import { DATA_FILE_ENDINGS } from '../../../shared/datasets/file-kinds.ts'
import { siblingTestPath } from '../../../shared/datasets/test-file.ts'
import { DATA_FILE_PIECE_BYTES, MOST_DATA_FILE_BYTES } from '../../../shared/protocol/commands.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import type { DataFileView } from '../../../shared/protocol/views.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'
import { useDesignStore } from '../../stores/design-store.ts'
import { pickFile, toBase64 } from '../../transport/file-dialogs.ts'
import { useLab, type LabClient } from '../../transport/lab-client.ts'
import { giveRole, mappingOf, missingRoles, rolesOf, type FileRole, type FileRoles } from './file-roles.ts'

/** The desktop's dialog hands a file over as one text, which has its limit; dropped files are read piece by piece. */
const MOST_PICKED_BYTES = 256 * 1024 * 1024

export type FileDataset = Extract<DatasetConfig, { kind: 'file' }>

export interface OwnFile {
  /** Null: none is on its way. */
  readonly fileName: Ref<string | null>
  /** 0 to 1 of what has come; null once it is there. */
  readonly arrived: Ref<number | null>
  readonly file: ShallowRef<DataFileView | null>
  /** Of the file with the test series; null: there is none. */
  readonly testPath: Ref<string | null>
  /** The name that a file with the test series would have; null: none is looked for. */
  readonly testName: ComputedRef<string | null>
  /** Why it cannot be read. */
  readonly refusal: Ref<string>
  readonly roles: ShallowRef<FileRoles>
  readonly reading: Ref<Pick<FileMapping, 'task' | 'targets'>>
  readonly missing: ComputedRef<readonly FileRole[]>
  /** What the design would get; null while roles are missing. */
  readonly candidate: ComputedRef<FileDataset | null>
  /** `X_TEST` beside `X_TRAIN`, or after it, gives the test series. */
  bring(files: readonly File[]): Promise<void>
  /** By the system's dialog; to be called by a key or a click. */
  choose(): Promise<void>
  /** The design's own file once more. */
  reread(dataset: FileDataset): Promise<void>
  give(name: string, role: FileRole): void
  leaveTestOut(): void
  accept(): void
  giveUp(): void
}

const freshRest = (): Pick<FileDataset, 'classes' | 'split'> =>
  restOf(withDefaults('dataset', { kind: 'file' }) as FileDataset)
const restOf = ({ classes, split }: FileDataset): Pick<FileDataset, 'classes' | 'split'> => ({
  classes,
  split: { ...split },
})

export function useOwnFile(): OwnFile {
  const { t } = useI18n()
  const client = useLab()
  const design = useDesignStore()
  const fileName = ref<string | null>(null)
  const arrived = ref<number | null>(null)
  const file = shallowRef<DataFileView | null>(null)
  const testPath = ref<string | null>(null)
  const refusal = ref('')
  const roles = shallowRef<FileRoles>({})
  const reading = ref<Pick<FileMapping, 'task' | 'targets'>>({ task: 'regression', targets: 'last-step' })
  /** What the panel does not ask for. */
  const rest = ref<Pick<FileDataset, 'classes' | 'split'>>(freshRest())
  /** Of the file that is on its way; another one, or none, means that it was given up. */
  let turn = 0

  const testName = computed(() => (fileName.value === null ? null : siblingTestPath(fileName.value)))
  const missing = computed(() => (file.value ? missingRoles(file.value.contents, roles.value) : []))
  const candidate = computed((): FileDataset | null => {
    if (file.value === null || missing.value.length > 0) return null
    const { path, contents } = file.value
    const { columns, arrays, split, ...chosen } = mappingOf(contents, roles.value, reading.value)
    return {
      kind: 'file',
      path,
      testPath: testPath.value,
      ...chosen,
      columns: columns && { ...columns, inputs: [...columns.inputs], targets: [...columns.targets] },
      arrays: arrays && { ...arrays },
      classes: rest.value.classes,
      split: { ...rest.value.split, ...split },
    }
  })

  function begin(name: string): number {
    fileName.value = name
    arrived.value = 0
    file.value = null
    testPath.value = null
    refusal.value = ''
    return ++turn
  }

  function show(view: DataFileView, mapping: FileMapping): void {
    arrived.value = null
    file.value = view
    testPath.value = view.testPath
    roles.value = rolesOf(view.contents, mapping)
    reading.value = { task: mapping.task, targets: mapping.targets }
  }

  async function bring(files: readonly File[]): Promise<void> {
    const isTest = ({ name }: File): boolean => files.some((other) => siblingTestPath(other.name) === name)
    const main = files.find((one) => !isTest(one))
    const test = files.find(isTest)
    if (file.value !== null && files.length === 1 && main!.name === testName.value) return bringTest(main!)
    if (main) await bringMain(main)
    if (test && file.value !== null) await bringTest(test)
  }

  /** @returns null when it was given up, or another file has come */
  async function carry(chosen: File, own: number): Promise<DataFileView | null> {
    if (chosen.size > MOST_DATA_FILE_BYTES)
      throw new LabError('file', t('design.ownFile.tooLarge'), {
        where: chosen.name,
        remedy: t('design.ownFile.tooLargeRemedy'),
      })
    const view = await upload(client, chosen, (share) => {
      if (own === turn) arrived.value = share
      return own === turn
    })
    return own === turn ? view : null
  }

  /** Into what the panel shows. */
  async function bringTest(chosen: File): Promise<void> {
    const own = turn
    refusal.value = ''
    try {
      const view = await carry(chosen, own)
      if (view === null) return
      arrived.value = null
      testPath.value = view.path
    } catch (error) {
      if (own === turn) refuse(error)
    }
  }

  async function bringMain(chosen: File): Promise<void> {
    const own = begin(chosen.name)
    try {
      const view = await carry(chosen, own)
      if (view === null) return
      const { dataset } = design.config ?? {}
      rest.value = dataset?.kind === 'file' ? restOf(dataset) : freshRest()
      show(view, view.guess)
    } catch (error) {
      if (own === turn) refuse(error)
    }
  }

  async function choose(): Promise<void> {
    try {
      const title = t('design.ownFile.kind')
      const chosen = await pickFile({ title, extensions: [...DATA_FILE_ENDINGS], mostBytes: MOST_PICKED_BYTES })
      if (chosen) await bring([chosen])
    } catch (error) {
      refuse(error)
    }
  }

  async function reread(dataset: FileDataset): Promise<void> {
    const own = begin(dataset.path.replace(/^.*[/\\]/, ''))
    try {
      const view = await client.execute('data-file.read', { path: dataset.path })
      if (own !== turn) return
      rest.value = restOf(dataset)
      // One that was never mapped begins with the guess.
      show(view, dataset.columns === null && dataset.arrays === null ? view.guess : dataset)
      testPath.value = dataset.testPath ?? view.testPath
    } catch (error) {
      if (own === turn) refuse(error)
    }
  }

  function refuse(error: unknown): void {
    fileName.value ??= t('design.ownFile.kind')
    arrived.value = null
    refusal.value = toWireError(error).message
  }

  function accept(): void {
    const dataset = candidate.value
    if (dataset === null) return
    design.edit('', (config) => (config.dataset = dataset))
    giveUp()
  }

  function giveUp(): void {
    turn++
    fileName.value = null
    file.value = null
  }

  function give(name: string, role: FileRole): void {
    roles.value = giveRole(roles.value, name, role)
  }

  function leaveTestOut(): void {
    testPath.value = null
  }

  return {
    fileName,
    arrived,
    file,
    testPath,
    testName,
    refusal,
    roles,
    reading,
    missing,
    candidate,
    bring,
    choose,
    reread,
    give,
    leaveTestOut,
    accept,
    giveUp,
  }
}

/** @param goOn hears the share that has come and says whether the rest is still wanted. @returns null when it is not */
async function upload(client: LabClient, file: File, goOn: (share: number) => boolean): Promise<DataFileView | null> {
  const { uploadId } = await client.execute('data-file.begin', { fileName: file.name, byteCount: file.size })
  try {
    for (let start = 0; start < file.size; start += DATA_FILE_PIECE_BYTES) {
      const piece = await file.slice(start, start + DATA_FILE_PIECE_BYTES).arrayBuffer()
      await client.execute('data-file.append', { uploadId, base64: toBase64(new Uint8Array(piece)) })
      if (!goOn(Math.min(1, (start + DATA_FILE_PIECE_BYTES) / file.size))) {
        await client.execute('data-file.abort', { uploadId })
        return null
      }
    }
  } catch (error) {
    // What is there of it goes; the error is what is told.
    await client.execute('data-file.abort', { uploadId }).catch(() => undefined)
    throw error
  }
  return client.execute('data-file.finish', { uploadId })
}
