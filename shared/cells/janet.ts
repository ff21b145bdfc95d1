/** LSTM with the forget gate alone, its bias drawn for dependencies of up to T_max steps; beta holds back what is written. */
export const janet = `
cell janet
source van der Westhuizen and Lasenby 2018, arXiv:1804.04849

constant beta = 1
constant T_max = 600

s  = W_f x + U_f h + b_f
c~ = tanh(W_c x + U_c h + b_c)
h' = sigmoid(s) * h + (1 - sigmoid(s - beta)) * c~

init W_f, W_c: xavier
init U_f, U_c: orthogonal
init b_f: chrono(T_max)
init b_c: zeros
`
