/** Commands about presets; every window hears when the user's own change. */
import type { HandlersOf } from '../../../shared/protocol/commands.ts'
import type { LabEvent } from '../../../shared/protocol/events.ts'
import type { PresetShelf } from '../preset-shelf.ts'

/** @param notice tells of files that cannot be read */
export function presetHandlers(
  presets: PresetShelf,
  tell: (event: LabEvent) => void,
  notice: (error: unknown) => void,
): HandlersOf<'presets'> {
  return {
    'presets.list': () => presets.list(notice),
    'presets.save': async ({ config }) => {
      const replaced = await presets.save(config)
      tell({ type: 'presets' })
      return { replaced }
    },
    'presets.remove': async ({ name }) => {
      const removed = await presets.remove(name)
      tell({ type: 'presets' })
      return { removed }
    },
  }
}
