/** Prints a figure as a table with units. */
import type { Figure, Outcome } from './bench.ts'

export function tableOf({ figure, failures }: Outcome): string {
  const { bench, unit, spillway, peer, peerMissing, ratio, rounds, ...more } = figure
  const lines = [
    `${bench}: ${number(spillway)} ${unit}`,
    ...(peer
      ? [`  ${peer.name} ${peer.version}: ${number(peer.value)} ${unit}`, `  ratio ${number(ratio!)} (above 1: Spillway is better)`]
      : [`  ${peerMissing ?? 'no peer does this work'}`]),
    rounds === 1 ? '  one round' : `  medians of ${rounds} rounds`,
    ...rows('  ', more),
    ...failures.map(failure => `  FAILED ${failure}`),
  ]
  return lines.join('\n')
}

export const jsonOf = (figure: Figure): string => JSON.stringify(figure)

function rows(indent: string, fields: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (Array.isArray(value) && value.some(isRecord))
      return value.flatMap((each: unknown, i) => rows(indent, { [`${name} ${i + 1}`]: each }))
    return isRecord(value) ? [`${indent}${name}`, ...rows(`${indent}  `, value)] : [`${indent}${name}: ${text(value)}`]
  })
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const text = (value: unknown): string =>
  typeof value === 'number' ? number(value) : Array.isArray(value) ? value.map(text).join(' ') : String(value)

/** Three significant digits: 2,641,032 → 2,640,000; 0.12345 → 0.123. Whole numbers below 10,000 stay as they are. */
export function number(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 10_000) return String(value)
  return value.toLocaleString('en', { maximumSignificantDigits: 3 })
}
