/** Where the desktop's page comes from: a scheme of its own, served by app-protocol.ts. */
export const APP_SCHEME = 'lab'
export const APP_ORIGIN = `${APP_SCHEME}://app`

/** @param url as Chromium writes it: of a frame, of a request, or of an origin with its slash */
export function isAppUrl(url: string): boolean {
  return url.startsWith(`${APP_ORIGIN}/`)
}
