/** Personal data of a pipeline, masked in answers. */
export { MASKED, PersonalMask } from './personal-mask.ts'
