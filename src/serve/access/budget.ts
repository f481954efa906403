/**
 * Shares a bounded amount of bytes, requests or streams among clients, by a dynamic threshold.
 *
 * A client may hold at most `share` times the free amount. So a client alone gets a part of the whole, and a new client always finds
 * some left. The more all clients hold, the less each may hold; no client is asked to give back. Source: Choudhury and Hahne,
 * "Dynamic queue length thresholds for shared-memory packet switches" (1998). Costs a map look-up for each change, and memory for each
 * client that holds an amount.
 */
export class Budget {
  readonly #total: number
  readonly #share: number
  readonly #byClient = new Map<string, number>()
  #used = 0

  constructor(total: number, share = 1) {
    this.#total = total
    this.#share = share
  }

  /** The amount that all clients hold together. */
  get used(): number {
    return this.#used
  }

  usedBy(client: string): number {
    return this.#byClient.get(client) ?? 0
  }

  /** May the client hold `amount` more? */
  hasRoom(client: string, amount: number): boolean {
    return this.usedBy(client) + amount <= this.#share * (this.#total - this.#used)
  }

  /** Adds `amount` for the client if it has room. Returns false, and adds nothing, otherwise. */
  spend(client: string, amount: number): boolean {
    if (!this.hasRoom(client, amount)) return false
    this.add(client, amount)
    return true
  }

  /** Adds `amount` for the client, over its share too. */
  add(client: string, amount: number): void {
    this.#used += amount
    this.#byClient.set(client, this.usedBy(client) + amount)
  }

  release(client: string, amount: number): void {
    const left = this.usedBy(client) - amount
    this.#used -= amount
    if (left > 0) this.#byClient.set(client, left)
    else this.#byClient.delete(client)
  }
}
