/** Replay, drop, rename and restoration of dead letters, with the outcome in words. */
import type { LetterAnswer } from '../core/answers.ts'
import { call } from '../core/server.ts'
import { pluralText } from '../core/text.ts'
import { type ReplayAnswer, replayText } from './replay-text.ts'

/**
 * Replays dead letters as events that arrive now. Those that cannot be sent are left out, and so are those whose record has changed since
 * it was read.
 */
export async function replayLetters(letters: readonly Pick<LetterAnswer, 'id' | 'version'>[], source?: string): Promise<string> {
  const ids = letters.map(({ id }) => id)
  const versions = Object.fromEntries(letters.map(({ id, version }) => [id, version]))
  const body = { ids, versions, omitUnsendable: true, ...(source !== undefined && { source }) }
  return replayText(await call<ReplayAnswer>('POST', '/dead-letters/replay', body))
}

/** Puts the record that came in place of the edited one. A replay cannot be undone: its event is in the log, and decisions followed. */
export async function restoreLetter({ id, version, original }: LetterAnswer): Promise<string> {
  await call('PATCH', `/dead-letters/${id}`, { version, raw: original })
  return 'The record is again as it came.'
}

/** Renames a field in dead letters, one after the other. Throws after the first that fails; those before it are renamed. */
export async function renameField(letters: readonly LetterAnswer[], from: string, to: string): Promise<string> {
  let renamed = 0
  for (const { id, version } of letters) {
    try {
      await call('PATCH', `/dead-letters/${id}`, { version, rename: { [from]: to } })
    } catch (error) {
      throw new Error(`${pluralText(renamed, 'dead letter')} renamed, then ${(error as Error).message}`, { cause: error })
    }
    renamed++
  }
  return `'${from}' is now '${to}' in ${pluralText(renamed, 'dead letter')}. Nothing is replayed yet.`
}

export async function dropLetters(letters: readonly Pick<LetterAnswer, 'id'>[], why: string): Promise<string> {
  const ids = letters.map(({ id }) => id)
  await call('POST', '/dead-letters/drop', { ids, why })
  return `${pluralText(ids.length, 'dead letter')} dropped.`
}
