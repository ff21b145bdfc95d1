/**
 * What no page of the desktop may do, whoever made it: leave the app, open windows, hold other pages, save files past the dialogs, ask for
 * the machine's devices. Set on each web contents and each session as Electron makes them, so that none is forgotten.
 */
import { app, shell, type Session, type WebContents } from 'electron'
import { EXTERNAL_LINKS } from '../../shared/protocol/external-links.ts'
import { isAppUrl } from './app-origin.ts'

/** All that the page may ask of the machine: to put a text into the clipboard (links to designs), which tells it nothing. */
const GRANTED_PERMISSION = 'clipboard-sanitized-write'

/** Before the app is ready: its first session and page are guarded too. */
export function guardPages(): void {
  app.on('session-created', guardSession)
  app.on('web-contents-created', (_, contents) => guardContents(contents))
}

function guardContents(contents: WebContents): void {
  // An older Electron passes the address beside the event, a newer one within.
  const stayInApp = (event: { preventDefault(): void; url?: string }, url = event.url ?? ''): void => {
    if (!isAppUrl(url)) event.preventDefault()
  }
  contents.on('will-navigate', stayInApp)
  contents.on('will-redirect', stayInApp)
  // Frames within a page. An older Electron never says this; the content security policy lets none be loaded there either.
  contents.on('will-frame-navigate', (event) => stayInApp(event))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (EXTERNAL_LINKS.has(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
}

function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_, permission, answer, { isMainFrame, requestingUrl }) =>
    answer(isGranted(permission, isMainFrame, requestingUrl)),
  )
  session.setPermissionCheckHandler((_, permission, requestingOrigin, { isMainFrame }) =>
    isGranted(permission, isMainFrame, requestingOrigin),
  )
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', (event) => event.preventDefault()) // files are saved by file-dialogs.ts
}

function isGranted(permission: string, isMainFrame: boolean, requestingUrl: string): boolean {
  return permission === GRANTED_PERMISSION && isMainFrame && isAppUrl(requestingUrl)
}
