/** Origins of the pictures that a window saves: a title and a source enter. */
import { useLabStore } from '../stores/lab-store.ts'
import type { PictureOrigin } from './picture-origin.ts'

export function usePictureOrigin(): (title: string, source: string) => PictureOrigin {
  const lab = useLabStore()
  return (title, source) => ({ title, source, software: `Warmup Lab ${lab.version}`, savedAt: new Date() })
}
