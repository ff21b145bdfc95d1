/**
 * Files that a user saves and opens, as a window asks for them: the requests' schemas, which the desktop checks before it shows a dialog,
 * and their results. On the desktop the system's dialogs answer, in a browser its downloads and its file input.
 */
import { z } from 'zod'
import type { WireError } from '../errors/wire-error.ts'

/** 512 MiB as base64. */
const MOST_BASE64 = Math.ceil((512 * 1024 * 1024) / 3) * 4

/** A name alone: no folder, no control character, nothing that a file system takes for something else. */
export const fileName = z.string().regex(/^(?!\.+$)[^\\/:*?"<>|\p{Cc}]{1,200}$/u, 'A file name without a folder')

export const saveFileSchema = z.strictObject({
  /** What the dialog proposes. */
  fileName,
  mediaType: z.string().max(100),
  base64: z.base64().max(MOST_BASE64),
})

export const openFileSchema = z.strictObject({
  /** What can be chosen, in words: `Configuration`. */
  title: z.string().max(80),
  /** Without dots: `json`. */
  extensions: z
    .array(z.string().regex(/^[a-z0-9]{1,12}$/))
    .min(1)
    .max(12),
  mostBytes: z
    .number()
    .int()
    .min(1)
    .max(512 * 1024 * 1024),
})

export type SaveFileRequest = z.output<typeof saveFileSchema>
export type OpenFileRequest = z.output<typeof openFileSchema>

export interface OpenedFile {
  readonly fileName: string
  /** Where it lies; null in a browser, which does not tell. */
  readonly path: string | null
  readonly base64: string
}

/** `null`: the user has changed their mind. */
export interface FileDialogs {
  /** @returns the place of the saved file, as far as it is known. @throws LabError `file` */
  saveFile(request: SaveFileRequest): Promise<{ readonly savedAs: string } | null>
  /** @throws LabError `file` when it cannot be read or is too large */
  openFile(request: OpenFileRequest): Promise<OpenedFile | null>
}

/** Over IPC, where a rejection would lose its code. */
export type DialogAnswer<Result> =
  { readonly ok: true; readonly result: Result | null } | { readonly ok: false; readonly error: WireError }
