/** A run's chart as a picture for a paper, and its values as CSV: a format enters, a file is saved; what the reading of the whole file finds damaged leaves. */
import { ref, shallowRef, type Ref } from 'vue'
import { toWireError } from '../../../shared/errors/wire-error.ts'
import type { RunDamage, RunSummary } from '../../../shared/protocol/views.ts'
import { readChartTokens } from '../../charts/chart-tokens.ts'
import { runChartOption, type ChartSettings, type RunChartSubject, type RunChartWords } from '../../charts/run-chart.ts'
import { DEFAULT_PICTURE_SIZE, savedFigure, type PictureFormat } from '../../charts/save-chart.ts'
import { usePictureOrigin } from '../../charts/use-picture-origin.ts'
import { useCommand } from '../../composables/use-command.ts'
import { saveBytes, saveFile } from '../../files/save-file.ts'
import { useLabStore } from '../../stores/lab-store.ts'

export interface ChartSaving {
  readonly isSaving: Ref<boolean>
  /** A line that was damaged when columns of it stood already, a digest that is another; null until a CSV file was made, and where nothing is. */
  readonly csvDamage: Ref<RunDamage | null>
  save(format: PictureFormat | 'csv'): Promise<void>
}

export function useChartSaving(
  run: () => RunSummary,
  subject: () => RunChartSubject | null,
  settings: () => ChartSettings,
  words: RunChartWords,
): ChartSaving {
  const { send } = useCommand()
  const pictureOrigin = usePictureOrigin()
  const isSaving = ref(false)
  const csvDamage = shallowRef<RunDamage | null>(null)

  async function saveCsv(): Promise<void> {
    const { smoothing } = settings()
    const answer = await send('run.export', { runId: run().id, format: 'csv', smoothing })
    if (!answer) return
    csvDamage.value = answer.result.damaged
    await saveFile(answer.result)
  }

  async function savePicture(format: PictureFormat, drawn: RunChartSubject): Promise<void> {
    const { id, name } = run()
    const { width, height } = DEFAULT_PICTURE_SIZE
    const picture = runChartOption(drawn, settings(), readChartTokens('light'), words, height, width)
    const { bytes, mediaType } = await savedFigure(picture, format, pictureOrigin(name, id))
    await saveBytes(`${id}.${format}`, mediaType, bytes)
  }

  return {
    isSaving,
    csvDamage,
    async save(format) {
      const drawn = subject()
      if (drawn === null) return
      isSaving.value = true
      try {
        await (format === 'csv' ? saveCsv() : savePicture(format, drawn))
      } catch (error) {
        useLabStore().addNotice(run().id, toWireError(error))
      } finally {
        isSaving.value = false
      }
    },
  }
}
