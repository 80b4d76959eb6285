import { z } from 'zod'
import { departuresToJson } from '../../model/departure.ts'
import type { Device } from '../../model/device.ts'
import { KerbsideError } from '../../model/error.ts'
import type { Reading } from '../../model/reading.ts'
import { findSign } from '../../model/sign.ts'
import { formatTime } from '../../model/time.ts'
import { answers, documented } from '../documented.ts'
import { createLineJudge, readShown, SHOWN_FRESH_MS } from '../judge-shown.ts'
import { createLocalClock } from '../local-clock.ts'
import type { Api, ApiParts } from '../parts.ts'
import { deviceParams } from '../schemas.ts'
import type { SignDesk } from '../sign-desk.ts'
import type { StopBoardSource } from '../stop-boards.ts'

const timeOrNull = z.iso.datetime().nullable()
const secondsOrNull = z.number().nullable()

const shownSchema = z.object({
  device: z.string(),
  protocol: z.enum(['json', 't047']),
  stopIds: z.array(z.string()),
  lastHeardTime: timeOrNull,
  shown: z.object({ time: z.iso.datetime(), lines: z.array(z.string()) }).nullable(),
  shouldShow: z.array(z.looseObject({ stop: z.string(), items: z.array(z.looseObject({})) })),
  agrees: z.boolean().nullable(),
  faults: z.array(
    z.object({
      reason: z.enum(['unexpected_line', 'wrong_time', 'missing_departure']),
      line: z.string().nullable(),
      departureId: z.string().nullable(),
    }),
  ),
  sign: z
    .object({
      lineCount: z.int().nullable(),
      charsPerLine: z.int().nullable(),
      firmware: z.string().nullable(),
      isConfigured: z.boolean(),
      missedSnapshots: z.int(),
      cleardown: z.object({
        count: z.int(),
        lastSeconds: secondsOrNull,
        meanSeconds: secondsOrNull,
        longestSeconds: secondsOrNull,
        unansweredCount: z.int(),
      }),
    })
    .nullable(),
})

const LOOK_BACK_MS = 7_200_000
const DEPARTURES_MAX = 20
const READINGS_MAX = 1_000

/** What a display shows, beside what it should show. */
export function registerDisplayShown(
  app: Api,
  { registry, store, clock }: ApiParts,
  boards: StopBoardSource,
  desk: SignDesk | undefined,
): void {
  app.get(
    '/v1/authorities/:authority/displays/:device/shown',
    {
      config: { scope: 'read' },
      schema: {
        ...documented(
          'transit',
          'getDisplayShown',
          'What a display shows, what it should show, and whether they agree',
          'T047 displays are asked for what they show every five minutes and judged at that moment; of others the lines of their last reading are, where it is at most two minutes old. `agrees` is null where that is not known. `cleardown` tells how long departed buses stay on the display: the seconds from the request to its answer, of the last 100. `sign` is null for displays that speak plain JSON, and in a process that does not tell displays what to show.',
        ),
        params: deviceParams,
        response: answers(200, 'As it is known now', shownSchema),
      },
    },
    async (request): Promise<z.infer<typeof shownSchema>> => {
      const { authority, device: id } = request.params
      const device = await registry.getDevice(authority, id)
      if (device.kind !== 'display') {
        throw new KerbsideError('NOT_FOUND', `${id} is no display but a ${device.kind}`)
      }
      const now = clock.now()
      const [found, { timeZone }, readings] = await Promise.all([
        boards.find(authority),
        registry.getAuthority(authority),
        listReadings(authority, id, now),
      ])
      const state = desk?.find(authority, id)
      const inputs = device.stopIds.map((stopId) => ({
        stopId,
        input: found?.get(stopId) ?? { departures: [], notices: [] },
      }))
      const judge = createLineJudge({ device, found, formatLocal: createLocalClock(timeZone) })
      const shown = state?.snapshot ?? readShown(readings, judge, now)
      const heard = Math.max(state?.lastHeardTime ?? 0, readings.at(-1)?.receivedTime ?? 0)
      return {
        device: id,
        protocol: protocolOf(device),
        stopIds: device.stopIds,
        lastHeardTime: heard === 0 ? null : formatTime(heard),
        shown: shown && { time: formatTime(shown.time), lines: [...shown.lines] },
        shouldShow: inputs.map(({ stopId, input }) => ({
          ...(departuresToJson({
            stop: stopId,
            generatedTime: found?.time ?? now,
            items: input.departures.slice(0, DEPARTURES_MAX),
          }) as { stop: string; items: object[] }),
        })) as z.infer<typeof shownSchema>['shouldShow'],
        agrees: shown?.faults ? shown.faults.length === 0 : null,
        faults: [...(shown?.faults ?? [])],
        sign: state
          ? {
              lineCount: state.lineCount,
              charsPerLine: state.charsPerLine,
              firmware: state.firmware,
              isConfigured: state.isConfigured,
              missedSnapshots: state.missedSnapshots,
              cleardown: state.cleardowns.summary(now),
            }
          : null,
      }
    },
  )

  function listReadings(authority: string, device: string, now: number): Promise<readonly Reading[]> {
    const from = now - LOOK_BACK_MS
    return store.listReadings({
      authority,
      kind: 'display',
      device,
      from,
      to: now + SHOWN_FRESH_MS,
      limit: READINGS_MAX,
    })
  }
}

function protocolOf(device: Device): 'json' | 't047' {
  return findSign(device) ? 't047' : 'json'
}
