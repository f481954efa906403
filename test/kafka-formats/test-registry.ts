/** A small schema registry on loopback, with the part of Confluent's API that tests need. It is no registry: it checks no compatibility. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

interface StoredSchema {
  readonly schema: string
  readonly schemaType?: string
  readonly references?: readonly object[]
}

/** Answers the next requests in another way, to imitate a broken registry. */
type OddAnswer = (response: ServerResponse) => void

export class TestRegistry {
  readonly url: string
  /** Paths of the requests so far. */
  readonly requests: string[] = []
  /** While it is set, requests get this answer. */
  oddAnswer: OddAnswer | undefined
  /** `Basic …` that requests need. */
  authorization: string | undefined
  readonly #schemas = new Map<number, StoredSchema>()
  readonly #subjects = new Map<string, number[]>()
  readonly #close: () => Promise<void>
  #lastId = 0

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url
    this.#close = close
  }

  static async start(): Promise<TestRegistry> {
    let registry: TestRegistry | undefined
    const server = createServer((request, response) => void registry!.#answer(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    registry = new TestRegistry(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    })
    return registry
  }

  /** Registers a schema, and returns its id. */
  register(subject: string, schema: StoredSchema): number {
    const id = ++this.#lastId
    this.#schemas.set(id, schema)
    this.#subjects.set(subject, [...(this.#subjects.get(subject) ?? []), id])
    return id
  }

  /** Gives an id to another schema, as no registry may. */
  replace(id: number, schema: StoredSchema): void {
    this.#schemas.set(id, schema)
  }

  forget(id: number): void {
    this.#schemas.delete(id)
  }

  close(): Promise<void> {
    return this.#close()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await text(request)
    const path = request.url ?? ''
    this.requests.push(path)
    if (this.oddAnswer) return this.oddAnswer(response)
    if (this.authorization !== undefined && request.headers.authorization !== this.authorization)
      return send(response, 401, { error_code: 401, message: 'Unauthorized' })
    const id = /^\/schemas\/ids\/(\d+)$/.exec(path)?.[1]
    if (id !== undefined) {
      const schema = this.#schemas.get(Number(id))
      return schema ? send(response, 200, schema) : send(response, 404, { error_code: 40403, message: `Schema ${id} not found` })
    }
    const [, subject, version] = /^\/subjects\/([^/]+)\/versions(?:\/(\w+))?$/.exec(path) ?? []
    const ids = this.#subjects.get(decodeURIComponent(subject ?? ''))
    if (!ids) return send(response, 404, { error_code: 40401, message: 'Subject not found' })
    if (version === undefined)
      return send(
        response,
        200,
        ids.map((_, i) => i + 1),
      )
    const number = version === 'latest' ? ids.length : Number(version)
    const schemaId = ids[number - 1]
    if (schemaId === undefined) return send(response, 404, { error_code: 40402, message: 'Version not found' })
    return send(response, 200, { ...this.#schemas.get(schemaId), id: schemaId, subject, version: number })
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(JSON.stringify(body))
}

/** A value behind the id of its schema. */
export function framedValue(id: number, value: Buffer): Buffer {
  const frame = Buffer.alloc(5)
  frame.writeUInt32BE(id, 1)
  return Buffer.concat([frame, value])
}
