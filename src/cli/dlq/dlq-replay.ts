/** `dlq replay`: sends dead letters again through the record validator of their source, as events that arrive now. */
import { computeInThreads } from '../../batch/threads.ts'
import { deadLetterBatch } from '../../operate/dead-letter-batch.ts'
import { Run } from '../../run/loop/run.ts'
import { requireDeadLetters, changeDeadLetters } from './dead-letter-folder.ts'
import { DeadLetterRecipient, type OmittedDeadLetter, type SendableDeadLetter } from './dead-letter-recipient.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { ProgressLine } from '../command/progress.ts'
import { pluralize, formatNumber } from '../command/text-format.ts'
import { printJson, printLines, printText } from '../command/print.ts'

/** Most numbers that the text output lists for each reason to leave dead letters out. */
const OMITTED_SHOWN = 5

/** The parsed options of `dlq replay`. */
export interface DeadLetterReplayRequest {
  /** Numbers of dead letters; by default every dead letter that can be sent again. */
  readonly ids: readonly number[] | undefined
  /** The source of dead letters that name no source. */
  readonly source: string | undefined
  readonly json: boolean
}

/**
 * Returns 1 if any dead letter is refused again, otherwise 0. An accepted dead letter is settled in the commit of its event.
 * A refused one stays, with the new reason. Without `ids`, dead letters that cannot be sent are left out and listed.
 * Throws `SPILL_INPUT` for a named dead letter that is unknown or has no source in the pipeline, `SPILL_LIMIT` after too many attempts.
 */
export async function replayDeadLetters(data: string, path: string, { ids, source, json }: DeadLetterReplayRequest): Promise<number> {
  const pipeline = await importPipeline(path)
  const recipient = new DeadLetterRecipient(pipeline.ir, source)
  return changeDeadLetters(data, { command: 'dlq replay', targets: ids ?? 'all' }, async (store, reader, setDetail, log) => {
    const { letters, omitted } = ids
      ? { letters: recipient.requireAll(requireDeadLetters(reader, ids)), omitted: [] }
      : recipient.sendable(reader.deadLetters.dead())
    if (json) for (const { id, reason } of omitted) printJson({ id, outcome: 'left out', reason })
    if (letters.length === 0) {
      setDetail('none to send again')
      if (!json) printText(`No dead letter to send again.${omittedText(omitted)}`)
      return 0
    }
    const progress = new ProgressLine()
    // As in `spillway run`, groups read the batch runs of the folder.
    const compute = computeInThreads(log)
    const run = new Run(pipeline, { store, compute, onProgress: (entries, of) => progress.show('replaying the log', entries / of) })
    progress.clear()
    await resendDeadLetters(run, letters)
    await run.stop()
    const after = letters.map(({ id }) => reader.deadLetters.byId(id)!)
    const refused = after.filter(letter => !('outcome' in letter))
    for (const letter of after) {
      const outcome = 'outcome' in letter ? letter.outcome : 'refused'
      const { id, reason, detail, attempts } = letter
      if (json) printJson({ id, outcome, ...(outcome === 'refused' && { reason, detail, attempts }) })
      else printLines(outcome === 'refused' ? `dead letter ${id}: refused again, ${reason}: ${detail}` : `dead letter ${id}: ${outcome}`)
    }
    setDetail(`${letters.length - refused.length} settled, ${refused.length} refused again`)
    if (!json) printText(summaryText(letters.length, refused.length, omitted, run))
    return refused.length > 0 ? 1 : 0
  })
}

/** Submits the dead letters with the backpressure of any source. Memory: the records that are not yet durable. */
export async function resendDeadLetters(run: Run, letters: readonly SendableDeadLetter[]): Promise<void> {
  const receipts: Promise<unknown>[] = []
  for (const letter of letters) {
    await run.whenRoom()
    const receipt = run.submit(letter.source, deadLetterBatch(letter), undefined, letter.id)
    // A failure of one fails all; the last line reports it.
    receipt.catch(() => {})
    receipts.push(receipt)
  }
  await Promise.all(receipts)
}

function summaryText(count: number, refused: number, omitted: readonly OmittedDeadLetter[], { counts }: Run): string {
  const settled = `${formatNumber(count - refused)} settled, ${formatNumber(refused)} refused again, ${pluralize(counts.decisions, 'decision')} made.`
  return `${pluralize(count, 'dead letter')} sent again: ${settled}${omittedText(omitted)}`
}

/** A sentence for each reason, with the numbers of the first dead letters. */
function omittedText(omitted: readonly OmittedDeadLetter[]): string {
  return [...Map.groupBy(omitted, ({ reason }) => reason)]
    .map(([reason, letters]) => {
      const numbers = letters.slice(0, OMITTED_SHOWN).map(({ id }) => id)
      const more = letters.length > OMITTED_SHOWN ? ', …' : ''
      return ` ${pluralize(letters.length, 'dead letter')} ${letters.length === 1 ? 'was' : 'were'} left out (${numbers.join(', ')}${more}): ${reason}.`
    })
    .join('')
}
