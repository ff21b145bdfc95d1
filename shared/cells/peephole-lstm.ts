/** LSTM whose gates see the memory: input and forget gate the old one, the output gate the new one. Initial values are our choice: small peepholes, and a forget gate that begins open. */
export const peepholeLstm = `
cell peephole-lstm
source Gers, Schraudolph and Schmidhuber 2002, Learning precise timing with LSTM recurrent networks, JMLR 3

i  = sigmoid(W_i x + U_i h + p_i * c + b_i)
f  = sigmoid(W_f x + U_f h + p_f * c + b_f)
c' = f * c + i * tanh(W_c x + U_c h + b_c)
o  = sigmoid(W_o x + U_o h + p_o * c' + b_o)
h' = o * tanh(c')

init W_i, W_f, W_c, W_o: xavier
init U_i, U_f, U_c, U_o: orthogonal
init p_i, p_f, p_o: uniform(0.1)
init b_i, b_c, b_o: zeros
init b_f: ones
`
