/** Files dropped anywhere on the window, as long as the view is shown: files enter, and whether something is being dragged over it leaves. */
import { onMounted, onScopeDispose, ref, type Ref } from 'vue'

/** A drag that leaves the window is not told everywhere: without another sign for so long it is over. */
const OVER_MS = 300

export function useFileDrop(take: (files: readonly File[]) => void): { readonly isOver: Ref<boolean> } {
  const isOver = ref(false)
  let timer = 0

  const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false

  function onOver(event: DragEvent): void {
    if (!hasFiles(event)) return
    event.preventDefault()
    isOver.value = true
    window.clearTimeout(timer)
    timer = window.setTimeout(() => (isOver.value = false), OVER_MS)
  }

  function onDrop(event: DragEvent): void {
    if (!hasFiles(event)) return
    event.preventDefault() // the browser would leave the page for the file
    isOver.value = false
    const files = [...(event.dataTransfer?.files ?? [])]
    if (files.length > 0) take(files)
  }

  onMounted(() => {
    window.addEventListener('dragover', onOver)
    window.addEventListener('drop', onDrop)
  })
  onScopeDispose(() => {
    window.removeEventListener('dragover', onOver)
    window.removeEventListener('drop', onDrop)
    window.clearTimeout(timer)
  })
  return { isOver }
}
