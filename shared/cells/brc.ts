/** Bistable recurrent cell: every unit remembers by itself, its recurrent weights are vectors. */
export const brc = `
cell brc
source Vecoven et al. 2020, arXiv:2006.05252

c  = sigmoid(U_c x + w_c * h + b_c)
a  = 1 + tanh(U_a x + w_a * h + b_a)
h' = c * h + (1 - c) * tanh(U_h x + a * h + b_h)

init U_c, U_a, U_h: xavier
init w_c, w_a: ones
init b_c, b_a, b_h: zeros
`
