/** A filter by text or number, applied when the field is left or Enter is pressed. */
interface TextFilterProps {
  readonly label: string
  readonly value: string | undefined
  readonly placeholder?: string
  readonly size?: number
  readonly onChange: (value: string | undefined) => void
}

export const TextFilter = ({ label, value, placeholder, size = 14, onChange }: TextFilterProps) => (
  <label>
    {label}
    <input
      type="text"
      size={size}
      placeholder={placeholder}
      value={value ?? ''}
      onChange={event => onChange(event.currentTarget.value.trim() === '' ? undefined : event.currentTarget.value.trim())}
    />
  </label>
)
