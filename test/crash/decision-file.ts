/** The file in which a process records each decision once it is durable. */
import { existsSync, readFileSync } from 'node:fs'
import type { RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import { decisionKey } from './inspect.ts'

/** Decisions by key, each as its line. A kill may cut the last line of a life. */
export function decisionsInFile(path: string): Map<string, string> {
  const lines = new Map<string, string>()
  for (const line of existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []) {
    const decision = parseLine(line)
    if (decision) lines.set(decisionKey(decision), line)
  }
  return lines
}

function parseLine(line: string): RecordedDecision | undefined {
  try {
    return JSON.parse(line) as RecordedDecision
  } catch {
    return undefined
  }
}
