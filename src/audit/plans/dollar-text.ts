/** Dollars as they are read: three digits, and no more than are believed. `$1,240`, `$12.3`, `$0.0456`. */
export function dollarText(dollars: number): string {
  const sign = dollars < 0 ? '−' : ''
  return `${sign}$${plainText(Math.abs(dollars))}`
}

/** A number with three digits that count: `1,240`, `12.3`, `0.0456`, `0`. */
export function plainText(number: number): string {
  if (number === 0 || !Number.isFinite(number)) return String(number)
  return Number(number.toPrecision(3)).toLocaleString('en-US', { maximumSignificantDigits: 3 })
}

/** `[−120, 1,240]`: both ends with their signs. */
export const boundsText = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  `[${dollarText(low)}, ${dollarText(high)}]`
