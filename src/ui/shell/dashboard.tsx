/** The whole page: the sign-in, or the navigation with one page of the run. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { PipelineAnswer, SessionAnswer } from '../core/answers.ts'
import type { View } from '../core/location.ts'
import { useResource } from '../core/resource.ts'
import { Link, useView } from '../core/router.tsx'
import { SessionContext } from '../core/session.ts'
import { call, type CallError, onSessionEnd } from '../core/server.ts'
import { AlertStreamContext, useAlertStream } from '../live/alert-stream.ts'
import { StatusContext, useStatusPoll } from '../live/use-status.ts'
import { Effects } from '../actions/effects-page.tsx'
import { Alerts } from '../alerts/alerts-page.tsx'
import { Audit } from '../audit/audit-page.tsx'
import { Decisions } from '../decisions/decision-page.tsx'
import { DeadLetters } from '../dead-letters/letter-list.tsx'
import { Features } from '../features/features-page.tsx'
import { Models } from '../models/models-page.tsx'
import { Runs } from '../runs/runs-page.tsx'
import { Sources } from '../sources/sources-page.tsx'
import { Overview } from '../overview/overview.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { Navigation } from './navigation.tsx'
import { pageTitle } from './page-titles.ts'
import { SignIn } from './sign-in.tsx'
import { useKeyboard } from './use-keyboard.ts'

export function Dashboard() {
  const [session, setSession] = useState<SessionAnswer>()
  const [reason, setReason] = useState<string>()
  const readSession = async (): Promise<void> => {
    try {
      const answer = await call<SessionAnswer>('GET', '/ui/session')
      setSession(answer)
      setReason(answer.ended)
    } catch (error) {
      setReason((error as CallError).message)
    }
  }
  useEffect(() => void readSession(), [])
  useEffect(
    () =>
      onSessionEnd(message => {
        setSession({ authorization: 'token', roles: [] })
        setReason(message)
      }),
    [],
  )
  if (!session) return <p class="starting">{reason ?? 'Opening the dashboard …'}</p>
  if (session.roles.length === 0)
    return <SignIn reason={reason} authorization={session.authorization} onSignedIn={() => void readSession()} />
  return (
    <SessionContext.Provider value={session}>
      <SignedIn session={session} onSignedOut={() => void readSession()} />
    </SessionContext.Provider>
  )
}

function SignedIn({ session, onSignedOut }: { readonly session: SessionAnswer; readonly onSignedOut: () => void }) {
  const view = useView()
  const live = useStatusPoll()
  const alerts = useAlertStream()
  const { value: pipeline, error } = useResource<PipelineAnswer>('/pipeline')
  const [isHelpOpen, setHelpOpen] = useState(false)
  const main = useFocusOnNavigation(view)
  useKeyboard(() => setHelpOpen(true))
  useEffect(() => {
    document.title = `${pageTitle(view)} · ${session.pipeline ?? 'Spillway'}`
  }, [view.page, view.item, session.pipeline])
  return (
    <StatusContext.Provider value={live}>
      <AlertStreamContext.Provider value={alerts}>
        <a class="skip" href="#main">
          Skip to the page
        </a>
        <Navigation view={view} pipeline={pipeline} onHelp={() => setHelpOpen(true)} onSignedOut={onSignedOut} />
        <main ref={main} id="main" tabIndex={-1}>
          {live.failure !== undefined && (
            <p class="banner" role="alert">
              No answer from the run: {live.failure}. The page keeps its figures and goes on when the run is back.
            </p>
          )}
          {pipeline ? <Page view={view} pipeline={pipeline} /> : <p class="soft">{error?.message ?? 'Reading the pipeline …'}</p>}
        </main>
        <HelpDialog isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
      </AlertStreamContext.Provider>
    </StatusContext.Provider>
  )
}

/** Focuses the element when a different page or item is opened, so that a screen reader and the Tab key go on there. */
function useFocusOnNavigation({ page, item }: View) {
  const element = useRef<HTMLElement>(null)
  const opened = `${page}/${item ?? ''}`
  const last = useRef(opened)
  useEffect(() => {
    if (last.current !== opened) element.current?.focus({ preventScroll: true })
    last.current = opened
  }, [opened])
  return element
}

function Page({ view, pipeline }: { readonly view: View; readonly pipeline: PipelineAnswer }) {
  switch (view.page) {
    case 'overview':
      return <Overview view={view} pipeline={pipeline} />
    case 'decisions':
      return <Decisions view={view} pipeline={pipeline} />
    case 'actions':
      return <Effects view={view} pipeline={pipeline} />
    case 'dead-letters':
      return <DeadLetters view={view} pipeline={pipeline} />
    case 'alerts':
      return <Alerts />
    case 'sources':
      return <Sources view={view} pipeline={pipeline} />
    case 'features':
      return <Features view={view} pipeline={pipeline} />
    case 'models':
      return <Models view={view} pipeline={pipeline} />
    case 'runs':
      return <Runs view={view} pipeline={pipeline} />
    case 'audit':
      return <Audit />
    default:
      return (
        <>
          <h1>There is no such page</h1>
          <p>
            <Link page="overview">The overview</Link> leads to all pages.
          </p>
        </>
      )
  }
}
