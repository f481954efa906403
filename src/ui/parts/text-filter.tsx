/** A filter by text or number, applied when the field is left or Enter is pressed. */
import { useState } from 'preact/hooks'

interface TextFilterProps {
  readonly label: string
  readonly value: string | undefined
  readonly placeholder?: string
  readonly size?: number
  readonly onChange: (value: string | undefined) => void
}

/** The text is a draft until it is applied: the page renders once a second, and would write the applied value over it. */
export function TextFilter({ label, value, placeholder, size = 14, onChange }: TextFilterProps) {
  const [draft, setDraft] = useState<string>()
  const apply = (text: string): void => {
    setDraft(undefined)
    onChange(text === '' ? undefined : text)
  }
  return (
    <label>
      {label}
      <input
        type="text"
        size={size}
        placeholder={placeholder}
        value={draft ?? value ?? ''}
        onInput={event => setDraft(event.currentTarget.value)}
        onChange={event => apply(event.currentTarget.value.trim())}
        onBlur={() => setDraft(undefined)}
      />
    </label>
  )
}
