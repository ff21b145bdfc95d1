/** The renderer's files under `lab://app/`, with the content security policy: the page has an origin of its own and no access to files. */
import { protocol } from 'electron'
import { contentSecurityPolicy } from '../../shared/protocol/content-security.ts'
import type { StaticFiles } from '../server/static-files.ts'
import { APP_SCHEME } from './app-origin.ts'

const SCHEME = APP_SCHEME

/** Before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Once the app is ready. */
export function serveApp(files: StaticFiles): void {
  const headers = {
    'Content-Security-Policy': contentSecurityPolicy([]),
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  }
  const find = (address: string): ReturnType<StaticFiles['get']> => {
    const url = new URL(address)
    return url.host === 'app' ? files.get(url.pathname) : undefined
  }
  // `handle` came with Electron 25; what it replaces is still there.
  if (typeof protocol.handle === 'function') {
    protocol.handle(SCHEME, ({ url }) => {
      const file = find(url)
      if (file === undefined) return new Response(null, { status: 404, headers })
      return new Response(new Uint8Array(file.bytes), { headers: { ...headers, 'Content-Type': file.type } })
    })
    return
  }
  protocol.registerBufferProtocol(SCHEME, ({ url }, respond) => {
    const file = find(url)
    if (file === undefined) respond({ statusCode: 404, headers, data: Buffer.alloc(0) })
    else respond({ data: file.bytes, mimeType: file.type.replace(/;.*/, ''), charset: 'utf-8', headers })
  })
}
