/** A web site of somebody else, on this machine: pages that try to be loaded by the desktop, and how often they were asked for. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ForeignSite {
  readonly origin: string
  /** The paths that were asked for, in their order. */
  readonly asked: string[]
  close(): Promise<void>
}

/** @returns `/redirect` leads on to `/landed`, `/frame` holds a frame of `/framed`, everything else is an empty page */
export async function openForeignSite(): Promise<ForeignSite> {
  const asked: string[] = []
  const server = createServer(({ url }, response) => {
    asked.push(url!)
    if (url === '/redirect') response.writeHead(302, { location: '/landed' }).end()
    else
      response
        .writeHead(200, { 'content-type': 'text/html', 'access-control-allow-origin': '*' })
        .end(`<!doctype html><title>Foreign</title>${url === '/frame' ? '<iframe src="/framed"></iframe>' : ''}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
