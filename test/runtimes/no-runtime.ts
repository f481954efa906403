/** A module without a runtime. */
export default { score: 1 }
