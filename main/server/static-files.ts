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
    const entries = await readdir(folder, { withFileTypes: true, recursive: true })
    const files = await Promise.all(
      entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .map(async (entry): Promise<[string, StaticFile]> => {
          const file = path.join(entry.parentPath, entry.name)
          const name = path.relative(folder, file).split(path.sep).join('/')
          return [
            `/${name}`,
            {
              bytes: await readFile(file),
              type: TYPES[path.extname(name)] ?? 'application/octet-stream',
              isImmutable: name.startsWith('assets/'),
            },
          ]
        }),
    )
    return new StaticFiles(new Map(files))
  }

  /** A view's path, which has no ending, is answered with the page. @param pathname without query */
  get(pathname: string): StaticFile | undefined {
    return this.#files.get(pathname) ?? (/\.[a-z0-9]+$/i.test(pathname) ? undefined : this.#files.get('/index.html'))
  }
}
