/**
 * The index's file: a path enters, an open SQLite database with our tables leaves. Everything in it can be read from the run folders again,
 * so a file that is damaged or of another version is removed; where none can be kept, or another process keeps it, the index is in memory.
 */
import Database from 'libsql'
import { mkdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../../../shared/errors/errors.ts'
import { codeOf } from '../../store/file-errors.ts'
import { NoRegularFileError } from '../../store/regular-file.ts'

export type SqliteDatabase = InstanceType<typeof Database>

/** Another layout of the tables, or another meaning of what stands in them. */
const INDEX_VERSION = 4

const TABLES = `
  CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    group_id TEXT NOT NULL,
    configuration TEXT,
    name TEXT NOT NULL COLLATE NOCASE,
    state TEXT NOT NULL,
    strategy TEXT,
    network TEXT NOT NULL,
    dataset TEXT NOT NULL,
    created_at TEXT,
    started_at TEXT,
    ended_at TEXT,
    duration_ms REAL,
    seed_count INTEGER NOT NULL,
    metric TEXT,
    best_mean REAL,
    last_mean REAL,
    cells TEXT,
    units INTEGER,
    layer_count INTEGER,
    series_steps INTEGER,
    learning_rate REAL,
    batch INTEGER,
    training_steps INTEGER,
    epochs INTEGER,
    warmup_steps INTEGER,
    is_starred INTEGER NOT NULL,
    is_archived INTEGER NOT NULL,
    tags TEXT NOT NULL,
    words TEXT NOT NULL
  );
  CREATE INDEX runs_by_group ON runs (group_id);
  CREATE INDEX runs_by_configuration ON runs (configuration);
  CREATE INDEX runs_by_state ON runs (state);
  CREATE TABLE summaries (
    run INTEGER PRIMARY KEY,
    json TEXT NOT NULL,
    record_print TEXT NOT NULL,
    annotations_print TEXT NOT NULL
  );
  CREATE TABLE tags (tag TEXT NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (tag, run)) WITHOUT ROWID;
  CREATE INDEX tags_by_run ON tags (run);
  CREATE TABLE results (
    configuration TEXT NOT NULL,
    seed INTEGER NOT NULL,
    ended_at TEXT NOT NULL,
    run INTEGER NOT NULL,
    best REAL,
    last REAL,
    PRIMARY KEY (configuration, seed, ended_at, run)
  ) WITHOUT ROWID;
  CREATE INDEX results_by_run ON results (run);
  PRAGMA user_version = ${INDEX_VERSION};
`

export interface OpenedIndex {
  readonly database: SqliteDatabase
  readonly isInMemory: boolean
  /** What the user should know of an index that was made anew. */
  readonly notice: LabError | null
}

/** @param file null: in memory from the beginning */
export function openIndex(file: string | null): OpenedIndex {
  if (file === null) return openInMemory(null)
  try {
    const stats = statSync(file, { throwIfNoEntry: false })
    if (stats?.isFile() === false) return makeAnew(file, new NoRegularFileError(file, stats)) // a pipe would be waited for
    mkdirSync(path.dirname(file), { recursive: true })
    return { database: openFile(file), isInMemory: false, notice: null }
  } catch (error) {
    if (!isDamage(error)) return openInMemory(null) // read-only, no space, or another process's
    return makeAnew(file, error)
  }
}

/** Removes a damaged index and begins another one. */
export function makeAnew(file: string, cause: unknown): OpenedIndex {
  const notice = new LabError('run-index', 'the index of the runs is made anew.', {
    where: file,
    expected: 'an index of this version of the lab',
    found: cause instanceof Error ? cause.message : String(cause),
    remedy: 'Nothing is lost: everything in it is read from the run folders again.',
    cause,
  })
  try {
    for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${ending}`, { force: true, recursive: true })
    return { database: openFile(file), isInMemory: false, notice }
  } catch {
    return openInMemory(notice) // a folder in which nothing can be removed: told already
  }
}

/** Whether the file, not its disk or its owner, is what is wrong. */
export function isDamage(error: unknown): boolean {
  if (error instanceof OtherVersion) return true
  const code = codeOf(error)
  return typeof code === 'string' && /^SQLITE_(CORRUPT|NOTADB|FORMAT|ERROR|MISMATCH)/.test(code)
}

class OtherVersion extends Error {}

function openInMemory(notice: LabError | null): OpenedIndex {
  const database = new Database(':memory:')
  database.exec(TABLES)
  return { database, isInMemory: true, notice }
}

function openFile(file: string): SqliteDatabase {
  const database = new Database(file)
  try {
    // One process at a time: the lock needs no shared memory, and a second lab learns at once that the file is not its own.
    database.pragma('locking_mode = EXCLUSIVE')
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    const version = readVersion(database)
    if (version === 0) database.exec(`BEGIN; ${TABLES} COMMIT;`)
    else if (version !== INDEX_VERSION) throw new OtherVersion(`version ${version}`)
    const [check] = database.prepare('PRAGMA quick_check(1)').raw().all() as [[string]]
    if (check[0] !== 'ok') throw new OtherVersion(check[0])
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** 0 for a new file. @throws an error of SQLite; OtherVersion for somebody else's tables */
function readVersion(database: SqliteDatabase): number {
  const [[version]] = database.prepare('PRAGMA user_version').raw().all() as [[number]]
  const [[tableCount]] = database.prepare('SELECT COUNT(*) FROM sqlite_schema').raw().all() as [[number]]
  if (version === 0 && tableCount > 0) throw new OtherVersion('tables of another program')
  return version
}
