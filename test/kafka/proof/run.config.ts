/** The configuration of the runs of `prove kafka`: decisions and dead letters go to topics. */
import { defineConfig, kafka } from 'spillway/config'
import { runTopicOf } from './run-settings.ts'

export default defineConfig({ decisions: kafka(runTopicOf('decisions')), deadLetters: kafka(runTopicOf('deadLetters')) })
