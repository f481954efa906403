/**
 * A connection as it passes to the thread of a client. The function that gives tokens stays in the thread of the run: the other thread asks
 * for each token through a port.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { KafkaConnection } from '../port/driver.ts'
import { type KafkaLogin, TokenError } from '../security/security.ts'

/** A connection without functions. */
export interface ThreadConnection {
  readonly connection: KafkaConnection
  /** Answers `TokenQuestion` with `TokenAnswer`. */
  readonly tokens?: MessagePort
}

type TokenQuestion = number
type TokenAnswer = { readonly id: number } & ({ readonly token: string } | { readonly problem: string })

/** The arguments of a `Worker` for a connection. */
export function connectionForThread(connection: KafkaConnection): {
  readonly workerData: ThreadConnection
  readonly transferList: MessagePort[]
} {
  const login = connection.security?.login
  if (login?.mechanism !== 'OAUTHBEARER') return { workerData: { connection }, transferList: [] }
  const { port1, port2 } = new MessageChannel()
  port1.on('message', (id: TokenQuestion) => void answerToken(port1, id, login.token))
  // Waiting for a question keeps no process alive.
  port1.unref()
  return {
    workerData: { connection: withLogin(connection, { ...login, token: noToken }), tokens: port2 },
    transferList: [port2],
  }
}

/** The connection in the thread of the client. */
export function connectionInThread({ connection, tokens }: ThreadConnection): KafkaConnection {
  const login = connection.security?.login
  if (!tokens || login?.mechanism !== 'OAUTHBEARER') return connection
  const waiting = new Map<number, PromiseWithResolvers<string>>()
  let last = 0
  tokens.on('message', (answer: TokenAnswer) => {
    const question = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('token' in answer) question?.resolve(answer.token)
    else question?.reject(new TokenError(answer.problem))
  })
  tokens.unref()
  const token = (): Promise<string> => {
    const question = Promise.withResolvers<string>()
    waiting.set(++last, question)
    tokens.postMessage(last satisfies TokenQuestion)
    return question.promise
  }
  return withLogin(connection, { ...login, token })
}

async function answerToken(port: MessagePort, id: number, token: () => Promise<string>): Promise<void> {
  try {
    port.postMessage({ id, token: await token() } satisfies TokenAnswer)
  } catch (error) {
    port.postMessage({ id, problem: (error as Error).message } satisfies TokenAnswer)
  }
}

/** Stands for the function on its way: a function cannot be copied. */
const noToken = undefined as never

const withLogin = (connection: KafkaConnection, login: KafkaLogin): KafkaConnection => ({
  ...connection,
  security: { ...connection.security, login },
})
