/** `dlq replay`: replays dead letters through the record validator of their source, as events that arrive now. */
import { limits } from '../../base/index.ts'
import { type DeadLetterReplayResult, type OmittedDeadLetter, type ReplayedDeadLetter, withFolder } from '../../operate/index.ts'
import { type Project, UsageError } from '../command/command.ts'
import { withControl } from '../command/data-folder.ts'
import { printJson, printLines, printText } from '../command/print.ts'
import { ProgressLine } from '../command/progress.ts'
import { formatNumber, pluralize } from '../command/text-format.ts'

/** Most numbers that the text output lists for each reason to leave dead letters out. */
const OMITTED_SHOWN = 5

/** The parsed options of `dlq replay`. */
export interface DeadLetterReplayRequest {
  /** Its pipeline is replayed with. A run that holds the folder needs none, and must run the same pipeline. */
  readonly project: Project
  /** Numbers of dead letters; by default all. */
  readonly ids: readonly number[] | undefined
  /** Were they named one by one? Then all of them are replayed or none; otherwise those that cannot be replayed are left out and listed. */
  readonly areNamed: boolean
  /** The source of dead letters that name no source. */
  readonly source: string | undefined
  readonly json: boolean
}

/**
 * Returns 1 if any dead letter is rejected again, otherwise 0. Throws `UsageError` without a pipeline file for a free folder, and as `RunControl.replayDeadLetters` does.
 */
export async function replayDeadLetters(data: string, { project, ids, areNamed, source, json }: DeadLetterReplayRequest): Promise<number> {
  const pipeline = project.path === undefined ? undefined : await project.importPipeline()
  const { fingerprint } = pipeline ?? {}
  const all = ids ?? (await withFolder(data, ({ deadLetters }) => Array.from(deadLetters.list({ settled: false }), ({ id }) => id)))
  const replayed: ReplayedDeadLetter[] = []
  const omitted: OmittedDeadLetter[] = []
  const progress = new ProgressLine()
  // The run that receives them in a free folder opens first.
  const onProgress = (entries: number, of: number): void => {
    progress.show('rebuilding state from the log', entries / of, of)
    if (entries >= of) progress.clear()
  }
  const decisions = await withControl(data, { pipeline, onProgress }, async (opened, by) => {
    if (pipeline === undefined && !opened.isLive)
      throw new UsageError('name the pipeline file; only a run that holds the folder needs none')
    const rest = { ...(source !== undefined && { source }), ...(fingerprint !== undefined && { fingerprint }) }
    for (const part of requestsOf(all, areNamed)) {
      const result = await opened.control.replayDeadLetters({ ids: part, omitUnsendable: !areNamed, ...rest }, by)
      printOutcomes(result, json)
      replayed.push(...result.letters)
      omitted.push(...result.omitted)
    }
    return opened.decisions()
  })
  const rejected = replayed.filter(({ outcome }) => outcome === 'rejected').length
  if (!json) printText(summaryText(replayed.length, rejected, decisions) + omittedText(omitted))
  return rejected > 0 ? 1 : 0
}

/** Named dead letters are one request, so that all of them are changed or none. Of others, each request has as many as it may. */
export function* requestsOf(ids: readonly number[], areNamed: boolean): Generator<readonly number[]> {
  if (areNamed) return yield ids
  for (let from = 0; from < ids.length; from += limits.DEAD_LETTERS_CHANGED_MAX)
    yield ids.slice(from, from + limits.DEAD_LETTERS_CHANGED_MAX)
}

function printOutcomes({ letters, omitted }: DeadLetterReplayResult, json: boolean): void {
  if (json) for (const { id, reason } of omitted) printJson({ id, outcome: 'left out', reason })
  for (const letter of letters) {
    const { id, outcome, reason, detail } = letter
    if (json) printJson(letter)
    else printLines(outcome === 'rejected' ? `dead letter ${id}: rejected again, ${reason}: ${detail}` : `dead letter ${id}: ${outcome}`)
  }
}

/** `decisions` are unknown where a run of another process makes them. */
function summaryText(count: number, rejected: number, decisions: number | undefined): string {
  if (count === 0) return 'No dead letter to replay.'
  const decided = decisions === undefined ? '' : `, ${pluralize(decisions, 'decision')} made`
  return `${pluralize(count, 'dead letter')} replayed: ${formatNumber(count - rejected)} settled, ${formatNumber(rejected)} rejected again${decided}.`
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
