/** Where a reader of the stream of decisions is: behind a row of a recorded stretch. As text it is the `id:` of an event. */
export interface EventPlace {
  /** Number of the stretch. */
  readonly stretch: number
  /** The last row of it that was seen; Infinity if all were. */
  readonly row: number
}

export const placeText = ({ stretch, row }: EventPlace): string => (row === Infinity ? String(stretch) : `${stretch}.${row}`)

/** Nothing for a text that is no place. */
export function placeOf(text: string): EventPlace | undefined {
  const match = /^(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text)
  return match ? { stretch: Number(match[1]), row: match[2] === undefined ? Infinity : Number(match[2]) } : undefined
}
