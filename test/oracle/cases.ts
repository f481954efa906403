/** All hand-computed cases, for the oracle, the kernel and the SQL dialects. Written from the semantics before any of them. */
import type { Case } from './case.ts'
import { decays } from './cases/decays.ts'
import { frequencies } from './cases/frequencies.ts'
import { histograms } from './cases/histograms.ts'
import { moments } from './cases/moments.ts'
import { nulls } from './cases/nulls.ts'
import { placements } from './cases/placements.ts'
import { quantiles } from './cases/quantiles.ts'
import { revisions } from './cases/revisions.ts'
import { selections } from './cases/selections.ts'
import { sketches } from './cases/sketches.ts'
import { sums } from './cases/sums.ts'
import { tables } from './cases/tables.ts'
import { windows } from './cases/windows.ts'

export type { Ask, Case, Delivered, Rejected } from './case.ts'

export const cases: readonly Case[] = [
  ...windows,
  ...sums,
  ...moments,
  ...decays,
  ...histograms,
  ...quantiles,
  ...frequencies,
  ...selections,
  ...sketches,
  ...nulls,
  ...placements,
  ...revisions,
  ...tables,
]
