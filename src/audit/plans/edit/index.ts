/** Edits placements in a pipeline's source. Loaded by `audit --apply` alone, since the parser is large. */
export { applyEdit } from './apply.ts'
export { placementChanges } from './changes.ts'
export { editPlacements } from './placement-edit.ts'
