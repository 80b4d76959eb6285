import { z } from 'zod'
import { parseTime } from '../../model/time.ts'

interface ShownDeparture {
  readonly line: string
  readonly destination: string
  readonly time: number
  readonly isPredicted: boolean
  readonly isCancelled: boolean
}

/** What a T047 display was told and keeps until it restarts. */
export interface SignContent {
  readonly departureIds: readonly string[]
  /** What is retained is the whole of its kind and stop, so what is not in it is forgotten. */
  take(told: { kind: string; stop: string; payload: string; isRetained: boolean }): void
  remove(departureId: string): void
  /** By when they leave. */
  listDepartures(): ShownDeparture[]
  listNotices(now: number): string[]
}

const textSchema = z.array(z.object({ lang: z.string(), text: z.string() })).min(1)
const journeySchema = z.object({ publishedLineName: textSchema, destinationName: textSchema })
const scheduledSchema = z.object({
  scheduledDepartures: z.array(
    z.object({
      departureId: z.string(),
      targetedVehicleJourney: journeySchema,
      targetedCall: z.object({ aimedDepartureTime: z.string() }),
    }),
  ),
})
const realTimeSchema = z.object({
  realTimeDeparture: z.array(
    z.object({
      departureId: z.string(),
      monitoredVehicleJourney: journeySchema.extend({
        monitoredCall: z.object({
          monitored: z.boolean(),
          aimedDepartureTime: z.string(),
          expectedDepartureTime: z.string().nullish(),
          departureStatus: z.string(),
        }),
      }),
    }),
  ),
})
const noticeSchema = z.object({
  messageId: z.string(),
  messageText: textSchema.optional(),
  earliestDisplayTime: z.string().optional(),
  latestDisplayTime: z.string().optional(),
  messageAction: z.string().optional(),
})

interface Timetabled {
  readonly stop: string
  readonly line: string
  readonly destination: string
  readonly aimedTime: number
}

interface Predicted extends Timetabled {
  readonly expectedTime: number | undefined
  readonly isCancelled: boolean
}

export function createSignContent(): SignContent {
  const scheduled = new Map<string, Timetabled>()
  const predicted = new Map<string, Predicted>()
  const notices = new Map<string, z.infer<typeof noticeSchema>>()

  return {
    get departureIds() {
      return [...new Set([...scheduled.keys(), ...predicted.keys()])]
    },
    take({ kind, stop, payload, isRetained }) {
      if (payload === '') return
      const value: unknown = JSON.parse(payload)
      if (kind === 'scheduledDeparture') {
        if (isRetained) forget(scheduled, stop)
        takeScheduled(value, stop)
      } else if (kind === 'realTimeDeparture') {
        if (isRetained) forget(predicted, stop)
        takePredicted(value, stop)
      } else takeNotice(value)
    },
    remove(departureId) {
      scheduled.delete(departureId)
      predicted.delete(departureId)
    },
    listDepartures() {
      const all = new Map<string, Timetabled | Predicted>([...scheduled, ...predicted])
      return [...all.values()].map(describe).sort((a, b) => a.time - b.time)
    },
    listNotices: (now) =>
      [...notices.values()]
        .filter(
          ({ earliestDisplayTime, latestDisplayTime }) =>
            (parseTime(earliestDisplayTime) ?? now) <= now && now <= (parseTime(latestDisplayTime) ?? now),
        )
        .flatMap(({ messageText }) => messageText?.[0]?.text ?? []),
  }

  function forget(departures: Map<string, Timetabled>, stop: string): void {
    for (const [departureId, departure] of departures) {
      if (departure.stop === stop) departures.delete(departureId)
    }
  }

  function takeScheduled(value: unknown, stop: string): void {
    const { scheduledDepartures } = scheduledSchema.parse(value)
    for (const { departureId, targetedVehicleJourney, targetedCall } of scheduledDepartures) {
      scheduled.set(departureId, {
        stop,
        ...nameOf(targetedVehicleJourney),
        aimedTime: parseTime(targetedCall.aimedDepartureTime) ?? 0,
      })
    }
  }

  function takePredicted(value: unknown, stop: string): void {
    const { realTimeDeparture } = realTimeSchema.parse(value)
    for (const { departureId, monitoredVehicleJourney } of realTimeDeparture) {
      const { monitored, expectedDepartureTime, departureStatus, aimedDepartureTime } =
        monitoredVehicleJourney.monitoredCall
      predicted.set(departureId, {
        stop,
        ...nameOf(monitoredVehicleJourney),
        aimedTime: parseTime(aimedDepartureTime) ?? 0,
        expectedTime: monitored ? parseTime(expectedDepartureTime) : undefined,
        isCancelled: departureStatus === 'CANCELLED',
      })
    }
  }

  function takeNotice(value: unknown): void {
    const notice = noticeSchema.parse(Object.values(value as object)[0])
    if (notice.messageAction === 'DELETE') notices.delete(notice.messageId)
    else notices.set(notice.messageId, notice)
  }
}

function nameOf({ publishedLineName, destinationName }: z.infer<typeof journeySchema>): {
  line: string
  destination: string
} {
  return { line: publishedLineName[0]?.text ?? '', destination: destinationName[0]?.text ?? '' }
}

function describe(departure: Timetabled | Predicted): ShownDeparture {
  const { line, destination, aimedTime } = departure
  const expectedTime = 'expectedTime' in departure ? departure.expectedTime : undefined
  return {
    line,
    destination,
    time: expectedTime ?? aimedTime,
    isPredicted: expectedTime !== undefined,
    isCancelled: 'isCancelled' in departure && departure.isCancelled,
  }
}
