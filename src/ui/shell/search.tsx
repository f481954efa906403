/** The search field: a combobox whose options are views. `/` focuses it, arrows choose, Enter opens. */
import { useState } from 'preact/hooks'
import type { PipelineAnswer } from '../core/answers.ts'
import { viewPath } from '../core/location.ts'
import { navigate } from '../core/router.tsx'
import { searchTargets, type SearchTarget } from './search-targets.ts'

export function Search({ pipeline }: { readonly pipeline: PipelineAnswer | undefined }) {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const [isOpen, setOpen] = useState(false)
  const targets = pipeline ? searchTargets(pipeline, text) : []
  const hasList = isOpen && targets.length > 0
  const open = (target: SearchTarget | undefined): void => {
    if (!target) return
    navigate(viewPath(target.page, target.item, target.query))
    setText('')
    setOpen(false)
    ;(document.activeElement as HTMLElement | null)?.blur()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && targets.length > 0) {
      event.preventDefault()
      setChosen((chosen + step + targets.length) % targets.length)
    } else if (event.key === 'Enter') open(targets[chosen])
  }
  return (
    <div class="search" role="search">
      <input
        id="search"
        type="text"
        role="combobox"
        placeholder="Search names or keys  /"
        aria-label="Search"
        aria-expanded={hasList}
        aria-controls="search-list"
        aria-autocomplete="list"
        {...(hasList && { 'aria-activedescendant': `search-${chosen}` })}
        autocomplete="off"
        value={text}
        onInput={event => {
          setText(event.currentTarget.value)
          setChosen(0)
          setOpen(true)
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <ul id="search-list" role="listbox" aria-label="Matches" hidden={!hasList}>
        {targets.map((target, i) => (
          <li
            key={`${target.kind} ${target.name}`}
            id={`search-${i}`}
            role="option"
            aria-selected={i === chosen}
            // Before the field loses the focus, which would close the list.
            onMouseDown={event => {
              event.preventDefault()
              open(target)
            }}
          >
            <span>{target.name}</span>
            <span class="soft">{target.kind}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
