/** Gaps planted in whole stores, and a backfill's repair of them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { random, type Random } from '../../src/base/random.ts'
import { backfillTarget } from '../../src/batch/backfill/target.ts'
import { fillGap, findGap, type BackfillOptions, type BackfillResult, type StoreGap } from '../../src/batch/backfill/backfill.ts'
import type { PartitionUnit } from '../../src/offline/calendar.ts'
import type { StoreManifest } from '../../src/offline/parquet/manifest.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { PipelineIR } from '../../src/define/ir/ir.ts'
import { changedDefinitions, shop, shopHistory, shopLog } from './shop.ts'
import { filesIn, type StoredBytes } from './store-contents.ts'

export const MANIFEST = 'manifest.json'
const LIVE = 2 * 86_400_000

interface Setting {
  readonly unit: PartitionUnit
  readonly every: number | undefined
}

/**
 * Result of a case. `mismatches`: files that were written and not missing, or missing and not written, or whose bytes differ from a store
 * made at once.
 */
export interface Planted {
  /** Missing files: after damage; of added or changed features; of days with new events. */
  readonly damaged: number
  readonly columns: number
  readonly days: number
  readonly mismatches: readonly string[]
}

/**
 * A whole store with random damage: exactly the missing files are made again, with the same bytes, and a second backfill writes nothing.
 */
export const damageCase = (seed: number): Promise<Planted> =>
  inFolder(async folder => {
    const options = optionsOf(shop, shopLog(seed), folder, settingOf(seed))
    const { filled } = await fill(options)
    const whole = filesIn(folder)
    const missing = damage(folder, random(seed))
    const before = filesIn(folder)
    const { gap, filled: again } = await fill(options)
    const missingFiles = new Set(missingIn(gap, options))
    const store = filesIn(folder)
    const { gap: none } = await fill(options)
    return {
      damaged: missing.size,
      columns: 0,
      days: 0,
      mismatches: [
        ...[...missingFiles.symmetricDifference(missing)].map(file => `${file} was ${missing.has(file) ? 'missing' : 'there'}`),
        ...writtenFiles(before, store).flatMap(file => (missing.has(file) ? [] : [`${file} was written`])),
        ...differences(store, whole),
        ...(again.hash === filled.hash && again.files === missing.size ? [] : ['what is told of the store is another']),
        ...missingIn(none, options).map(file => `${file} is still missing`),
        ...writtenFiles(store, filesIn(folder)).map(file => `${file} was written again`),
      ],
    }
  })

/** A store of some features, mostly of fewer days, filled when there are more: only added or changed features, and new days. */
export const changeCase = (seed: number): Promise<Planted> =>
  inFolder(folder =>
    inFolder(async other => {
      const next = random(1000 + seed)
      const setting = settingOf(seed)
      const log = shopLog(seed)
      const names = shop.groups.flatMap(group => group.features.map(feature => `${group.name}.${feature.name}`))
      const some = (): Set<string> => new Set(names.filter(() => next() < 0.15))
      const [added, otherwise] = [some(), some()]
      const early = next() < 0.5 ? log : log.slice(0, Math.floor(log.length * (0.5 + next() / 2)))
      await fill(optionsOf(changedDefinitions(shop, added, otherwise), early, folder, setting))
      const before = filesIn(folder)
      const { gap } = await fill(optionsOf(shop, log, folder, setting))
      await fill(optionsOf(shop, log, other, setting))
      const after = filesIn(folder)
      const counts = { columns: 0, days: 0 }
      const mismatches = writtenFiles(before, after).flatMap(file => {
        const [group, day, name] = file.split(sep)
        const feature = `${group}.${/^feature\.(.*)\.parquet$/.exec(name)?.[1]}`
        const of = gap.groups.find(({ group: target }) => target.group.name === group)!
        const { partition } = of.partitions.find(each => day.endsWith(`=${each.partition.name}`))!
        // A day with new events has changed; no day before it has.
        const isLater = early !== log && partition.end > early.at(-1)!.arrival
        const isNew = added.has(feature) || otherwise.has(feature)
        counts[isLater ? 'days' : 'columns']++
        return isNew || isLater ? [] : [`${file} was written`]
      })
      return { damaged: 0, ...counts, mismatches: [...mismatches, ...differences(after, filesIn(other))] }
    }),
  )

