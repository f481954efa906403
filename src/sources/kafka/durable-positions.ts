/** Waits until positions of partitions are durable; the last one of each partition counts. */
export class DurablePositions {
  readonly #awaited = new Map<string, { readonly position: string; readonly resolve: () => void }>()

  /** Resolves when the position is durable. */
  when(position: string, partition: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#awaited.set(partition, { position, resolve })
    return promise
  }

  /** A position is durable. */
  committed(position: string, partition: string): void {
    const awaited = this.#awaited.get(partition)
    if (awaited?.position === position) awaited.resolve()
  }
}
