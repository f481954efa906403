/** `dlq replay`: resends dead letters through the record validator of their source, as events that arrive now. */
import { limits } from '../../base/index.ts'
import type { Pipeline } from '../../define/index.ts'
import {
  type DeadLetterResendResult,
  type OmittedDeadLetter,
  type OpenControl,
  type ResentDeadLetter,
  withFolder,
} from '../../operate/index.ts'
import { UsageError } from '../command/command.ts'
import { withControl } from '../command/operator-control.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { ProgressLine } from '../command/progress.ts'
import { pluralize, formatNumber } from '../command/text-format.ts'
import { printJson, printLines, printText } from '../command/print.ts'

/** Most numbers that the text output lists for each reason to leave dead letters out. */
const OMITTED_SHOWN = 5

/** The parsed options of `dlq replay`. */
export interface DeadLetterResendRequest {
  /** The pipeline file. A run that holds the folder needs none, and must run the same pipeline. */
  readonly path: string | undefined
  /** Numbers of dead letters; by default every dead letter that can be sent again. */
  readonly ids: readonly number[] | undefined
  /** The source of dead letters that name no source. */
  readonly source: string | undefined
  readonly json: boolean
}

/**
 * Returns 1 if any dead letter is rejected again, otherwise 0. Without `ids`, dead letters that cannot be sent are left out and listed.
 * Throws `UsageError` without a pipeline file for a free folder, and as `RunControl.resendDeadLetters` does.
 */
export async function resendDeadLetters(data: string, request: DeadLetterResendRequest): Promise<number> {
  const { path, json } = request
  const pipeline = path === undefined ? undefined : await importPipeline(path)
  const ids = request.ids ?? (await withFolder(data, ({ deadLetters }) => Array.from(deadLetters.list({ settled: false }), ({ id }) => id)))
  const resent: ResentDeadLetter[] = []
  const omitted: OmittedDeadLetter[] = []
  const used = await withResendControl(data, pipeline, async (opened, by) => {
    const { fingerprint } = pipeline ?? {}
    const rest = { ...(request.source !== undefined && { source: request.source }), ...(fingerprint !== undefined && { fingerprint }) }
    for (const part of partsOf(ids, request.ids === undefined)) {
      const result = await opened.control.resendDeadLetters({ ids: part, omitUnsendable: request.ids === undefined, ...rest }, by)
      printOutcomes(result, json)
      resent.push(...result.letters)
      omitted.push(...result.omitted)
    }
    return opened
  })
  const rejected = resent.filter(({ outcome }) => outcome === 'rejected').length
  if (!json) printText(summaryText(resent.length, rejected, used.decisions()) + omittedText(omitted))
  return rejected > 0 ? 1 : 0
}

function withResendControl(
  data: string,
  pipeline: Pipeline | undefined,
  use: (opened: OpenControl, by: string) => Promise<OpenControl>,
): Promise<OpenControl> {
  const progress = new ProgressLine()
  // The run that receives them in a free folder opens first.
  const onProgress = (entries: number, of: number): void => {
    progress.show('rebuilding state from the log', entries / of)
    if (entries >= of) progress.clear()
  }
  return withControl(data, { pipeline, onProgress }, (opened, by) => {
    if (pipeline === undefined && !opened.isLive)
      throw new UsageError('name the pipeline file; only a run that holds the folder needs none')
    return use(opened, by)
  })
}

/** Named dead letters are one request, so that all of them are sent or none. Of all, each request has as many as it may. */
function* partsOf(ids: readonly number[], isAll: boolean): Generator<readonly number[]> {
  if (!isAll) return yield ids
  for (let from = 0; from < ids.length; from += limits.DEAD_LETTERS_CHANGED_MAX)
    yield ids.slice(from, from + limits.DEAD_LETTERS_CHANGED_MAX)
}

function printOutcomes({ letters, omitted }: DeadLetterResendResult, json: boolean): void {
  if (json) for (const { id, reason } of omitted) printJson({ id, outcome: 'left out', reason })
  for (const letter of letters) {
    const { id, outcome, reason, detail } = letter
    if (json) printJson(letter)
    else printLines(outcome === 'rejected' ? `dead letter ${id}: rejected again, ${reason}: ${detail}` : `dead letter ${id}: ${outcome}`)
  }
}

/** `decisions` are unknown where a run of another process makes them. */
function summaryText(count: number, rejected: number, decisions: number | undefined): string {
  if (count === 0) return 'No dead letter to send again.'
  const made = decisions === undefined ? '' : `, ${pluralize(decisions, 'decision')} made`
  return `${pluralize(count, 'dead letter')} sent again: ${formatNumber(count - rejected)} settled, ${formatNumber(rejected)} rejected again${made}.`
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
