/** What drivers tell of graphics processors: NVIDIA's program and Linux' files of cards, as they write it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { factsOf, parseNvidia, readGpuFacts } from '../../../main/engine/gpu-facts.ts'

it('NVIDIA’s lines are read a processor each, and what is not available is null', () => {
  const text = 'NVIDIA H100 80GB HBM3, 580.159.03, 81559, 4, 37\nGrid, 550.1, [N/A], [N/A], [N/A]\n'
  expect(parseNvidia(text)).toEqual([
    {
      name: 'NVIDIA H100 80GB HBM3',
      driver: '580.159.03',
      memoryBytes: 81559 * 2 ** 20,
      usedBytes: 4 * 2 ** 20,
      busyShare: 0.37,
    },
    { name: 'Grid', driver: '550.1', memoryBytes: null, usedBytes: null, busyShare: null },
  ])
  expect(parseNvidia('')).toEqual([])
})

it('cards of Linux are read where their driver tells their memory', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'lab-cards-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const card = async (name: string, files: Record<string, string>): Promise<void> => {
    await mkdir(path.join(folder, name, 'device'), { recursive: true })
    for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, name, 'device', file), text)
  }
  await card('card0', { mem_info_vram_total: '8573157376\n', mem_info_vram_used: '1000\n', gpu_busy_percent: '12\n' })
  await card('card1', {})
  await card('card0-DP-1', { mem_info_vram_total: '1\n' })
  const cards = (await readGpuFacts(folder)).filter(({ name }) => name === null)
  expect(cards).toEqual([{ name: null, driver: null, memoryBytes: 8573157376, usedBytes: 1000, busyShare: 0.12 }])
  expect(factsOf(cards, 'AMD Radeon')).toBe(cards[0])
  expect(
    await readGpuFacts(path.join(folder, 'none')).then((facts) => facts.filter(({ name }) => name === null)),
  ).toEqual([])
})

it('a device has the facts of its name, and none of another’s', () => {
  const [a, b] = parseNvidia('NVIDIA A100, 1, 10, 1, 1\nNVIDIA H100 80GB HBM3, 1, 20, 1, 1\n')
  expect(factsOf([a!, b!], 'NVIDIA H100 80GB HBM3')).toBe(b)
  expect(factsOf([a!, b!], 'llvmpipe')).toBeNull()
})
