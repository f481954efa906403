/** The audit log of a data folder, for tests. */
import { readFileSync } from 'node:fs'
import { operatorLogPath } from '../../src/operate/control/operator-log.ts'

export type AuditLine = Readonly<Record<'at' | 'operator' | 'command' | 'target' | 'outcome', string>> & { readonly detail?: string }

/** Its lines, and its whole text. */
export function auditOf(data: string): { readonly lines: readonly AuditLine[]; readonly text: string } {
  const text = readFileSync(operatorLogPath(data), 'utf8')
  const lines = text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as AuditLine)
  return { lines, text }
}

/** Without user and time. */
export const done = ({ command, target, outcome, detail }: AuditLine): (string | undefined)[] => [command, target, outcome, detail]
