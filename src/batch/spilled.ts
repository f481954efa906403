/** The rows of a batch run set aside by partition, and read again one partition at a time. */
import type { Block } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import { beginsOf } from '../log/begins.ts'
import type { StoredLog } from '../log/store.ts'
import type { Plan } from './events.ts'
import type { Job } from './job.ts'
import { parted, readStretch } from './parted.ts'
import { readPlaces, Spill, type Places } from './spill.ts'

/** What was set aside, and what is to be known of the log that it is from. */
export interface Spilled {
  readonly path: string
  /** By partition. */
  readonly places: ReadonlyMap<number, Places>
  readonly known: number
  /** Nothing that arrived up to here, UTC ms, is in the log any more. */
  readonly forgotten: number
}

/** Reads the log once; `onStretch` is told of each stretch that was written. Throws `SPILL_STORE` where the file cannot be written. */
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

export function* spilledBlocks({ path, places, known }: Spilled, partition: number, job: Job, strings: Strings): Generator<Block, number> {
  for (const bytes of readPlaces(path, places.get(partition) ?? [])) yield readStretch(bytes, job, strings)
  return known
}
