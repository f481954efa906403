/** Faults in the reading of an outbox, one each. */
import type { Edit } from '../faults/edit.ts'

const path = 'src/sources/postgres/outbox-reader.ts'

export const outboxFaults: Readonly<Record<string, Edit>> = {
  'a payload that cannot be read is passed over': {
    path,
    was: 'if (parsed instanceof Fault) rows.reject(number, parsed, String(payload))',
    is: 'if (parsed instanceof Fault) return',
  },
  'the last row of a full page is left out': {
    path,
    was: 'number < page.length; number++',
    is: 'number < Math.min(page.length, 39); number++',
  },
  'a payload that is NULL is passed over': {
    path,
    was: "if (payload === null) return rows.reject(number, new Fault('the payload is NULL'), 'null')",
    is: 'if (payload === null) return',
  },
}
