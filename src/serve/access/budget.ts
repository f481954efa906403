/**
 * A bounded amount that clients share: bytes, requests, streams.
 *
 * A client may have at most `share` times what all leave free. So one client alone gets a part of the whole, and there is always some for a
 * client that has none. The more clients hold much, the less each may have; none is asked to give back. (Choudhury and Hahne, "Dynamic queue length thresholds
 * for shared-memory packet switches", 1998.) Costs a look-up for each change, and memory for each client that holds something.
 */
export class Budget {
  readonly #total: number
  readonly #share: number
  readonly #of = new Map<string, number>()
  #used = 0

  constructor(total: number, share = 1) {
    this.#total = total
    this.#share = share
  }

  /** Of all clients. */
  get used(): number {
    return this.#used
  }

  usedBy(client: string): number {
    return this.#of.get(client) ?? 0
  }

  /** May the client have so much more? */
  hasRoom(client: string, amount: number): boolean {
    return this.usedBy(client) + amount <= this.#share * (this.#total - this.#used)
  }

  /** Counts so much for the client. Returns false, and counts nothing, if it may not have it. */
  spend(client: string, amount: number): boolean {
    if (!this.hasRoom(client, amount)) return false
    this.add(client, amount)
    return true
  }

  /** Counts so much for the client whether it may have it or not. */
  add(client: string, amount: number): void {
    this.#used += amount
    this.#of.set(client, this.usedBy(client) + amount)
  }

  release(client: string, amount: number): void {
    const left = this.usedBy(client) - amount
    this.#used -= amount
    if (left > 0) this.#of.set(client, left)
    else this.#of.delete(client)
  }
}
