/** Dead letters, the newest first, by source, reason and cause, with replay and drop of those that are chosen. */
import { useState } from 'preact/hooks'
import type { LetterAnswer, LetterCounts, PipelineAnswer, SourceAnswer } from '../core/answers.ts'
import type { View } from '../core/location.ts'
import { useResource } from '../core/resource.ts'
import { setFilters } from '../core/router.tsx'
import { queryText } from '../core/query-text.ts'
import { countText, pluralText } from '../core/text.ts'
import { ChangeNotice } from '../parts/change-notice.tsx'
import { SelectFilter } from '../parts/select-filter.tsx'
import { type Change, useChange } from '../parts/use-change.ts'
import { CauseTable } from './cause-table.tsx'
import type { CausesAnswer, LettersAnswer } from './letter-answers.ts'
import { DropForm } from './drop-form.tsx'
import { LetterPage } from './letter-page.tsx'
import { dropLetters, replayLetters } from './letter-changes.ts'
import { LetterTable } from './letter-table.tsx'
import { RenameForm } from './rename-form.tsx'
import { renameText, suggestedRename } from './renames.ts'
import { bulkWarning, changeSinceRejection } from './replay-advice.ts'

interface LetterProps {
  readonly view: View
  readonly pipeline: PipelineAnswer
}

const SHOWN = 100
/** Filters of another list: its pages begin anew. */
const firstPage = { before: undefined, after: undefined, cause: undefined }

export const DeadLetters = ({ view, pipeline }: LetterProps) =>
  view.item === undefined ? (
    <LetterList view={view} pipeline={pipeline} />
  ) : (
    <LetterPage key={view.item} id={view.item} pipeline={pipeline} />
  )

function LetterList({ view, pipeline }: LetterProps) {
  const { source, reason, cause, after, before } = view.query
  const order = view.query['order'] === 'oldest' ? 'oldest' : 'newest'
  const page = order === 'oldest' ? { after } : { order, before }
  const list = useResource<LettersAnswer>(`/dead-letters${queryText({ source, reason, cause, ...page, limit: SHOWN })}`, 5000)
  const { value, error } = list
  const causes = useResource<CausesAnswer>(`/dead-letters/causes${queryText({ source, reason })}`, 10_000)
  const everywhere = useResource<LettersAnswer>('/dead-letters?limit=1', 5000).value?.counts ?? []
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  const change = useChange(() => [list, causes].forEach(resource => resource.reload()))
  const total = (value?.counts ?? []).reduce((sum, { letters }) => sum + letters, 0)
  return (
    <>
      <h1>Dead letters</h1>
      <div class="filters">
        <SelectFilter
          label="Source"
          value={source}
          choices={pipeline.sources.map(({ name }) => name)}
          onChoose={name => setFilters(view, { ...firstPage, source: name })}
        />
        <SelectFilter
          label="Reason"
          value={reason}
          choices={[...new Set(everywhere.map(count => count.reason))]}
          onChoose={name => setFilters(view, { ...firstPage, reason: name })}
        />
      </div>
      <p class="soft">
        {value
          ? total === 0
            ? 'No record is rejected and unsettled here.'
            : `${pluralText(total, 'dead letter')}: ${value.counts.map(countLine).join('; ')}`
          : (error?.message ?? 'Reading …')}
      </p>
      {causes.value && causes.value.causes.length > 0 && <CauseTable answer={causes.value} view={view} />}
      {value && total > 0 && (
        <h2>
          {cause === undefined ? 'All' : 'Of the chosen cause'}, the {order} first
        </h2>
      )}
      {value && value.letters.length > 0 && (
        <>
          <BulkChanges
            letters={value.letters.filter(({ id }) => chosen.has(id))}
            sources={pipeline.sources}
            deployed={value.deployed}
            change={change}
            onSent={() => setChosen(new Set())}
          />
          <ChangeNotice change={change} />
          {chosen.size === 0 && <RenameSuggestion letters={value.letters} sources={pipeline.sources} onChoose={setChosen} />}
          <LetterTable letters={value.letters} chosen={chosen} onChoose={setChosen} />
        </>
      )}
      {value?.letters.length === 0 && <ChangeNotice change={change} />}
      {cause !== undefined && (
        <div class="buttons">
          {value?.letters.length === 0 && value.next === undefined && <span>None is left of the chosen cause.</span>}
          <button type="button" onClick={() => setFilters(view, firstPage)}>
            All causes
          </button>
        </div>
      )}
      {value && total > 0 && <Pages view={view} order={order} next={value.next} />}
    </>
  )
}

