/** The message of any thrown value, even one whose `message` throws. `who` names the thrower where the value is no error. */
import { show } from './show.ts'

export function thrownText(error: unknown, who: string): string {
  try {
    return error instanceof Error ? error.message || error.name : `${who} threw ${show(error)}`
  } catch {
    return `${who} threw something that has no message`
  }
}
