/** A run has one writer: a living one is never displaced, a dead one always is, and nobody removes a lock that is not theirs. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { writeRecordFile } from '../../../main/store/record-file.ts'
import type { RunStore } from '../../../main/store/run-store.ts'
import { bytesOf, complaintOf, storeWithRun, whileReadOnly } from './store-helpers.ts'
import { LINUX_LACK, POSIX_LACK, itUnless } from '../../needs.ts'

const OLD = new Date(Date.now() - 3_600_000)
const LATER = new Date(Date.now() + 3_600_000)

/** A run whose lock a living process holds. */
async function heldRun() {
  const run = await storeWithRun()
  const holder = spawn(process.execPath, [path.join(import.meta.dirname, 'lock-holder.ts'), run.home, run.id], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(holder, 'exit')
  const kill = async (): Promise<void> => {
    holder.kill('SIGKILL')
    await exited
  }
  onTestFinished(kill)
  await once(holder.stdout, 'data')
  const file = path.join(run.folder, 'lock')
  const lock = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
  return { ...run, file, lock, kill, pid: holder.pid! }
}

async function expectTakenOver(store: RunStore, id: string, folder: string): Promise<void> {
  const writer = await store.openWriter(id)
  expect(JSON.parse(await readFile(path.join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid })
  expect(await complaintOf(() => store.openWriter(id))).toMatchObject({ code: 'run-locked' })
  await writer.close()
  // The holder may have been killed before or after the first line of its log.
  const files = (await readdir(folder)).filter((name) => name !== 'log.jsonl')
  expect(files.sort()).toEqual(['metrics.jsonl', 'run.json'])
}

describe('a lock that counts', () => {
  it('of a living process refuses the second writer, and shows the run as running', async () => {
    const { store, id, folder, pid } = await heldRun()
    const before = await bytesOf(folder)
    expect(await complaintOf(() => store.openWriter(id))).toMatchObject({
      code: 'run-locked',
      exitCode: 1,
      detail: {
        where: id,
        found: `process ${pid} on ${os.hostname()}`,
        remedy: expect.stringContaining('Wait') as string,
      },
    })
    expect(await store.list()).toMatchObject([{ crashed: false, record: { status: 'running' } }])
    expect(await bytesOf(folder)).toEqual(before)
  })

  it.each<[string, (lock: Record<string, unknown>) => string, found: string, remedy: string]>([
    [
      'of another host',
      (lock) => JSON.stringify({ ...lock, host: 'far-away' }),
      'on far-away',
      'remove the file `lock`',
    ],
    ['without a start time', (lock) => JSON.stringify({ ...lock, startToken: null }), 'process', 'Wait'],
    ['with a damaged start time', (lock) => JSON.stringify({ ...lock, startToken: 7 }), 'process', 'Wait'],
    ['that is being written', () => '', 'a lock that is being written', 'Wait'],
    ['that is half written', () => '{"pid":1', 'a lock that is being written', 'Wait'],
  ])('%s', async (_, content, found, remedy) => {
    const { store, id, folder, file, lock } = await heldRun()
    await writeFile(file, content(lock))
    const before = await bytesOf(folder)
    expect(await complaintOf(() => store.openWriter(id))).toMatchObject({
      code: 'run-locked',
      detail: { found: expect.stringContaining(found) as string, remedy: expect.stringContaining(remedy) as string },
    })
    expect(await store.list()).toMatchObject([{ crashed: false }])
    expect(await bytesOf(folder)).toEqual(before)
  })

  itUnless(LINUX_LACK)('of a process that is stopped shows the run as running, however old its heartbeat', async () => {
    const { store, id, folder, pid } = await heldRun()
    process.kill(pid, 'SIGSTOP')
    await writeRecordFile(folder, { ...(await store.readRecord(id)), heartbeatAt: OLD.toISOString() })
    expect(await store.list()).toMatchObject([{ crashed: false, record: { status: 'running' } }])
    expect(await complaintOf(() => store.openWriter(id))).toMatchObject({ code: 'run-locked' })
  })

  it('of another host, which cannot be asked, shows the run as crashed once its heartbeat is old', async () => {
    const { store, id, folder, file, lock } = await heldRun()
    await writeFile(file, JSON.stringify({ ...lock, host: 'far-away' }))
    expect(await store.list()).toMatchObject([{ crashed: false }])
    await writeRecordFile(folder, { ...(await store.readRecord(id)), heartbeatAt: OLD.toISOString() })
    expect(await store.list()).toMatchObject([{ crashed: true }])
  })

  it('stays when a writer that has lost it closes', async () => {
    const { store, id, folder } = await storeWithRun()
    const writer = await store.openWriter(id)
    const file = path.join(folder, 'lock')
    const others = JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), hold: 'another' })
    await writeFile(file, others)
    await writer.close()
    expect(await readFile(file, 'utf8')).toBe(others)
  })
})

