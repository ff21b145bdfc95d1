/** The peers as contestants: one long-lived Python process each, asked in turn, so that only one of them works at a time. */
import path from 'node:path'
import { LineServer } from './line-server.ts'
import type { Contestant } from './measure.ts'
import { PEER_LIBRARIES, preparePeers, type PeerLibrary } from './peer-environment.ts'
import type { PeerCase } from './step-cases.ts'

export interface Peer {
  /** Library and version. */
  readonly name: string
  /** The case on this peer; its first turn compiles and warms up untimed. */
  contestant(peerCase: PeerCase): Contestant
  close(): void
}

/** @throws LabError `backend` when Python, a library or its process is missing */
export async function startPeers(progress: (line: string) => void): Promise<Peer[]> {
  const python = await preparePeers(progress)
  const peers: Peer[] = []
  try {
    for (const library of PEER_LIBRARIES) {
      progress(`starting ${library}`)
      peers.push(await startPeer(python, library))
    }
  } catch (error) {
    for (const peer of peers) peer.close()
    throw error
  }
  return peers
}

async function startPeer(python: string, library: PeerLibrary): Promise<Peer> {
  const script = path.join(import.meta.dirname, 'peers', `${library}_peer.py`)
  const server = await LineServer.start<
    { peer: string },
    { case: PeerCase; steps: number },
    { times: readonly number[] }
  >(library, python, [script])
  const name = server.hello.peer
  return {
    name,
    contestant: (peerCase) => ({ name, time: async (steps) => (await server.ask({ case: peerCase, steps })).times }),
    close: () => server.close(),
  }
}
