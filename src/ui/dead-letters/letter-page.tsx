/** One dead letter: why it was rejected, its fields to edit with their check, the difference to the original, preview, replay and drop. */
import type { LetterAnswer, PipelineAnswer } from '../core/answers.ts'
import { useResource } from '../core/resource.ts'
import { Link } from '../core/router.tsx'
import { agoText, timeStamp } from '../core/text.ts'
import { useServerNow } from '../live/use-status.ts'
import { ChangeNotice } from '../parts/change-notice.tsx'
import { useChange } from '../parts/use-change.ts'
import type { LettersAnswer } from './letter-answers.ts'
import { restoreLetter } from './letter-changes.ts'
import { LetterEditor } from './letter-editor.tsx'
import { recordText } from './record-fields.ts'
import { changeSinceRejection, placeText } from './replay-advice.ts'

export function LetterPage({ id, pipeline }: { readonly id: string; readonly pipeline: PipelineAnswer }) {
  // The route lists those after a number.
  const before = Number(id) - 1
  const { value, error, reload } = useResource<LettersAnswer>(`/dead-letters?limit=1&after=${before}`)
  const change = useChange(reload)
  const letter = value?.letters.find(candidate => candidate.id === Number(id))
  return (
    <>
      <p>
        <Link page="dead-letters">← Dead letters</Link>
      </p>
      <h1>Dead letter {id}</h1>
      <ChangeNotice change={change} />
      {error && <p class="banner">{error.message}</p>}
      {!value && !error && <p class="soft">Reading …</p>}
      {value && !letter && (
        <p>
          It is settled: replayed with success, or dropped. <code>spillway dlq list --settled</code> shows it.
        </p>
      )}
      {letter && (
        <>
          <LetterFacts letter={letter} />
          <LetterEditor
            key={letter.version}
            letter={letter}
            pipeline={pipeline}
            changed={changeSinceRejection(letter, value?.deployed)}
            change={change}
            onSaved={reload}
          />
          {letter.original !== undefined && (
            <section>
              <h2>The record as it came</h2>
              <pre class="record">{recordText({ raw: letter.original })}</pre>
              {letter.original !== letter.raw && !letter.isMasked && (
                <div class="buttons">
                  <button
                    type="button"
                    disabled={change.isBusy}
                    onClick={() => void change.run(() => restoreLetter(letter)).then(isDone => isDone && reload())}
                  >
                    Undo the edits
                  </button>
                </div>
              )}
            </section>
          )}
        </>
      )}
    </>
  )
}

function LetterFacts({ letter: { source, reason, detail, place, at, attempts, form } }: { readonly letter: LetterAnswer }) {
  const now = useServerNow()
  return (
    <>
      <p class="banner">
        <strong>{reason}</strong>: {detail}
      </p>
      <p class="soft">
        {source === undefined ? 'No source is named' : `Source ${source}`}, {placeText(place)}, rejected {timeStamp(at)} UTC (
        {agoText(Math.min(at, now), now)}){attempts > 0 && `, replayed ${attempts} × since its last edit`}
        {form !== undefined && `, format ${JSON.stringify(form)}`}.
      </p>
    </>
  )
}
