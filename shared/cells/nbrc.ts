/** Neuromodulated bistable recurrent cell: the gates see all units. */
export const nbrc = `
cell nbrc
source Vecoven et al. 2020, arXiv:2006.05252

c  = sigmoid(U_c x + W_c h + b_c)
a  = 1 + tanh(U_a x + W_a h + b_a)
h' = c * h + (1 - c) * tanh(U_h x + a * h + b_h)

init U_c, W_c, U_a, W_a, U_h: xavier
init b_c, b_a, b_h: zeros
`
