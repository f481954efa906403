/** A drop with its reason, asked for in a dialog: it cannot be undone by a click. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { countText } from '../core/text.ts'

interface DropFormProps {
  readonly count: number
  readonly isBusy: boolean
  /** Resolves with true when it is dropped. */
  readonly onDrop: (why: string) => Promise<boolean>
}

export function DropForm({ count, isBusy, onDrop }: DropFormProps) {
  const [isOpen, setOpen] = useState(false)
  const [why, setWhy] = useState('')
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (isOpen && !dialog.current!.open) dialog.current!.showModal()
    if (!isOpen) dialog.current!.close()
  }, [isOpen])
  const submit = (event: Event): void => {
    event.preventDefault()
    setOpen(false)
    void onDrop(why.trim()).then(isDropped => isDropped && setWhy(''))
  }
  return (
    <>
      <button type="button" class="danger" disabled={count === 0 || isBusy} onClick={() => setOpen(true)}>
        Drop {count > 1 && countText(count)} …
      </button>
      <dialog ref={dialog} aria-labelledby="drop-title" onClose={() => setOpen(false)}>
        <h2 id="drop-title">Drop {count === 1 ? 'it' : `these ${countText(count)}`}?</h2>
        <form onSubmit={submit}>
          <label>
            Reason, which is kept
            <input type="text" required pattern=".*\S.*" value={why} onInput={event => setWhy(event.currentTarget.value)} />
          </label>
          <div class="buttons">
            <button type="submit" class="danger">
              Drop
            </button>
            <button type="button" onClick={() => setOpen(false)}>
              Keep
            </button>
          </div>
        </form>
      </dialog>
    </>
  )
}
