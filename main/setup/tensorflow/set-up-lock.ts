/** One set-up or removal of TensorFlow at a time, whoever asks for it: a command line and a window share the cache folder. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { tensorflowFolder } from '../../engine/tensorflow/installation.ts'
import { takeFileLock } from '../../store/file-lock.ts'

/** @throws LabError `setup` while another process, or this one, is at it */
export async function withSetUpLock<Result>(cache: string, act: () => Promise<Result>): Promise<Result> {
  const folder = tensorflowFolder(cache)
  await mkdir(folder, { recursive: true })
  const lock = await takeFileLock(path.join(folder, 'set-up.lock'), {
    code: 'setup',
    message: 'TensorFlow is being set up or removed already.',
    where: folder,
    waitRemedy: 'Wait until it is done there, or cancel it.',
    elsewhereRemedy: 'If nothing is set up there any more, remove the lock `set-up.lock` by hand.',
  })
  try {
    return await act()
  } finally {
    await lock.release()
  }
}
