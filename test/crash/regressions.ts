/** Shrunk crash cases that once failed: replayed before anything random, as long as their files exist. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { CrashCase } from './case.ts'

export interface CrashRegression {
  readonly proof: 'crash'
  /** The faults when it was found. */
  readonly found: readonly string[]
  readonly case: CrashCase
}

const folder = new URL('../regressions/', import.meta.url)

/** Writes a regression under its seed, over an earlier one. Returns the file's name. */
export function record(regression: CrashRegression): string {
  mkdirSync(folder, { recursive: true })
  const name = `crash-${regression.case.seed}.json`
  writeFileSync(new URL(name, folder), `${JSON.stringify(regression, undefined, 1)}\n`)
  return name
}

export function storedRegressions(): [name: string, regression: CrashRegression][] {
  const names = readdirSync(folder).filter(name => name.startsWith('crash-') && name.endsWith('.json'))
  return names.toSorted().map(name => [name, JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as CrashRegression])
}
