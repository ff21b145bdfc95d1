/** Commands about files of series: a window sends one in pieces, or names one on this machine. */
import { LabError } from '../../../shared/errors/errors.ts'
import type { HandlersOf } from '../../../shared/protocol/commands.ts'
import type { DataFiles } from '../../store/data-files.ts'
import type { DesignDesk } from '../designs/design-desk.ts'

export function dataFileHandlers(dataFiles: DataFiles, designs: DesignDesk): HandlersOf<'data-file'> {
  return {
    'data-file.begin': async ({ fileName, byteCount }) => ({ uploadId: await dataFiles.begin(fileName, byteCount) }),
    'data-file.append': async ({ uploadId, base64 }) => {
      await dataFiles.append(uploadId, Buffer.from(base64, 'base64'))
      return null
    },
    'data-file.finish': async ({ uploadId }) => {
      const { path, isNew } = await dataFiles.finish(uploadId)
      try {
        return await designs.ask('data-file', { path })
      } catch (error) {
        if (isNew && error instanceof LabError && error.code === 'dataset') await dataFiles.discard(path)
        throw error
      }
    },
    'data-file.abort': async ({ uploadId }) => {
      await dataFiles.abort(uploadId)
      return null
    },
    'data-file.read': (payload) => designs.ask('data-file', payload),
  }
}
