/** Which methods there are at a path, for who came with another: Fastify looks at both at once, and says of neither which it was. */
interface Route {
  readonly method: string | readonly string[]
  /** As it was registered: `/sources/:source/events`. */
  readonly url: string
}

export class Methods {
  readonly #routes: (readonly [path: RegExp, methods: readonly string[]])[] = []

  add({ method, url }: Route): void {
    const parts = url.split('/').map(part => (part.startsWith(':') ? '[^/]+' : part.replace(/[^\w-]/g, '\\$&')))
    this.#routes.push([new RegExp(`^${parts.join('/')}$`), [method].flat()])
  }

  /** Of a path without a query; none where there is no such path. */
  at(path: string): string[] {
    return this.#routes.flatMap(([pattern, methods]) => (pattern.test(path) ? methods : []))
  }
}
