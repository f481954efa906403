/**
 * A client of a schema registry with Confluent's REST API: also Apicurio's under `/apis/ccompat/v7`, Karapace's, Redpanda's. One request,
 * one answer; `SchemaCache` caches and retries.
 */
import { limits, SpillwayError } from '../../base/index.ts'

export interface RegistryOptions {
  /** `https://registry.example:8081`, with a path where the API has one. */
  readonly url: string
  readonly username?: string
  readonly password?: string
}

/** Language of a registered schema. The registry omits it for Avro. */
export type RegisteredType = 'AVRO' | 'PROTOBUF' | 'JSON'

export interface RegisteredSchema {
  readonly type: string
  readonly text: string
  /** Schemas of other subjects on which it depends. */
  readonly references: readonly { readonly name: string; readonly subject: string; readonly version: number }[]
}

/** The registry cannot be reached, or cannot answer now. */
export class RegistryUnavailable extends Error {
  override readonly name = 'RegistryUnavailable'
}

/** Code of the registry for an id without a schema; an HTTP 404 without a code of the registry is of another server. */
const SCHEMA_NOT_FOUND = 40403
const SUBJECT_NOT_FOUND = 40401
const VERSION_NOT_FOUND = 40402

export class RegistryClient {
  /** Address without credentials, for messages. */
  readonly place: string
  readonly #base: string
  readonly #headers: Readonly<Record<string, string>>
  #hasAnswered = false

  /** Throws `SPILL_INPUT` for an address that is none. */
  constructor({ url, username, password }: RegistryOptions) {
    const address = URL.canParse(url) ? new URL(url) : undefined
    if (address?.protocol !== 'http:' && address?.protocol !== 'https:')
      throw new SpillwayError('SPILL_INPUT', 'the address of a schema registry is a URL such as http://registry:8081')
    const user = username ?? decodeURIComponent(address.username)
    const secret = password ?? decodeURIComponent(address.password)
    this.#base = `${address.origin}${address.pathname.replace(/\/+$/, '')}`
    this.place = this.#base
    const credentials = Buffer.from(`${user}:${secret}`).toString('base64')
    this.#headers = {
      accept: 'application/vnd.schemaregistry.v1+json, application/json',
      ...((user !== '' || secret !== '') && { authorization: `Basic ${credentials}` }),
    }
  }

  /**
   * The schema of an id; `undefined` if the registry has none.
   *
   * @throws RegistryUnavailable if there is no answer now; `SPILL_SOURCE` if the registry rejects the credentials, or is none.
   */
  async schema(id: number, signal?: AbortSignal): Promise<RegisteredSchema | undefined> {
    const answer = await this.#get(`/schemas/ids/${id}`, [SCHEMA_NOT_FOUND], signal)
    return answer === undefined ? undefined : this.#schemaOf(answer)
  }

  /** Version numbers of a subject, ascending; empty if the registry does not have the subject. Throws as `schema`. */
  async versions(subject: string, signal?: AbortSignal): Promise<readonly number[]> {
    const answer = await this.#get(`/subjects/${encodeURIComponent(subject)}/versions`, [SUBJECT_NOT_FOUND], signal)
    if (answer === undefined) return []
    if (!Array.isArray(answer) || !answer.every(Number.isSafeInteger)) return this.#noRegistry('a list of versions that is none')
    this.#hasAnswered = true
    return (answer as number[]).toSorted((a, b) => a - b)
  }

  /** A version of a subject, with its id; `undefined` if the registry does not have it. Throws as `schema`. */
  async version(
    subject: string,
    version: number | 'latest',
    signal?: AbortSignal,
  ): Promise<(RegisteredSchema & { readonly id: number }) | undefined> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`
    const answer = await this.#get(path, [SUBJECT_NOT_FOUND, VERSION_NOT_FOUND], signal)
    if (answer === undefined) return undefined
    const { id } = answer as { id?: unknown }
    return Number.isSafeInteger(id) ? { ...this.#schemaOf(answer), id: id as number } : this.#noRegistry('a version without an id')
  }

  #schemaOf(answer: unknown): RegisteredSchema {
    const { schema, schemaType = 'AVRO', references = [] } = answer as { schema?: unknown; schemaType?: unknown; references?: unknown }
    if (typeof schema !== 'string' || typeof schemaType !== 'string' || !Array.isArray(references))
      return this.#noRegistry('an answer without a schema')
    this.#hasAnswered = true
    return { type: schemaType, text: schema, references: references as RegisteredSchema['references'] }
  }

  async #get(path: string, absent: readonly number[], signal: AbortSignal | undefined): Promise<unknown> {
    const { status, text } = await this.#exchange(path, signal)
    const answer = jsonOf(text)
    if (status === 200 && typeof answer === 'object' && answer !== null) return answer
    const { error_code: code, message } = (answer ?? {}) as { error_code?: unknown; message?: unknown }
    if (status === 404 && absent.includes(code as number)) {
      this.#hasAnswered = true
      return undefined
    }
    if (status === 401 || status === 403)
      throw new SpillwayError('SPILL_SOURCE', `the schema registry rejects the credentials (HTTP ${status})`, { place: this.place })
    if (status >= 500 || status === 429 || status === 408)
      throw new RegistryUnavailable(`HTTP ${status}${typeof message === 'string' ? `: ${message}` : ''}`)
    return this.#noRegistry(`HTTP ${status} to GET ${path}`)
  }

  /** An answer that no registry gives: of one that has answered before it is an outage, as of a proxy in front of it. */
  #noRegistry(problem: string): never {
    if (this.#hasAnswered) throw new RegistryUnavailable(problem)
    throw new SpillwayError(
      'SPILL_SOURCE',
      `is not the address of a schema registry: it answers ${problem}. The address may lack the path of the API, such as /apis/ccompat/v7 of Apicurio`,
      { place: this.place },
    )
  }

  async #exchange(path: string, signal: AbortSignal | undefined): Promise<{ readonly status: number; readonly text: string }> {
    const timeout = AbortSignal.timeout(limits.REGISTRY_TIMEOUT_MS)
    try {
      const response = await fetch(`${this.#base}${path}`, {
        headers: this.#headers,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      })
      return { status: response.status, text: await boundedBody(response) }
    } catch (error) {
      if (signal?.aborted) throw error
      if (timeout.aborted) throw new RegistryUnavailable(`no answer within ${limits.REGISTRY_TIMEOUT_MS} ms (REGISTRY_TIMEOUT_MS)`)
      const { cause } = error as { cause?: { message?: string; code?: string } }
      throw new RegistryUnavailable(cause?.message || cause?.code || (error as Error).message)
    }
  }
}

async function boundedBody(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  if (response.body)
    for await (const part of response.body) {
      bytes += part.length
      if (bytes > limits.REGISTRY_ANSWER_BYTES_MAX)
        throw new Error(`an answer of more than ${limits.REGISTRY_ANSWER_BYTES_MAX} bytes (REGISTRY_ANSWER_BYTES_MAX)`)
      parts.push(part)
    }
  return Buffer.concat(parts).toString('utf8')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
