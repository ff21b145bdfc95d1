/**
 * Independently recurrent network: every unit reads its own state alone. Recurrent weights begin uniform in 0 .. 1, under the paper's bound
 * 2^(1/T) for every T; that training keeps them under it is not enforced.
 */
export const indrnn = `
cell indrnn
source Li et al. 2018, arXiv:1803.04831

h' = relu(W x + u * h + b)

init W: xavier
init u: uniform(0, 1)
init b: zeros
`
