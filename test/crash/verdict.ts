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

export function fault(verdict: Verdict, kind: 'lost' | 'duplicated' | 'different', detail: string): void {
  verdict[kind]++
  if (verdict.faults.length < FAULTS_KEPT) verdict.faults.push(`${kind}: ${detail}`)
}

/** Compares actual and expected lists of texts, in order. */
export function compareLists(verdict: Verdict, subject: string, expected: readonly string[], actual: readonly string[]): void {
  const left = countsOf(expected)
  const texts = new Set(expected)
  let same = expected.length === actual.length
  for (const [i, text] of actual.entries()) {
    same &&= text === expected[i]
    const count = left.get(text) ?? 0
    if (count > 0) left.set(text, count - 1)
    else if (texts.has(text)) fault(verdict, 'duplicated', `${subject} ${text}`)
    else fault(verdict, 'different', `${subject} that nobody made: ${text}`)
  }
  const missing = [...left].filter(([, count]) => count > 0)
  for (const [text, count] of missing) for (let i = 0; i < count; i++) fault(verdict, 'lost', `${subject} ${text}`)
  if (!same && missing.length === 0 && expected.length === actual.length)
    fault(verdict, 'different', `${subject}: they stand in another order`)
}

function countsOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}
