/** Antisymmetric network: a stable differential equation, whose states neither grow nor fade; discretised by Euler steps with a little diffusion. */
export const antisymmetricRnn = `
cell antisymmetric-rnn
source Chang et al. 2019, arXiv:1902.09689

constant eps = 0.1
constant gamma = 0.01

h' = h + eps * tanh((W - W^T) h - gamma * h + V x + b)

init W: normal(0.1)
init V: xavier
init b: zeros
`
