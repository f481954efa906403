/**
 * Views and their URLs. Every view is a path below `/ui`, and its filters are query parameters, so that a link shows what its sender saw.
 */
import { queryText } from './query-text.ts'

/** The pages, in the order of the navigation. */
export const pageNames = [
  'overview',
  'alerts',
  'sources',
  'features',
  'decisions',
  'actions',
  'dead-letters',
  'models',
  'runs',
  'audit',
] as const
export type PageName = (typeof pageNames)[number]

/** A view: a page, an item of it, and its filters. */
export interface View {
  readonly page: PageName | 'unknown'
  /** The item, such as a source's name or a decision's log entry. */
  readonly item?: string
  readonly query: Readonly<Record<string, string>>
}

/** The view of a path without the server's prefix (`/ui/decisions/12`) and of a query (`?model=fraud`). */
export function parseView(path: string, search = ''): View {
  const [, , page = '', ...rest] = path.split('/')
  const query = Object.fromEntries(new URLSearchParams(search))
  const name = page === '' ? 'overview' : pageNames.find(candidate => candidate === page)
  const item = decodedSegment(rest.join('/'))
  if (name === undefined) return { page: 'unknown', query }
  return { page: name, ...(item !== '' && { item }), query }
}

/** The path and query of a view, below the server's prefix. Filters without a value are left out. */
export function viewPath(page: PageName, item?: string | number, query: Readonly<Record<string, string | undefined>> = {}): string {
  const segments = ['/ui', ...(page === 'overview' ? [] : [page]), ...(item === undefined ? [] : [encodeURIComponent(item)])]
  return `${segments.join('/')}${queryText(query)}`
}

/** A segment that cannot be decoded stays as it is. */
function decodedSegment(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
