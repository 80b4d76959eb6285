import type { Departure } from '../model/departure.ts'
import type { Device } from '../model/device.ts'
import type { SignSaying } from '../model/device-channel.ts'
import { findSign, formatStopAddress, type Sign } from '../model/sign.ts'
import { isOfAnother } from '../model/sign-payload.ts'
import { answerSign } from './answer-sign.ts'
import { compareLines, type ExpectedBoard } from './compare-lines.ts'
import { createPlainBoards } from './plain-boards.ts'
import type { SignMessage } from './sign-message.ts'
import { createSignState, type SignState } from './sign-state.ts'
import { askLater, askSnapshots } from './snapshot-pace.ts'
import { createStopBoard, type StopBoard } from './stop-board.ts'
import { createStopContent, type StopContent } from './stop-content.ts'
import type { StopNotice } from './stop-notice.ts'
import { readSaying, type Said } from './t047/read-saying.ts'

/** What displays there are at each stop: T047 ones by address, and those that speak plain JSON. */
type WantedStops = Map<string, { readonly addresses: Map<string, Set<string>>; readonly plain: Set<string> }>

/** What is to be shown at a stop. */
export interface StopInput {
  readonly departures: readonly Departure[]
  readonly notices: readonly StopNotice[]
  /** Ids of what left lately and is not among the departures. Asked only where signs may have them still. */
  listDeparted?(): readonly string[]
}

/**
 * The displays of one authority: what each was told and says. It sends nothing itself: what is to be sent is returned, in
 * order. Times are ms since 1970, and never go back.
 */
export interface AuthoritySigns {
  /** Those that there are now. */
  setDisplays(devices: Iterable<Device>): SignMessage[]
  /** Every stop that a display is at. */
  readonly stopIds: readonly string[]
  /** Brings the displays of one stop to what is so now. */
  updateStop(stopId: string, input: StopInput, now: number): SignMessage[]
  hear(saying: SignSaying, now: number): SignMessage[]
  /** What is to be asked of T047 displays now: their snapshots, in turn. */
  ask(now: number): SignMessage[]
  /** The broker keeps nothing any more. */
  forget(): void
  find(deviceId: string): SignState | undefined
  /** What a display at these stops should show. */
  expected(stopIds: readonly string[], now: number): ExpectedBoard
}

interface AddressState {
  readonly content: StopContent
  readonly deviceIds: Set<string>
}

interface StopState {
  /** Whether it is known what is to be shown. */
  isKnown: boolean
  readonly board: StopBoard
  /** Where displays of a stop disagree about its locality, there are several. */
  readonly addresses: Map<string, AddressState>
  readonly plain: Set<string>
}

const WAITING_MAX = 8

function createStopState(): StopState {
  return { isKnown: false, board: createStopBoard(), addresses: new Map(), plain: new Set() }
}

/** What a display says that has just begun, and has to get its content yet. */
const RESTARTED: ReadonlySet<Said['type']> = new Set(['discoveryRequest', 'contentRequest'])

