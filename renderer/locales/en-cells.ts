/** The words around cells and their notation, in English. */
export const cells = {
  parameters: 'Parameters of the cell',
  heads: { symbol: 'Name', shape: 'Shape', size: 'Here', role: 'Role', beginning: 'Initial values' },
  roles: {
    'input-matrix': 'input matrix',
    'recurrent-matrix': 'recurrent matrix',
    bias: 'bias',
    gain: 'gain',
    vector: 'vector',
    scalar: 'number',
    start: 'start of a state',
    constant: 'constant',
  },
  frozen: 'frozen',
  rename: 'Call it {name} everywhere',
  warnings: {
    noInput: 'never reads x: its input changes nothing.',
    noRecurrence: 'has no recurrence and remembers nothing: no equation reads {states}.',
    unreadStates: 'has states that no equation reads; what they hold is gone with the next step: {states}.',
    roundedNumber: 'has {value} in its equations, which float32 does not hold: {used} is used.',
  },
  notation: {
    title: 'The notation of cells',
    lead: 'A cell is a text with one statement a line; what follows a # is a comment, and a line goes on while a parenthesis is open. Capitals are matrices, x is the input, a primed name is the new value of a state. Shapes follow from the equations.',
    constructs: {
      cell: 'The cell’s name, the same everywhere it is called by.',
      source: 'Where the equations come from; text, whatever it holds.',
      value: 'A value computed on the way. * is the elementwise product.',
      state: 'The new value of a state; without its prime the name is the value before the step, which begins at zero.',
      start: 'Where a state begins: a learned vector in place of zero.',
      matrix: 'A matrix is applied to what follows it.',
      transpose: 'The transposed matrix; transpose(W) h says the same, and (W - V) h applies a sum.',
      biasOrGain:
        'A name that nothing defines is a learned vector where it is added as a bias or multiplies a product, a state or the input as a gain. Anywhere else it is a mistake, unless it is declared.',
      constant: 'A number by name: negative or with an exponent, too.',
      declaration: 'A learned number, a vector, a matrix (out x in).',
      fixed: 'These keep their initial values: no gradient, no optimiser. They are saved and exported with the others.',
      init: 'How parameters begin: xavier, orthogonal, identity, uniform, normal, zeros, ones, constant, chrono. Otherwise matrices that read x are Xavier-uniform, others orthogonal, vectors zero, numbers one.',
      overUnits: 'The mean and the sum over the units of a vector, one number for all of them.',
      step: '1 where x is above 0, else 0. Its derivative is that of SuperSpike, 1 over (1 + slope times the size of x) squared; the slope is 10 unless it is given.',
      sign: '-1, 0 or 1. Its derivative passes straight through where x lies between -1 and 1, and is 0 elsewhere.',
      output:
        'The state that is handed on and read out, or several side by side. Without this line h, or else the first.',
    },
    functions: 'Functions: {functions}.',
  },
}
