/**
 * The page of engines in a real Chromium, as the desktop's hidden window loads it: a browser enters, the line to a worker of its own leaves. What
 * Electron's ports do there, Playwright does here; it knows numbers that are not finite and typed arrays, but no maps.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright'
import { ensureBuilt } from '../../main/server/build-app.ts'
import { StaticFiles } from '../../main/server/static-files.ts'
import type { RemotePort } from '../../shared/backends/remote/remote-port.ts'
import { contentSecurityPolicy } from '../../shared/protocol/content-security.ts'
import { EXECUTOR_TASK } from '../../shared/protocol/desktop-bridge.ts'

/** For `chromium.launch`: WebGPU on the processor. */
export const WEBGPU_SWITCHES = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-webgpu-adapter=swiftshader',
]

export interface EnginePages {
  /** A page with a worker that serves this backend. */
  open(backend: string): Promise<RemotePort>
  /** The pages that are open. */
  readonly pages: readonly Page[]
  close(): Promise<void>
}

/** Typed, since pages take no maps. */
interface PageWindow extends Window {
  hearExecutor(message: unknown): void
  askExecutor(message: unknown): void
}

export async function openEnginePages(browser: Browser): Promise<EnginePages> {
  const { server, address } = await serve()
  const pages: Page[] = []
  return {
    pages,
    async open(backend) {
      const page = await browser.newPage()
      pages.push(page)
      let hear: (message: unknown) => void = () => undefined
      await page.exposeFunction('hearExecutor', (message: unknown) => hear(withMaps(message)))
      await page.goto(`${address}/engine.html`)
      await page.evaluate(startWorker, { kind: EXECUTOR_TASK, task: { backend } })
      return {
        post: (message) =>
          void page
            .evaluate((asked) => (window as unknown as PageWindow).askExecutor(asked), withoutMaps(message))
            .catch(() => undefined), // its end is told below
        onMessage: (listener) => (hear = listener),
        onEnd(listener) {
          page.once('crash', () => listener('the page has crashed'))
          page.once('close', () => listener('the page was closed'))
        },
        close: () => void page.close(),
      }
    },
    async close() {
      await Promise.all(pages.map((page) => page.close()))
      server.close()
    },
  }
}

/** In the page, which is given no modules: maps are `{ entries }` on the way. */
function startWorker(message: unknown): void {
  const page = window as unknown as PageWindow
  const convert = (value: unknown, toMaps: boolean): unknown => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
    if (Array.isArray(value)) return value.map((entry) => convert(entry, toMaps))
    if (value instanceof Map) return { entries: [...value].map(([name, entry]) => [name, convert(entry, toMaps)]) }
    const { entries } = value as { entries?: [string, unknown][] }
    if (toMaps && entries) return new Map(entries.map(([name, entry]) => [name, convert(entry, toMaps)]))
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, convert(entry, toMaps)]))
  }
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = ({ data }) => page.hearExecutor(convert(data, false))
  page.askExecutor = (asked) => port1.postMessage(convert(asked, true))
  window.postMessage(message, location.origin, [port2])
}

function withoutMaps(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map(withoutMaps)
  if (value instanceof Map) return { entries: [...value].map(([name, entry]) => [name, withoutMaps(entry)]) }
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, withoutMaps(entry)]))
}

function withMaps(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map(withMaps)
  const { entries } = value as { entries?: [string, unknown][] }
  if (entries) return new Map(entries.map(([name, entry]) => [name, withMaps(entry)]))
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, withMaps(entry)]))
}

/** With the headers of the desktop's protocol. */
async function serve(): Promise<{ server: Server; address: string }> {
  const files = await StaticFiles.read(await ensureBuilt('renderer'))
  const server = createServer((request, response) => {
    const file = files.get(new URL(request.url!, 'http://localhost').pathname)
    response.writeHead(file ? 200 : 404, {
      'Content-Security-Policy': contentSecurityPolicy([]),
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
      ...(file && { 'Content-Type': file.type }),
    })
    response.end(file?.bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, address: `http://localhost:${(server.address() as AddressInfo).port}` }
}
