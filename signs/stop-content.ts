import type { Departure } from '../model/departure.ts'
import { type ContentKind, keep, once, type SignMessage } from './sign-message.ts'
import type { StopNotice } from './stop-notice.ts'
import { formatRealTime, formatScheduled, isMonitored } from './t047/departure-content.ts'
import { type CleardownReason, formatCleardown } from './t047/requests.ts'
import { createToldNotices } from './told-notices.ts'

/** What the signs of one stop were told, and what has to be said so that they know what is so now. */
export interface StopContent {
  /**
   * Only what changed is sent; the whole is kept beside it for signs that come later. `departures` are all that are to come,
   * `notices` all that hold. `now` in ms since 1970. The first time, and after `forget`, it is not known what signs have that
   * are there already: those of `listDeparted` are taken off them, too.
   */
  update(
    departures: readonly Departure[],
    notices: readonly StopNotice[],
    now: number,
    listDeparted?: () => readonly string[],
  ): { readonly messages: SignMessage[]; readonly cleared: readonly string[] }
  /** The whole of one kind of content for one sign that asks, under its own address; none where there is none. */
  list(content: ContentKind, address: string, now: number): SignMessage[]
  /** The broker keeps nothing any more: the next update says all again. */
  forget(): void
  /** Takes away what is kept under the address, which no sign has any more. */
  clear(): SignMessage[]
}

/** Departures that a stop's signs are told of: of the timetable, as far ahead as the standard recommends, and predicted. */
const SCHEDULED = { countMax: 40, aheadMs: 24 * 3_600_000, expirySeconds: 3_600 }
/** A prediction that is not renewed is dead, and is kept for no sign that comes later. */
const REAL_TIME = { countMax: 20, expirySeconds: 300 }
const CLEARDOWN_EXPIRY_SECONDS = 3_600
/** One that vanishes so long before its time has not departed. */
const EARLY_MS = 120_000
/** Signs may have been told of it or not. */
const UNKNOWN = 'unknown'

