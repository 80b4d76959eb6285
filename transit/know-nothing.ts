import type { StopPrediction } from './trip-prediction.ts'

/** What is known of a stop of a run, beside what the timetable says. */
export type StopKnowledge = Pick<
  StopPrediction,
  | 'arrivalTime'
  | 'departureTime'
  | 'earliestTime'
  | 'latestTime'
  | 'uncertaintySeconds'
  | 'isPassed'
  | 'isSkipped'
  | 'state'
>

/** A stop of which nothing live is known. */
export function knowNothing(state: StopPrediction['state'], isPassed = false): StopKnowledge {
  return {
    arrivalTime: null,
    departureTime: null,
    earliestTime: null,
    latestTime: null,
    uncertaintySeconds: null,
    isPassed,
    isSkipped: false,
    state,
  }
}
