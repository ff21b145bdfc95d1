/** The command line: reads the arguments, and loads and carries out the one command that is asked for. How it ends is report.ts's. */
import { Command, CommanderError } from 'commander'
import { BACKEND_NAMES, listNames } from '../../shared/backends/names.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { fieldRule } from '../../shared/experiments/field-rules.ts'
import { finishCommand } from './report.ts'
import { runInThread } from './run-in-thread.ts'
import { describeOption, RUN_OPTIONS } from './run-options.ts'
import { noteOutputError, writeOut } from './streams.ts'
import { vaaFlags } from './vaa-options.ts'

const program = new Command('lab')
  .description('Warmup Lab: recurrent networks that start training with many reachable attractors (arXiv:2106.01001).')
  .exitOverride()
  .configureOutput({ writeOut, writeErr: () => undefined })
  .enablePositionalOptions()
  .showSuggestionAfterError()

const withJson = (command: Command): Command => command.option('--json', 'one JSON object a line on stdout')
const withHome = (command: Command): Command =>
  command.option('--home <DIR>', 'folder of the runs (default: WARMUP_LAB_HOME or the data folder of the platform)')

/** What the user says of the data of a run that was made before. */
const withData = (command: Command): Command =>
  command
    .option('--data <FILE>', 'where the file of series of the run lies now')
    .option('--other-data', 'go on although the file holds other data than the run began with')

/** What the engine may use of this machine; results do not depend on it. */
const withEngine = (command: Command): Command =>
  command
    .option('--threads <N>', 'threads of the wasm engine (default: WARMUP_LAB_THREADS or every core)')
    .option('--memory <SIZE>', 'memory of the wasm engine, as 2GiB (default: WARMUP_LAB_MEMORY or 1.5GiB)')
    .option(
      '--adapter <DEVICE>',
      'graphics processor, by its id or name in `lab devices` (default: WARMUP_LAB_ADAPTER or the best)',
    )

const run = withEngine(
  withHome(withJson(program.command('run [CONFIG]').description('warm up, train and test a configuration'))),
).option('--print-config', 'print the resolved configuration and stop')
run.option('--trace <FILE>', "write what every thread or device of the engine did at first, in Chrome's trace format")
for (const option of RUN_OPTIONS) run.option(option.flags, describeOption(option))
run.option(
  '--set <FIELD=JSON...>',
  'set any field of the configuration, for example --set training.optimizer.clipNorm=1',
)
run.action((file: string | undefined, options: Record<string, unknown>) => runInThread('run', [file, options]))

withData(
  withEngine(
    withHome(
      withJson(
        program
          .command('resume <RUN>')
          .description(
            'go on with a run, or with all unfinished runs of a group; seeds that have diverged stay left out',
          ),
      ),
    ),
  ),
)
  .option(
    '--backend <NAME>',
    `goes on with another engine than it began on, which rounds differently: ${listNames(BACKEND_NAMES)}`,
  )
  .action((name: string, options: Record<string, unknown>) => runInThread('resume', [name, options]))
const fork = withData(
  withEngine(
    withHome(
      withJson(
        program
          .command('fork <RUN>')
          .description(
            'go on from a checkpoint of a run with another training, as a new run; seeds that had diverged there stay left out',
          ),
      ),
    ),
  ),
).option('--checkpoint <NAME>', 'last; warmed-up: the end of its warm-up; or step-N, if it was kept', 'last')
for (const option of RUN_OPTIONS.filter(({ field }) => field !== ''))
  fork.option(option.flags, describeOption(option, false))
fork
  .option(
    '--set <FIELD=JSON...>',
    'set any field that a fork may change, for example --set training.schedule.kind=\'"cosine"\'',
  )
  .action((name: string, options: Record<string, unknown>) => runInThread('fork', [name, options]))
withEngine(
  withHome(
    withJson(
      program.command('sweep <FILE>').description('run every point of a sweep, or go on with a sweep by its name'),
    ),
  ),
)
  .option('--rerun-failed', 'take up runs that have failed, from their last checkpoint')
  .option('--table', 'only print what the points have come to')
  .option('--data <FILE>', 'where a file of series of the sweep lies now')
  .option('--csv <FILE>', 'write every result, a line a seed')
  .action((file: string, options: Record<string, unknown>) => runInThread('sweep', [file, options]))
withHome(withJson(program.command('sweeps').description('list the sweeps'))).action(
  async (options: Record<string, unknown>) => (await import('./commands/sweep.ts')).sweepsCommand(options),
)
withHome(
  withJson(
    program.command('compare <RUNS...>').description('compare finished runs over their seeds, each with the first'),
  ),
).action(async (names: string[], options: Record<string, unknown>) =>
  (await import('./commands/compare.ts')).compareCommand(names, options),
)
withHome(withJson(program.command('runs').description('list the runs')))
  .addHelpText('after', '\nDeleted runs: lab trash')
  .action(async (options: Record<string, unknown>) => (await import('./commands/runs.ts')).runsCommand(options))
const trash = withHome(
  withJson(program.command('trash').description('list deleted runs and sweeps')),
).enablePositionalOptions()
trash.action(async (options: Record<string, unknown>) => (await import('./commands/trash.ts')).trashCommand(options))
withHome(
  withJson(
    trash
      .command('restore <IDS...>')
      .description('take deleted runs and sweeps back, a sweep with the runs deleted with it'),
  ),
).action(async (names: string[], options: Record<string, unknown>) =>
  (await import('./commands/trash.ts')).restoreCommand(names, options),
)
withHome(
  withJson(
    trash.command('erase [IDS...]').description('erase deleted runs and sweeps for good, a sweep with its runs'),
  ),
)
  .option('--all', 'everything in the trash')
  .option('--yes', 'without a question; needed where there is no terminal')
  .action(async (names: string[], options: Record<string, unknown>) =>
    (await import('./commands/trash.ts')).eraseCommand(names, options),
  )
