/** `dlq replay`: dead letters sent again, through the door of their source, as events that arrive now. */
import { computeBeside } from '../../batch/threads.ts'
import { letterBatch } from '../../operate/dead-letter-batch.ts'
import { Run } from '../../run/loop/run.ts'
import { lettersOf, withLetters } from './dead-letter-folder.ts'
import { LetterRecipient, type OmittedLetter, type SendableLetter } from './dead-letter-recipient.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { Progress } from '../command/progress.ts'
import { counted, number } from '../command/replay-summary.ts'
import { printJson, printLines, printText } from '../command/print.ts'

/** Numbers of letters that a person is shown of those left out for one reason. */
const OMITTED_SHOWN = 5

export interface ReplayRequest {
  /** Numbers of dead letters; by default every dead letter that can be sent again. */
  readonly ids: readonly number[] | undefined
  /** The source of letters that name none. */
  readonly source: string | undefined
  readonly json: boolean
}

/**
 * A letter that is accepted is none any more in the same commit as its event; one that is refused again stays, with the new reason: exit code 1.
 * Of all letters, those that cannot be sent are left out and listed. Throws `SPILL_INPUT` for a letter that is named and not there, or without a
 * source of the pipeline, `SPILL_LIMIT` for one that is named and was sent again too often.
 */
export async function replayLetters(data: string, path: string, { ids, source, json }: ReplayRequest): Promise<number> {
  const pipeline = await importPipeline(path)
  const recipient = new LetterRecipient(pipeline.ir, source)
  return withLetters(data, { what: 'dlq replay', numbers: ids ?? 'all' }, async (store, reader, say, log) => {
    const { letters, omitted } = ids
      ? { letters: recipient.all(lettersOf(reader, ids)), omitted: [] }
      : recipient.sendable(reader.letters.dead())
    if (json) for (const { id, reason } of omitted) printJson({ id, outcome: 'left out', reason })
    if (letters.length === 0) {
      say('none to send again')
      if (!json) printText(`No letter to send again.${omittedText(omitted)}`)
      return 0
    }
    const progress = new Progress()
    // As in `spillway run`: groups answer from the batch runs of the folder.
    const compute = computeBeside(log)
    const run = new Run(pipeline, { store, compute, onProgress: (entries, of) => progress.show('taking the log again', entries / of) })
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
    if (!json) printText(summaryText(letters.length, refused.length, omitted, run))
    return refused.length > 0 ? 1 : 0
  })
}

/** Held back as any source is; letters that wait are in memory. */
export async function sendAgain(run: Run, letters: readonly SendableLetter[]): Promise<void> {
  const sent: Promise<unknown>[] = []
  for (const letter of letters) {
    await run.room()
    const receipt = run.submit(letter.source, letterBatch(letter), undefined, letter.id)
    // What fails one fails them all, and is told by the last line.
    receipt.catch(() => {})
    sent.push(receipt)
  }
  await Promise.all(sent)
}

function summaryText(count: number, refused: number, omitted: readonly OmittedLetter[], { counts }: Run): string {
  const settled = `${number(count - refused)} settled, ${number(refused)} refused again, ${counted(counts.decisions, 'decision')} made.`
  return `${counted(count, 'letter')} sent again: ${settled}${omittedText(omitted)}`
}

/** A sentence for each reason, with the numbers of the first letters. */
function omittedText(omitted: readonly OmittedLetter[]): string {
  return [...Map.groupBy(omitted, ({ reason }) => reason)]
    .map(([reason, letters]) => {
      const numbers = letters.slice(0, OMITTED_SHOWN).map(({ id }) => id)
      const more = letters.length > OMITTED_SHOWN ? ', …' : ''
      return ` ${counted(letters.length, 'letter')} ${letters.length === 1 ? 'was' : 'were'} left out (${numbers.join(', ')}${more}): ${reason}.`
    })
    .join('')
}
