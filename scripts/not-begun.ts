/** Output of a test file that is skipped, since the time of the suite was over before it began. */
export const NOT_BEGUN = 'skipped: the time for this suite was over before it began (SPILLWAY_TESTS_UNTIL)'
