/** The built renderer as answers: a path enters, the file's bytes with its headers leave. All files are read once, so no path leads out. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.json': 'application/json',
  '.map': 'application/json',
}

export interface StaticFile {
  readonly bytes: Buffer
  readonly type: string
  /** Whether its name holds a hash of its content. */
  readonly isImmutable: boolean
}

export class StaticFiles {
  readonly #files: ReadonlyMap<string, StaticFile>

  private constructor(files: ReadonlyMap<string, StaticFile>) {
    this.#files = files
  }

  static async read(folder: string): Promise<StaticFiles> {
    const names = await listFiles(folder, '')
    const files = await Promise.all(
      names.map(async (name): Promise<[string, StaticFile]> => {
        const bytes = await readFile(path.join(folder, name))
        const type = TYPES[path.extname(name)] ?? 'application/octet-stream'
        return [`/${name}`, { bytes, type, isImmutable: name.startsWith('assets/') }]
      }),
    )
    return new StaticFiles(new Map(files))
  }

  /** A view's path, which has no ending, is answered with the page. @param pathname without query */
  get(pathname: string): StaticFile | undefined {
    return this.#files.get(pathname) ?? (/\.[a-z0-9]+$/i.test(pathname) ? undefined : this.#files.get('/index.html'))
  }
}

/** Names with `/`, hidden files left out. Electron 22's Node 16 cannot list folders within folders by itself. */
async function listFiles(folder: string, prefix: string): Promise<string[]> {
  const entries = await readdir(path.join(folder, prefix), { withFileTypes: true })
  const names = await Promise.all(
    entries
      .filter(({ name }) => !name.startsWith('.'))
      .map((entry) =>
        entry.isDirectory()
          ? listFiles(folder, `${prefix}${entry.name}/`)
          : Promise.resolve([`${prefix}${entry.name}`]),
      ),
  )
  return names.flat()
}
