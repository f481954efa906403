/** What a reader counts as characters: with their accents, and a family as one. */
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

export const charactersOf = (text: string): string[] => Array.from(segmenter.segment(text), ({ segment }) => segment)
