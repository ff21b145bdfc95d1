/**
 * The words of the hyperparameters, by their place in the configuration: `label` beside the field, `help` on demand, `empty` for what no
 * value means, `options` of a choice. Symbols and equations are those of the paper.
 */
export const fields = {
  name: { label: 'Name', help: 'Your name for the experiment. Its run folders and charts carry it.' },
  dataset: {
    kind: {
      label: 'Dataset',
      help: 'What the network is to learn. Copy first input and denoising are generated from the seed; sequential MNIST reads an image as a series; own series come from a file of yours (NPZ, CSV, UCR, UEA).',
      options: {
        'copy-first-input': 'Copy first input',
        denoising: 'Denoising',
        mnist: 'Sequential MNIST',
        file: 'Own series',
      },
    },
    steps: {
      label: 'Steps of a series',
      help: 'T: how many values a series has. The longer, the longer the network must remember; the paper goes up to 600.',
    },
    forbiddenSteps: {
      label: 'Steps without marks',
      help: 'N: in the last N steps no value is marked, so that all five are to be remembered for at least that long. At most T − 5.',
    },
    order: {
      label: 'Order of pixels',
      help: 'How an image becomes a series: 784 single pixels, or 28 rows of 28 pixels, as they are or shuffled by one fixed permutation, which takes the image’s neighbourhoods away.',
      options: {
        pixels: 'Pixel by pixel',
        'permuted-pixels': 'Pixel by pixel, permuted',
        rows: 'Row by row',
        'permuted-rows': 'Row by row, permuted',
      },
    },
    permutationSeed: {
      label: 'Seed of the permutation',
      help: 'Draws the one permutation that every seed of the experiment sees.',
    },
    blankSteps: {
      label: 'Blank steps',
      help: 'p: steps of value 0 after the image, over which the class is to be remembered.',
    },
    path: {
      label: 'File',
      help: 'Your NPZ file (arrays inputs [series, T, I], targets, and optionally lengths, mask) or text file: CSV in long form (one row a step, with column names; separator, decimal comma and times as steps are found), UCR (a series a line, its label first), UEA (.ts, .arff). Relative paths start at the folder of runs and settings.',
    },
    testPath: {
      label: 'File of the test',
      help: 'A second file of the same kind, all of whose series are for the test, as X_TEST is beside X_TRAIN; validation is drawn from the first.',
      empty: 'test series are of the same file',
    },
    task: {
      label: 'Task',
      help: 'Regression predicts numbers (loss: mean squared error), classification one of several classes, numbers or words (loss: cross-entropy).',
      options: { regression: 'Regression', classification: 'Classification' },
    },
    targets: {
      label: 'Targets at',
      help: 'Where the network is read out: after the last step of a series (its one label may stand in any row of a CSV, or in all), or at every step that the file marks (a mask in NPZ, a filled target cell in CSV).',
      options: { 'last-step': 'The last step', 'marked-steps': 'Marked steps' },
    },
    classes: {
      label: 'Classes',
      help: 'Labels may be numbers or words. Labels 3 and 5 are two classes, 3 and 5; numbered from 0 they are six, of which four never occur.',
      options: { occurring: 'Those that occur', numbered: 'Numbered from 0' },
    },
    counts: {
      train: { label: 'Training series', help: 'Series to train on; one pass over them is an epoch.' },
      validation: {
        label: 'Validation series',
        help: 'Series held out of training. The best weights of a run are those with the best validation; 0 takes the last ones.',
      },
      test: { label: 'Test series', help: 'Series of the one test at the end, which gives the result of a run.' },
    },
    fresh: {
      label: 'Fresh series for every step',
      help: 'Draws new training series for every step, so that none is seen twice, where it would otherwise pass over the same set again.',
    },
    split: {
      validation: {
        label: 'Share for validation',
        help: 'Share of the file’s series held out for validation, at least one; 0: there is no validation, and the best weights are the last. Where the file gives its training series alone, a share of those.',
      },
      test: {
        label: 'Share for the test',
        help: 'Share of the file’s series kept for the test at the end, at least one. Not used where the file gives its test series.',
      },
      seed: {
        label: 'Seed of the split',
        help: 'Draws which series stand in which split. It is apart from the seeds of training, so that all of them share one test set. Classes are not balanced.',
        empty: 'each seed draws a split of its own',
      },
      group: {
        label: 'Kept together by',
        help: 'The column (CSV) or array (NPZ) that says whose a series is, such as a subject: all series of one stand in the same split, and the shares are met as nearly as the groups allow.',
        empty: 'each series by itself',
      },
      given: {
        label: 'Split given by',
        help: 'The column or array that says train, validation (or val) or test of each series. What it does not give is drawn from its training series by its share.',
        empty: 'drawn by shares',
      },
    },
  },
  warmup: {
    steps: {
      label: 'Steps',
      help: 'S: gradient steps of the warm-up (Algorithm 3), before training and without targets. 0 leaves it out.',
    },
    curriculumIncrement: {
      label: 'Curriculum increment',
      help: 'c: by how much the bound M* grows after each warm-up step. M* begins at 1 and becomes min(M, M* + c): the network is first asked for states that differ soon, then for ones that stay different.',
    },
    maxConvergenceSteps: {
      label: 'Largest M*',
      help: 'M: where the bound M* stops growing. At each warm-up step the states converge for a number of steps drawn from 1 to M*.',
    },
    target: {
      label: 'Target VAA*',
      help: 'k: the VAA* that warm-up aims at in every layer; its loss is the mean of (VAA* − k)². Near 1, almost every series ends in an attractor of its own.',
    },
    epsilon: {
      label: 'Tolerance',
      help: 'ε: two states nearer than this count as one attractor in VAA*.',
    },
    batch: {
      label: 'Batch',
      help: 'B: series whose final states are compared with each other at a warm-up step. VAA* cannot fall under 1/B.',
    },
    masked: {
      label: 'Only warmed parts move',
      help: 'As in the preprint, the warm-up of a double layer changes its warmed part alone. Switched off, as in the authors’ later code, every variable that the gradient reaches moves.',
    },
    restartAbove: {
      label: 'Start over above VAA*',
      help: 'A seed in which a layer’s VAA* ends above this is too multi-stable to be trained: it gets new initial values and is warmed up again.',
    },
    maxRestarts: {
      label: 'Most restarts',
      help: 'After so many new beginnings the run fails and says so.',
    },
  },
  optimizer: {
    learningRate: {
      label: 'Learning rate',
      help: 'lr: the size of a step of the optimiser. The paper takes 1e-2 for warm-up and 1e-3 for training.',
    },
    kind: {
      label: 'Method',
      help: 'Adam, AdamW (weight decay beside the step) or stochastic gradient descent. The preprint names SGD for warm-up, its authors’ code uses Adam.',
      options: { adam: 'Adam', adamw: 'AdamW', sgd: 'SGD' },
    },
    beta1: {
      label: 'Memory of the mean',
      help: 'β₁: how much of the gradient’s running mean is kept from step to step.',
    },
    beta2: {
      label: 'Memory of the square',
      help: 'β₂: how much of the gradient’s running mean square is kept from step to step.',
    },
    epsilon: {
      label: 'Smallest divisor',
      help: 'Added to the root of the mean square, so that nothing is divided by 0.',
    },
    momentum: { label: 'Momentum', help: 'How much of the last step goes on in this one; 0 for none.' },
    weightDecay: {
      label: 'Weight decay',
      help: 'Pulls weights towards 0 at every step; with Adam and SGD as a term of the gradient, with AdamW beside it. 0 for none.',
    },
    clipNorm: {
      label: 'Largest gradient norm',
      help: 'A gradient whose norm over all parameters is larger is scaled down to it.',
      empty: 'not clipped',
    },
  },
  training: {
    steps: {
      label: 'Steps',
      help: 'Gradient steps of training. Leave it empty to count in epochs.',
      empty: 'by epochs',
    },
    epochs: { label: 'Epochs', help: 'Passes over the training series.' },
    batch: { label: 'Batch', help: 'B: series of one gradient step.' },
    validateEverySteps: {
      label: 'Validate every',
      help: 'Training steps between two looks at the validation series.',
      empty: 'once an epoch',
    },
    stopAtLoss: {
      label: 'Stop at validation loss',
      help: 'Training ends early once the validation loss of every seed is at or under this.',
      empty: 'never early',
    },
    truncateEvery: {
      label: 'Cut gradients every',
      help: 'Truncated back-propagation through time: the gradient does not flow over steps that are multiples of this. Saves no memory here, but shows what truncation costs.',
      empty: 'not truncated',
    },
    dropout: {
      label: 'Dropout between layers',
      help: 'Share of a layer’s outputs that are set to 0 on their way to the next one, in training only.',
    },
    schedule: {
      kind: {
        label: 'Schedule',
        help: 'How the learning rate changes over the epochs: constant; times a factor every few epochs; along a half cosine; cosine with warm restarts; or lower where the validation loss stays.',
        options: {
          constant: 'Constant',
          step: 'Step',
          cosine: 'Cosine',
          'warm-restarts': 'Cosine, restarted',
          plateau: 'On a plateau',
        },
      },
      everyEpochs: {
        label: 'Lowered every',
        help: 'Epochs after which the learning rate is multiplied by the factor.',
      },
      periodEpochs: { label: 'First period', help: 'Epochs from the beginning to the first restart.' },
      periodFactor: { label: 'Growth of the period', help: 'Each period is so many times as long as the one before.' },
      patienceEpochs: {
        label: 'Patience',
        help: 'Epochs without a better validation loss before the learning rate falls.',
      },
      factor: { label: 'Factor', help: 'What the learning rate is multiplied by.' },
      finalFactor: { label: 'Final factor', help: 'What is left of the learning rate at the end of the cosine.' },
      minimumFactor: {
        label: 'Least factor',
        help: 'The learning rate does not fall under this share of the first one.',
      },
    },
    regulariser: {
      label: 'VAA* as a regulariser',
      help: 'Adds λ · mean (VAA* − k)² to the loss in training, so that the multi-stability that warm-up made is kept. An extension of the lab.',
      weight: { label: 'Weight', help: 'λ: how much the regulariser counts beside the loss.' },
      everySteps: {
        label: 'Counted every',
        help: 'Training steps between two at which the regulariser counts; it costs about a warm-up step.',
      },
      maxConvergenceSteps: {
        label: 'Largest convergence',
        help: 'M: states converge for a number of steps drawn from 1 to M.',
      },
      target: { label: 'Kept VAA*', help: 'k: the VAA* that the regulariser aims at.' },
      epsilon: { label: 'Tolerance', help: 'ε: two states nearer than this count as one attractor.' },
    },
  },
  checkpointEverySteps: {
    label: 'Save every',
    help: 'Steps between checkpoints, from which a run goes on after a crash with the same bits; fewer where they would take more than a hundredth of the time. A pause saves at once.',
  },
  keepCheckpointEverySteps: {
    label: 'Keep a checkpoint every',
    help: 'Training steps between checkpoints that stay, so that the run can be forked at any of them. Each takes as much of the disk as the last one.',
    empty: 'none',
  },
  measures: {
    everySteps: {
      label: 'Measure every',
      help: 'Training steps between two measures of VAA and VAA*; 0 never measures. They are also measured before and after warm-up.',
      empty: 'once an epoch',
    },
    histograms: {
      label: 'Keep histograms',
      help: 'How the weights of each part of a layer spread, and the gradient of the training loss by them, each time VAA is due. The gradient is that of the first 16 training series (fewer where a batch is smaller), in warm-up, too; without dropout and regulariser. No bit of the training depends on it.',
    },
    vaa: {
      label: 'Measure VAA',
      help: 'VAA (Algorithm 1): the variability amongst attractors, from 1/n (one attractor for all series) to 1 (one for each). After each series a random constant input is fed until states have converged. Measured at rest, it counts attractors; where some states are still on their way, it lies between two values.',
      series: {
        label: 'Series compared',
        help: 'n: series whose states are compared with each other. The measure costs n runs of M steps.',
      },
      convergenceSteps: {
        label: 'Convergence',
        help: 'M: steps for which states converge before they are compared. Without it each runs until it is at rest, with less than ε/4 to go, so that VAA counts attractors. The paper takes 3,000, its authors’ code 10,000; the lab says which states had not settled by then.',
        empty: 'until at rest',
      },
      maxConvergenceSteps: {
        label: 'Convergence, at most',
        help: 'Steps after which states that are not at rest are given up. VAA then lies between two values: all of them on their way to one attractor, or each to one of its own.',
      },
      epsilon: { label: 'Tolerance', help: 'ε: two states nearer than this are one attractor.' },
      draws: {
        label: 'Draws',
        help: 'Measures of fresh series, truncations and inputs whose mean is told. More of them, less noise.',
      },
      stopResidual: {
        label: 'Stop when states move under',
        help: 'Ends the convergence early once no state has moved by more than this for 16 steps. Faster; slow drifts may be taken for attractors.',
        empty: 'all M steps',
      },
    },
    vaaStar: {
      label: 'Measure VAA*',
      help: 'VAA* (Algorithm 2): the differentiable proxy that warm-up raises, for each layer by itself.',
      convergenceSteps: {
        label: 'Convergence',
        help: 'M: steps for which each layer’s states converge by themselves. Warm-up itself goes up to M*.',
      },
      epsilon: { label: 'Tolerance', help: 'ε: states nearer than this lead to no distance at all.' },
    },
  },
  seeds: {
    label: 'Seeds',
    help: 'Whole numbers, separated by commas. Each draws its own data, initial values and order; all train side by side in one program, and the charts show their mean and deviation.',
  },
  backend: {
    label: 'Engine',
    help: 'Which engine computes. Automatic takes the fastest that works on this machine; the reference is slow, in float64, and meant for checks.',
    options: {
      auto: 'Automatic',
      wasm: 'WebAssembly (processor)',
      webgpu: 'WebGPU (graphics)',
      tensorflow: 'TensorFlow',
      reference: 'Reference (float64)',
    },
  },
}

/** Sections and groups of the form. */
export const fieldGroups = {
  data: { label: 'Data', task: 'Task', counts: 'Series and splits' },
  warmup: {
    label: 'Warm-up',
    length: 'Length',
    curriculum: 'Curriculum',
    optimizer: 'Optimiser',
    restarts: 'Retries',
  },
  training: {
    label: 'Training',
    length: 'Length',
    validation: 'Validation and early stop',
    optimizer: 'Optimiser',
    schedule: 'Learning rate schedule',
    gradients: 'Dropout and truncation',
    regulariser: 'Regulariser',
    checkpoints: 'Checkpoints',
  },
  measures: { label: 'Measures', when: 'When', vaa: 'VAA', vaaStar: 'VAA*' },
  engine: { label: 'Engine', engine: 'Engine' },
}
