/** Wrong flags, configurations, cells, datasets and runs: each has its typed error and exit code, no stack trace, and nothing lost. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileCell } from '../../../shared/compiler/passes.ts'
import { presets } from '../../../shared/experiments/presets.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { lab, temporaryFolder } from './lab.ts'

const quick = presets[0]!.config
const change = (path_: string, value: unknown): unknown => {
  const copy = structuredClone(quick) as Record<string, unknown>
  const keys = path_.split('.')
  let at = copy
  for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>
  at[keys.at(-1)!] = value
  return copy
}

describe('a wrong configuration names its field', () => {
  it.each<[string, unknown, string]>([
    ['null', null, 'config.json'],
    ['a list', [], 'config.json'],
    ['no dataset', { name: 'x' }, 'dataset'],
    ['unknown dataset', change('dataset.kind', 'imagenet'), 'dataset.kind'],
    ['one step', change('dataset.steps', 1), 'dataset.steps'],
    ['half a step', change('dataset.steps', 10.5), 'dataset.steps'],
    ['no training series', change('dataset.counts.train', 0), 'dataset.counts.train'],
    ['negative test series', change('dataset.counts.test', -1), 'dataset.counts.test'],
    ['text for a number', change('training.batch', '32'), 'training.batch'],
    ['a misspelt field', change('trainings', {}), 'Did you mean `training`'],
    ['a misspelt inner field', change('training.bach', 3), 'Did you mean `batch`'],
    ['a misspelt optimiser field', change('training.optimizer.learningrate', 3), 'Did you mean `learningRate`'],
    ['a negative learning rate', change('training.optimizer.learningRate', -1), 'training.optimizer.learningRate'],
    ['beta of one', change('training.optimizer.beta1', 1), 'training.optimizer.beta1'],
    ['an unknown optimiser', change('training.optimizer.kind', 'lion'), 'training.optimizer.kind'],
    ['an unknown schedule', change('training.schedule', { kind: 'linear' }), 'training.schedule'],
    ['dropout of one', change('training.dropout', 1), 'training.dropout'],
    ['k above one', change('warmup.target', 1.5), 'warmup.target'],
    ['epsilon of zero', change('warmup.epsilon', 0), 'warmup.epsilon'],
    ['one series in a warm-up batch', change('warmup.batch', 1), 'warmup.batch'],
    ['no layer', change('layers', []), 'layers'],
    ['no units', change('layers', [{ units: 0 }]), 'layers[0].units'],
    ['a split without a rest', change('layers', [{ units: 8, warmUnits: 8 }]), 'layers[0].warmUnits'],
    [
      'parts in one layer only',
      change('layers', [{}, { parts: [{ cell: 'gru', units: 3, warm: true }] }]),
      'parts in all layers',
    ],
    ['an unknown scheme', change('layers', [{ initialValues: { scheme: 'magic' } }]), 'layers[0].initialValues.scheme'],
    ['an unknown strategy', change('strategies', ['hot']), 'strategies[0]'],
    ['a strategy twice', change('strategies', ['none', 'none']), 'strategies'],
    ['no seed', change('seeds', []), 'seeds'],
    ['a seed twice', change('seeds', [1, 1]), 'seeds'],
    ['a negative seed', change('seeds', [-1]), 'seeds[0]'],
    ['an unknown backend', change('backend', 'cuda'), 'backend'],
    [
      'no room for marks',
      change('dataset', { kind: 'denoising', steps: 20, forbiddenSteps: 19 }),
      'dataset.forbiddenSteps',
    ],
    [
      'more digits than MNIST has',
      change('dataset', { kind: 'mnist', counts: { train: 60000, validation: 1 } }),
      'dataset.counts',
    ],
    [
      'more test digits than MNIST has',
      change('dataset', { kind: 'mnist', counts: { test: 10001 } }),
      'dataset.counts.test',
    ],
    ['a file without a path', change('dataset', { kind: 'file', task: 'regression' }), 'dataset.path'],
    ['no checkpoint ever', change('checkpointEverySteps', 0), 'checkpointEverySteps'],
  ])('%s', (_, json, part) => {
    let error: unknown
    try {
      parseConfig(json, 'config.json')
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(LabError)
    expect(error).toMatchObject({ code: 'config', exitCode: 2 })
    expect((error as LabError).message).toContain(part)
  })
})

describe('a wrong cell names line, column and remedy', () => {
  it.each<[string, string, 'cell-syntax' | 'cell-shape', number, number]>([
    ['empty', '', 'cell-syntax', 1, 1],
    ['only a comment', '# nothing', 'cell-syntax', 1, 1],
    ['an unknown character', "h' = tanh(W x) ? 1", 'cell-syntax', 1, 16],
    ['an open parenthesis', "h' = tanh(W x", 'cell-syntax', 1, 14],
    ['a parenthesis too many', "h' = tanh(W x))", 'cell-syntax', 1, 15],
    ['no operand', "h' = W x +", 'cell-syntax', 1, 11],
    ['a vector applied', "h' = b x", 'cell-syntax', 1, 8],
    ['an unknown function', "h' = swish(W x)", 'cell-syntax', 1, 6],
    ['too few arguments', "h' = clip(W x, 1)", 'cell-syntax', 1, 6],
    ['too many arguments', "h' = tanh(W x, 1)", 'cell-syntax', 1, 6],
    ['a function without arguments', "h' = W x + tanh", 'cell-syntax', 1, 16],
    ['a slope that is no number', "h' = leaky_relu(W x, b)", 'cell-syntax', 1, 22],
    ['a broken power', "h' = (W x)^1.5", 'cell-syntax', 1, 12],
    ['a large power', "h' = (W x)^99", 'cell-syntax', 1, 12],
    ['a matrix alone', "h' = W * x", 'cell-syntax', 1, 8],
    ['a matrix at the end', "h' = x + W", 'cell-syntax', 1, 11],
    ['a matrix defined', "H = x\nh' = W x", 'cell-syntax', 1, 1],
    ['a function defined', "tanh = x\nh' = W x", 'cell-syntax', 1, 1],
    ['no equals sign', "h' tanh(W x)", 'cell-syntax', 1, 4],
    ['a bad name', "cell Bad Name\nh' = W x", 'cell-syntax', 1, 1],
    ['a dimension that is none', "U: H x 3\nh' = U h", 'cell-syntax', 1, 8],
    ['a vector of two dimensions', "w: H x H\nh' = w * h", 'cell-syntax', 1, 1],
    ['a rule that is none', "h' = W x\ninit W: magic", 'cell-syntax', 2, 9],
    ['a rule without its number', "h' = W x + b\ninit b: constant", 'cell-syntax', 2, 9],
    ['an unknown constant', "h' = W x + b\ninit b: constant(T)", 'cell-syntax', 2, 18],
    ['chrono for three', "h' = W x + b + c + d\ninit b, c, d: chrono(9)", 'cell-syntax', 2, 15],
    ['no state', 'h = tanh(W x)', 'cell-shape', 1, 1],
    ['a prime without a state', "h' = W x + c'", 'cell-shape', 1, 12],
    ['use before definition', "h' = f * h\nf = sigmoid(W x)", 'cell-shape', 1, 6],
    ['a name twice', "f = W x\nf = W x\nh' = f", 'cell-shape', 2, 1],
    ['the input defined', "x = W x\nh' = x", 'cell-shape', 1, 1],
    ['the old state defined', "h = W x\nh' = h", 'cell-shape', 1, 1],
    ['input times state', "h' = x * h", 'cell-shape', 1, 10],
    ['a vector of both dimensions', "h' = W (w_c * x) + w_c * h", 'cell-shape', 1, 20],
    ['a matrix for two widths', "h' = W x + W h", 'cell-shape', 1, 12],
    ['a matrix of a number', "h' = W 3", 'cell-shape', 1, 6],
    ['a state that is a number', "h' = 3", 'cell-shape', 1, 1],
    ['a state of the wrong width', "h' = tanh(x)", 'cell-shape', 1, 1],
    ['a temporary for nothing', "f = W x\nh' = U h", 'cell-shape', 1, 1],
    ['a declaration for nothing', "w: H\nh' = U h", 'cell-shape', 1, 1],
    ['a declaration twice', "w: H\nw: H\nh' = w * h", 'cell-shape', 2, 1],
    ['a declaration of the input', "x: H\nh' = U x", 'cell-shape', 1, 1],
    ['an output that is no state', "h' = W x\noutput c", 'cell-shape', 2, 8],
    ['a rule for no parameter', "h' = W x\ninit U: zeros", 'cell-shape', 2, 1],
    ['two rules for one', "h' = W x\ninit W: zeros\ninit W: ones", 'cell-shape', 3, 1],
    ['an orthogonal vector', "h' = W x + b\ninit b: orthogonal", 'cell-shape', 2, 1],
  ])('%s', (_, text, code, line, column) => {
    let error: unknown
    try {
      compileCell(text, 'my-cell.txt')
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(LabError)
    expect(error).toMatchObject({ code, exitCode: 2, detail: { location: { line, column } } })
    expect((error as LabError).message).toContain(`my-cell.txt, line ${line}, column ${column}`)
  })
})

describe('the command line answers with the exit code and one line', () => {
  const home = temporaryFolder()
  const file = (name: string, content: string): string => {
    const full = path.join(home, name)
    writeFileSync(full, content)
    return full
  }
  beforeAll(() => mkdirSync(path.join(home, 'runs', 'damaged'), { recursive: true }))
  afterAll(() => expect(readdirSync(path.join(home, 'runs'))).toEqual(['damaged']))

  it.each<[string, () => string[], number, string]>([
    ['an unknown command', () => ['fly'], 2, 'usage'],
    ['an unknown flag', () => ['run', '--fast'], 2, 'usage'],
    ['a flag without its value', () => ['run', '--preset'], 2, 'usage'],
    ['nothing to run', () => ['run'], 2, 'usage'],
    ['an unknown preset', () => ['run', '--preset', 'slow'], 2, 'usage'],
    ['a number that is none', () => ['run', '--preset', 'quick', '--steps', 'many'], 2, 'usage'],
    ['an unknown cell', () => ['run', '--preset', 'quick', '--cell', 'grue'], 2, 'config'],
    ['a cell file that is missing', () => ['run', '--preset', 'quick', '--cell', './none.txt'], 2, 'usage'],
    [
      'a cell file that is wrong',
      () => ['run', '--preset', 'quick', '--cell', file('bad.txt', "h' = x *")],
      2,
      'cell-syntax',
    ],
    ['an assignment that is none', () => ['run', '--preset', 'quick', '--set', 'training'], 2, 'usage'],
    ['a value that is no JSON', () => ['run', '--preset', 'quick', '--set', 'name=my run'], 2, 'usage'],
    ['a missing file', () => ['run', 'none.json'], 2, 'usage'],
    ['a file that is no JSON', () => ['run', file('bad.json', '{')], 2, 'config'],
    [
      'a dataset file that is missing',
      () => [
        'run',
        file('own.json', JSON.stringify({ dataset: { kind: 'file', path: 'none.npz', task: 'regression' } })),
      ],
      1,
      'dataset',
    ],
    ['a run that is not there', () => ['resume', 'nothing'], 2, 'usage'],
    ['a case that is missing', () => ['verify', 'none.json'], 2, 'usage'],
    ['a case that is wrong', () => ['verify', file('case.json', '{"kind":"train"}')], 1, 'golden-case'],
    ['an export of nothing', () => ['export', 'nothing'], 2, 'usage'],
    ['a format that is none', () => ['export', 'nothing', '--format', 'onnx'], 2, 'usage'],
    ['a cell that is not there', () => ['cell', 'none.txt'], 2, 'usage'],
    ['a preset that is not there', () => ['presets', 'none'], 2, 'usage'],
    ['no threads', () => ['run', '--preset', 'quick', '--threads', '0'], 2, 'usage'],
    [
      'a trace in a folder that is not',
      () => ['run', '--preset', 'quick', '--trace', '/no/such/folder/t.json'],
      2,
      'usage',
    ],
    [
      'a trace of a backend without threads',
      () => ['run', '--preset', 'quick', '--backend', 'reference', '--trace', 't.json'],
      2,
      'usage',
    ],
    ['memory without a unit', () => ['run', '--preset', 'quick', '--memory', '2000'], 2, 'usage'],
    ['more memory than addresses', () => ['run', '--preset', 'quick', '--memory', '5GiB'], 2, 'usage'],
    [
      'a step that does not fit into memory',
      () => ['run', '--preset', 'table3-gru-none', '--memory', '50MB'],
      1,
      'backend',
    ],
    ['threads that are no number', () => ['run', '--preset', 'quick', '--threads', 'all'], 2, 'usage'],
    ['a measure of no series', () => ['vaa', 'nothing', '--series', '0'], 2, 'usage'],
  ])('%s', async (_, args, exitCode, code) => {
    const { code: found, stdout, stderr } = await lab(args(), home)
    expect({ found, stderr }).toMatchObject({
      found: exitCode,
      stderr: expect.stringContaining(`error [${code}]`) as string,
    })
    expect(stdout).toBe('')
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})
