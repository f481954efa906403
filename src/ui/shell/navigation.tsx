/** Header and navigation: pages, search, theme, help, and the session. On a phone the pages are behind a button. */
import { useEffect, useState } from 'preact/hooks'
import { type AlertsAnswer, FIRING_ALERTS } from '../alerts/alert-answers.ts'
import type { PipelineAnswer, StatusAnswer } from '../core/answers.ts'
import { type PageName, pageNames, type View } from '../core/location.ts'
import { Link } from '../core/router.tsx'
import { call } from '../core/server.ts'
import { useSession } from '../core/session.ts'
import { countText } from '../core/text.ts'
import { switchTheme } from '../core/theme.ts'
import { useAlerts } from '../live/alert-stream.ts'
import { useLiveStatus } from '../live/use-status.ts'
import { pageTitles } from './page-titles.ts'
import { Search } from './search.tsx'

interface NavigationProps {
  readonly view: View
  readonly pipeline: PipelineAnswer | undefined
  readonly onHelp: () => void
  readonly onSignedOut: () => void
}

export function Navigation({ view, pipeline, onHelp, onSignedOut }: NavigationProps) {
  const [isOpen, setOpen] = useState(false)
  const { history, failure } = useLiveStatus()
  const { authorization, client, roles } = useSession()
  useEffect(() => setOpen(false), [view.page, view.item])
  const status = history.at(-1)
  const firing = useAlerts<AlertsAnswer>(FIRING_ALERTS).value?.alerts.length
  const health = failure !== undefined ? 'unreachable' : (status?.state ?? 'unknown')
  const signOut = (): void => void call('DELETE', '/ui/session').then(onSignedOut)
  return (
    <header class="top">
      <div class="brand">
        <Link page="overview" label="Spillway, overview">
          Spillway
        </Link>
        <span class={`health ${health}`} role="status">
          {healthTexts[health]}
        </span>
        <button type="button" class="menu" aria-expanded={isOpen} aria-controls="pages" onClick={() => setOpen(!isOpen)}>
          Pages
        </button>
      </div>
      <Search pipeline={pipeline} />
      <nav id="pages" class={isOpen ? 'open' : ''} aria-label="Pages">
        <ul>
          {pageNames
            .filter(page => isShown(page, roles))
            .map(page => (
              <li key={page}>
                <Link page={page} isCurrent={view.page === page}>
                  {pageTitles[page]}
                  <PageCount page={page} status={status} firing={firing} />
                </Link>
              </li>
            ))}
        </ul>
      </nav>
      <div class="tools">
        <button type="button" onClick={switchTheme} title="Light or dark (t)">
          Theme
        </button>
        <button type="button" onClick={onHelp} title="Keys (?)">
          Keys
        </button>
        {authorization === 'token' && (
          <button type="button" onClick={signOut} title={`Signed in as ${client ?? 'unknown'}: ${roles.join(', ')}`}>
            Sign out
          </button>
        )}
      </div>
    </header>
  )
}

/** Dead letters may be confidential: their routes need the role `operate`. */
const isShown = (page: PageName, roles: readonly string[]): boolean => page !== 'dead-letters' || roles.includes('operate')

const healthTexts = {
  running: 'running',
  held: 'held back',
  stopped: 'stopped',
  failed: 'failed',
  unreachable: 'no answer',
  unknown: '…',
} as const

interface PageCountProps {
  readonly page: PageName
  readonly status: StatusAnswer | undefined
  /** Alerts that fire. */
  readonly firing: number | undefined
}

/** Numbers of things that wait for a person. */
function PageCount({ page, status, firing }: PageCountProps) {
  const count =
    page === 'dead-letters'
      ? status?.deadLetters.reduce((sum, { letters }) => sum + letters, 0)
      : page === 'actions'
        ? status?.effects.reduce((sum, { state, effects }) => sum + (state === 'dead' ? effects : 0), 0)
        : page === 'alerts'
          ? firing
          : undefined
  return count === undefined || count === 0 ? null : <span class="count">{countText(count)}</span>
}
