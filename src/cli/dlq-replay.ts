/** `dlq replay`: dead letters sent again, through the door of their source, as events that arrive now. */
import { didYouMean } from '../base/did-you-mean.ts'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { PipelineIR } from '../define/ir.ts'
import type { StoredDeadLetter } from '../log/letters.ts'
import type { SqliteReader } from '../log/sqlite/reader.ts'
import { letterBatch } from '../run/letter-batch.ts'
import { Run } from '../run/run.ts'
import { lettersOf, withLetters } from './letter-folder.ts'
import { importPipeline } from './pipeline-file.ts'
import { Progress } from './progress.ts'
import { counted, number } from './summary.ts'
import { printJson, printLines, printText } from './print.ts'

export interface ReplayRequest {
  /** By number; all that were not sent again too often, unless given. */
  readonly ids: readonly number[] | undefined
  readonly json: boolean
}

/**
 * A letter that is accepted is none any more in the same commit as its event; one that is refused again stays, with the new reason: exit code 1.
 * Throws `SPILL_INPUT` for a letter that is not there or of a source that the pipeline has not, `SPILL_LIMIT` for one sent again too often.
 */
export async function replayLetters(data: string, path: string, { ids, json }: ReplayRequest): Promise<number> {
  const pipeline = await importPipeline(path)
  return withLetters(data, { what: 'dlq replay', numbers: ids ?? 'all' }, async (store, reader, say) => {
    const { letters, tired } = chosen(reader, pipeline.ir, ids)
    if (letters.length === 0) {
      say('none to send again')
      if (!json) printText(`No letter to send again.${tiredText(tired)}`)
      return 0
    }
    const progress = new Progress()
    const run = new Run(pipeline, { store, onProgress: (entries, of) => progress.show('taking the log again', entries / of) })
    progress.done()
    await sendAgain(run, letters)
    await run.stop()
    const after = letters.map(({ id }) => reader.letters.at(id)!)
    const refused = after.filter(letter => !('outcome' in letter))
    for (const letter of after) {
      const outcome = 'outcome' in letter ? letter.outcome : 'refused'
      const { id, reason, detail, attempts } = letter
      if (json) printJson({ id, outcome, ...(outcome === 'refused' && { reason, detail, attempts }) })
      else printLines(outcome === 'refused' ? `letter ${id}: refused again, ${reason}: ${detail}` : `letter ${id}: ${outcome}`)
    }
    say(`${letters.length - refused.length} settled, ${refused.length} refused again`)
    if (!json) printText(summaryText(letters.length, refused.length, tired, run))
    return refused.length > 0 ? 1 : 0
  })
}

/** Held back as any source is; letters that wait are in memory. */
export async function sendAgain(run: Run, letters: readonly StoredDeadLetter[]): Promise<void> {
  const sent: Promise<unknown>[] = []
  for (const letter of letters) {
    await run.room()
    const receipt = run.submit(letter.source!, letterBatch(letter), undefined, letter.id)
    // What fails one fails them all, and is told by the last line.
    receipt.catch(() => {})
    sent.push(receipt)
  }
  await Promise.all(sent)
}

interface Chosen {
  readonly letters: readonly StoredDeadLetter[]
  /** How many of all were left out, having been sent again too often. */
  readonly tired: number
}

function chosen(reader: SqliteReader, ir: PipelineIR, ids: readonly number[] | undefined): Chosen {
  const all = ids ? lettersOf(reader, ids) : [...reader.letters.dead()]
  const letters = all.filter(({ attempts }) => attempts < limits.DEAD_ATTEMPTS_MAX)
  const tired = all.find(({ attempts }) => attempts >= limits.DEAD_ATTEMPTS_MAX)
  if (ids && tired)
    throw new SpillwayError(
      'SPILL_LIMIT',
      `letter ${tired.id} was sent again ${tired.attempts} times and refused (DEAD_ATTEMPTS_MAX); edit it, or drop it`,
    )
  const names = ir.sources.map(({ name }) => name)
  for (const { id, source } of letters)
    if (source === undefined || !names.includes(source))
      throw new SpillwayError(
        'SPILL_INPUT',
        `letter ${id} is of source '${source}', which pipeline '${ir.name}' has not${didYouMean(source, names)}`,
      )
  return { letters, tired: all.length - letters.length }
}

function summaryText(count: number, refused: number, tired: number, { counts }: Run): string {
  const settled = `${number(count - refused)} settled, ${number(refused)} refused again, ${counted(counts.decisions, 'decision')} made.`
  return `${counted(count, 'letter')} sent again: ${settled}${tiredText(tired)}`
}

function tiredText(count: number): string {
  const times = `sent again ${limits.DEAD_ATTEMPTS_MAX} times before (DEAD_ATTEMPTS_MAX)`
  return count > 0 ? ` ${counted(count, 'letter')} ${count === 1 ? 'was' : 'were'} left out, ${times}.` : ''
}
