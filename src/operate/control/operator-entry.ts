/** Audit log entries for changes that a command makes to a data folder, with the name of the operating-system user. */
import { userInfo } from 'node:os'
import { wallClock, type StrictOmit } from '../../base/index.ts'
import type { OperatorLogEntry } from './operator-log.ts'

/** The entry of a change: `command` such as `dlq drop`, `target` the objects that it changes. */
export const operatorAuditEntry = (command: string, target: string): StrictOmit<OperatorLogEntry, 'outcome'> => ({
  at: wallClock(),
  who: operatorName(),
  what: command,
  to: target,
})

/** The operator in the operator log: `cli:ann`. */
export const operatorName = (): string => `cli:${userName()}`

/** The user's name, or the user id where the system has no name, as in some containers. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.())
  }
}
