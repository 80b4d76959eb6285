import { z } from 'zod'
import type { Device } from '../model/device.ts'
import { silentAfterSeconds } from '../model/silence.ts'

/** How often each device usually reports, learnt from when it was heard. */
export interface UsualIntervals {
  /** It was heard, at a time in ms since 1970; what is not later than before is passed over. */
  hear(device: string, time: number): void
  /** What nobody has heard of it up to a time says nothing about the device. */
  excuse(device: string, until: number): void
  /**
   * When it counts as silent: by its `reportIntervalSeconds` where that is set, else by what was learnt, else by its kind. A
   * vehicle, which rests, always by what was learnt.
   */
  limitOf(device: Pick<Device, 'id' | 'kind' | 'settings'>): {
    readonly limitSeconds: number
    /** Undefined where it is not known yet. */
    readonly usualSeconds: number | undefined
  }
  forget(device: string): void
  pack(): Uint8Array
}

interface Learnt {
  lastTime: number
  /** The last gaps, in seconds, oldest first. */
  gaps: number[]
  /** The longest gap that ended on a day, of days since 1970 on which any did, oldest first. */
  days: { day: number; seconds: number }[]
}

const DAY_MS = 86_400_000
/** Two that come sooner are one message, or a resend. */
const SAME_MS = 1_000
const GAPS_KEPT = 9
const GAPS_MIN = 5
/** Four weekends are among them. */
const DAYS_KEPT = 28
/** So many days with the longest gaps are chance; what happens on more of them is usual. */
const CHANCE_DAYS = 2
/** Whether it rests overnight is known after some nights. */
const DAYS_MIN = 4
const INTERVALS_MISSED = 3
/** Who reports once a day is missed after two days, not three. */
const MISSED_MAX_SECONDS = 86_400
const LONGEST_RATIO = 1.5
const LIMIT_MIN_SECONDS = 300
/** Vehicles rest: overnight, and as long as nothing else is known, over a long weekend. */
const VEHICLE_REST_SECONDS = 26 * 3_600
const VEHICLE_UNKNOWN_SECONDS = 4 * 86_400
const VEHICLE_DAYS_MIN = 14

/** `packed` is what `pack` made; where it is not, nothing is known yet. */
export function createUsualIntervals(packed?: Uint8Array): UsualIntervals {
  const devices = unpack(packed)

  return {
    hear(device, time) {
      const learnt = devices.get(device)
      if (!learnt) {
        devices.set(device, { lastTime: time, gaps: [], days: [] })
        return
      }
      const gapMs = time - learnt.lastTime
      if (gapMs <= 0) return
      learnt.lastTime = time
      if (gapMs < SAME_MS) return
      const seconds = Math.round(gapMs / 1000)
      noteDay(learnt, time, seconds)
      learnt.gaps.push(seconds)
      if (learnt.gaps.length > GAPS_KEPT) learnt.gaps.shift()
    },
    excuse(device, until) {
      const learnt = devices.get(device)
      if (learnt) learnt.lastTime = Math.max(learnt.lastTime, until)
    },
    limitOf(device) {
      const { reportIntervalSeconds } = device.settings
      // What is set of a vehicle holds while it is under way.
      if (reportIntervalSeconds !== undefined && device.kind !== 'vehicle') {
        return { limitSeconds: silentAfterSeconds(device), usualSeconds: reportIntervalSeconds }
      }
      const learnt = devices.get(device.id)
      const isVehicle = device.kind === 'vehicle'
      const isKnown = isVehicle ? (learnt?.days.length ?? 0) >= VEHICLE_DAYS_MIN : true
      if (!learnt || learnt.gaps.length < GAPS_MIN || !isKnown) {
        const limitSeconds = isVehicle ? VEHICLE_UNKNOWN_SECONDS : silentAfterSeconds(device)
        return { limitSeconds, usualSeconds: undefined }
      }
      const isNew = learnt.days.length < DAYS_MIN
      const least = isVehicle ? VEHICLE_REST_SECONDS : isNew ? silentAfterSeconds(device) : LIMIT_MIN_SECONDS
      return { limitSeconds: Math.max(least, learntLimit(learnt)), usualSeconds: median(learnt.gaps) }
    },
    forget: (device) => devices.delete(device),
    pack: () => new TextEncoder().encode(JSON.stringify({ format: FORMAT, devices: [...devices] })),
  }
}

function noteDay({ days }: Learnt, time: number, seconds: number): void {
  const day = Math.floor(time / DAY_MS)
  const last = days.at(-1)
  if (last?.day === day) last.seconds = Math.max(last.seconds, seconds)
  else days.push({ day, seconds })
  while ((days[0]?.day ?? day) <= day - DAYS_KEPT) days.shift()
}

function learntLimit({ gaps, days }: Learnt): number {
  const usual = median(gaps)
  const longest = days.map(({ seconds }) => seconds).sort((a, b) => b - a)
  const usualLongest = longest[Math.min(CHANCE_DAYS, longest.length - 1)] ?? 0
  return Math.max(
    Math.min(INTERVALS_MISSED * usual, usual + MISSED_MAX_SECONDS),
    LONGEST_RATIO * usualLongest,
  )
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

const FORMAT = 1
const packedSchema = z.object({
  format: z.literal(FORMAT),
  devices: z.array(
    z.tuple([
      z.string(),
      z.object({
        lastTime: z.number(),
        gaps: z.array(z.number()).max(GAPS_KEPT),
        days: z.array(z.object({ day: z.number(), seconds: z.number() })).max(DAYS_KEPT),
      }),
    ]),
  ),
})

function unpack(packed: Uint8Array | undefined): Map<string, Learnt> {
  if (!packed) return new Map()
  try {
    return new Map(packedSchema.parse(JSON.parse(new TextDecoder().decode(packed))).devices)
  } catch {
    // Damaged, or of another version: it is learnt anew.
    return new Map()
  }
}
