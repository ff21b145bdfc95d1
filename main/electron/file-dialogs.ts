/**
 * The system's dialogs for saving and opening files, asked for by a window over IPC: the sender and the request are checked first, a write
 * replaces the file whole, and what goes wrong goes back with its remedy.
 */
import { app, BrowserWindow, dialog, ipcMain, type IpcMainInvokeEvent } from 'electron'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { z } from 'zod'
import { DESKTOP_CHANNELS } from '../../shared/protocol/desktop-bridge.ts'
import { LabError } from '../../shared/errors/errors.ts'
import {
  openFileSchema,
  saveFileSchema,
  type DialogAnswer,
  type OpenedFile,
  type OpenFileRequest,
  type SaveFileRequest,
} from '../../shared/protocol/file-dialogs.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import { replaceFile } from '../store/durable-file.ts'
import { reasonOf } from '../store/file-errors.ts'
import { readRegularFile } from '../store/regular-file.ts'
import { isFromApp } from './sender.ts'

export function answerFileDialogs(): void {
  answer(DESKTOP_CHANNELS.saveFile, saveFileSchema, saveFile)
  answer(DESKTOP_CHANNELS.openFile, openFileSchema, openFile)
}

function answer<Schema extends z.ZodType, Result>(
  channel: string,
  schema: Schema,
  carryOut: (request: z.output<Schema>, window: BrowserWindow) => Promise<Result | null>,
): void {
  ipcMain.handle(channel, async (event: IpcMainInvokeEvent, request: unknown): Promise<DialogAnswer<Result>> => {
    try {
      const window = isFromApp(event) ? BrowserWindow.fromWebContents(event.sender) : null
      if (window === null) throw new LabError('unauthorized', 'Only a window of the lab may ask for this.')
      const parsed = schema.safeParse(request)
      if (!parsed.success)
        throw new LabError('protocol', `${parsed.error.issues[0]!.message}.`, {
          where: `${channel}, ${parsed.error.issues[0]!.path.map(String).join('.')}`,
        })
      return { ok: true, result: await carryOut(parsed.data, window) }
    } catch (error) {
      return { ok: false, error: toWireError(error) }
    }
  })
}

async function saveFile(
  { fileName, base64 }: SaveFileRequest,
  window: BrowserWindow,
): Promise<{ savedAs: string } | null> {
  const extension = path.extname(fileName).slice(1)
  const { filePath, canceled } = await dialog.showSaveDialog(window, {
    defaultPath: path.join(app.getPath('documents'), fileName),
    filters: extension === '' ? [] : [{ name: extension.toUpperCase(), extensions: [extension] }],
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  })
  if (canceled || !filePath) return null
  try {
    await replaceFile(filePath, Buffer.from(base64, 'base64'))
  } catch (cause) {
    throw new LabError('file', 'this file cannot be written.', {
      where: filePath,
      found: reasonOf(cause),
      remedy: 'Choose another folder, or make room on the disk.',
      cause,
    })
  }
  return { savedAs: filePath }
}

async function openFile(
  { title, extensions, mostBytes }: OpenFileRequest,
  window: BrowserWindow,
): Promise<OpenedFile | null> {
  const { filePaths, canceled } = await dialog.showOpenDialog(window, {
    filters: [{ name: title, extensions }],
    properties: ['openFile'],
  })
  const [file] = filePaths
  if (canceled || file === undefined) return null
  try {
    const { size } = await stat(file)
    if (size > mostBytes)
      throw new LabError('file', 'this file is too large.', {
        where: file,
        expected: `at most ${mostBytes} bytes`,
        found: `${size}`,
        remedy: 'Choose another file.',
      })
    return { fileName: path.basename(file), path: file, base64: (await readRegularFile(file)).toString('base64') }
  } catch (cause) {
    if (cause instanceof LabError) throw cause
    throw new LabError('file', 'this file cannot be read.', {
      where: file,
      found: reasonOf(cause),
      remedy: 'Look at its permissions, or choose another.',
      cause,
    })
  }
}
