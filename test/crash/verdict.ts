/** Faults that the checks of one case found. */
export interface Verdict {
  /** Number of accepted events, decisions or dead letters that are gone. */
  lost: number
  /** Number of those that occur too often. */
  duplicated: number
  /** Number of those that differ, and of all failures. */
  different: number
  /** The first of them, in words. */
  readonly faults: string[]
}

const FAULTS_KEPT = 10

export const noFault = (): Verdict => ({ lost: 0, duplicated: 0, different: 0, faults: [] })

export const isSound = ({ lost, duplicated, different }: Verdict): boolean => lost + duplicated + different === 0

export function fault(verdict: Verdict, kind: 'lost' | 'duplicated' | 'different', what: string): void {
  verdict[kind]++
  if (verdict.faults.length < FAULTS_KEPT) verdict.faults.push(`${kind}: ${what}`)
}

/** Compares actual and expected lists of texts, in order. */
export function compareLists(verdict: Verdict, what: string, expected: readonly string[], found: readonly string[]): void {
  const left = counted(expected)
  const known = new Set(expected)
  let same = expected.length === found.length
  for (const [i, text] of found.entries()) {
    same &&= text === expected[i]
    const count = left.get(text) ?? 0
    if (count > 0) left.set(text, count - 1)
    else if (known.has(text)) fault(verdict, 'duplicated', `${what} ${text}`)
    else fault(verdict, 'different', `${what} that nobody made: ${text}`)
  }
  const missing = [...left].filter(([, count]) => count > 0)
  for (const [text, count] of missing) for (let i = 0; i < count; i++) fault(verdict, 'lost', `${what} ${text}`)
  if (!same && missing.length === 0 && expected.length === found.length) fault(verdict, 'different', `${what}: they stand in another order`)
}

function counted(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}
