/** Gated recurrent unit in PyTorch's form (the reset gate inside the candidate's recurrent term). */
export const gru = `
cell gru
source Cho et al. 2014, arXiv:1406.1078, in the form of torch.nn.GRU

r  = sigmoid(W_r x + b_r + U_r h + c_r)
z  = sigmoid(W_z x + b_z + U_z h + c_z)
n  = tanh(W_n x + b_n + r * (U_n h + c_n))
h' = (1 - z) * n + z * h

init W_r, W_z, W_n: xavier
init U_r, U_z, U_n: orthogonal
init b_r, b_z, b_n, c_r, c_z, c_n: zeros
`
