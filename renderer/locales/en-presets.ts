/** The words of the presets that come with the lab: their names beside the paper's tables, and what each of the others is. */
export const presets = {
  start: 'To begin with',
  paper: 'From the paper',
  figures: 'Figures of the paper',
  table: 'Table {number}: {task}',
  tasks: { 1: 'copy first input', 2: 'denoising', 3: 'permuted sequential MNIST' },
  shown: {
    mse: 'Test MSE ± deviation over three seeds',
    accuracy: 'Test accuracy ± deviation over three seeds',
  },
  metrics: { mse: 'test MSE', accuracy: 'test accuracy' },
  impossible: 'As printed; no three values of 0 or more can have this deviation.',
  place: '{cell}, {strategy}, {symbol} = {value}',
  result: '{place}: {mean} ± {std}',
  published: '{table}. Published: {metric} {mean} ± {std}.',
  of: {
    quick:
      'Copy the first input after 100 steps with a GRU of 128: without warm-up, warmed up, and as a double layer. A few minutes on two cores.',
    figure1:
      'Figure 1: loss and VAA of a GRU over 8,000 steps of denoising (n = 100, M = 3,000; T = 200, N = 5 and two layers of 256 are our choice).',
    figure2:
      'Figure 2: VAA* of both layers and VAA in 1,000 steps of warm-up on denoising (T = 200, N = 5 and GRUs of 256 are our choice; one training step follows).',
  },
}
