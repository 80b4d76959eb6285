import { z } from 'zod'
import { createSignContent, type SignContent } from './t047-content.ts'

/** Something that a display publishes. */
export interface SignSays {
  readonly topic: string
  readonly payload: string
}

/** How a display shows what it was told: as it is, as it was when it froze, or something else. */
export type SignManner = 'honest' | 'frozen' | 'lying'

export interface T047SignOptions {
  readonly type: string
  readonly locality: string
  readonly cluster: string
  /** As they stand in topics. */
  readonly stopIds: readonly string[]
  readonly vendorId: string
  readonly deviceId: string
  readonly lineCount: number
  readonly charsPerLine: number
  /** On the town's own clock, such as 17:05. */
  readonly formatLocal: (time: number) => string
  readonly newId: () => string
}

/**
 * A stop's display that speaks RTIG T047 (parts 1 and 2), without its connection. Times are ms since 1970 by its own clock.
 */
export interface T047Sign {
  readonly topicFilters: readonly string[]
  manner: SignManner
  /** Forgets all, as at a start, and says what it does then: it asks for its place and its content. */
  boot(now: number): SignSays[]
  /** Takes what it was sent, and says what there is to answer. */
  receive(topicName: string, payload: string, isRetained: boolean, now: number): SignSays[]
  heartbeat(now: number): SignSays
  sensorEvent(sensor: string, value: number, unit: string, now: number): SignSays
  render(now: number): string[]
  /** Departures that it knows of. */
  readonly departureIds: readonly string[]
  /** Answers to its requests for content, in order, such as `realtimeDeparture DONE`. */
  readonly answers: readonly string[]
}

const CONTENTS = ['scheduledDeparture', 'realtimeDeparture', 'informationMessage', 'journeyMessage']
/** A departure that nobody cleared down is taken off by itself. */
const OVERDUE_MS = 300_000

export function createT047Sign(options: T047SignOptions): T047Sign {
  const { type, locality, cluster, stopIds, vendorId, deviceId, lineCount, charsPerLine } = options
  const ids = { vendorId, deviceId }
  let content: SignContent = createSignContent()
  let answers: string[] = []
  let frozenLines: string[] | undefined
  let manner: SignManner = 'honest'

  return {
    topicFilters: [
      // What is for all displays of a stop, messages among it, and what is for this one.
      ...stopIds.flatMap((stopId) => {
        const address = `CMS/+/+/${locality}/${cluster}/${stopId}`
        return [address, `${address}/null/null/+`, `${address}/${vendorId}/${deviceId}/#`]
      }),
      `${type}/+/request/${vendorId}/${deviceId}`,
      `${type}/+/response/${vendorId}/${deviceId}`,
    ],
    get manner() {
      return manner
    },
    set manner(next) {
      manner = next
      frozenLines = undefined
    },
    boot(now) {
      content = createSignContent()
      answers = []
      frozenLines = undefined
      const discovery = { discoveryRequest: { ...ids, deviceModel: 'SIM', requestId: options.newId() } }
      return [
        say('discovery/request', discovery),
        ...CONTENTS.map((name) => ({
          topic: `CMS/${name}/request`,
          payload: JSON.stringify({
            [`${name}Request`]: {
              ...ids,
              requestId: options.newId(),
              timestamp: formatTimestamp(now),
              locationConfig: { localities: [], clusters: [], stops: stopIds },
            },
          }),
        })),
      ]
    },
    receive,
    heartbeat: (now) => say('heartbeat/service', { heartbeat: { ...ids, timestamp: formatTimestamp(now) } }),
    sensorEvent: (sensor, value, unit, now) =>
      say(`sensorEvent/service/${sensor}`, {
        sensorEvent: { ...ids, type: sensor, value: String(value), unit, timestamp: formatTimestamp(now) },
      }),
    render: (now) => show(now),
    get departureIds() {
      return content.departureIds
    },
    get answers() {
      return answers
    },
  }

  function receive(topicName: string, payload: string, isRetained: boolean, now: number): SignSays[] {
    const [sender, message = '', phase, , , stop = ''] = topicName.split('/')
    if (sender !== 'CMS') return phase === 'request' ? answer(message, payload, now) : acknowledge(payload)
    if (phase === 'content') content.take({ kind: message, stop, payload, isRetained })
    else if (phase === 'request') return clearDown(payload, now)
    else if (phase === 'response') {
      const [[name, body] = ['', undefined]] = Object.entries(JSON.parse(payload) as object)
      answers = [...answers, `${name.replace(/Response$/, '')} ${body?.status}`]
    }
    return []
  }

  function clearDown(payload: string, now: number): SignSays[] {
    const { cleardownRequest } = cleardownSchema.parse(JSON.parse(payload))
    const { departureId } = cleardownRequest
    content.remove(departureId)
    return [
      say('cleardown/response', {
        cleardownResponse: { ...ids, departureId, timestamp: formatTimestamp(now) },
      }),
    ]
  }

  function acknowledge(payload: string): SignSays[] {
    const { discoveryResponse } = discoverySchema.parse(JSON.parse(payload))
    const { responseId } = discoveryResponse
    return [say('discovery/acknowledge', { discoveryAcknowledge: { ...ids, responseId } })]
  }

  function answer(question: string, payload: string, now: number): SignSays[] {
    const { requestId } = z.object({ requestId: z.string() }).parse(Object.values(JSON.parse(payload))[0])
    const what = {
      textSnapshot: { lines: show(now) },
      displayCapability: {
        rtigVersion: '2',
        textDisplayConfig: { charEncodings: ['UTF-8'], lines: lineCount, charsPerLine, canScroll: true },
      },
      status: { statusReport: { firmwareVersion: 'SIM.1.0', operatingSystem: 'simulated' } },
    }[question]
    if (!what) return []
    return [say(`${question}/response`, { [`${question}Response`]: { ...ids, requestId, ...what } })]
  }

  function show(now: number): string[] {
    if (manner === 'frozen') {
      frozenLines ??= renderLines(now)
      return frozenLines
    }
    return manner === 'lying' ? ['X1 Nowhere 4 min', 'X2 Elsewhere 9 min'] : renderLines(now)
  }

  function renderLines(now: number): string[] {
    const [notice] = content.listNotices(now)
    const rows = content
      .listDepartures()
      .filter(({ time }) => time > now - OVERDUE_MS)
      .slice(0, notice === undefined ? lineCount : lineCount - 1)
      .map(({ line, destination, time, isPredicted, isCancelled }) => {
        const minutes = Math.floor((time - now) / 60_000)
        const due = minutes < 1 ? 'Due' : `${minutes} min`
        const when = isCancelled ? 'Cancelled' : isPredicted ? due : options.formatLocal(time)
        const room = charsPerLine - when.length - 1
        return `${`${line} ${destination}`.slice(0, room).padEnd(room)} ${when}`
      })
    return notice === undefined ? rows : [...rows, notice.slice(0, charsPerLine)]
  }

  function say(topic: string, body: object): SignSays {
    return { topic: `${type}/${topic}`, payload: JSON.stringify(body) }
  }
}

const cleardownSchema = z.object({ cleardownRequest: z.object({ departureId: z.string() }) })
const discoverySchema = z.object({ discoveryResponse: z.object({ responseId: z.string() }) })

function formatTimestamp(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}+00:00`
}
