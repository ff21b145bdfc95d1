/**
 * Coupled oscillatory network: damped, driven oscillators, discretised with the damping taken explicitly. The step is that of the authors' code
 * for sequential MNIST; parameters begin uniform in ±1/sqrt(H), in place of the bound of its linear layer over [x, z, y].
 */
export const cornn = `
cell cornn
source Rusch and Mishra 2021, arXiv:2010.00951

constant dt = 0.042
constant gamma = 2.7
constant eps = 4.7

z' = z + dt * (tanh(W y + Z z + V x + b) - gamma * y - eps * z)
y' = y + dt * z'

output y

init W, Z, V, b: uniform
`
