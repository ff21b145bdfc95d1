/**
 * Closed-form continuous-time network: two candidates and a gate that falls with the time t since the last step. The paper's equation itself:
 * each head reads input and state directly, without the shared backbone, and steps are evenly spaced.
 */
export const cfc = `
cell cfc
source Hasani et al. 2022, arXiv:2106.13898, without backbone, at equal time steps

constant t = 1

f  = W_f x + U_f h + b_f
g  = tanh(W_g x + U_g h + b_g)
n  = tanh(W_n x + U_n h + b_n)
s  = sigmoid(-f * t)
h' = s * g + (1 - s) * n

init W_f, W_g, W_n, U_f, U_g, U_n: xavier
init b_f, b_g, b_n: zeros
`
