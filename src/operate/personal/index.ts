/** Personal data of a pipeline, masked in answers, and messages of rejections without values. */
export { causeText } from './cause-text.ts'
export { MASKED, PersonalMask } from './personal-mask.ts'
