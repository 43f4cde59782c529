// Package machine names the machine and the source of a measurement, for the header of every
// recorded result. Figures of different machines are never compared.
package machine