withEngine(
  withJson(program.command('verify <CASES...>').description('check golden cases on each backend that works here')),
)
  .option('--backend <NAMES>', `only these: ${listNames(BACKEND_NAMES)}, separated by commas`)
  .action(async (files: string[], options: Record<string, unknown>) =>
    (await import('./commands/verify.ts')).verifyCommand(files, options),
  )
const vaa = withData(
  withEngine(
    withHome(withJson(program.command('vaa <RUN>').description('measure VAA and VAA* of the weights of a run'))),
  ),
).option('--weights <WHICH>', 'best, last, or a kept checkpoint: warmed-up, step-N', 'best')
for (const { flags, description, value } of vaaFlags()) vaa.option(flags, description, value ?? undefined)
vaa.action(async (name: string, options: Record<string, unknown>) =>
  (await import('./commands/vaa.ts')).vaaCommand(name, options),
)
withJson(program.command('cell <FILE>').description('show a cell: equations, shapes, parameters, stages, derivative'))
  .option('--inputs <I>', 'inputs to count parameters for', '1')
  .option('--units <H>', 'units to count parameters for', String(fieldRule('layers.*.units').default))
  .action(async (file: string, options: Record<string, unknown>) =>
    (await import('./commands/cell.ts')).cellCommand(file, options),
  )
withJson(
  program
    .command('dataset [CONFIG]')
    .description('show shapes, ranges and an example of the dataset of a configuration'),
)
  .option('--preset <NAME>', 'the dataset of a preset')
  .action(async (file: string | undefined, options: Record<string, unknown>) =>
    (await import('./commands/dataset.ts')).datasetCommand(file, options),
  )
const memory = withEngine(
  withJson(
    program.command('memory [CONFIG]').description('show what a training step of a configuration takes of memory'),
  ),
)
for (const option of RUN_OPTIONS) memory.option(option.flags, describeOption(option))
memory.action(async (file: string | undefined, options: Record<string, unknown>) =>
  (await import('./commands/memory.ts')).memoryCommand(file, options),
)
withJson(program.command('presets [NAME]').description('list the presets, or print one')).action(
  async (name: string | undefined, options: Record<string, unknown>) =>
    (await import('./commands/presets.ts')).presetsCommand(name, options),
)
withEngine(
  withJson(
    program.command('devices').description('list engines and devices of this machine, and why each can be used or not'),
  ),
)
  .option('--measure <CONFIG>', 'time a training step of a configuration, or of a preset, on each')
  .action(async (options: Record<string, unknown>) => (await import('./commands/devices.ts')).devicesCommand(options))
withHome(withJson(program.command('export <RUN>').description('write the trained weights of one seed to a file')))
  .option('--format <FORMAT>', 'safetensors or npz', 'safetensors')
  .option('--output <FILE>', 'where to; default: RUN-seedN.FORMAT')
  .option('--seed <N>', 'which seed; default: the best')
  .option('--weights <WHICH>', 'best, last, or a kept checkpoint: warmed-up, step-N', 'best')
  .action(async (name: string, options: Record<string, unknown>) =>
    (await import('./commands/export.ts')).exportCommand(name, options),
  )
withEngine(withJson(program.command('bench').description('measure one training step of a preset on a backend')))
  .option('--preset <NAME>', 'which network and batch', 'quick')
  .option('--backend <NAME>', listNames(BACKEND_NAMES), 'wasm')
  .action(async (options: Record<string, unknown>) => (await import('./commands/bench.ts')).benchCommand(options))
withEngine(
  withHome(withJson(program.command('serve').description('serve the screens of the lab to a browser on this machine'))),
)
  .option('--port <PORT>', 'on 127.0.0.1; default: that of the last time, or any that is free')
  .action(async (options: Record<string, unknown>) => (await import('./commands/serve.ts')).serveCommand(options))
withEngine(
  withHome(
    withJson(program.command('start').description('open the desktop, or serve the screens where there is none')),
  ),
)
  .option('--port <PORT>', 'of the served screens; default: that of the last time, or any that is free')
  .action(async (options: Record<string, unknown>) => (await import('./commands/start.ts')).startCommand(options))
withJson(
  program
    .command('setup <WHAT> [FLAVOUR]')
    .description(
      'set up what the lab gets from elsewhere: tensorflow, as cpu or, for graphics processors of NVIDIA, as cuda',
    ),
)
  .option('--remove', 'remove it again')
  .action(async (what: string, flavour: string | undefined, options: Record<string, unknown>) =>
    (await import('./commands/setup.ts')).setupCommand(what, flavour, options),
  )
program
  .command('schema')
  .description('print the JSON Schema of a configuration')
  .action(async () => (await import('./commands/presets.ts')).schemaCommand())

if (process.platform === 'win32') process.stdout.on('error', noteOutputError)

async function carryOut(): Promise<void> {
  try {
    await program.parseAsync(process.argv.length > 2 ? process.argv : [...process.argv, '--help'])
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Its way out of `--help`.
    if (error.exitCode !== 0) throw new LabError('usage', error.message.replace(/^error: /, ''))
  }
}

await finishCommand(carryOut, process.argv.includes('--json'))
