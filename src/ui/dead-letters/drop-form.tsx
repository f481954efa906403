/**
 * A drop with its reason, asked for in a dialog: it cannot be undone by a click. The dialog drops the items that were there when it opened,
 * whatever the page lists by then.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import { countText } from '../core/text.ts'

interface DropFormProps<T> {
  readonly items: readonly T[]
  readonly isBusy: boolean
  /** Resolves with true when they are dropped. */
  readonly onDrop: (items: readonly T[], why: string) => Promise<boolean>
}

export function DropForm<T>({ items, isBusy, onDrop }: DropFormProps<T>) {
  const [isOpen, setOpen] = useState(false)
  const [reviewed, setReviewed] = useState(items)
  const [why, setWhy] = useState('')
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (isOpen && !dialog.current!.open) dialog.current!.showModal()
    if (!isOpen) dialog.current!.close()
  }, [isOpen])
  const submit = (event: Event): void => {
    event.preventDefault()
    setOpen(false)
    void onDrop(reviewed, why.trim()).then(isDropped => isDropped && setWhy(''))
  }
  const open = (): void => {
    setReviewed(items)
    setOpen(true)
  }
  return (
    <>
      <button type="button" class="danger" disabled={items.length === 0 || isBusy} onClick={open}>
        Drop {items.length > 1 && countText(items.length)} …
      </button>
      <dialog ref={dialog} aria-labelledby="drop-title" onClose={() => setOpen(false)}>
        <h2 id="drop-title">Drop {reviewed.length === 1 ? 'it' : `these ${countText(reviewed.length)}`}?</h2>
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
