/** A group of the cluster in memory: gives each partition of a topic to one member at a time, and keeps its offsets. */
import { type GroupMember, KafkaError, type StoredOffset } from '../../src/kafka/port/driver.ts'

export class MemoryGroup {
  readonly #partitions: () => readonly number[]
  readonly #members: MemoryMember[] = []
  /** Partitions that nobody gets. */
  readonly #withheld = new Set<number>()
  readonly #owners = new Map<number, MemoryMember>()
  readonly offsets = new Map<number, StoredOffset>()
  readonly answer: () => Promise<void>
  #changed = Promise.withResolvers<void>()

  /** `partitions`: those of the topic now. `answer` resolves once the cluster answers, and rejects if it is away. */
  constructor(partitions: () => readonly number[], answer: () => Promise<void>) {
    this.#partitions = partitions
    this.answer = answer
  }

  member(): GroupMember {
    return new MemoryMember(this)
  }

  /** Takes a partition from its member, and gives it to no other. */
  withhold(partition: number): void {
    this.#withheld.add(partition)
    this.#change()
  }

  /** Gives a partition to a member again. */
  give(partition: number): void {
    this.#withheld.delete(partition)
    this.#change()
  }

  /** Expels the member of a partition, which may not know it yet. */
  expelOwner(partition: number): void {
    const owner = this.#owners.get(partition)
    if (owner) this.remove(owner)
  }

  get size(): number {
    return this.#members.length
  }

  /** Expels the members without partitions. */
  expelIdle(): void {
    const owners = new Set(this.#owners.values())
    for (const member of this.#members.filter(each => !owners.has(each))) this.remove(member)
  }

  add(member: MemoryMember): void {
    this.#members.push(member)
    this.#change()
  }

  remove(member: MemoryMember): void {
    const at = this.#members.indexOf(member)
    if (at >= 0) this.#members.splice(at, 1)
    for (const [partition, owner] of this.#owners) if (owner === member) this.#owners.delete(partition)
    this.#change()
  }

  has(member: MemoryMember): boolean {
    return this.#members.includes(member)
  }

  /** The partitions that a member is to have now: it gives some up first, and then gets those that are free. */
  grant(member: MemoryMember): readonly number[] {
    const meant = this.#partitions().filter(
      partition => !this.#withheld.has(partition) && this.#members[partition % this.#members.length] === member,
    )
    const owned = [...this.#owners].flatMap(([partition, owner]) => (owner === member ? [partition] : []))
    if (owned.some(partition => !meant.includes(partition))) return owned.filter(partition => meant.includes(partition))
    for (const partition of meant) if (!this.#owners.has(partition)) this.#owners.set(partition, member)
    return meant.filter(partition => this.#owners.get(partition) === member)
  }

  /** A member has no other partitions than these. */
  confirm(member: MemoryMember, partitions: readonly number[]): void {
    for (const [partition, owner] of this.#owners) if (owner === member && !partitions.includes(partition)) this.#owners.delete(partition)
    this.#change()
  }

  whenChanged(): Promise<void> {
    return this.#changed.promise
  }

  #change(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}

class MemoryMember implements GroupMember {
  readonly #group: MemoryGroup
  #last: readonly number[] | undefined
  #hasLeft = false

  constructor(group: MemoryGroup) {
    this.#group = group
  }

  async partitions(): Promise<readonly number[]> {
    await this.#group.answer()
    if (!this.#last) this.#group.add(this)
    else if (this.#group.has(this)) this.#group.confirm(this, this.#last)
    for (;;) {
      if (this.#hasLeft) throw new KafkaError('unavailable', 'the member has left')
      if (!this.#group.has(this)) throw new KafkaError('fenced', 'UNKNOWN_MEMBER_ID')
      const partitions = this.#group.grant(this)
      if (!this.#last || partitions.join() !== this.#last.join()) return (this.#last = partitions)
      await this.#group.whenChanged()
    }
  }

  async offsets(partitions: readonly number[]): Promise<ReadonlyMap<number, StoredOffset>> {
    await this.#group.answer()
    return new Map([...this.#group.offsets].filter(([partition]) => partitions.includes(partition)))
  }

  async store(offsets: ReadonlyMap<number, StoredOffset>): Promise<void> {
    await this.#group.answer()
    if (!this.#group.has(this)) throw new KafkaError('fenced', 'UNKNOWN_MEMBER_ID')
    for (const [partition, offset] of offsets) this.#group.offsets.set(partition, offset)
  }

  async leave(): Promise<void> {
    this.#hasLeft = true
    this.#group.remove(this)
  }
}
