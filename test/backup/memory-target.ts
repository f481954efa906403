/** A target in memory, with faults on request: after so many writes it fails, or has no room. */
import { SpillwayError } from '../../src/base/errors.ts'
import type { BackupTarget, TargetObject } from '../../src/backup/target/backup-target.ts'

export class MemoryTarget implements BackupTarget {
  readonly place = 'memory'
  readonly objects = new Map<string, { readonly bytes: Uint8Array; readonly modified: number }>()
  readonly clock: () => number
  /** Writes until the target fails. */
  writesLeft = Infinity
  writes = 0
  /** Called before each write. */
  onWrite: (name: string) => Promise<void> = () => Promise.resolve()

  constructor(clock: () => number = () => 0) {
    this.clock = clock
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.onWrite(name)
    if (this.writesLeft <= 0) throw new SpillwayError('SPILL_BACKUP', 'was cut off', { place: this.place })
    this.writesLeft--
    this.writes++
    // `slice` of a buffer is no copy.
    this.objects.set(name, { bytes: new Uint8Array(bytes), modified: this.clock() })
  }

  get(name: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.objects.get(name)?.bytes)
  }

  find(name: string): Promise<TargetObject | undefined> {
    const object = this.objects.get(name)
    return Promise.resolve(object && { name, bytes: object.bytes.length, modified: object.modified })
  }

  async *list(prefix: string): AsyncGenerator<TargetObject> {
    for (const [name, { bytes, modified }] of new Map(this.objects))
      if (name.startsWith(prefix)) yield await Promise.resolve({ name, bytes: bytes.length, modified })
  }

  remove(name: string): Promise<void> {
    this.objects.delete(name)
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