describe('a lock that counts no more', () => {
  it('of a killed process is taken over, and shows the run as crashed', async () => {
    const { store, id, folder, kill } = await heldRun()
    await kill()
    expect(await store.list()).toMatchObject([{ crashed: true, record: { status: 'running' } }])
    await expectTakenOver(store, id, folder)
  })

  itUnless(LINUX_LACK)('of a killed process whose parent never asks how it ended is taken over', async () => {
    const { store, id, folder, home } = await storeWithRun()
    const holder = [process.execPath, path.join(import.meta.dirname, 'lock-holder.ts'), home, id]
    // The shell becomes a program that waits for no child.
    const parent = spawn('sh', ['-c', '"$@" & exec sleep 600', 'sh', ...holder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void parent.kill('SIGKILL'))
    await once(parent.stdout, 'data')
    const { pid } = JSON.parse(await readFile(path.join(folder, 'lock'), 'utf8')) as { pid: number }
    process.kill(pid, 'SIGKILL')
    while (!/\) Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8'))) await setImmediate()
    expect(() => process.kill(pid, 0)).not.toThrow()
    // Once the last of its threads has ended, too.
    await expect.poll(() => store.list()).toMatchObject([{ crashed: true, record: { status: 'running' } }])
    await expectTakenOver(store, id, folder)
  })

  itUnless(LINUX_LACK)('of a dead process is taken over though another has its pid', async () => {
    const { store, id, folder, file, lock } = await heldRun()
    const [boot, tick] = String(lock.startToken).split('/')
    expect(Number(tick)).toBeGreaterThan(0)
    for (const startToken of [`${boot}/${Number(tick) - 1}`, `another-boot/${tick}`]) {
      await writeFile(file, JSON.stringify({ ...lock, startToken }))
      expect(await store.list()).toMatchObject([{ crashed: true }])
      await expectTakenOver(store, id, folder)
    }
  })

  it.each<[string, string, Date]>([
    ['is empty and old', '', OLD],
    ['is half written and old', '{"pid":1', OLD],
    ['is empty and from a clock that was put back', '', LATER],
    ['names no process', JSON.stringify({ pid: 0, host: os.hostname() }), OLD],
    ['names a group of processes', JSON.stringify({ pid: -1, host: os.hostname() }), OLD],
    ['names a process in words', JSON.stringify({ pid: 'me', host: os.hostname() }), OLD],
    ['is null', 'null', OLD],
  ])('%s', async (_, content, time) => {
    const { store, id, folder } = await storeWithRun()
    await writeFile(path.join(folder, 'lock'), content)
    await utimes(path.join(folder, 'lock'), time, time)
    await expectTakenOver(store, id, folder)
  })

  itUnless(POSIX_LACK)('is no file but a pipe', async () => {
    const { store, id, folder } = await storeWithRun()
    const file = path.join(folder, 'lock')
    execFileSync('mkfifo', [file])
    await utimes(file, OLD, OLD)
    await expectTakenOver(store, id, folder)
  })

  it('is taken over though one who took it over before was killed over that', async () => {
    const { store, id, folder, kill } = await heldRun()
    await kill()
    const guard = path.join(folder, 'lock.takeover')
    await writeFile(guard, '')
    expect(await complaintOf(() => store.openWriter(id))).toMatchObject({ code: 'run-locked' })
    await utimes(guard, OLD, OLD)
    await expectTakenOver(store, id, folder)
  })

  it('goes to one of many that want it at once', async () => {
    const { store, id, kill } = await heldRun()
    await kill()
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => store.openWriter(id)))
    const writers = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
    expect(writers).toHaveLength(1)
    for (const attempt of attempts)
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ code: 'run-locked' })
    await writers[0]!.close()
  })
})

itUnless(POSIX_LACK)('a run folder that may not be written says so', async () => {
  const { store, id, folder } = await storeWithRun()
  const before = await bytesOf(folder)
  const complaint = await whileReadOnly(folder, () => complaintOf(() => store.openWriter(id)))
  expect(complaint).toMatchObject({ code: 'run-folder', detail: { found: 'no permission' } })
  expect(await bytesOf(folder)).toEqual(before)
})