const countLine = ({ source, reason, letters }: LetterCounts): string => `${countText(letters)} of ${source ?? 'no source'} for '${reason}'`

interface BulkProps {
  readonly letters: readonly LetterAnswer[]
  readonly sources: readonly SourceAnswer[]
  readonly deployed: number | undefined
  readonly change: Change
  /** Called after a replay or a drop. A rename keeps the choice, for the replay that follows it. */
  readonly onSent: () => void
}

/** Replay, drop and rename of the dead letters that are chosen. The replay stands out only where each may be accepted now. */
function BulkChanges({ letters, sources, deployed, change, onSent }: BulkProps) {
  const source = sources.find(({ name }) => name === letters[0]?.source)
  const isOfOneSource = letters.every(letter => letter.source === source?.name)
  const send = async (act: () => Promise<string>): Promise<boolean> => {
    const isDone = await change.run(act)
    if (isDone) onSent()
    return isDone
  }
  const isLikely = letters.length > 0 && letters.every(letter => changeSinceRejection(letter, deployed) !== undefined)
  return (
    <div class="buttons">
      <button
        type="button"
        class={isLikely ? 'primary' : undefined}
        disabled={letters.length === 0 || change.isBusy}
        onClick={() => void send(() => replayLetters(letters))}
      >
        Replay {letters.length > 0 && countText(letters.length)}
      </button>
      <DropForm items={letters} isBusy={change.isBusy} onDrop={(some, why) => send(() => dropLetters(some, why))} />
      {source && isOfOneSource && <RenameForm letters={letters} source={source} change={change} />}
      <span class="soft">{bulkWarning(letters, deployed)}</span>
    </div>
  )
}

interface SuggestionProps {
  readonly letters: readonly LetterAnswer[]
  readonly sources: readonly SourceAnswer[]
  readonly onChoose: (chosen: ReadonlySet<number>) => void
}

/** A rename that would mend dead letters of the page, before any is chosen. */
function RenameSuggestion({ letters, sources, onChoose }: SuggestionProps) {
  const suggested = suggestedRename(letters, sources)
  if (!suggested) return null
  const { source, from, to, effect } = suggested
  return (
    <p class="suggestion">
      {renameText(effect, letters.length, from, to, source.name)}{' '}
      <button type="button" onClick={() => onChoose(new Set(effect.letters.map(({ id }) => id)))}>
        Choose {effect.letters.length === 1 ? 'it' : `these ${countText(effect.letters.length)}`}
      </button>{' '}
      <span class="soft">
        Later ones are accepted once the source reads both names: <code>{`renamed: { ${from}: '${to}' }`}</code>
      </span>
    </p>
  )
}

interface PagesProps {
  readonly view: View
  readonly order: 'oldest' | 'newest'
  readonly next: number | undefined
}

/** The way to the next page, back to the first, and to the other end. */
function Pages({ view, order, next }: PagesProps) {
  const [cursor, other] = order === 'oldest' ? (['after', 'newest'] as const) : (['before', 'oldest'] as const)
  const go = (filters: Readonly<Record<string, string | undefined>>): void => {
    setFilters(view, filters)
    scrollTo(0, 0)
  }
  return (
    <div class="buttons">
      {next !== undefined && (
        <button type="button" onClick={() => go({ [cursor]: String(next) })}>
          Next {SHOWN}
        </button>
      )}
      {view.query[cursor] !== undefined && (
        <button type="button" onClick={() => go({ [cursor]: undefined })}>
          From the {order}
        </button>
      )}
      <button type="button" onClick={() => go({ before: undefined, after: undefined, order: other === 'oldest' ? other : undefined })}>
        {other === 'oldest' ? 'Oldest first' : 'Newest first'}
      </button>
    </div>
  )
}
