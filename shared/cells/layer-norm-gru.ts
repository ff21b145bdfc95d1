/**
 * Gated recurrent unit whose recurrent products are normalised over the units. Those of the input are left as they are, unlike in the paper: of a
 * single input, normalisation would leave the sign alone.
 */
export const layerNormGru = `
cell layer-norm-gru
source Ba et al. 2016, arXiv:1607.06450; the recurrent products alone are normalised

constant eps = 0.00001

u_r = U_r h - mean(U_r h)
u_z = U_z h - mean(U_z h)
u_n = U_n h - mean(U_n h)
r   = sigmoid(W_r x + g_r * u_r / sqrt(mean(u_r^2) + eps) + b_r)
z   = sigmoid(W_z x + g_z * u_z / sqrt(mean(u_z^2) + eps) + b_z)
n   = tanh(W_n x + b_n + r * (g_n * u_n / sqrt(mean(u_n^2) + eps) + c_n))
h'  = (1 - z) * n + z * h

init W_r, W_z, W_n: xavier
init U_r, U_z, U_n: orthogonal
init g_r, g_z, g_n: ones
init b_r, b_z, b_n, c_n: zeros
`
