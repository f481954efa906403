/** Renames a field in the dead letters that are chosen, in a dialog that first says what becomes of them. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { LetterAnswer, SourceAnswer } from '../core/answers.ts'
import type { Change } from '../parts/use-change.ts'
import { renameField } from './letter-changes.ts'
import { renameChoices, renameEffect, renameText } from './renames.ts'

interface RenameFormProps {
  /** Of one source. */
  readonly letters: readonly LetterAnswer[]
  readonly source: SourceAnswer
  readonly change: Change
}

/** Nothing where no field can be renamed to a column. */
export function RenameForm({ letters, source, change }: RenameFormProps) {
  const [isOpen, setOpen] = useState(false)
  const choices = renameChoices(letters, source)
  const [chosen, setChosen] = useState<{ readonly from?: string; readonly to?: string }>({})
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (isOpen && !dialog.current!.open) dialog.current!.showModal()
    if (!isOpen) dialog.current?.close()
  }, [isOpen])
  const from = choices.from.find(name => name === chosen.from) ?? choices.from[0]
  const to = choices.to.find(name => name === chosen.to) ?? choices.to[0]
  if (from === undefined || to === undefined) return null
  const effect = renameEffect(letters, source, from, to)
  const submit = (event: Event): void => {
    event.preventDefault()
    setOpen(false)
    void change.run(() => renameField(effect.letters, from, to))
  }
  return (
    <>
      <button type="button" disabled={change.isBusy} onClick={() => setOpen(true)}>
        Rename a field …
      </button>
      <dialog ref={dialog} aria-labelledby="rename-title" onClose={() => setOpen(false)}>
        <h2 id="rename-title">Rename a field</h2>
        <form onSubmit={submit}>
          <NameChoice label="Field" names={choices.from} chosen={from} onChoose={name => setChosen({ from: name, to })} />
          <NameChoice label="Column" names={choices.to} chosen={to} onChoose={name => setChosen({ from, to: name })} />
          <p>{renameText(effect, letters.length, from, to, source.name)}</p>
          <p class="soft">The records that were rejected are kept. A rename replays nothing.</p>
          <div class="buttons">
            <button type="submit" class="primary" disabled={effect.letters.length === 0}>
              Rename
            </button>
            <button type="button" onClick={() => setOpen(false)}>
              Cancel
            </button>
          </div>
        </form>
      </dialog>
    </>
  )
}

interface NameChoiceProps {
  readonly label: string
  readonly names: readonly string[]
  readonly chosen: string
  readonly onChoose: (name: string) => void
}

const NameChoice = ({ label, names, chosen, onChoose }: NameChoiceProps) => (
  <label>
    {label}
    <select value={chosen} onChange={event => onChoose(event.currentTarget.value)}>
      {names.map(name => (
        <option key={name}>{name}</option>
      ))}
    </select>
  </label>
)
