/**
 * Notifies a server of the commits of its run. The run is made before its server: `new Run(…, { onRecorded: feed.notify })`, then
 * `serve({ feed, … })`.
 */
export class Feed {
  readonly #listeners = new Set<() => void>()

  /** Notifies the listeners that decisions, or changes of effects, have become durable. */
  readonly tell = (): void => {
    for (const listener of this.#listeners) listener()
  }

  /** Adds a listener. Returns a function that removes it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
