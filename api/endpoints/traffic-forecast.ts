import { z } from 'zod'
import { KerbsideError } from '../../model/error.ts'
import { formatTime } from '../../model/time.ts'
import { forecastTraffic, type TrafficForecast } from '../../rounds/traffic/forecast-traffic.ts'
import { needsPool } from '../../rounds/traffic/traffic-pool.ts'
import { type DatasetViews, refuseDelayed } from '../dataset-views.ts'
import { answers, documentedPublishable } from '../documented.ts'
import type { Api, ApiParts } from '../parts.ts'
import { deviceParams } from '../schemas.ts'
import { timeQuery } from '../time-query.ts'

const HOUR_MS = 3_600_000
const DEFAULT_SPAN_MS = 24 * HOUR_MS
/** How far ahead, how far back, and how much at once. */
const SPAN_MAX_MS = 14 * 24 * HOUR_MS

const forecastQuery = z.object({
  from: timeQuery.describe('The first hour begins at or after this; by default the present hour'),
  to: timeQuery.describe('Hours begin before this; by default 24 hours after `from`, at most 14 days ahead'),
})

const numberSchema = z.number().min(0).nullable()
const forecastSchema = z.object({
  device: z.string(),
  knownUntil: z.iso.datetime(),
  items: z.array(
    z.object({
      time: z.iso.datetime(),
      count: numberSchema,
      countLow: numberSchema,
      countHigh: numberSchema,
      meanSpeedKph: numberSchema,
      meanSpeedKphLow: numberSchema,
      meanSpeedKphHigh: numberSchema,
    }),
  ),
})

/** What a counter will count, and how fast its road will be. */
export function registerTrafficForecast(app: Api, parts: ApiParts, datasets: DatasetViews): void {
  const { registry, clock, trafficHistories: histories } = parts
  app.get(
    '/v1/authorities/:authority/counters/:device/forecast',
    {
      config: { scope: 'read', published: 'counters' },
      schema: {
        ...documentedPublishable(
          'maps',
          'forecastCounter',
          'What a counter is expected to count, and how fast it is driven there, by hour',
          "All lanes and directions together, `counts` added up, learnt from the counter's last 12 weeks by the hour of the authority's own week; a counter that is known for less than four borrows from the others. 80 % is expected between `…Low` and `…High`; what nothing is known of is null. Of hours that have passed, up to 14 days back, it is what would have been expected when the first of them began. `knownUntil`: what ended later was not used. Without a key there is none where the authority tells counters later than they count.",
        ),
        params: deviceParams,
        querystring: forecastQuery,
        response: answers(200, 'Hours, oldest first', forecastSchema),
      },
    },
    async (request) => {
      const { authority, device: id } = request.params
      const { kind } = await registry.getDevice(authority, id)
      refuseDelayed(await datasets.show(request, authority, 'counters'))
      if (kind !== 'traffic') throw new KerbsideError('NOT_FOUND', `${id} is no counter but a ${kind}`)
      const { timeZone } = await registry.getAuthority(authority)
      const span = chooseSpan(request.query, clock.now())
      const history = await histories.getHistory(authority, id)
      const pool = needsPool(history, span.now) ? await histories.getPool(authority, timeZone) : undefined
      const forecasts = forecastTraffic(history, pool, { ...span, timeZone })
      return { device: id, knownUntil: formatTime(span.now), items: forecasts.map(formatForecast) }
    },
  )
}

function chooseSpan(
  query: z.infer<typeof forecastQuery>,
  clockNow: number,
): { now: number; from: number; to: number } {
  const presentHour = Math.floor(clockNow / HOUR_MS) * HOUR_MS
  const from = query.from ?? presentHour
  const to = query.to ?? from + DEFAULT_SPAN_MS
  const earliest = presentHour - SPAN_MAX_MS
  const latest = presentHour + SPAN_MAX_MS + HOUR_MS
  if (from < earliest) throw refuse('from', `must not be before ${formatTime(earliest)}, 14 days ago`)
  if (from >= to) throw refuse('from', `must be before to, which is ${formatTime(to)}`)
  if (to > latest) throw refuse('to', `must not be after ${formatTime(latest)}, 14 days ahead`)
  if (to - from > SPAN_MAX_MS) throw refuse('to', 'must be at most 14 days after from')
  // Whole hours, so that the answer stays the same within one.
  return { now: Math.min(presentHour, Math.floor(from / HOUR_MS) * HOUR_MS), from, to }
}

function formatForecast({ time, ...values }: TrafficForecast) {
  return {
    time: formatTime(time),
    count: roundTenth(values.count),
    countLow: roundTenth(values.countLow),
    countHigh: roundTenth(values.countHigh),
    meanSpeedKph: roundTenth(values.meanSpeedKph),
    meanSpeedKphLow: roundTenth(values.meanSpeedKphLow),
    meanSpeedKphHigh: roundTenth(values.meanSpeedKphHigh),
  }
}

function roundTenth(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10
}

function refuse(path: string, message: string): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', `The query is not as it should be: ${path}: ${message}`, {
    faults: [{ path, message }],
  })
}
