/** Characters as a reader counts them: grapheme clusters, so accents and joined emoji count once. */
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Grapheme clusters of a text. */
export const graphemesOf = (text: string): string[] => Array.from(segmenter.segment(text), ({ segment }) => segment)
