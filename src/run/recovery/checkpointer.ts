/**
 * Saves the state of a run in slices while it runs, so that a start replays only the end of the log.
 *
 * A checkpoint saves each group slice by slice, each slice as of its own sequence number, and the new strings; turns run between two slices.
 * A checkpoint counts once its manifest is committed, after every event that its slices hold, so state is never ahead of the log. State is
 * derived: a lost or damaged file is made again from the log.
 */
import { crc32 } from 'node:zlib'
import { yieldToEventLoop, limits } from '../../base/index.ts'
import type { Strings } from '../../columns/index.ts'
import { ByteWriter, type NamedValues, type StateSink, type SavedStateWriter } from '../../log/index.ts'
import type { LiveGroup } from '../groups/live-group.ts'
import { readCheckpointManifest, type Manifest, type SavedGroup, type StateFile } from './manifest.ts'

export interface CheckpointerOptions {
  readonly store: NamedValues & SavedStateWriter
  readonly groups: readonly LiveGroup[]
  readonly strings: Strings
  /** String files that were restored, and the number of strings in them. */
  readonly restored: { readonly files: readonly StateFile[]; readonly count: number }
  /** `Manifest.readAt`; −Infinity if nothing was read. */
  readonly readAt?: () => number
  /** Files that other components need: a checkpoint removes every file that is neither its own nor one of these. */
  readonly otherFiles: () => readonly string[]
  /** Commits the manifest; resolves when it is durable. */
  readonly commit: (manifest: string) => Promise<void>
  readonly onError: (error: unknown) => void
}

/** A file in progress. */
interface StateFileWriter {
  readonly name: string
  readonly sink: StateSink
  crc: number
  length: number
}

/** Slots [from, to) of a group. */
interface Slice {
  readonly group: LiveGroup
  readonly from: number
  readonly to: number
}

interface Checkpoint {
  /** Groups that are not saved yet, the next one first. */
  readonly pending: LiveGroup[]
  /** Remaining slices of the current group. */
  slices: Slice[]
  readonly groups: Record<string, SavedGroup & { readonly files: StateFile[] }>
  writer: StateFileWriter | undefined
}

export class Checkpointer {
  readonly #options: CheckpointerOptions
  #stringFiles: readonly StateFile[]
  #stringsSaved: number
  #checkpoint: Checkpoint | undefined
  #isBusy = false
  /**
   * Number of the checkpoint in this folder, across processes. A file name contains it and is used once, so a manifest never names a
   * replaced file.
   */
  #number: number
  #files = 0
  #lastEntry = -1

  constructor(options: CheckpointerOptions) {
    this.#options = options
    this.#stringFiles = options.restored.files
    this.#stringsSaved = options.restored.count
    this.#number = readCheckpointManifest(options.store)?.round ?? 0
  }

  get isIdle(): boolean {
    return !this.#isBusy && this.#checkpoint === undefined
  }

  /**
   * Begins a checkpoint if the log has grown by more than `behind` entries since the last one. `entry`: the next entry of the log. Returns
   * whether it began.
   */
  begin(entry: number, behind = 0): boolean {
    if (!this.isIdle || entry - this.#lastEntry <= behind) return false
    this.#lastEntry = entry
    this.#number++
    const groups = this.#options.groups.filter(({ isSaved }) => isSaved)
    const saved = groups.map(({ group: { name, place, source }, batchRun: run, incomplete }) => {
      const attributes = { place, source, ...(run !== undefined && { run }), ...(incomplete > -Infinity && { incomplete }) }
      return [name, { ...attributes, files: [] as StateFile[] }] as const
    })
    this.#checkpoint = { pending: groups, slices: [], groups: Object.fromEntries(saved), writer: undefined }
    return true
  }

  /** Saves the next slice, if the last one is written. Takes milliseconds of this thread; the rest is disk time. */
  saveNext(): void {
    if (this.#isBusy || !this.#checkpoint) return
    this.#isBusy = true
    void this.#next(this.#checkpoint)
  }

  async #next(checkpoint: Checkpoint): Promise<void> {
    try {
      const slice = nextSlice(checkpoint)
      if (slice && slice.group.batchRun !== checkpoint.groups[slice.group.group.name].run) await this.#abandon(checkpoint)
      else if (slice) await this.#save(checkpoint, slice)
      else await this.#finish(checkpoint)
    } catch (error) {
      await this.#abandon(checkpoint)
      this.#options.onError(error)
    } finally {
      this.#isBusy = false
    }
  }

  /** Abandons the checkpoint. After the swap of a snapshot its slices would belong to two deltas; the next checkpoint begins anew. */
  async #abandon(checkpoint: Checkpoint): Promise<void> {
    this.#checkpoint = undefined
    this.#lastEntry = -1
    await checkpoint.writer?.sink.discard().catch(() => {})
  }

