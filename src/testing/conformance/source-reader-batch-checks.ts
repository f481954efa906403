/** The checks of source readers whose subject is the batches of a reader: shape, order, positions, partitions, damage. */
import { ONLY_PARTITION, type ReaderClause } from '../../sources/reader/index.ts'
import type { ReaderPlace } from './source-reader-place.ts'
import type { SuiteRun } from './suite-run.ts'

/** Batches of one reading that are enough to resume in the middle of a place. */
const BATCHES = 3
/** Limit of the records that the suite writes to a partition to get that many batches. */
const BATCH_RECORDS_MAX = 20_000
/** Positions of one reading from which reading is resumed. */
const RESUMES_MAX = 50

/** A check for each clause about batches. */
export const batchChecks = {
  name: async place => {
    await place.write()
    const reader = place.open()
    await place.untilOver(place.start(false, place.newRun(), reader))
    const { name } = place.harness.open()
    if (name !== reader.name) throw place.broken(`it has the name '${reader.name}' after reading, and a second reader has '${name}'`)
  },
  // The first half of `order`: `ReaderContract.check` tests the shape of every batch, in every reading of the suite.
  batch: async place => place.expectWritten(await place.writeAndReadAll()),
  position: async place => {
    const run = await place.writeAndReadAll()
    const batches = run.batches.filter(({ numbers }) => numbers.length > 0)
    const places = batches.map(({ partition, position }) => (position === undefined ? undefined : `${partition}#${position}`))
    if (places.includes(undefined)) throw place.broken('it gave records without a position')
    const repeated = batches.find((_, i) => places.indexOf(places[i]) < i)
    if (repeated) throw place.broken(`two batches have the position '${repeated.position}'`)
  },
  order: async place => {
    place.expectWritten(await place.writeAndReadAll())
    place.expectWritten(await place.readAll())
  },
  resume: async place => {
    await expectResumable(place, await readBatches(place))
    if (place.canFollow) await expectResumable(place, await place.followRounds())
  },
  bounded: async place => {
    await place.readAll()
    place.expectWritten(await place.writeAndReadAll())
  },
  assignment: async place => {
    const run = await place.writeAndReadAll()
    for (const { partition } of run.batches)
      if (!place.partitions.includes(partition)) throw place.broken(`it read partition '${partition}', which the place does not have`)
    place.expectWritten(run)
  },
  failure: async place => {
    await place.write()
    const { run } = await place.readDamaged()
    for (const partition of place.partitions) {
      const numbers = run.numbers(partition)
      place.expect(numbers, place.writtenTo(partition).slice(0, numbers.length))
    }
  },
} as const satisfies Partial<Record<ReaderClause, (place: ReaderPlace) => Promise<void>>>

/** Reads the place in several batches of a partition. The suite does not know the size of a batch, so it doubles the place until the reader gives several. */
async function readBatches(place: ReaderPlace): Promise<SuiteRun> {
  await place.write()
  for (;;) {
    const run = await place.readAll()
    const written = place.writtenTo(place.partitions[0]).length
    const batches = run.batches.filter(({ partition, numbers }) => partition === place.partitions[0] && numbers.length > 0)
    if (batches.length >= BATCHES || written >= BATCH_RECORDS_MAX) return run
    await place.write(written)
  }
}

/** Expects that from the position of each batch, exactly the records after the batch are read; of many batches, of evenly spaced ones. */
async function expectResumable(place: ReaderPlace, { batches }: SuiteRun): Promise<void> {
  const committed = new Map<string, string>()
  const read = new Map<string, number>()
  const step = Math.ceil(batches.length / RESUMES_MAX)
  place.expectWritten(await place.readAll())
  for (const [i, { partition, numbers, position, positionName }] of batches.entries()) {
    if (position === undefined || positionName === undefined) {
      if (numbers.length === 0) continue
      throw place.broken('it gave records without a position')
    }
    committed.set(positionName, position)
    read.set(partition, (read.get(partition) ?? 0) + numbers.length)
    const isResumed = (batches.length - 1 - i) % step === 0
    const from = `after position '${position}'${partition === ONLY_PARTITION ? '' : ` of partition '${partition}'`}, `
    if (isResumed) place.expectWritten(await place.readAll(place.newRun(committed)), read, from)
  }
}
