/** The vanilla recurrent network in PyTorch's form, and its variant that begins as an identity. */

/** Elman's network; two biases and uniform values, as torch.nn.RNN has them. */
export const rnn = `
cell rnn
source Elman 1990, doi:10.1207/s15516709cog1402_1, in the form of torch.nn.RNN

h' = tanh(W x + b + U h + c)

init W, U, b, c: uniform
`

/** Rectified units that copy their state until training says otherwise. */
export const irnn = `
cell irnn
source Le, Jaitly and Hinton 2015, arXiv:1504.00941

h' = relu(W x + U h + b)

init W: normal(0.001)
init U: identity
init b: zeros
`