  async #save(checkpoint: Checkpoint, { group, from, to }: Slice): Promise<void> {
    const { files } = checkpoint.groups[group.group.name]
    const writer = (checkpoint.writer ??= this.#create('group'))
    await append(writer, group.save(from, to))
    if (checkpoint.slices.length > 0 && writer.length < limits.STATE_FILE_BYTES) return
    files.push(await finish(writer))
    checkpoint.writer = undefined
  }

  async #finish({ groups }: Checkpoint): Promise<void> {
    const { store, commit } = this.#options
    const { size } = this.#options.strings
    const strings = await this.#saveStrings(size)
    const readAt = this.#options.readAt?.() ?? -Infinity
    const manifest: Manifest = { round: this.#number, strings, groups, ...(readAt > -Infinity && { readAt }) }
    await commit(JSON.stringify(manifest))
    this.#stringFiles = strings
    this.#stringsSaved = size
    this.#checkpoint = undefined
    const saved = [...strings, ...Object.values(groups).flatMap(({ files }) => files)].map(({ name }) => name)
    store.retainStates(new Set([...saved, ...this.#options.otherFiles()]))
  }

  /** Saves the first `size` strings: files of earlier checkpoints, and a file of the new strings. */
  async #saveStrings(size: number): Promise<readonly StateFile[]> {
    const isMany = this.#stringFiles.length >= limits.STRING_FILES_MAX
    const from = isMany ? 0 : this.#stringsSaved
    const savedFiles = isMany ? [] : this.#stringFiles
    if (size === from) return savedFiles
    const writer = this.#create('strings')
    await append(writer, await stringsBytes(this.#options.strings, from, size))
    return [...savedFiles, await finish(writer)]
  }

  #create(kind: string): StateFileWriter {
    const name = `${kind}-${this.#number}-${this.#files++}.bin`
    return { name, sink: this.#options.store.createState(name), crc: 0, length: 0 }
  }
}

async function append(writer: StateFileWriter, bytes: Uint8Array): Promise<void> {
  writer.crc = crc32(bytes, writer.crc)
  writer.length += bytes.length
  await writer.sink.append(bytes)
}

async function finish({ name, sink, crc }: StateFileWriter): Promise<StateFile> {
  await sink.finish()
  return { name, crc }
}

/**
 * Cuts a group into slices when the first slice is saved, not when the checkpoint begins: turns in between add keys. A first slice that is
 * complete up to an event of a key after the last slice would lose this event, so `restore` rejects such slices.
 */
function nextSlice(checkpoint: Checkpoint): Slice | undefined {
  if (checkpoint.slices.length === 0) checkpoint.slices = checkpoint.pending.splice(0, 1).flatMap(slicesOf)
  return checkpoint.slices.shift()
}

/** A group without keys has one empty slice. */
function slicesOf(group: LiveGroup): Slice[] {
  const { keyCount, bytes } = group.kernel
  const slots = Math.max(1, Math.floor((limits.SLICE_BYTES * keyCount) / Math.max(1, bytes)))
  const count = Math.max(1, Math.ceil(keyCount / slots))
  return Array.from({ length: count }, (_, i) => ({ group, from: i * slots, to: Math.min(keyCount, (i + 1) * slots) }))
}

/** Encodes strings. The first checkpoint of a run with many keys has all of their texts, so turns run after every some thousands. */
async function stringsBytes(strings: Strings, from: number, to: number): Promise<Uint8Array> {
  const writer = new ByteWriter()
  writer.varint(to - from)
  for (let id = from; id < to; id++) {
    if (id > from && (id - from) % limits.STRINGS_AT_ONCE === 0) await yieldToEventLoop()
    writer.textById(strings, id)
  }
  return writer.finish()
}
