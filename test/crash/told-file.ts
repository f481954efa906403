/** The file in which a process records each decision once it is durable. */
import { existsSync, readFileSync } from 'node:fs'
import type { RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import { decisionKey } from './inspect.ts'

/** Decisions by key, each as its line. A kill may cut the last line of a life. */
export function toldIn(path: string): Map<string, string> {
  const told = new Map<string, string>()
  for (const line of existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []) {
    const decision = parsed(line)
    if (decision) told.set(decisionKey(decision), line)
  }
  return told
}

function parsed(line: string): RecordedDecision | undefined {
  try {
    return JSON.parse(line) as RecordedDecision
  } catch {
    return undefined
  }
}
