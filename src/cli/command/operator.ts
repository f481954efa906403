/** Who changes a data folder by a command, as the audit log names it. */
import { userInfo } from 'node:os'
import { wallClock } from '../../base/clock.ts'
import type { AuditEntry } from '../../serve/context/operator-log.ts'

/** `what` as `dlq drop`, `to` what it is done to. */
export const operated = (what: string, to: string): Omit<AuditEntry, 'outcome'> => ({
  at: wallClock(),
  who: `cli:${userName()}`,
  what,
  to,
})

/** Where there are no names of users, as in some containers, their number. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.())
  }
}
