/** The faults that are planted in a world, each with the alert that it owes. */
import type { AlertCause, AlertSeverity } from '../../src/monitor/alerts/alert.ts'
import { readDataFolder } from '../../src/log/sqlite/index.ts'
import { driftStateOf } from '../../src/training/registry/index.ts'
import { DAY, HOUR, MINUTE, STEP, type World } from './world.ts'

/** The alert that a person needs to hear of. */
export interface OwedAlert {
  readonly cause: AlertCause
  readonly subject: string
  readonly severity: AlertSeverity
}

export interface FaultKind {
  /** Absent for a fault of which nobody must hear. */
  readonly owes?: OwedAlert
  /** Duration, ms. */
  readonly lasts: number
  /** The time of the day at which it may begin, ms; default any. */
  readonly begins?: number
  begin(world: World): void
  /** Called before each step while it lasts. */
  step?(world: World): void
  end(world: World): void
  /** Does the world show by now what a person must act on? The alert is owed from then on. */
  isManifest(world: World): boolean
  /** Does the sentence of an alert that was open before name this fault? Absent if such an alert never counts. */
  isNamedIn?(sentence: string, world: World): boolean
}

/** The free space that pages, of the default thresholds. */
const DISK_PAGE_BYTES = 2 ** 29
/** The age that the objective of group `velocity` allows, ms. */
const FRESH_MS = 2 * MINUTE
const GIB = 2 ** 30

export const faultKinds = {
  /** The reader of payments stands still. */
  'lag spike': {
    owes: { cause: 'lag', subject: 'payments', severity: 'page' },
    lasts: 40 * MINUTE,
    begin: world => (world.payments.perStep = 0),
    end: world => (world.payments.perStep = Infinity),
    isManifest: world => world.payments.oldestAge(world.now) > 0,
  },
  /** The reader of payments reads less than arrives. */
  'slow reader': {
    owes: { cause: 'lag', subject: 'payments', severity: 'page' },
    lasts: 90 * MINUTE,
    // So that many more arrive.
    begins: 10 * HOUR,
    begin: world => (world.payments.perStep = 0.6),
    end: world => (world.payments.perStep = Infinity),
    isManifest: world => world.payments.oldestAge(world.now) > FRESH_MS,
  },
  /** A new version of the producer names a column otherwise. */
  'schema break': {
    owes: { cause: 'dead-letters', subject: 'payments', severity: 'page' },
    lasts: 50 * MINUTE,
    begin(world) {
      world.renamed = 0
      world.producer = ({ amount, ...payment }) => {
        world.renamed++
        return { ...payment, value: amount }
      }
    },
    end: world => (world.producer = payment => payment),
    // Until a record comes, nothing tells of it: at night that takes minutes.
    isManifest: world => world.renamed > 0,
  },
  /** The receiver of effects is down. */
  'receiver outage': {
    owes: { cause: 'effects', subject: 'block', severity: 'page' },
    lasts: 45 * MINUTE,
    begin: world => (world.isReceiverUp = false),
    end: world => (world.isReceiverUp = true),
    // One effect, or two, may be such that the receiver rejects.
    isManifest: world => world.failing.size >= 3,
  },
  /** One record that cannot be read. */
  'poison event': {
    lasts: STEP,
    begin: world => world.payments.produce(world.now, { id: 'poison', card: null, amount: { deep: [] }, at: 'never' }),
    end: () => {},
    isManifest: () => false,
  },
  /** Another program fills the disk. */
  'full disk': {
    owes: { cause: 'disk', subject: 'shop', severity: 'page' },
    lasts: 60 * MINUTE,
    begin: () => {},
    step: world => (world.freeBytes = Math.max(DISK_PAGE_BYTES / 2, world.freeBytes - GIB)),
    end: world => (world.freeBytes = 80 * GIB),
    isManifest: world => world.freeBytes < DISK_PAGE_BYTES,
  },
  /** The nightly batch run does not end. */
  'stuck batch run': {
    owes: { cause: 'batch-run', subject: 'usual', severity: 'page' },
    lasts: 2 * HOUR,
    begins: 1.9 * HOUR,
    begin: world => (world.isComputeStuck = true),
    end: world => (world.isComputeStuck = false),
    // Due at 02:00, for 20 min, with a grace of 2 min.
    isManifest: world => world.now % DAY >= 2 * HOUR + 22 * MINUTE,
  },
  /** Amounts become three times as large, and stay so. */
  drift: {
    owes: { cause: 'drift', subject: 'fraud', severity: 'ticket' },
    lasts: 5 * DAY,
    begin(world) {
      world.driftBefore = amountDrift(world.data)
      world.inflation *= 3
    },
    end: () => {},
    // A model that was trained in the first days of a log may have drifted from them by itself, much less.
    isManifest: world => amountDrift(world.data) > 2 * world.driftBefore,
    isNamedIn: (sentence, world) => sentence.includes(`amount: PSI ${amountDrift(world.data).toFixed(2)}`),
  },
} as const satisfies Readonly<Record<string, FaultKind>>

export type FaultName = keyof typeof faultKinds

/** The population stability index of the amounts, by the last check of the model; 0 if it found no drift of them. */
function amountDrift(data: string): number {
  const reader = readDataFolder(data)
  try {
    return driftStateOf(reader, 'fraud')?.findings?.inputs.find(({ name }) => name === 'amount')?.psi ?? 0
  } finally {
    reader.close()
  }
}
