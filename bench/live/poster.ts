/** Posts to a run over so many connections, each kept, and says what came of each request. */
import { Pool } from 'undici'

export type Posted = { readonly answer: unknown } | { readonly failed: string }

export class Poster {
  readonly #pool: Pool

  constructor(url: string, connections: number) {
    this.#pool = new Pool(url, { connections, pipelining: 1 })
  }

  /** The JSON of a 200, or what else came. */
  async post(path: string, body: string, type = 'application/json'): Promise<Posted> {
    try {
      const { statusCode, body: answer } = await this.#pool.request({ path, method: 'POST', headers: { 'content-type': type }, body })
      const text = await answer.text()
      return statusCode === 200 ? { answer: JSON.parse(text) } : { failed: `${statusCode}: ${text}` }
    } catch (error) {
      return { failed: String(error) }
    }
  }
}
