/** Dead letters by cause, that of the newest first. One can be chosen, which the list then shows alone. */
import { countText, pluralText, timeStamp } from '../core/text.ts'
import { setFilters } from '../core/router.tsx'
import type { View } from '../core/location.ts'
import type { CauseAnswer, CausesAnswer } from './letter-answers.ts'

interface CauseTableProps {
  readonly answer: CausesAnswer
  readonly view: View
}

export function CauseTable({ answer: { causes, unlisted, unread }, view }: CauseTableProps) {
  const chosen = view.query['cause']
  const choose = (cause: string | undefined): void => setFilters(view, { cause, before: undefined, after: undefined })
  return (
    <table class="list causes">
      <caption>
        By cause, the newest first
        {unlisted > 0 && `; ${countText(unlisted)} more causes`}
        {unread > 0 && `; without the oldest ${pluralText(unread, 'dead letter')}`}
      </caption>
      <thead>
        <tr>
          <th scope="col">Dead letters</th>
          <th scope="col">First (UTC)</th>
          <th scope="col">Last (UTC)</th>
          <th scope="col">Source</th>
          <th scope="col">Cause</th>
          <th scope="col">List</th>
        </tr>
      </thead>
      <tbody>
        {causes.map(each => (
          <tr key={each.cause}>
            <td class="number">{countText(each.letters)}</td>
            <td data-label="first">{timeStamp(each.first)}</td>
            <td data-label="last">{timeStamp(each.last)}</td>
            <td>{each.source ?? '—'}</td>
            <td>
              <strong>{each.reason}</strong> <span class="soft">{each.detail}</span>
            </td>
            <td>
              <CauseButton cause={each} isChosen={each.cause === chosen} onChoose={choose} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface CauseButtonProps {
  readonly cause: CauseAnswer
  readonly isChosen: boolean
  readonly onChoose: (cause: string | undefined) => void
}

const CauseButton = ({ cause: { cause, detail }, isChosen, onChoose }: CauseButtonProps) => (
  <button type="button" aria-pressed={isChosen} aria-label={`Only these: ${detail}`} onClick={() => onChoose(isChosen ? undefined : cause)}>
    Only these
  </button>
)
