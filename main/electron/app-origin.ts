/** Where the desktop's page comes from: a scheme of its own, served by app-protocol.ts. */
export const APP_SCHEME = 'lab'
export const APP_ORIGIN = `${APP_SCHEME}://app`
