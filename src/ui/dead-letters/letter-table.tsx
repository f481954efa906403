/** A table of dead letters with a choice of some. */
import type { LetterAnswer } from '../core/answers.ts'
import { Link } from '../core/router.tsx'
import { timeStamp } from '../core/text.ts'
import { recordText } from './record-fields.ts'

interface LetterTableProps {
  readonly letters: readonly LetterAnswer[]
  readonly chosen: ReadonlySet<number>
  readonly onChoose: (chosen: ReadonlySet<number>) => void
}

export function LetterTable({ letters, chosen, onChoose }: LetterTableProps) {
  const isAll = letters.every(({ id }) => chosen.has(id))
  const toggle = (id: number): void => onChoose(new Set(chosen.has(id) ? [...chosen].filter(other => other !== id) : [...chosen, id]))
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">
            <input
              type="checkbox"
              aria-label="Choose all that are shown"
              checked={isAll}
              onChange={() => onChoose(new Set(isAll ? [] : letters.map(({ id }) => id)))}
            />
          </th>
          <th scope="col">Rejected (UTC)</th>
          <th scope="col">Source</th>
          <th scope="col">Reason</th>
          <th scope="col">Record</th>
        </tr>
      </thead>
      <tbody>
        {letters.map(letter => (
          <tr key={letter.id}>
            <td>
              <input
                type="checkbox"
                aria-label={`Choose dead letter ${letter.id}`}
                checked={chosen.has(letter.id)}
                onChange={() => toggle(letter.id)}
              />
            </td>
            <td>
              <Link page="dead-letters" item={letter.id} isRow>
                {timeStamp(letter.at)}
              </Link>
              {letter.attempts > 0 && <span class="soft"> replayed {letter.attempts} ×</span>}
              {letter.original !== undefined && <span class="soft"> edited</span>}
            </td>
            <td>{letter.source ?? '—'}</td>
            <td>
              <strong>{letter.reason}</strong> <span class="soft">{letter.detail}</span>
            </td>
            <td>
              <code class="clip">{recordText(letter)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