export function createStopContent(address: string): StopContent {
  const known = new Map<string, Departure>()
  let scheduled = new Map<string, string>()
  const realTime = new Map<string, string>()
  const told = createToldNotices(address)
  let toldScheduled: readonly Departure[] = []
  let toldRealTime: readonly Departure[] = []
  let keptTime = { scheduled: 0, realTime: 0 }
  let isAnew = true

  return {
    update(departures, notices, now, listDeparted = () => []) {
      const cleared = takeGone(departures)
      const departed = isAnew ? listDeparted() : []
      isAnew = false
      const messages = [
        ...departed.map((departureId) => clearDown(departureId, 'DEPARTED', now)),
        ...cleared.map((departure) => clearDown(departure.departureId, reasonOf(departure, now), now)),
        ...updateScheduled(chooseScheduled(departures, now), now),
        ...updateRealTime(departures, now),
        ...told.update(notices, now),
      ]
      return { messages, cleared: cleared.map(({ departureId }) => departureId) }
    },
    list(content, ownAddress, now) {
      switch (content) {
        case 'scheduledDeparture':
          return toldScheduled.length === 0
            ? []
            : [once(content, ownAddress, formatScheduled(toldScheduled), SCHEDULED.expirySeconds)]
        case 'realTimeDeparture':
          return toldRealTime.length === 0
            ? []
            : [once(content, ownAddress, formatRealTime(toldRealTime, now), REAL_TIME.expirySeconds)]
        default:
          return told.list(content, ownAddress)
      }
    },
    forget() {
      scheduled = new Map()
      // Not deleted: of one that has no prediction any more, signs that had it are told.
      for (const departureId of realTime.keys()) realTime.set(departureId, UNKNOWN)
      told.forget()
      keptTime = { scheduled: 0, realTime: 0 }
      isAnew = true
    },
    clear() {
      return [
        keep(topicOf('scheduledDeparture'), '', SCHEDULED.expirySeconds),
        keep(topicOf('realTimeDeparture'), '', REAL_TIME.expirySeconds),
        ...told.clear(),
      ]
    },
  }

  function takeGone(departures: readonly Departure[]): Departure[] {
    const still = new Set(departures.map(({ departureId }) => departureId))
    const gone = [...known.values()].filter(({ departureId }) => !still.has(departureId))
    for (const { departureId } of gone) {
      known.delete(departureId)
      scheduled.delete(departureId)
      realTime.delete(departureId)
    }
    // What is kept for signs that come later has them still.
    if (gone.length > 0) keptTime = { scheduled: 0, realTime: 0 }
    return gone
  }

  function clearDown(departureId: string, reason: CleardownReason, now: number): SignMessage {
    return {
      topicName: `CMS/cleardown/request/${address}`,
      payload: formatCleardown(departureId, reason, now),
      retain: 'no',
      expirySeconds: CLEARDOWN_EXPIRY_SECONDS,
    }
  }

  function updateScheduled(departures: readonly Departure[], now: number): SignMessage[] {
    const changed: Departure[] = []
    toldScheduled = departures
    for (const departure of departures) {
      const { departureId, aimedDepartureTime, tripId, routeShortName, headsign } = departure
      known.set(departureId, departure)
      const signature = `${aimedDepartureTime} ${tripId} ${routeShortName} ${headsign}`
      if (scheduled.get(departureId) === signature) continue
      scheduled.set(departureId, signature)
      changed.push(departure)
    }
    return say('scheduledDeparture', 'scheduled', {
      delta: changed.length === 0 ? '' : formatScheduled(changed),
      isDeltaWhole: changed.length === departures.length,
      formatWhole: () => (departures.length === 0 ? '' : formatScheduled(departures)),
      expirySeconds: SCHEDULED.expirySeconds,
      now,
    })
  }

  function updateRealTime(departures: readonly Departure[], now: number): SignMessage[] {
    const changed: Departure[] = []
    const predicted: Departure[] = []
    for (const [index, departure] of departures.entries()) {
      const { departureId } = departure
      const before = realTime.get(departureId) ?? ''
      // One that was told of is followed wherever it stands.
      if (index >= REAL_TIME.countMax && before === '') continue
      const signature = signatureOf(departure)
      if (signature !== '') predicted.push(departure)
      known.set(departureId, departure)
      if (signature === before) continue
      realTime.set(departureId, signature)
      changed.push(departure)
    }
    toldRealTime = predicted
    return say('realTimeDeparture', 'realTime', {
      delta: changed.length === 0 ? '' : formatRealTime(changed, now),
      isDeltaWhole:
        changed.length === predicted.length && changed.every((departure) => predicted.includes(departure)),
      formatWhole: () => (predicted.length === 0 ? '' : formatRealTime(predicted, now)),
      expirySeconds: REAL_TIME.expirySeconds,
      now,
    })
  }

  /** The delta to who is there, the whole for who comes later; where they are the same, in one message. */
  function say(
    content: 'scheduledDeparture' | 'realTimeDeparture',
    kind: 'scheduled' | 'realTime',
    {
      delta,
      isDeltaWhole,
      formatWhole,
      expirySeconds,
      now,
    }: {
      delta: string
      isDeltaWhole: boolean
      formatWhole: () => string
      expirySeconds: number
      now: number
    },
  ): SignMessage[] {
    const topicName = topicOf(content)
    const isDue = now - keptTime[kind] >= (expirySeconds * 1_000) / 2
    if (delta === '' && !isDue) return []
    keptTime = { ...keptTime, [kind]: now }
    if (delta === '') return [keep(topicName, formatWhole(), expirySeconds)]
    if (isDeltaWhole) return [{ topicName, payload: delta, retain: 'yes', expirySeconds }]
    return [
      { topicName, payload: delta, retain: 'no', expirySeconds },
      keep(topicName, formatWhole(), expirySeconds),
    ]
  }

  function topicOf(content: ContentKind): string {
    return `CMS/${content}/content/${address}`
  }
}

function chooseScheduled(departures: readonly Departure[], now: number): readonly Departure[] {
  const end = now + SCHEDULED.aheadMs
  return departures.slice(0, SCHEDULED.countMax).filter(({ aimedDepartureTime }) => aimedDepartureTime < end)
}

/** What of a departure a real-time message tells; '' where there is nothing to tell beside the timetable. */
function signatureOf(departure: Departure): string {
  if (departure.state === 'cancelled') return 'cancelled'
  return isMonitored(departure) ? String(Math.floor(departure.expectedDepartureTime / 1_000)) : ''
}

function reasonOf(departure: Departure, now: number): CleardownReason {
  if (departure.state === 'cancelled') return 'CANCELLED'
  const time = departure.expectedDepartureTime ?? departure.aimedDepartureTime
  return time - now > EARLY_MS ? 'DIVERTED' : 'DEPARTED'
}
