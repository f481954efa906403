/** The view of the address bar as state, by the history API. */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { type PageName, parseView, type View, viewPath } from './location.ts'

/** The server's prefix: empty, or that of an embedding server. */
export const prefix = document.querySelector<HTMLMetaElement>('meta[name=spillway-prefix]')?.content ?? ''

const listeners = new Set<() => void>()
const notify = (): void => listeners.forEach(listener => listener())
addEventListener('popstate', notify)

const viewNow = (): View => parseView(location.pathname.slice(prefix.length), location.search)

/** The present view. The component renders again when it changes. */
export function useView(): View {
  const [view, setView] = useState(viewNow)
  useEffect(() => {
    const update = (): void => setView(viewNow())
    listeners.add(update)
    return () => void listeners.delete(update)
  }, [])
  return view
}

/** Opens a path below the prefix. A changed filter replaces the entry of the history, so that "back" leaves the page. */
export function navigate(path: string, { isReplacing = false } = {}): void {
  const url = `${prefix}${path}`
  if (isReplacing) history.replaceState(null, '', url)
  else {
    history.pushState(null, '', url)
    scrollTo(0, 0)
  }
  notify()
}

/** Changes filters of the present view. */
export function setFilters(view: View, filters: Readonly<Record<string, string | undefined>>): void {
  if (view.page !== 'unknown') navigate(viewPath(view.page, view.item, { ...view.query, ...filters }), { isReplacing: true })
}

interface LinkProps {
  readonly page: PageName
  readonly item?: string | number | undefined
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly class?: string
  readonly isRow?: boolean
  readonly isCurrent?: boolean
  readonly label?: string
  readonly children: ComponentChildren
}

/** A link to a view; a real one, which opens in a new tab too. A row of a list is reached by `j` and `k`. */
export function Link({ page, item, query, isRow, isCurrent, label, children, ...attributes }: LinkProps) {
  const path = viewPath(page, item, query)
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(path)
  }
  return (
    <a
      {...attributes}
      href={`${prefix}${path}`}
      onClick={follow}
      {...(isRow && { 'data-row': '' })}
      {...(isCurrent && { 'aria-current': 'page' })}
      {...(label !== undefined && { 'aria-label': label })}
    >
      {children}
    </a>
  )
}
