/** Calls of the server's routes: JSON in and out, with the error of the server as an `Error` that people can read. */
import { prefix } from './router.tsx'

/** An error answer: its message is the server's. Status 0 where the server did not answer. */
export class CallError extends Error {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(typeof body['message'] === 'string' ? body['message'] : 'the server does not answer')
    this.status = status
    this.body = body
  }
}

/** A body that is JSON already, whose numbers keep their digits. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const endListeners = new Set<(reason: string) => void>()

/** Calls `listener` when the server no longer accepts the session. */
export function onSessionEnd(listener: (reason: string) => void): () => void {
  endListeners.add(listener)
  return () => void endListeners.delete(listener)
}

/** Calls a route. Throws `CallError`. */
export async function call<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${prefix}${path}`, {
    method,
    ...(body !== undefined && {
      body: body instanceof JsonText ? body.text : JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  }).catch(() => {
    throw new CallError(0, {})
  })
  const text = await answer.text()
  const value: unknown = parsed(text)
  if (answer.ok) return value as T
  const error = new CallError(answer.status, Object(value) as Record<string, unknown>)
  if (answer.status === 401 && path !== '/ui/session') for (const listener of endListeners) listener(error.message)
  throw error
}

/** The JSON of a text; `undefined` for a text that is none, such as the page of a proxy. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
