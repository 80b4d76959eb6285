import type { Reading } from '../../model/reading.ts'
import { countTraffic } from '../count-traffic.ts'

const HOUR_SECONDS = 3_600
/** An hour of which less than this was counted says too little; what is missing of it was like the rest. */
const COMPLETE_RATIO = 0.75

/** What a counter measured in one hour, all of its parts together. */
export interface Flow {
  readonly vehiclesPerHour: number | undefined
  readonly meanSpeedKph: number | undefined
}

/** By counter; `readings` are those whose intervals begin in the hour. */
export function sumFlows(readings: readonly Reading[]): Map<string, Flow> {
  const devices = Map.groupBy(readings, ({ device }) => device)
  return new Map([...devices].map(([device, ofDevice]) => [device, sumDevice(ofDevice)]))
}

function sumDevice(readings: readonly Reading[]): Flow {
  let vehicles = 0
  let isComplete = true
  for (const ofPart of Map.groupBy(readings, ({ part }) => part).values()) {
    let seconds = 0
    let count = 0
    for (const { fields } of ofPart) {
      const counted = countTraffic(fields)
      if (counted === undefined) continue
      seconds += numberOf(fields['intervalSeconds']) ?? HOUR_SECONDS
      count += counted
    }
    if (seconds < COMPLETE_RATIO * HOUR_SECONDS) isComplete = false
    else vehicles += (count * HOUR_SECONDS) / seconds
  }
  let speeds = 0
  let weights = 0
  for (const { fields } of readings) {
    const speed = numberOf(fields['meanSpeedKph'])
    // Speeds without counts weigh alike.
    const weight = speed === undefined ? 0 : (countTraffic(fields) ?? 1)
    speeds += (speed ?? 0) * weight
    weights += weight
  }
  return {
    vehiclesPerHour: isComplete ? vehicles : undefined,
    meanSpeedKph: weights > 0 ? speeds / weights : undefined,
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
