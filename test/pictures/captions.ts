/**
 * The README's words beside its pictures: the numbers of the recorded run enter, the captions leave, and the README with them. `npm run pictures`
 * writes them; a test compares what stands in the README with what is recorded.
 */
import { formatDuration, formatNumber as inTerminal } from '../../main/cli/output.ts'
import { formatNumber as onScreen } from '../../renderer/words/format.ts'
import type { Recorded, RecordedStrategy, RecordedVaa } from './recorded.ts'

export type Picture = 'terminal-run' | 'design' | 'run' | 'compare'

const between = ({ low, high }: RecordedVaa): string =>
  low === high ? onScreen(low) : `between ${onScreen(low)} and ${onScreen(high)}`

function strategyOf({ strategies }: Recorded, name: string): RecordedStrategy {
  const found = strategies.find(({ strategy }) => strategy === name)
  if (found === undefined) throw new Error(`there is no ${name} among what was recorded`)
  return found
}

/** Alternative texts of the pictures, without brackets. */
export function captions(recorded: Recorded): Record<Picture, string> {
  const [none, warm, double] = ['none', 'warmed-up', 'double'].map((name) => strategyOf(recorded, name)) as [
    RecordedStrategy,
    RecordedStrategy,
    RecordedStrategy,
  ]
  const [first] = double.vaa
  const warmed = double.vaa.findLast(({ phase }) => phase === 'warm-up')
  const last = double.vaa.at(-1)
  return {
    'terminal-run': `A terminal in which the quick preset runs. No warm-up ends at a test MSE of ${inTerminal(none.mean)}, warmed up at ${inTerminal(warm.mean)}; the double layer is in the middle of its training, with a progress bar, steps a second, time left, VAA, loss and validation. Later: the table of means and deviations, double layer ${inTerminal(double.mean)}.`,
    design: `The design of the quick preset: the paper's tables, each printed result of which opens its experiment; fields with the paper's symbols, examples of the series; beside them the three networks with their parameters and memory, and ${recorded.estimate} in all, measured before the start.`,
    run: `Its double layer, trained: the last losses, VAA and the test result with their deviations; below them the training loss of three seeds, smoothed and pale behind it as it was measured, with its band, and the validation loss, which is never smoothed; then VAA\\* and VAA, ${between(first!)} before the warm-up, ${between(warmed!)} after it and ${between(last!)} after training: a bar where states are still on their way to their attractors. Test MSE ${onScreen(double.mean)}.`,
    compare: `Its three strategies compared: a table of means, standard deviations, 95% intervals and paired tests against no warm-up; validation loss of the three over the steps of training with bands; test MSE as bars with whiskers on a logarithmic axis: ${onScreen(none.mean)}, ${onScreen(warm.mean)} and ${onScreen(double.mean)}.`,
  }
}

/** What stands below the terminal's picture. */
export const terminalNote = ({ runMs }: Recorded): string =>
  `(Copy the first input after 100 steps; ${formatDuration(runMs / 1000)} on two cores. \`npm run pictures\` records and draws it.)`

const NOTE = /^\(Copy the first input after .*\)$/m

/** @returns the README with these words; the same one, where it has them already */
export function withCaptions(readme: string, recorded: Recorded): string {
  return Object.entries(captions(recorded)).reduce(
    (text, [name, caption]) =>
      text.replace(
        new RegExp(`!\\[[^\\]]*\\]\\(test/pictures/${name}\\.png\\)`),
        () => `![${caption}](test/pictures/${name}.png)`,
      ),
    readme.replace(NOTE, () => terminalNote(recorded)),
  )
}
