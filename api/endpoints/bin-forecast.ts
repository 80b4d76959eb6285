import { z } from 'zod'
import { DEFAULT_THRESHOLD_PERCENT } from '../../model/device.ts'
import { KerbsideError } from '../../model/error.ts'
import { formatTime, parseTime } from '../../model/time.ts'
import type { FillForecast } from '../../rounds/forecast/fill-forecast.ts'
import { type DatasetViews, refuseDelayed } from '../dataset-views.ts'
import { answers, documentedPublishable } from '../documented.ts'
import type { Api, ApiParts } from '../parts.ts'
import { deviceParams } from '../schemas.ts'
import { timeQuery } from '../time-query.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const DEFAULT_DAYS = 7
/** How far ahead, and how many at once. */
const AHEAD_MAX_MS = 31 * DAY_MS
const TIMES_MAX = 100

const forecastQuery = z.object({
  times: z
    .string()
    .max(4_000)
    .describe(
      `The times to look at, rising, separated by commas: at most ${TIMES_MAX}; instead of from and to`,
    )
    .optional(),
  from: timeQuery.describe('The first time; by default a day from the present hour'),
  to: timeQuery.describe(
    'Each day from `from` up to this; by default six days after it, at most 31 days ahead',
  ),
})

const percentSchema = z.number().min(0).max(100)
const chanceSchema = z.number().min(0).max(1)
const fillSchema = z.object({
  expectedPercent: percentSchema,
  lowPercent: percentSchema,
  highPercent: percentSchema,
  chanceOfThreshold: chanceSchema,
  chanceOfOverflow: chanceSchema,
})
const forecastSchema = z.object({
  device: z.string(),
  thresholdPercent: percentSchema,
  knownUntil: z.iso.datetime().nullable(),
  fillPercent: percentSchema.nullable(),
  readingCount: z.int(),
  items: z.array(z.object({ time: z.iso.datetime(), asUsual: fillSchema, nobodyEmpties: fillSchema })),
})

/** How full a bin will be. */
export function registerBinForecast(
  app: Api,
  { registry, fillForecasts, clock }: ApiParts,
  datasets: DatasetViews,
): void {
  app.get(
    '/v1/authorities/:authority/bins/:device/forecast',
    {
      config: { scope: 'read', published: 'bins' },
      schema: {
        ...documentedPublishable(
          'maps',
          'forecastBin',
          'How full a bin is expected to be, and when it overflows',
          "Learnt from the last two to eight weeks of its readings (eight up to 700 bins), and from the bins of its stream as far as they are few. `asUsual` is what will be seen if it is emptied as it was until now, `nobodyEmpties` what happens if it is not. With 80 % it stands between `lowPercent` and `highPercent`; chances are of reaching the threshold (the bin's own, or 75 %) or 100 % at any moment up to `time`. `knownUntil` is the latest reading that was used; of a bin without any it is null, and the bin is taken as empty now. The first answer for an authority takes some seconds. Without a key there is none where the authority tells bins later than they are measured.",
        ),
        params: deviceParams,
        querystring: forecastQuery,
        response: answers(200, 'By time, rising', forecastSchema),
      },
    },
    async (request) => {
      const { authority, device: id } = request.params
      const device = await registry.getDevice(authority, id)
      const shown = await datasets.show(request, authority, 'bins')
      if (!shown.findDevice(device)) throw new KerbsideError('NOT_FOUND', `There is no device "${id}".`)
      refuseDelayed(shown)
      const { kind, settings } = device
      if (kind !== 'bin') throw new KerbsideError('NOT_FOUND', `${id} is no bin but a ${kind}`)
      const thresholdPercent = settings.thresholdPercent ?? DEFAULT_THRESHOLD_PERCENT
      // Of the whole hour, so that the answer stays the same within one as long as nothing is read.
      const now = Math.floor(clock.now() / HOUR_MS) * HOUR_MS
      const question = { now, times: chooseTimes(request.query, now), thresholdPercent }
      const bin = { id, stream: settings.stream ?? null }
      const [asUsual, nobodyEmpties] = await fillForecasts.forecastBin(authority, bin, [
        { ...question, assumption: 'as-usual' },
        { ...question, assumption: 'nobody-empties' },
      ])
      const { time = null, fillPercent = null, readingCount = 0, forecasts = [] } = asUsual ?? {}
      return {
        device: id,
        thresholdPercent,
        knownUntil: time === null ? null : formatTime(time),
        fillPercent,
        readingCount,
        items: forecasts.map((forecast, index) => ({
          time: formatTime(forecast.time),
          asUsual: formatForecast(forecast),
          nobodyEmpties: formatForecast(nobodyEmpties?.forecasts[index] ?? forecast),
        })),
      }
    },
  )
}

function chooseTimes(query: z.infer<typeof forecastQuery>, now: number): number[] {
  const { times: list, from, to } = query
  if (list === undefined) return listDays(query, now)
  if (from !== undefined || to !== undefined) {
    throw refuse('times', 'is given instead of from and to, not with them')
  }
  const times = readTimes(list)
  if (times.length > TIMES_MAX) throw refuse('times', `must be at most ${TIMES_MAX}`)
  if (times.some((time, index) => index > 0 && time <= (times[index - 1] as number))) {
    throw refuse('times', 'must rise from one to the next')
  }
  refuseOutside('times', times[0] ?? now, now)
  refuseOutside('times', times.at(-1) ?? now, now)
  return times
}

function listDays({ from, to }: z.infer<typeof forecastQuery>, now: number): number[] {
  const first = from ?? now + DAY_MS
  refuseOutside('from', first, now)
  const last = to ?? Math.min(first + (DEFAULT_DAYS - 1) * DAY_MS, now + AHEAD_MAX_MS)
  if (first > last) throw refuse('from', `must not be after to, which is ${formatTime(last)}`)
  refuseOutside('to', last, now)
  return Array.from({ length: Math.floor((last - first) / DAY_MS) + 1 }, (_, day) => first + day * DAY_MS)
}

function refuseOutside(path: string, time: number, now: number): void {
  if (time < now) throw refuse(path, `must not be before the present hour, ${formatTime(now)}`)
  const latest = now + AHEAD_MAX_MS
  if (time > latest) throw refuse(path, `must not be after ${formatTime(latest)}, 31 days ahead`)
}

function readTimes(text: string): number[] {
  return text.split(',').map((word) => {
    const trimmed = word.trim()
    const time = parseTime(/^\d+$/.test(trimmed) ? Number(trimmed) : trimmed)
    if (time !== undefined) return time
    throw refuse('times', `${trimmed} is no RFC 3339 time such as 2026-02-16T15:58:00Z`)
  })
}

function formatForecast(forecast: FillForecast): z.infer<typeof fillSchema> {
  const { expectedPercent, lowPercent, highPercent, chanceOfThreshold, chanceOfOverflow } = forecast
  return {
    expectedPercent: roundTo(expectedPercent, 10),
    lowPercent: roundTo(lowPercent, 10),
    highPercent: roundTo(highPercent, 10),
    chanceOfThreshold: roundTo(chanceOfThreshold, 1_000),
    chanceOfOverflow: roundTo(chanceOfOverflow, 1_000),
  }
}

function roundTo(value: number, parts: number): number {
  return Math.round(value * parts) / parts
}

function refuse(path: string, message: string): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', `The query is not as it should be: ${path}: ${message}`, {
    faults: [{ path, message }],
  })
}
