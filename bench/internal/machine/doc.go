// Package machine says which machine and which source a measurement belongs to,
// for the header of every recorded result. Figures of different machines are
// never compared.
package machine
