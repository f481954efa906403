/**
 * Saves a run's state in slices while it runs, so that a start takes only the end of the log again.
 *
 * A round saves every group a slice at a time, each as of its own moment, and the strings that are new; between two slices the run goes on. What a round has
 * written counts once its manifest is committed, behind every event that its slices hold: state is never ahead of the log. Derived data: a slice
 * that is lost or damaged is made again from the log.
 */
import { crc32 } from 'node:zlib'
import { soon } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import type { Strings } from '../columns/strings.ts'
import { ByteReader, ByteWriter } from '../log/bytes.ts'
import type { PlacementIR } from '../define/ir.ts'
import type { LogStore, StoredLog } from '../log/store.ts'
import type { LiveGroup } from './live-group.ts'

/** A kept file, and what its bytes must sum to. */
export interface StateFile {
  readonly name: string
  readonly crc: number
}

/** What the last round saved. */
export interface Manifest {
  readonly strings: readonly StateFile[]
  /** By group: its slices, and the placement by which they were applied. */
  readonly groups: Readonly<Record<string, SavedGroup>>
}

export interface SavedGroup {
  readonly place: PlacementIR
  readonly slices: readonly StateFile[]
}

/** The name of the value that holds the manifest. */
export const MANIFEST = 'checkpoint'

export interface CheckpointerOptions {
  readonly store: LogStore
  readonly groups: readonly LiveGroup[]
  readonly strings: Strings
  /** String files that were restored, and how many strings they gave. */
  readonly restored: { readonly files: readonly StateFile[]; readonly count: number }
  /** Commits the manifest; resolves when it is durable. */
  readonly commit: (manifest: string) => Promise<void>
  readonly onError: (error: unknown) => void
}

interface Round {
  readonly groups: Record<string, StateFile[]>
  readonly slices: { readonly group: LiveGroup; readonly from: number; readonly to: number }[]
}

export class Checkpointer {
  readonly #options: CheckpointerOptions
  #stringFiles: readonly StateFile[]
  #stringsSaved: number
  #round: Round | undefined
  #isWriting = false
  #number = 0
  #entryAtRound = -1

  constructor(options: CheckpointerOptions) {
    this.#options = options
    this.#stringFiles = options.restored.files
    this.#stringsSaved = options.restored.count
  }

  get isIdle(): boolean {
    return !this.#isWriting && this.#round === undefined
  }

  /** Begins a round if the log has grown since the last one. `entry`: the log's next. */
  begin(entry: number): void {
    if (!this.isIdle || entry === this.#entryAtRound) return
    this.#entryAtRound = entry
    const { groups } = this.#options
    this.#round = { groups: Object.fromEntries(groups.map(({ group }) => [group.name, []])), slices: groups.flatMap(slicesOf) }
  }

  /** Saves the next slice of the round, if the last one is on the disk. Takes milliseconds of this thread; the rest is the disk's. */
  step(): void {
    if (this.#isWriting || !this.#round) return
    this.#isWriting = true
    void this.#next(this.#round)
  }

  async #next(round: Round): Promise<void> {
    try {
      const slice = round.slices.shift()
      if (slice) {
        const { group, from, to } = slice
        round.groups[group.group.name].push(await this.#write('group', group.save(from, to)))
      } else await this.#finish(round)
    } catch (error) {
      this.#round = undefined
      this.#options.onError(error)
    } finally {
      this.#isWriting = false
    }
  }

  async #finish({ groups }: Round): Promise<void> {
    const { store, strings, commit } = this.#options
    const isMany = this.#stringFiles.length >= limits.STRING_FILES_MAX
    const from = isMany ? 0 : this.#stringsSaved
    const { size } = strings
    const kept = isMany ? [] : this.#stringFiles
    const files = size > from ? [...kept, await this.#write('strings', await stringsBytes(strings, from, size))] : kept
    const saved = this.#options.groups.map(({ group: { name, place } }) => [name, { place, slices: groups[name] }] as const)
    const manifest: Manifest = { strings: files, groups: Object.fromEntries(saved) }
    await commit(JSON.stringify(manifest))
    this.#stringFiles = files
    this.#stringsSaved = size
    this.#round = undefined
    store.keepStates(new Set([...files, ...Object.values(groups).flat()].map(({ name }) => name)))
  }

  /** A name is never used twice: what a manifest names is what it named. */
  async #write(kind: string, bytes: Uint8Array): Promise<StateFile> {
    const name = `${kind}-${this.#entryAtRound}-${this.#number++}.bin`
    await this.#options.store.writeState(name, bytes)
    return { name, crc: crc32(bytes) }
  }
}

function slicesOf(group: LiveGroup): Round['slices'] {
  const { keys, bytes } = group.kernel
  const slots = Math.max(1, Math.floor((limits.SLICE_BYTES * keys) / Math.max(1, bytes)))
  return Array.from({ length: Math.ceil(keys / slots) }, (_, i) => ({ group, from: i * slots, to: Math.min(keys, (i + 1) * slots) }))
}

/** Of the first round of a run that has many keys, all of their texts: some thousands at a time, between which the run goes on. */
async function stringsBytes(strings: Strings, from: number, to: number): Promise<Uint8Array> {
  const writer = new ByteWriter()
  writer.varint(to - from)
  for (let id = from; id < to; id++) {
    if (id > from && (id - from) % limits.STRINGS_AT_ONCE === 0) await new Promise<void>(resolve => soon(resolve))
    writer.text(strings.textOf(id))
  }
  return writer.finish()
}

/** The bytes of a file that a manifest names, if they are as they were written. */
export function stateBytes(store: StoredLog, { name, crc }: StateFile): Uint8Array | undefined {
  const bytes = store.readState(name)
  return bytes && crc32(bytes) === crc ? bytes : undefined
}

/** What the last round saved, its strings given back to `strings`, which are empty. Without it, or where strings are damaged, there is nothing. */
export function restoredManifest(store: StoredLog, strings: Strings, onReport: (report: string) => void): Manifest | undefined {
  const text = store.get(MANIFEST)
  if (text === undefined) return undefined
  const manifest = JSON.parse(text) as Manifest
  const all = manifest.strings.map(file => stateBytes(store, file))
  if (all.includes(undefined)) {
    onReport(`saved state ${manifest.strings[all.indexOf(undefined)].name} is missing or damaged; everything is made again from the log`)
    return undefined
  }
  all.forEach((bytes, i) => {
    const reader = new ByteReader(bytes!, manifest.strings[i].name)
    for (let count = reader.varint(); count > 0; count--) strings.idOf(reader.text())
  })
  return manifest
}
