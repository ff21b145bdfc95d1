/** Keeps asking the lab what the design on the table comes to: shortly after each change, and no answer replaces a later one. */
import { ref, watch } from 'vue'
import { toWireError } from '../../shared/errors/wire-error.ts'
import { useDesignStore } from '../stores/design-store.ts'
import { forkSource } from '../composables/use-fork.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useLab } from '../transport/lab-client.ts'
import { newestQuestion } from '../pacing/newest-question.ts'

const WAIT_MS = 30

/** @returns asks again what the same design comes to */
export function useDesignCheck(): () => void {
  const client = useLab()
  const design = useDesignStore()
  const lab = useLabStore()
  const ask = newestQuestion()
  let shownRevision = -1
  const wishes = ref(0)
  watch(
    () => [design.revision, lab.line, wishes.value] as const,
    ([revision, line], _, onCleanup) => {
      const timer = setTimeout(() => {
        if (design.config === null || line !== 'open') return
        const asked = { config: design.config, fork: design.fork && forkSource(design.fork) }
        ask(() =>
          client
            .execute('config.resolve', asked)
            .then((resolved) => {
              if (revision < shownRevision) return
              shownRevision = revision
              design.setResolved(resolved)
            })
            .catch((error: unknown) => lab.addNotice(null, toWireError(error))),
        )
      }, WAIT_MS)
      onCleanup(() => clearTimeout(timer))
    },
    { immediate: true },
  )
  return () => void wishes.value++
}
