/**
 * Hostile clients against one server, and a client beside them that must not notice.
 *
 * Server, hostile clients and the other client are three processes. At the end the server is killed and started again, and must have
 * everything that it acknowledged.
 */
import { wallClock } from '../../src/base/clock.ts'
import { limits } from '../../src/base/limits.ts'
import { addToken, type Role } from '../../src/serve/access/token-file.ts'
import type { AttackOrder } from './attacker-process.ts'
import type { AttackName, AttackTokens } from './attacks.ts'
import { ForkedProcess } from './forked-process.ts'
import { OtherClient, type ClientAnswers } from './other-client.ts'
import type { ServerFigures } from './server-process.ts'
import type { ResponseCounts } from './wire.ts'

/** Bytes of an id in the index of a source (`DeduplicationIndex`). */
const ID_BYTES = 40

/**
 * Limit of the server's memory, whatever its clients do: the bodies that it holds, the ids of the one source that is flooded, and 700 MiB
 * for a small run, the threads of its log, and its heap between two collections.
 */
export const RSS_BYTES_MAX =
  3 * limits.HTTP_BODY_BYTES_MAX + limits.HTTP_WEBHOOK_BYTES_MAX + ID_BYTES * limits.DEDUPE_IDS_MAX + 700 * 2 ** 20

export interface Undergone {
  readonly answered: ClientAnswers
  /** Answers to the hostile clients, until the other one was done. */
  readonly responses: ResponseCounts
  /** Peak memory of the server, bytes. */
  readonly rss: number
}

export class HostileSuite {
  readonly #data: string
  readonly #tokens: AttackTokens & { readonly other: string }
  #server: ForkedProcess<object, ServerFigures>
  #acknowledged: string[] = []

  constructor(data: string) {
    this.#data = data
    const token = (name: string, roles: readonly Role[]) => addToken(data, name, roles, wallClock())
    this.#tokens = {
      ingest: token('attacker-ingest', ['ingest']),
      decide: token('attacker-decide', ['decide']),
      read: token('attacker-read', ['read']),
      operate: token('attacker-operate', ['operate']),
      other: token('other', ['ingest', 'decide']),
    }
    this.#server = this.#started()
  }

  /** The other client alone. */
  async undisturbed(rounds: number): Promise<ClientAnswers> {
    return this.#asOther(other => other.rounds(rounds))
  }

  /** The other client under an attack, whose connections are multiplied by `scale`. */
  async under(name: AttackName, rounds: number, scale = 1): Promise<Undergone> {
    const { port } = await this.#server.ask({})
    const attacker = new ForkedProcess<AttackOrder, ResponseCounts>(new URL('attacker-process.ts', import.meta.url))
    try {
      await attacker.ask({ kind: 'begin', name, port, tokens: this.#tokens, scale })
      const answered = await this.undisturbed(rounds)
      const responses = await attacker.ask({ kind: 'end' })
      const { rss } = await this.#server.ask({})
      return { answered, responses, rss }
    } finally {
      await attacker.kill()
    }
  }

  /** Kills the server and starts it again. */
  async crash(): Promise<void> {
    await this.#server.kill()
    this.#server = this.#started()
  }

  /** Acknowledged events of the other client that the server does not have. */
  async missing(): Promise<readonly string[]> {
    return this.#asOther(other => other.missing())
  }

  async entries(): Promise<number> {
    return (await this.#server.ask({})).entries
  }

  /** Does the server bound the length of a key (issue 21, item 14)? */
  async boundsKeys(): Promise<boolean> {
    return (await this.#asOther(other => other.statusOfKey(1 << 16))) === 422
  }

  async close(): Promise<void> {
    await this.#server.kill()
  }

  #started(): ForkedProcess<object, ServerFigures> {
    return new ForkedProcess(new URL('server-process.ts', import.meta.url), [this.#data])
  }

  async #asOther<T>(act: (other: OtherClient) => Promise<T>): Promise<T> {
    const { port } = await this.#server.ask({})
    const other = new OtherClient(port, this.#tokens.other, this.#acknowledged)
    try {
      return await act(other)
    } finally {
      other.close()
    }
  }
}
