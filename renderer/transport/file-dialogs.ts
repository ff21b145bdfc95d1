/** Files that the user saves and opens: the system's dialogs on the desktop; downloads and a file input in a browser. */
import type { DesktopBridge } from '../../shared/protocol/desktop-bridge.ts'
import { LabError } from '../../shared/errors/errors.ts'
import type {
  DialogAnswer,
  FileDialogs,
  OpenedFile,
  OpenFileRequest,
  SaveFileRequest,
} from '../../shared/protocol/file-dialogs.ts'
import { fromWireError } from '../../shared/errors/wire-error.ts'

/** A download may be read from its address for so long. */
const KEEP_MS = 10_000

export class DesktopFileDialogs implements FileDialogs {
  readonly #bridge: DesktopBridge

  constructor(bridge: DesktopBridge) {
    this.#bridge = bridge
  }

  // Plain copies: Vue's proxies do not cross IPC.
  async saveFile({ fileName, mediaType, base64 }: SaveFileRequest): Promise<{ readonly savedAs: string } | null> {
    return resultOf(await this.#bridge.saveFile({ fileName, mediaType, base64 }))
  }

  async openFile({ title, extensions, mostBytes }: OpenFileRequest): Promise<OpenedFile | null> {
    return resultOf(await this.#bridge.openFile({ title, extensions: [...extensions], mostBytes }))
  }
}

function resultOf<Result>(answer: DialogAnswer<Result>): Result | null {
  if (answer.ok) return answer.result
  throw fromWireError(answer.error)
}

export class BrowserFileDialogs implements FileDialogs {
  async saveFile({ fileName, mediaType, base64 }: SaveFileRequest): Promise<{ readonly savedAs: string }> {
    const url = URL.createObjectURL(new Blob([fromBase64(base64)], { type: mediaType }))
    const link = document.createElement('a')
    link.href = url
    link.download = fileName
    link.click()
    setTimeout(() => URL.revokeObjectURL(url), KEEP_MS)
    return { savedAs: fileName }
  }

  async openFile(request: OpenFileRequest): Promise<OpenedFile | null> {
    const { mostBytes } = request
    const file = await chooseFile(acceptOf(request))
    if (file === null) return null
    if (file.size > mostBytes)
      throw new LabError('file', 'this file is too large.', {
        where: file.name,
        expected: `at most ${mostBytes} bytes`,
        found: `${file.size}`,
        remedy: 'Choose another file.',
      })
    return { fileName: file.name, path: null, base64: toBase64(new Uint8Array(await file.arrayBuffer())) }
  }
}

/** A file to be read piece by piece. In a browser to be called by a key or a click; the desktop's menu is neither for its page. */
export async function pickFile(request: OpenFileRequest): Promise<File | null> {
  if (!window.warmupLab) return chooseFile(acceptOf(request))
  const opened = await fileDialogs().openFile(request)
  return opened && new File([fromBase64(opened.base64)], opened.fileName)
}

const acceptOf = ({ extensions }: OpenFileRequest): string => extensions.map((extension) => `.${extension}`).join(',')

function chooseFile(accept: string): Promise<File | null> {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = accept
  // In the page as long as the dialog is open: an input that nothing else holds can be collected, and its answer is lost.
  input.hidden = true
  document.body.append(input)
  return new Promise((resolve) => {
    const answer = (): void => {
      resolve(input.files?.[0] ?? null)
      input.remove()
    }
    input.addEventListener('change', answer)
    input.addEventListener('cancel', answer)
    input.click()
  })
}

/** In pieces: one call with every byte as an argument would exceed the stack. */
export function toBase64(bytes: Uint8Array): string {
  const PIECE = 0x8000
  let binary = ''
  for (let start = 0; start < bytes.length; start += PIECE)
    binary += String.fromCharCode(...bytes.subarray(start, start + PIECE))
  return btoa(binary)
}

export function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

let dialogs: FileDialogs | null = null

/** Those of this window. */
export function fileDialogs(): FileDialogs {
  dialogs ??= window.warmupLab ? new DesktopFileDialogs(window.warmupLab) : new BrowserFileDialogs()
  return dialogs
}
