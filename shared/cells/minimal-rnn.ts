/** A state that lives in the space of the embedded inputs: one gate between what was and what comes. */
export const minimalRnn = `
cell minimal-rnn
source Chen 2017, arXiv:1711.06788

z  = tanh(W x + b_z)
u  = sigmoid(U h + V z + b_u)
h' = u * h + (1 - u) * z

init W: xavier
init U, V: orthogonal
init b_z, b_u: zeros
`
