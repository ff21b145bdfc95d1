/** What a run has come to, the plots of its chart, and what is kept of it as a file, in English. */
export const headline = {
  title: 'What it has come to',
  loss: 'Training loss, {unit}',
  validation: 'Validation loss, {unit}',
  accuracy: 'Validation accuracy',
  vaa: 'VAA',
  'vaa-star': 'VAA*',
  test: { mse: 'Test loss, MSE', accuracy: 'Test accuracy', 'cross-entropy': 'Test loss, nats' },
  upTo: 'to',
  notYet: 'not measured yet',
  afterTraining: 'after the training',
  bestWeights: 'best weights; last {last}',
  lastWeights: 'last weights',
}

export const unit = { mse: 'MSE', nats: 'nats', meanSquare: 'mean squared error', crossEntropy: 'cross-entropy, nats' }

export const plots = {
  loss: 'Loss ({unit})',
  accuracy: 'Accuracy (share of right answers)',
  attractors: 'VAA, VAA* (share of different attractors)',
}

export const across = {
  label: 'Axis',
  step: 'steps',
  log: 'steps, log',
  epoch: 'epochs',
  time: 'time',
  axis: {
    epoch: 'epochs of the training',
    time: 'time trained without pauses ({unit})',
  },
}

export const exports = {
  what: 'What',
  which: { best: 'best validation', last: 'last step' },
  whichAt: { best: 'best validation until {at}', last: 'last step: {at}' },
  kept: {
    last: '{at}',
    'warmed-up': 'end of the warm-up: {at}',
    kept: 'kept on the way: {at}',
  },
  bestSeed: '{seed}, best test',
  weightsOf: 'Export weights of seed {seed}',
  csv: 'Export the series',
  config: 'Export the configuration',
  about: {
    safetensors:
      'Every parameter of one network as a tensor in 32-bit numbers, under PyTorch’s names where PyTorch has the cell; run, seed, cells and classes as metadata.',
    npz: 'Every parameter of one network as an array for NumPy, under PyTorch’s names where PyTorch has the cell; run, seed, cells and classes beside them.',
    csv: 'Every value that was logged, of all seeds: series, phase, step, seed, value.',
    config: 'The whole design with every default filled in; `lab run` and the design view open it.',
  },
  written: 'Saved {file}, {size}.',
  tensors: 'It holds {count} tensor of seed {seed}: | It holds {count} tensors of seed {seed}:',
  tensorList: 'Tensors and their shapes',
}
