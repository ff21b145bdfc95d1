/** A page of another port, which is another origin, that opens WebSockets and requests to a lab and drops them as it likes. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright'
import type { Door } from './door.ts'

const AT_ONCE = 8

const script = (labPort: number): string => `
  globalThis.attemptCount = 0
  const lab = '127.0.0.1:${labPort}'
  function attempt() {
    attemptCount++
    const again = () => setTimeout(attempt, 0)
    if (attemptCount % 4 === 0) {
      const dropping = new AbortController()
      fetch('http://' + lab + '/', { mode: 'no-cors', credentials: 'include', signal: dropping.signal }).catch(() => 0).then(again)
      if (attemptCount % 8 === 0) dropping.abort()
      return
    }
    const socket = new WebSocket('ws://' + lab + '/socket', attemptCount % 3 === 0 ? ['warmup-lab', 'x'] : [])
    socket.onclose = again
    if (attemptCount % 2 === 0) socket.close()
  }
  for (let beside = 0; beside < ${AT_ONCE}; beside++) attempt()
`

export interface ForeignSite {
  readonly address: string
  /** The Cookie headers that browsers have sent to it. */
  readonly cookies: readonly string[]
  close(): Promise<void>
}

export async function serveForeignSite({ port }: Pick<Door, 'port'>): Promise<ForeignSite> {
  const cookies: string[] = []
  const server = http.createServer((request, response) => {
    if (request.headers.cookie !== undefined) cookies.push(request.headers.cookie)
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><title>Foreign</title><script>${script(port)}</script>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    cookies,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/**
 * Opens the page and closes it in the middle of what it does, again and again.
 * @param isEnough asked before each page
 * @param attemptsPerPage how many it has made when it is closed
 * @returns how many it has made in all
 */
export async function openAndDropPages(
  browser: Browser,
  site: ForeignSite,
  attemptsPerPage: number,
  isEnough: () => boolean,
): Promise<number> {
  const context = await browser.newContext()
  let attempts = 0
  while (!isEnough()) {
    const page = await context.newPage()
    await page.goto(site.address)
    // The browser itself holds back a page whose sockets fail.
    const made = await page.waitForFunction((least) => {
      const { attemptCount } = globalThis as unknown as { readonly attemptCount: number }
      return attemptCount >= least && attemptCount
    }, attemptsPerPage)
    attempts += Number(await made.jsonValue())
    await page.close()
  }
  await context.close()
  return attempts
}
