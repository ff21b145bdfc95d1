/** The design as a file: opened into the design view, saved from it. A file that cannot be read is told and changes nothing. */
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { LabError } from '../../shared/protocol/errors.ts'
import { toWireError } from '../../shared/protocol/wire-error.ts'
import { useDesignStore } from '../stores/design-store.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { fileDialogs, fromBase64 } from '../transport/file-dialogs.ts'
import { saveBytes } from './save-file.ts'
import { useCommand } from './use-command.ts'

const MOST_BYTES = 4 << 20

export interface DesignFiles {
  open(): Promise<void>
  /** One that was dropped. */
  openFile(file: File): Promise<void>
  /** Any JSON: the design, or notices of what is wrong with it. */
  openConfig(json: unknown): Promise<void>
  save(): Promise<void>
}

export function useDesignFiles(): DesignFiles {
  const { t } = useI18n()
  const router = useRouter()
  const design = useDesignStore()
  const lab = useLabStore()
  const { send } = useCommand()

  async function open(): Promise<void> {
    try {
      const file = await fileDialogs().openFile({
        title: t('files.design'),
        extensions: ['json'],
        mostBytes: MOST_BYTES,
      })
      if (file === null) return
      await openConfig(parse(file.fileName, new TextDecoder().decode(fromBase64(file.base64))))
    } catch (error) {
      lab.addNotice(null, toWireError(error))
    }
  }

  async function openConfig(json: unknown): Promise<void> {
    const answer = await send('config.resolve', { config: json })
    if (!answer) return
    if (!answer.result.ok) {
      for (const error of answer.result.errors) lab.addNotice(null, error)
      return
    }
    design.open(answer.result.config, null)
    await router.push('/design')
  }

  async function openFile(file: File): Promise<void> {
    try {
      await openConfig(parse(file.name, await file.text()))
    } catch (error) {
      lab.addNotice(null, toWireError(error))
    }
  }

  function parse(fileName: string, text: string): unknown {
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw new LabError('file', t('files.notJson'), { where: fileName, remedy: t('files.notJsonRemedy'), cause })
    }
  }

  async function save(): Promise<void> {
    if (design.config === null) return
    const text = `${JSON.stringify(design.config, null, 2)}\n`
    const name = design.config.name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '') || 'design'
    await saveBytes(`${name}.json`, 'application/json', new TextEncoder().encode(text))
  }

  return { open, openFile, openConfig, save }
}
