/** `lab presets` lists or prints the known configurations; `lab schema` prints what a configuration may hold. */
import { presets } from '../../../shared/experiments/presets.ts'
import { configJsonSchema } from '../../../shared/experiments/schema.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { formatTable, print, printJson } from '../output.ts'

export function presetsCommand(name: string | undefined, options: Readonly<Record<string, unknown>>): void {
  if (name !== undefined) {
    const preset = presets.find((entry) => entry.name === name)
    if (!preset)
      throw new LabError('usage', 'There is no preset of this name.', {
        where: 'presets',
        expected: 'a name that `lab presets` lists',
        found: `\`${name}\``,
      })
    if (options.json) printJson({ type: 'preset', ...preset })
    else print(JSON.stringify(preset.config, null, 2))
    return
  }
  if (options.json) for (const preset of presets) printJson({ type: 'preset', ...preset })
  else
    print(
      formatTable(
        ['preset', 'what it is'],
        presets.map((preset) => [preset.name, preset.description]),
      ),
    )
}

export function schemaCommand(): void {
  print(JSON.stringify(configJsonSchema(), null, 2))
}
