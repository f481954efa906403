/** A filter by one of a few names; the empty choice shows all. */
interface SelectFilterProps {
  readonly label: string
  readonly value: string | undefined
  readonly choices: readonly string[]
  readonly onChoose: (value: string | undefined) => void
}

export const SelectFilter = ({ label, value, choices, onChoose }: SelectFilterProps) => (
  <label>
    {label}
    <select value={value ?? ''} onChange={event => onChoose(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}>
      <option value="">all</option>
      {choices.map(choice => (
        <option key={choice} value={choice}>
          {choice}
        </option>
      ))}
    </select>
  </label>
)
