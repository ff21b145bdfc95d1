/** A text into the clipboard: by the browser's own way, or, where a window may not ask for it, by the old one. */
import { LabError } from '../../shared/errors/errors.ts'

/** @throws LabError `file` when the clipboard cannot be had */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch (cause) {
    if (copySelected(text)) return
    throw new LabError('file', 'the clipboard cannot be written.', {
      remedy: 'Save the design to a file instead.',
      cause,
    })
  }
}

function copySelected(text: string): boolean {
  const before = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  document.body.append(area)
  area.select()
  const isCopied = document.execCommand('copy')
  area.remove()
  if (before instanceof HTMLElement) before.focus()
  return isCopied
}
