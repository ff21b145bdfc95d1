/** Presets as windows see them: the lab's, and the user's own, which are saved, replaced and removed here; the files are the store's. */
import type { ExperimentConfig } from '../../shared/experiments/config.ts'
import { presets } from '../../shared/experiments/presets.ts'
import { parseConfig } from '../../shared/experiments/read-config.ts'
import { LabError } from '../../shared/errors/errors.ts'
import type { PresetView } from '../../shared/protocol/views.ts'
import { fromWireError, toWireError } from '../../shared/errors/wire-error.ts'
import { withAbsolutePaths } from '../engine/run-data.ts'
import { removeOwnPreset, writeOwnPreset } from '../store/own-presets.ts'
import type { DesignDesk } from './designs/design-desk.ts'
import { describeDatasetConfig, describeLayers } from './run-summaries.ts'

export class PresetShelf {
  readonly #home: string
  readonly #designs: DesignDesk
  #published: readonly PresetView[] | null = null

  /** @param designs reads configurations, which may take it long */
  constructor(home: string, designs: DesignDesk) {
    this.#home = home
    this.#designs = designs
  }

  /** The user's own first. @param tell hears of files that cannot be read */
  async list(tell: (error: LabError) => void): Promise<PresetView[]> {
    const { configs, errors } = await this.#designs.ask('own-presets', null).catch((error: unknown) => {
      if (!(error instanceof LabError) || error.code !== 'worker') throw error
      return { configs: [], errors: [toWireError(error)] } // the lab's are there in any case
    })
    errors.forEach((error) => tell(fromWireError(error)))
    this.#published ??= presets.map(({ name, description, config, published }) => ({
      id: name,
      name,
      description,
      published,
      isOwn: false,
      config: parseConfig(config, `preset ${name}`),
    }))
    return [...configs.map(viewOwn), ...this.#published]
  }

  /** @returns the one of this name that it replaces, or null. @throws LabError `config` */
  async save(json: unknown): Promise<PresetView | null> {
    const config = withAbsolutePaths(await this.#designs.ask('read', json), this.#home) // the file is read from anywhere
    const replaced = await this.#find(config.name)
    await writeOwnPreset(this.#home, config)
    return replaced
  }

  /** @returns the one that was removed. @throws LabError `usage` when there is none */
  async remove(name: string): Promise<PresetView> {
    const removed = await this.#find(name)
    if (removed === null)
      throw new LabError('usage', 'There is no preset of yours of this name.', {
        where: name,
        remedy: 'It may have been removed in another window.',
      })
    await removeOwnPreset(this.#home, name)
    return removed
  }

  async #find(name: string): Promise<PresetView | null> {
    const { configs } = await this.#designs.ask('own-presets', null)
    const found = configs.find((config) => config.name === name)
    return found ? viewOwn(found) : null
  }
}

function viewOwn(config: ExperimentConfig): PresetView {
  const { name, dataset, layers, strategies } = config
  const network = describeLayers(layers, strategies?.at(-1) ?? 'none')
  return {
    id: `own/${name}`,
    name,
    description: `${describeDatasetConfig(dataset)}, ${network}`,
    published: null,
    isOwn: true,
    config,
  }
}
