/**
 * Notifies a server of the commits of its run. The run is made before its server: `new Run(…, { onRecorded: feed.notify })`, then
 * `serve({ feed, … })`.
 */
export class CommitFeed {
  readonly #listeners = new Set<() => void>()

  /** Notifies the listeners that decisions, or changes of effects, have become durable. */
  readonly notify = (): void => {
    for (const listener of this.#listeners) listener()
  }

  /** Adds a listener. Returns a function that removes it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
