/** Advice for a replay: may the record be accepted now, which was rejected before? And the place of a record in words. */
import type { LetterAnswer } from '../core/answers.ts'

/** Stands beside each button that replays. */
export const REPLAY_WARNING = 'A replay cannot be undone: the record becomes an event of the log, and decisions and effects follow from it.'

/**
 * The change since the last rejection because of which a replay may be accepted; `undefined` if none is known. `deployed`: last start with
 * changed definitions, UTC ms. The time of a rejected replay is not known, so nothing counts as changed after it but an edit.
 */
export function changeSinceRejection(letter: LetterAnswer, deployed: number | undefined): 'edited' | 'redefined' | undefined {
  if (letter.attempts > 0) return undefined
  const { original, originalBase64, raw, rawBase64 } = letter
  const isEdited = (original ?? originalBase64) !== undefined && (original !== raw || originalBase64 !== rawBase64 || letter.isMasked)
  if (isEdited) return 'edited'
  return deployed !== undefined && letter.at < deployed ? 'redefined' : undefined
}

/** Reasons that follow from the record and the definitions alone. */
const lastingReasons: readonly string[] = ['schema', 'key', 'map']

/** The warning about a replay of some dead letters, with the number of those that are sure to be rejected as before. */
export function bulkWarning(letters: readonly LetterAnswer[], deployed: number | undefined): string {
  const same = letters.filter(letter => lastingReasons.includes(letter.reason) && changeSinceRejection(letter, deployed) === undefined)
  if (same.length === 0) return REPLAY_WARNING
  const subject = same.length === letters.length ? (same.length === 1 ? 'It is' : `All ${same.length} are`) : `${same.length} are`
  return `${REPLAY_WARNING} ${subject} unchanged since the rejection, and no change of the definitions is known: expect the same rejection.`
}

/** `record 2 of its HTTP request`: a number alone does not say of what. */
export function placeText(place: string): string {
  const [, origin, number] = /^(http record|row) (\d+)$/.exec(place) ?? []
  if (number === undefined) return place
  return origin === 'row' ? `record ${number} of the batch it came in` : `record ${number} of its HTTP request`
}
