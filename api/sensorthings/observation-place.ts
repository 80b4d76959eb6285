import { refuseOption } from '../../exchange/sensorthings/scanner.ts'
import { comparePlaces, compareTexts } from './read-series.ts'

/** Where an Observation is in the order of time, device, part and field. */
export interface ObservationPlace {
  readonly time: number
  readonly device: string
  readonly part: string
  readonly field: string
}

export function compareObservations(a: ObservationPlace, b: ObservationPlace): number {
  return comparePlaces(a, b) || compareTexts(a.field, b.field)
}

/** What a link to the next page says. */
export function writeToken({ time, device, part, field }: ObservationPlace): string {
  return Buffer.from(JSON.stringify([time, device, part, field])).toString('base64url')
}

/** Throws INVALID_REQUEST where it is none that was written here. */
export function readToken(token: string | undefined): ObservationPlace | undefined {
  if (token === undefined) return undefined
  try {
    const [time, device, part, field] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[]
    const isPlace =
      Number.isSafeInteger(time) && [device, part, field].every((text) => typeof text === 'string')
    if (isPlace) return { time, device, part, field } as ObservationPlace
  } catch {
    // What is no JSON is no place either.
  }
  throw refuseOption('$skiptoken', 'must be that of the @iot.nextLink of the page before')
}
