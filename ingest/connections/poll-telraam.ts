import { z } from 'zod'
import type { Connection } from '../../model/connection.ts'
import type { Message } from '../../model/message.ts'
import { formatTopic } from '../../model/topic.ts'
import { fetchOutside } from '../../outside/fetch-outside.ts'
import type { ConnectionRun } from './connection-runner.ts'
import { keepAsking } from './keep-asking.ts'

const HOUR_MS = 3_600_000
/** So far back it is asked for: what the camera sends late is there a day later at the latest. */
const BACK_MS = 48 * HOUR_MS
/** More than the hours that are asked for; what comes beyond them is left out. */
const REPORTS_MAX = 100
const BYTES_MAX = 1024 * 1024
const TIMEOUT_MS = 30_000

const answerSchema = z.object({
  // A report is checked where it is read, by the device's mapping.
  report: z.array(z.looseObject({ date: z.string() })).default([]),
})

type Telraam = Extract<Connection, { type: 'telraam' }>

export type TelraamRun = ConnectionRun<Telraam> & {
  /** Passes on what its device measured. */
  pass(messages: readonly Message[]): void
}

/**
 * Asks Telraam for the hours of a segment, those that are over, until the run is aborted: each becomes a message of its device, and
 * comes again where Telraam changed it. Never rejects.
 */
export async function pollTelraam(run: TelraamRun): Promise<void> {
  const { authority, connection, credentials, signal } = run
  const topic = formatTopic({ authority, kind: 'traffic', device: connection.deviceId, channel: 'reading' })
  /** What was passed on, by its hour. */
  let known = new Map<string, string>()
  let readings = 0
  await keepAsking(run, ask, (problem) => run.report({ readings, problem }))

  async function ask(): Promise<void> {
    const receivedTime = run.now()
    const endTime = Math.floor(receivedTime / HOUR_MS) * HOUR_MS
    const question = {
      level: 'segments',
      format: 'per-hour',
      id: connection.segmentId,
      time_start: formatHour(endTime - BACK_MS),
      time_end: formatHour(endTime),
    }
    const { status, bytes } = await fetchOutside({
      url: new URL('/v1/reports/traffic', connection.url).href,
      body: Buffer.from(JSON.stringify(question)),
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      secretHeaders: credentials.password === undefined ? {} : { 'x-api-key': credentials.password },
      isPrivateAllowed: run.isPrivateAllowed,
      bytesMax: BYTES_MAX,
      timeoutMs: TIMEOUT_MS,
      signal,
    })
    if (status !== 200) throw new Error(`it answers with status ${status}`)
    const reports = readReports(bytes).slice(0, REPORTS_MAX)
    const now = new Map(reports.map((report) => [report.date, JSON.stringify(report)]))
    const fresh = [...now].filter(([date, text]) => known.get(date) !== text)
    run.pass(
      fresh.map(([, text]) => {
        return { position: undefined, authority, topic, payload: Buffer.from(text), receivedTime }
      }),
    )
    known = now
    readings = reports.length
    await run.report({ readings, problem: null })
  }
}

function readReports(bytes: Uint8Array): readonly { readonly date: string }[] {
  try {
    return answerSchema.parse(JSON.parse(new TextDecoder().decode(bytes))).report
  } catch {
    throw new Error('it answers with something else than reports')
  }
}

/** As Telraam wants times: `2026-02-16 14:00:00Z`. */
function formatHour(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')}Z`
}
