/** Shrunk cases of `prove threads` that once failed: replayed before random cases, as long as their files exist. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { ThreadCase } from './case.ts'

export interface ThreadsRegression {
  readonly proof: 'threads'
  /** The difference when the proof found it. */
  readonly found: string
  readonly case: ThreadCase
}

const folder = new URL('../regressions/', import.meta.url)

/** Writes the case under its seed and returns the file's name; overwrites an earlier one. */
export function recordThreads(of: ThreadCase, difference: string): string {
  mkdirSync(folder, { recursive: true })
  const name = `threads-${of.seed}.json`
  const regression: ThreadsRegression = { proof: 'threads', found: difference, case: of }
  writeFileSync(new URL(name, folder), `${JSON.stringify(regression)}\n`)
  return name
}

export function recordedThreads(): [name: string, regression: ThreadsRegression][] {
  const names = readdirSync(folder).filter(name => name.startsWith('threads-') && name.endsWith('.json'))
  return names.toSorted().map(name => [name, JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as ThreadsRegression])
}
