/** Designs as links: copied from the design on the table; opened from the page's address and from what is pasted outside of a text. */
import { onMounted, onScopeDispose, ref, watch, type Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { toWireError } from '../../shared/errors/wire-error.ts'
import { useDesignStore } from '../stores/design-store.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { copyText } from './copy-text.ts'
import { designFragment, findFragment, readFragment } from './design-link.ts'
import { useDesignFiles } from '../composables/use-design-files.ts'

/** So long does it say that a link was copied. */
const SAY_MS = 4000

/** In the design view's setup. */
export function useDesignLink(): { readonly isCopied: Ref<boolean>; copy(): Promise<void> } {
  const route = useRoute()
  const router = useRouter()
  const design = useDesignStore()
  const lab = useLabStore()
  const { openConfig } = useDesignFiles()
  const isCopied = ref(false)
  let timer = 0

  async function copy(): Promise<void> {
    if (design.config === null) return
    try {
      await copyText(`${window.location.origin}/design${designFragment(design.config)}`)
      isCopied.value = true
      window.clearTimeout(timer)
      timer = window.setTimeout(() => (isCopied.value = false), SAY_MS)
    } catch (error) {
      lab.addNotice(null, toWireError(error))
    }
  }

  async function openFragment(packed: string): Promise<void> {
    try {
      await openConfig(readFragment(packed))
    } catch (error) {
      lab.addNotice(null, toWireError(error))
    }
  }

  // Once the lab can judge it. The fragment then leaves the address, so that a reload keeps what was changed since.
  watch(
    [() => route.hash, () => lab.line] as const,
    ([hash, line]) => {
      const packed = findFragment(hash)
      if (packed === null || line !== 'open') return
      void openFragment(packed).then(() => router.replace({ hash: '' }))
    },
    { immediate: true },
  )

  function onPaste(event: ClipboardEvent): void {
    if (event.target instanceof Element && event.target.closest('input, textarea') !== null) return
    const packed = findFragment(event.clipboardData?.getData('text') ?? '')
    if (packed === null) return
    event.preventDefault()
    void openFragment(packed)
  }
  onMounted(() => document.addEventListener('paste', onPaste))
  onScopeDispose(() => {
    document.removeEventListener('paste', onPaste)
    window.clearTimeout(timer)
  })
  return { isCopied, copy }
}
