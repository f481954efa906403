/** Spills the rows of a batch run by partition, and reads them back one partition at a time. */
import type { Block } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import { beginsOf } from '../log/begins.ts'
import type { StoredLog } from '../log/store.ts'
import type { Plan } from './events.ts'
import type { Job } from './job.ts'
import { parted, readStretch } from './parted.ts'
import { readPlaces, Spill, type Places } from './spill.ts'

/** A spill file, and the bounds of the log that it is from. */
export interface Spilled {
  readonly path: string
  /** Blocks by partition. */
  readonly places: ReadonlyMap<number, Places>
  readonly known: number
  /** Events that arrived up to here, UTC ms, are no longer in the log. */
  readonly forgotten: number
}

/**
 * Reads the log once and spills the requested partitions; calls `onStretch` after each block.
 * @throws `SPILL_STORE` if the file cannot be written.
 */
export function spill(
  store: StoredLog,
  job: Job,
  plan: Plan,
  path: string,
  isWanted: (partition: number) => boolean,
  onStretch: () => void = () => {},
): Spilled {
  const file = new Spill(path)
  try {
    const stretches = parted(store, job, plan, isWanted)
    for (;;) {
      const next = stretches.next()
      if (next.done) return { path, places: file.places, known: next.value, forgotten: beginsOf(store).arrival }
      file.add(next.value)
      onStretch()
    }
  } finally {
    file.close()
  }
}

/** Yields the rows of one partition. Returns the number of visible events. */
export function* spilledBlocks({ path, places, known }: Spilled, partition: number, job: Job, strings: Strings): Generator<Block, number> {
  for (const bytes of readPlaces(path, places.get(partition) ?? [])) yield readStretch(bytes, job, strings)
  return known
}
