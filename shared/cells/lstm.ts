/** Long short-term memory in PyTorch's form (gates i, f, g, o; two biases), and its chrono initial values. */
const equations = `
i  = sigmoid(W_i x + b_i + U_i h + c_i)
f  = sigmoid(W_f x + b_f + U_f h + c_f)
g  = tanh(W_g x + b_g + U_g h + c_g)
o  = sigmoid(W_o x + b_o + U_o h + c_o)
c' = f * c + i * g
h' = o * tanh(c')
`

export const lstm = `
cell lstm
source Hochreiter and Schmidhuber 1997, in the form of torch.nn.LSTM
${equations}
init W_i, W_f, W_g, W_o: uniform
init U_i, U_f, U_g, U_o: uniform
init b_i, b_f, b_g, b_o, c_i, c_f, c_g, c_o: uniform
`

const chronoMatrices = `
init W_i, W_f, W_g, W_o: uniform
init U_i, U_f, U_g, U_o: uniform
`

/** Both bias vectors are drawn, as the authors' code does; they add up. */
export const chronoLstm = `
cell chrono-lstm
source Tallec and Ollivier 2018, arXiv:1804.11188; both bias vectors drawn, as in the code of arXiv:2106.01001's authors
${equations}
constant T_max = 600
${chronoMatrices}
init b_f, b_i: chrono(T_max)
init c_f, c_i: chrono(T_max)
init b_g, b_o, c_g, c_o: zeros
`

/** The original: one bias vector is drawn. */
export const chronoLstmOnce = `
cell chrono-lstm-once
source Tallec and Ollivier 2018, arXiv:1804.11188
${equations}
constant T_max = 600
${chronoMatrices}
init b_f, b_i: chrono(T_max)
init c_f, c_i, b_g, b_o, c_g, c_o: zeros
`
