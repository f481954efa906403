/** Between a run that is made before its server and the server: `new Run(…, { onRecorded: feed.tell })`, `serve({ feed, … })`. */
export class Feed {
  readonly #listeners = new Set<() => void>()

  /** Decisions, or what became of effects, have become durable. */
  readonly tell = (): void => {
    for (const listener of this.#listeners) listener()
  }

  /** Returns what ends it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