const settingOf = (seed: number): Setting => ({ unit: seed % 4 === 3 ? 'month' : 'day', every: seed % 3 === 2 ? 9 * 3_600_000 : undefined })

function optionsOf(ir: PipelineIR, log: readonly LoggedEvent[], folder: string, { unit, every }: Setting): BackfillOptions {
  const moments =
    every === undefined ? ({ kind: 'events' } as const) : ({ kind: 'times', schedule: { kind: 'interval', every, phase: 0 } } as const)
  return {
    target: backfillTarget(ir, undefined, moments, LIVE),
    history: shopHistory(ir, log, unit),
    folder,
    unit,
    threads: 1,
    isMeasured: false,
  }
}

async function fill(options: BackfillOptions): Promise<{ gap: StoreGap; filled: BackfillResult }> {
  const gap = await findGap(options)
  return { gap, filled: await fillGap(gap, options) }
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-gap-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const missingIn = ({ groups }: StoreGap, { unit }: BackfillOptions): string[] =>
  groups.flatMap(({ group: target, partitions }) =>
    partitions.flatMap(({ partition, files }) =>
      files.map(({ file }) => join(target.group.name, `${unit}=${partition.name}`, `${file}.parquet`)),
    ),
  )

/** Deletes files and days, flips bits, and removes entries of the manifest. Returns the files that are missing then. */
function damage(folder: string, next: Random): Set<string> {
  const files = [...filesIn(folder).keys()].filter(name => name !== MANIFEST)
  const missing = new Set<string>()
  const manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as StoreManifest
  for (let left = 1 + Math.floor(next() * 6); left > 0; left--) {
    const file = files[Math.floor(next() * files.length)]
    const [group, day, name] = file.split(sep)
    const kind = Math.floor(next() * 4)
    if (kind === 0) rmSync(join(folder, file), { force: true })
    else if (kind === 1) {
      if (!missing.has(file)) flipBit(join(folder, file), next)
    } else if (kind === 2) delete manifest.groups[group][day.slice(day.indexOf('=') + 1)].files[name]
    else rmSync(join(folder, dirname(file)), { recursive: true, force: true })
    for (const each of files) if (each === file || (kind === 3 && dirname(each) === dirname(file))) missing.add(each)
  }
  writeFileSync(join(folder, MANIFEST), JSON.stringify(manifest))
  return missing
}

function flipBit(path: string, next: Random): void {
  const bytes = readFileSync(path)
  const at = Math.floor(next() * bytes.length)
  bytes[at] = bytes[at] ^ (1 << Math.floor(next() * 8))
  writeFileSync(path, bytes)
}

/** Files written between two listings of a folder, without the manifest: all others keep their bytes and times. */
function writtenFiles(before: ReadonlyMap<string, StoredBytes>, after: ReadonlyMap<string, StoredBytes>): string[] {
  return [...after].flatMap(([name, { writtenAt, bytes }]) => {
    const was = before.get(name)
    return name !== MANIFEST && (was?.writtenAt !== writtenAt || !was.bytes.equals(bytes)) ? [name] : []
  })
}

/** Includes the manifest. */
function differences(store: ReadonlyMap<string, StoredBytes>, expected: ReadonlyMap<string, StoredBytes>): string[] {
  const names = new Set([...store.keys(), ...expected.keys()])
  return [...names].flatMap(name => (store.get(name)?.bytes.equals(expected.get(name)?.bytes ?? Buffer.of()) ? [] : [`${name} is another`]))
}
