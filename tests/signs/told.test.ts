import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import type { Departure } from '../../model/departure.ts'
import { parseTime } from '../../model/time.ts'
import { createStopContent } from '../../signs/stop-content.ts'
import type { StopNotice } from '../../signs/stop-notice.ts'
import { realTimeDepartureSchema, scheduledDeparturesSchema } from '../../signs/t047/departure-content.ts'
import { informationMessageSchema, journeyMessageSchema } from '../../signs/t047/notice-content.ts'
import { cleardownRequestSchema } from '../../signs/t047/requests.ts'

const FOLDER = new URL('../fixtures/t047/told/', import.meta.url)
const SCHEMAS: Record<string, z.ZodType> = {
  scheduledDeparture: scheduledDeparturesSchema,
  realTimeDeparture: realTimeDepartureSchema,
  informationMessage: informationMessageSchema,
  journeyMessage: journeyMessageSchema,
  cleardown: cleardownRequestSchema,
}

interface Step {
  readonly now: string
  readonly departures?: readonly Record<string, unknown>[]
  readonly notices?: readonly Record<string, unknown>[]
  readonly messages: readonly object[]
}

const toTime = (value: unknown): number | null => (value === null ? null : (parseTime(value) ?? Number.NaN))

function readDeparture(given: Record<string, unknown>): Departure {
  return {
    tripId: 'VJ1',
    routeId: 'ABCB:123A',
    routeShortName: '123A',
    headsign: 'Paradise Park',
    state: 'timetable',
    ageSeconds: null,
    vehicleId: null,
    earliestTime: null,
    latestTime: null,
    departureId: 'fc867e8a',
    ...given,
    aimedDepartureTime: toTime(given['aimedDepartureTime']) ?? 0,
    expectedDepartureTime: toTime(given['expectedDepartureTime'] ?? null),
  }
}

function readNotice(given: Record<string, unknown>): StopNotice {
  const { startTime = null, endTime = null } = given
  return {
    id: 'alert-1',
    texts: [],
    isEmergency: false,
    departureId: null,
    ...given,
    startTime: toTime(startTime),
    endTime: toTime(endTime),
  }
}

for (const file of readdirSync(FOLDER)) {
  test(`a stop's signs are told: ${file.replace('.json', '').replaceAll('-', ' ')}`, () => {
    const content = createStopContent('townCentre/999G123/9990123A')
    for (const step of JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Step[]) {
      const { messages } = content.update(
        (step.departures ?? []).map(readDeparture),
        (step.notices ?? []).map(readNotice),
        Date.parse(step.now),
      )
      const told = messages
        .filter(({ payload, retain }) => !(payload === '' && retain === 'only'))
        .map(({ payload, ...message }) => ({ ...message, payload: JSON.parse(payload) }))
      for (const { topicName, payload } of told) {
        expect(SCHEMAS[topicName.split('/')[1] ?? '']?.safeParse(payload).error).toBeUndefined()
      }
      expect(told).toEqual(step.messages)
    }
  })
}