export function createAuthoritySigns({
  authority,
  newId,
  formatLocal,
}: {
  authority: string
  newId: () => string
  formatLocal: (time: number) => string
}): AuthoritySigns {
  const signs = new Map<string, SignState>()
  const stops = new Map<string, StopState>()
  const contents = new Map<string, StopContent>()
  const plainBoards = createPlainBoards(authority)

  return {
    setDisplays,
    get stopIds() {
      return [...stops.keys()]
    },
    updateStop(stopId, { departures, notices, listDeparted }, now) {
      const stop = stops.get(stopId)
      if (!stop) return []
      stop.isKnown = true
      stop.board.update(departures, notices, now)
      const messages: SignMessage[] = []
      for (const { content, deviceIds } of stop.addresses.values()) {
        const update = content.update(departures, notices, now, listDeparted)
        messages.push(...update.messages)
        for (const deviceId of deviceIds) {
          const state = signs.get(deviceId)
          for (const departureId of update.cleared) state?.cleardowns.request(departureId, now)
          if (state && state.waiting.length > 0) messages.push(...answerWaiting(state, now))
        }
      }
      const items = { stop: stopId, generatedTime: now, items: departures }
      for (const deviceId of stop.plain) messages.push(...plainBoards.update(deviceId, items, now))
      return messages
    },
    hear,
    ask: (now) => askSnapshots(signs.values(), newId, now),
    forget() {
      for (const { addresses } of stops.values()) {
        for (const { content } of addresses.values()) content.forget()
      }
      plainBoards.forget()
    },
    find: (deviceId) => signs.get(deviceId),
    expected,
  }

  function setDisplays(devices: Iterable<Device>): SignMessage[] {
    const wanted: WantedStops = new Map()
    const present = new Set<string>()
    for (const device of devices) {
      if (device.kind !== 'display') continue
      const sign = findSign(device)
      if (sign) {
        present.add(device.id)
        takeSign(device, sign)
      }
      // Plain JSON has one board: of the first of its stops.
      for (const stopId of sign ? device.stopIds : device.stopIds.slice(0, 1)) {
        const stop = wanted.get(stopId) ?? { addresses: new Map(), plain: new Set() }
        wanted.set(stopId, stop)
        if (!sign) {
          stop.plain.add(device.id)
          continue
        }
        const address = formatStopAddress(sign, stopId)
        const deviceIds = stop.addresses.get(address) ?? new Set()
        stop.addresses.set(address, deviceIds.add(device.id))
      }
    }
    for (const deviceId of signs.keys()) if (!present.has(deviceId)) signs.delete(deviceId)
    return matchStops(wanted)
  }

  function takeSign(device: Device, sign: Sign): void {
    const state = signs.get(device.id)
    if (!state) signs.set(device.id, createSignState(device, sign))
    else if (state.device !== device) Object.assign(state, { device, sign })
  }

  function matchStops(wanted: WantedStops): SignMessage[] {
    const messages: SignMessage[] = []
    for (const [stopId, { addresses, plain }] of stops) {
      const still = wanted.get(stopId)
      for (const [address, { content }] of addresses) {
        if (still?.addresses.has(address)) continue
        addresses.delete(address)
        contents.delete(address)
        messages.push(...content.clear())
      }
      for (const deviceId of plain) {
        if (still?.plain.has(deviceId)) continue
        plain.delete(deviceId)
        messages.push(...plainBoards.remove(deviceId))
      }
      if (!still) stops.delete(stopId)
    }
    for (const [stopId, { addresses, plain }] of wanted) {
      const stop = stops.get(stopId) ?? createStopState()
      stops.set(stopId, stop)
      for (const [address, deviceIds] of addresses) {
        const content = stop.addresses.get(address)?.content ?? createStopContent(address)
        stop.addresses.set(address, { content, deviceIds })
        contents.set(address, content)
      }
      for (const deviceId of plain) stop.plain.add(deviceId)
    }
    return messages
  }

  function hear({ device, topicName, payload }: SignSaying, now: number): SignMessage[] {
    const state = signs.get(device)
    if (!state) return []
    const said = readSaying(topicName, payload)
    // What claims to be another's is in the quarantine.
    if (!said || isOfAnother(said.body, state.sign)) return []
    if (state.lastHeardTime === null || RESTARTED.has(said.type)) askLater(state, now)
    state.lastHeardTime = now
    if (said.type === 'textSnapshot') {
      const faults = compareLines(said.lines, expectedOf(state, now), now)
      Object.assign(state, {
        snapshot: { lines: said.lines, time: now, faults },
        asked: null,
        missedSnapshots: 0,
      })
      return []
    }
    if (said.type === 'contentRequest' && !isKnown(state)) {
      if (state.waiting.length < WAITING_MAX) state.waiting.push(said)
      return []
    }
    return answer(state, said, now)
  }

  function answerWaiting(state: SignState, now: number): SignMessage[] {
    if (!isKnown(state)) return []
    const { waiting } = state
    state.waiting = []
    return waiting.flatMap((said) => answer(state, said, now))
  }

  function isKnown({ sign }: SignState): boolean {
    return sign.stopIds.every((stopId) => stops.get(stopId)?.isKnown === true)
  }

  function answer(state: SignState, said: Said, now: number): SignMessage[] {
    return answerSign(state, said, { now, newId, findContent: (address) => contents.get(address) })
  }

  /** Signs may show the name of their stop, too. */
  function expectedOf({ device: { stopIds, name } }: SignState, now: number): ExpectedBoard {
    const board = expected(stopIds, now)
    return name === null ? board : { ...board, texts: [...board.texts, name] }
  }

  function expected(stopIds: readonly string[], now: number): ExpectedBoard {
    const boards = stopIds.flatMap((stopId) => stops.get(stopId)?.board.expected(now) ?? [])
    return {
      departures: boards
        .flatMap(({ departures }) => departures)
        .toSorted(
          (a, b) =>
            (a.expectedDepartureTime ?? a.aimedDepartureTime) -
            (b.expectedDepartureTime ?? b.aimedDepartureTime),
        ),
      unsettled: boards.flatMap(({ unsettled }) => unsettled),
      texts: boards.flatMap(({ texts }) => texts),
      formatLocal,
    }
  }
}
