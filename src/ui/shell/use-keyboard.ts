/** Commands of keys, for the whole page. */
import { useEffect } from 'preact/hooks'
import { keyStep, type KeyCommand } from './keyboard.ts'
import { viewPath } from '../core/location.ts'
import { navigate } from '../core/router.tsx'
import { switchTheme } from '../core/theme.ts'

export function useKeyboard(onHelp: () => void): void {
  useEffect(() => {
    let isPending = false
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return
      const target = event.target as HTMLElement
      const isTyping = target.matches('input:not([type=checkbox]), textarea, select, [contenteditable]')
      const step = keyStep(isPending, event.key, isTyping)
      isPending = step.isPending
      // A dialog has keys of its own.
      if (!step.command || document.querySelector('dialog[open]')) return
      if (step.command.kind !== 'leave-field') event.preventDefault()
      execute(step.command, target, onHelp)
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [])
}

function execute(command: KeyCommand, target: HTMLElement, onHelp: () => void): void {
  switch (command.kind) {
    case 'go':
      return navigate(viewPath(command.page))
    case 'search':
      return document.getElementById('search')?.focus()
    case 'help':
      return onHelp()
    case 'theme':
      return switchTheme()
    case 'leave-field':
      return target.blur()
    case 'next':
    case 'previous':
      return focusRow(command.kind === 'next' ? 1 : -1)
  }
}

/** Moves the focus among the rows of the page. */
function focusRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')]
  const at = rows.indexOf(document.activeElement as HTMLElement)
  const next = at < 0 ? (step === 1 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step))
  rows[next]?.focus()
}
