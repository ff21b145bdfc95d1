/**
 * A machine on which nothing is fetched: programs that stand in for Python, npm and the compiler in a set-up, leave what a set-up looks for where it
 * looks, and note that they were called. What becomes of it is the lab's own.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const KINDS = ['npm', 'pip', 'unpack', 'compile'] as const

export type ToolKind = (typeof KINDS)[number]

export interface PretendedTools {
  /** For PATH. */
  readonly folder: string
  /** What was done so far, in order: `npm`, `pip tensorflow-cpu==2.21.0`, `unpack`, `compile`. */
  calls(): string[]
  /** From here on this kind does not end by itself, or only where its call holds the word; null: none. */
  hang(kind: ToolKind | null, word?: string): void
  /** From here on this kind fails with these words; null: none. */
  fail(kind: ToolKind | null, words?: string): void
}

export interface PretendedMachine {
  readonly freeBytes?: number
  readonly hasPip?: boolean
  readonly hasVenv?: boolean
  readonly programs?: readonly ('python3' | 'npm' | 'g++')[]
}

/** What the stand-ins call themselves. */
const SYSTEM_PROGRAMS = ['mkdir', 'cat', 'sleep']

/** @param place an empty folder */
export function pretendTools(place: string, machine: PretendedMachine = {}): PretendedTools {
  const { freeBytes = 1e12, hasPip = true, hasVenv = true, programs = ['python3', 'npm', 'g++'] } = machine
  const folder = path.join(place, 'bin')
  const log = path.join(place, 'calls')
  mkdirSync(folder, { recursive: true })
  writeFileSync(log, '')
  for (const name of SYSTEM_PROGRAMS) symlinkSync(`/bin/${name}`, path.join(folder, name))
  const begin = (kind: ToolKind, words: string = kind): string => `echo "${words}" >> '${log}'
    [ -e '${place}/hang-${kind}' ] && case "${words}" in *"$(cat '${place}/hang-${kind}')"*) exec sleep 100000;; esac
    [ -e '${place}/fail-${kind}' ] && { cat '${place}/fail-${kind}' >&2; exit 1; }`
  const facts = JSON.stringify({ isKnown: true, pip: hasPip, venv: hasVenv, free: freeBytes })
  const texts = {
    python3: `for last; do :; done
case "$*" in
  *disk_usage*) echo '${facts}';;
  *'-m pip download'*) ${begin('pip', 'pip $last')}
    while [ $# -gt 0 ]; do [ "$1" = --dest ] && dest=$2; shift; done
    mkdir -p "$dest"; echo wheel > "$dest/some.whl";;
  *zipfile*) ${begin('unpack')}
    mkdir -p "$4/tensorflow/include"
    for library in cc framework; do echo library > "$4/tensorflow/libtensorflow_$library.so.2"; done
    echo 1000;;
  *) exit 3;;
esac`,
    npm: `case "$1" in
  --version) echo 11;;
  view) [ -e '${place}/fail-npm' ] && { cat '${place}/fail-npm' >&2; exit 1; }; echo 4.22.0;;
  install) ${begin('npm')}
    mkdir -p node_modules/@tensorflow/tfjs-node-gpu node_modules/node-api-headers
    echo map > node_modules/some.map; echo js > node_modules/some.js;;
esac`,
    'g++': `[ "$1" = --version ] && exit 0
${begin('compile')}
while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done
echo binding > "$out"`,
  }
  for (const name of programs) {
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${texts[name]}\n`)
    chmodSync(path.join(folder, name), 0o755)
  }
  const set = (how: 'hang' | 'fail', chosen: ToolKind | null, words = ''): void => {
    for (const kind of KINDS) rmSync(path.join(place, `${how}-${kind}`), { force: true })
    if (chosen !== null) writeFileSync(path.join(place, `${how}-${chosen}`), words)
  }
  return {
    folder,
    calls: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    hang: (kind, word) => set('hang', kind, word),
    fail: (kind, words) => set('fail', kind, words),
  }
}
