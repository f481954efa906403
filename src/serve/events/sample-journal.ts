/** Samples of the time series as the journal of an event stream. Their numbers are times, so a reader continues after a restart. */
import { labelsOf, measureOf, type NumberedSample } from '../../monitor/series/index.ts'
import type { FolderSeries } from '../../operate/index.ts'
import { foreignLogGap, type Journal } from './journal.ts'

/** Samples of a data folder, of one measure if it is named. */
export const sampleJournal = (series: FolderSeries): Journal => ({
  last: series.lastNumber,
  next(after, name) {
    // The first of the samples that follow: those of one block.
    const [sample] = series.samplesAfter(after)
    if (!sample) return undefined
    let whole: Buffer | undefined
    const frames = (measure: string | undefined): Buffer => (measure === undefined ? (whole ??= frameOf(sample)) : frameOf(sample, measure))
    return { number: sample.number, frames: (measure = name) => frames(measure) }
  },
  oldest: () => ({ batch: Math.max(0, series.oldestNumber() - 1), row: Infinity }),
  gapAfter({ batch }) {
    const [oldest, last] = [series.oldestNumber(), series.lastNumber()]
    if (batch > last) return foreignLogGap(last)
    if (batch >= oldest - 1) return undefined
    const resumeAt = { batch: oldest - 1, row: Infinity }
    return { resumeAt, reason: 'samples after the id are no longer kept; GET /series has their minutes' }
  },
})

function frameOf({ number, at, values }: NumberedSample, measure?: string): Buffer {
  const series = [...values].flatMap(([text, value]) => {
    const name = measureOf(text)
    return measure === undefined || name === measure ? [{ name, labels: labelsOf(text), value }] : []
  })
  return Buffer.from(`id: ${number}\nevent: sample\ndata: ${JSON.stringify({ at, series })}\n\n`)
}
