/** The sign-in: a token, which the server keeps in a cookie that scripts cannot read. */
import { useState } from 'preact/hooks'
import type { SessionAnswer } from '../core/answers.ts'
import { call, type CallError } from '../core/server.ts'

interface SignInProps {
  /** The reason why a session ended. */
  readonly reason: string | undefined
  readonly authorization: SessionAnswer['authorization']
  readonly onSignedIn: () => void
}

export function SignIn({ reason, authorization, onSignedIn }: SignInProps) {
  const [token, setToken] = useState('')
  const [problem, setProblem] = useState<string>()
  const submit = (event: Event): void => {
    event.preventDefault()
    call('POST', '/ui/session', { token: token.trim() }).then(onSignedIn, (error: CallError) => setProblem(error.message))
  }
  if (authorization === 'own')
    return (
      <main class="sign-in">
        <h1>No access</h1>
        <p>The server that embeds this pipeline gives you none of its roles. Sign in there, then reload this page.</p>
      </main>
    )
  return (
    <main class="sign-in">
      <h1>Spillway</h1>
      {reason !== undefined && (
        <p class="banner" role="alert">
          You are signed out: {reason}.
        </p>
      )}
      <form onSubmit={submit}>
        <label for="token">Token</label>
        <input
          id="token"
          type="password"
          required
          autocomplete="off"
          placeholder="spw_…"
          value={token}
          onInput={event => setToken(event.currentTarget.value)}
          {...(problem !== undefined && { 'aria-invalid': true, 'aria-describedby': 'problem' })}
        />
        {problem !== undefined && (
          <p id="problem" class="bad" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" class="primary">
          Sign in
        </button>
      </form>
      <p class="soft">
        <code>spillway tokens add NAME --role read</code> makes a token; role <code>operate</code> may change things. The browser keeps it
        until you sign out or close it.
      </p>
    </main>
  )
}
