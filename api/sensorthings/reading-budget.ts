import { refuseOption } from '../../exchange/sensorthings/scanner.ts'

/** What one request may have looked through, listed in `docs/limits.md`. */
const READINGS_MAX = 100_000
const QUESTIONS_MAX = 300
const STEPS_MAX = 3_000_000
const ENTITIES_MAX = 20_000

/** How much a request may still take. */
export interface ReadingBudget {
  /** How many more readings may be read; 0 where none may. */
  readonly readings: number
  spendReadings(count: number): void
  /** Of the store; throws where there were too many. */
  spendQuestion(): void
  /** Of an expression; throws where there were too many. */
  spendSteps(count: number): void
  /** That are told; throws where there were too many. */
  spendEntities(count: number): void
}

export function createReadingBudget(): ReadingBudget {
  let [readings, questions, steps, entities] = [READINGS_MAX, QUESTIONS_MAX, STEPS_MAX, ENTITIES_MAX]
  return {
    get readings() {
      return readings
    },
    spendReadings(count) {
      readings = Math.max(0, readings - count)
    },
    spendQuestion() {
      questions -= 1
      if (questions >= 0) return
      throw refuseOption(
        '$filter',
        `Observations of too many Datastreams are asked for at once: name fewer, or, in an $expand, ask for fewer Datastreams by $top, or for the newest Observation alone ($top=1;$orderby=phenomenonTime desc)`,
      )
    },
    spendSteps(count) {
      steps -= count
      if (steps < 0) throw refuseOption('$filter', 'takes too long over so many entities: make it simpler')
    },
    spendEntities(count) {
      entities -= count
      if (entities >= 0) return
      throw refuseOption('$expand', `leads to more than ${ENTITIES_MAX} entities: ask for fewer by $top`)
    },
  }
}

/** For what can only be told of all there are. */
export function refuseTooMany(option: string): Error {
  return refuseOption(
    option,
    `more than ${READINGS_MAX} readings would have to be looked through: narrow them down by phenomenonTime or Datastream/id in $filter`,
  )
}
