/** Dead letters by source and reason, with replay and drop of those that are chosen. */
import { useState } from 'preact/hooks'
import type { LetterAnswer, LetterCounts, PipelineAnswer } from '../core/answers.ts'
import type { View } from '../core/location.ts'
import { useResource } from '../core/resource.ts'
import { Link, setFilters } from '../core/router.tsx'
import { queryText } from '../core/server.ts'
import { countText, pluralText, timeStamp } from '../core/text.ts'
import { ChangeNotice } from '../parts/change-notice.tsx'
import { SelectFilter } from '../parts/select-filter.tsx'
import { useChange } from '../parts/use-change.ts'
import { DropForm } from './drop-form.tsx'
import { LetterPage } from './letter-page.tsx'
import { dropLetters, replayLetters } from './letter-changes.ts'
import { recordText } from './record-fields.ts'

interface LetterProps {
  readonly view: View
  readonly pipeline: PipelineAnswer
}

interface LetterAnswers {
  readonly letters: readonly LetterAnswer[]
  readonly counts: readonly LetterCounts[]
}

const SHOWN = 50

export const DeadLetters = ({ view, pipeline }: LetterProps) =>
  view.item === undefined ? (
    <LetterList view={view} pipeline={pipeline} />
  ) : (
    <LetterPage key={view.item} id={view.item} pipeline={pipeline} />
  )

function LetterList({ view, pipeline }: LetterProps) {
  const { source, reason, after } = view.query
  const { value, error, reload } = useResource<LetterAnswers>(`/dead-letters${queryText({ source, reason, after, limit: SHOWN })}`, 5000)
  const everywhere = useResource<LetterAnswers>('/dead-letters?limit=1', 5000).value?.counts ?? []
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  const change = useChange(() => {
    setChosen(new Set())
    reload()
  })
  const ids = (value?.letters ?? []).map(({ id }) => id)
  const picked = ids.filter(id => chosen.has(id))
  const total = (value?.counts ?? []).reduce((sum, { letters }) => sum + letters, 0)
  return (
    <>
      <h1>Dead letters</h1>
      <div class="filters">
        <SelectFilter
          label="Source"
          value={source}
          choices={pipeline.sources.map(({ name }) => name)}
          onChoose={name => setFilters(view, { source: name, after: undefined })}
        />
        <SelectFilter
          label="Reason"
          value={reason}
          choices={[...new Set(everywhere.map(count => count.reason))]}
          onChoose={name => setFilters(view, { reason: name, after: undefined })}
        />
      </div>
      <p class="soft">
        {value
          ? total === 0
            ? 'No record is rejected and unsettled here.'
            : `${pluralText(total, 'dead letter')}, the oldest first: ${value.counts.map(countLine).join('; ')}`
          : (error?.message ?? 'Reading …')}
      </p>
      {value && value.letters.length > 0 && (
        <>
          <div class="buttons">
            <button
              type="button"
              disabled={picked.length === 0 || change.isBusy}
              onClick={() => void change.run(() => replayLetters(picked))}
            >
              Replay {picked.length > 0 && countText(picked.length)}
            </button>
            <DropForm count={picked.length} isBusy={change.isBusy} onDrop={why => change.run(() => dropLetters(picked, why))} />
          </div>
          <ChangeNotice change={change} />
          <LetterTable letters={value.letters} chosen={chosen} onChoose={setChosen} />
          <div class="buttons">
            {after !== undefined && (
              <button type="button" onClick={() => setFilters(view, { after: undefined })}>
                From the oldest
              </button>
            )}
            {value.letters.length === SHOWN && (
              <button type="button" onClick={() => setFilters(view, { after: String(ids.at(-1)) })}>
                Next {SHOWN}
              </button>
            )}
          </div>
        </>
      )}
      {value?.letters.length === 0 && <ChangeNotice change={change} />}
    </>
  )
}

const countLine = ({ source, reason, letters }: LetterCounts): string => `${countText(letters)} of ${source ?? 'no source'} for '${reason}'`

interface TableProps {
  readonly letters: readonly LetterAnswer[]
  readonly chosen: ReadonlySet<number>
  readonly onChoose: (chosen: ReadonlySet<number>) => void
}

function LetterTable({ letters, chosen, onChoose }: TableProps) {
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
