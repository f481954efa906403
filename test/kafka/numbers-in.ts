/** Reads the numbers that a run over a topic has recorded, from its data folder. */
import { readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { diskOf } from '../crash/folder.ts'
import { entriesOf, logOf } from '../crash/inspect.ts'
import { numbers } from '../postgres/numbers-run.ts'

/** The numbers of the events in a log, in its order. */
export function numbersIn(data: string): number[] {
  const reader = readDataFolder(data)
  try {
    const { segments, strings } = logOf(numbers.ir, diskOf(reader))
    return entriesOf(numbers.ir, segments, strings).flatMap(entry => ('event' in entry ? [entry.event.row['n'] as number] : []))
  } finally {
    reader.close()
  }
}
