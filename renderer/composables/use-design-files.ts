/** The design as a file: opened into the design view, saved from it. A file that cannot be read is told and changes nothing. */
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useDesignStore } from '../stores/design-store.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { openJson, readJson, type OpenJsonWords } from '../files/open-json.ts'
import { saveBytes } from '../files/save-file.ts'
import { useCommand } from './use-command.ts'

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

  const words = (): OpenJsonWords => ({
    title: t('files.design'),
    notJson: t('files.notJson'),
    remedy: t('files.notJsonRemedy'),
  })

  async function open(): Promise<void> {
    const file = await openJson(words())
    if (file) await openConfig(file.json)
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
    const json = await readJson(file, words())
    if (json !== undefined) await openConfig(json)
  }

  async function save(): Promise<void> {
    if (design.config === null) return
    const text = `${JSON.stringify(design.config, null, 2)}\n`
    const name = design.config.name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '') || 'design'
    await saveBytes(`${name}.json`, 'application/json', new TextEncoder().encode(text))
  }

  return { open, openFile, openConfig, save }
}
