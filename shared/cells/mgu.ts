/** Minimal gated unit: one gate. */
export const mgu = `
cell mgu
source Zhou et al. 2016, arXiv:1603.09420

f  = sigmoid(W_f x + U_f h + b_f)
h~ = tanh(U_h (f * h) + W_h x + b_h)
h' = (1 - f) * h + f * h~

init W_f, U_f, W_h, U_h: xavier
init b_f, b_h: zeros
`
