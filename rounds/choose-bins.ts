import { DEFAULT_THRESHOLD_PERCENT } from '../model/device.ts'
import type { LeftBin } from '../model/round.ts'
import { compareVisit } from './choose/explain-choice.ts'
import type { BinForecast } from './choose/forecast-bin.ts'
import { BINS_PER_ROUND_MAX } from './choose-lorries.ts'
import { explainBin } from './explain-bin.ts'
import { isTakenAsFull } from './heed-report.ts'
import type { Place } from './roads/place.ts'
import type { PlannedBin, RoundInput } from './round-input.ts'
import { roundTimesOf } from './round-times.ts'

/** Of a bin whose settings do not say: a four-wheeled container. */
const DEFAULT_BIN_LITRES = 1_100
/** Mixed municipal waste as it lies in a bin, uncompacted. */
const KG_PER_LITRE = 0.12
/** A bin below this is emptied for its forecast's sake by no round, in percent. */
const LEAST_PERCENT = 15

/** A bin that is to be emptied, or is where that pays. */
export interface DueBin extends Place {
  readonly id: string
  readonly stream: string | null
  /** What it is expected to hold when the round begins. A lorry's capacity counts litres as they lie in the bin, too. */
  readonly litres: number
  readonly kg: number
  /** It is lifted between these times of day; null for any. */
  readonly collectFrom: string | null
  readonly collectUntil: string | null
  readonly skills: readonly string[]
  /** Null where nobody said. */
  readonly serviceSeconds: number | null
  /** What leaving it costs; Infinity where it must be emptied. */
  readonly prize: number
  readonly forecast: BinForecast | null
  /** Why, in a sentence. */
  readonly reason: string
}

/**
 * Of the bins asked for, those that are or may be in the round, and why the others are left. A bin must be emptied where it
 * was asked for, where it is full, or reported to be and its sensor does not say otherwise, where it is at or above the threshold that its own settings give, and, without a forecast, at or above the
 * usual one. Others have what a visit is worth by their forecast as prize; of more than a round takes, those worth most.
 */
export function chooseBins(input: RoundInput): { due: DueBin[]; left: LeftBin[] } {
  const { request, bins } = input
  const wanted = request.deviceIds && new Set(request.deviceIds)
  const mustEmpty = new Set(request.mustEmpty)
  const times = roundTimesOf(input)
  const due: DueBin[] = []
  const left: LeftBin[] = []
  for (const bin of bins) {
    const isAsked = mustEmpty.has(bin.id)
    if (wanted && !wanted.has(bin.id) && !isAsked) continue
    const isMust = isAsked || isFull(bin) || isAtThreshold(bin) || isTakenAsFull(bin)
    const reason = explainBin(bin, {
      isAsked,
      thresholdPercent: thresholdOf(bin),
      date: request.date,
      timeZone: input.timeZone,
      ...times,
    })
    if (!isMust && !isWorthLooking(bin))
      left.push(leave(bin.id, `${reason}${whyNotLooked(bin)}`, bin.forecast))
    else if (bin.longitude === null || bin.latitude === null) {
      const where = `${reason}; but it has no place: set its longitude and latitude`
      left.push(leave(bin.id, where, bin.forecast))
    } else {
      const { id, stream, longitude, latitude, collectFrom, collectUntil, skills, serviceSeconds, forecast } =
        bin
      const litres = Math.ceil((levelAtRound(bin) / 100) * (bin.capacityLitres ?? DEFAULT_BIN_LITRES))
      due.push({
        id,
        stream,
        longitude,
        latitude,
        litres,
        kg: Math.ceil(litres * KG_PER_LITRE * 10) / 10,
        collectFrom,
        collectUntil,
        skills,
        serviceSeconds,
        prize: isMust ? Number.POSITIVE_INFINITY : (forecast?.worth ?? 0),
        forecast,
        reason,
      })
    }
  }
  return keepWorthiest(due, left)
}

/** Of a bin that is not emptied; its forecast's numbers go with it. */
export function leave(
  deviceId: string,
  reason: string,
  forecast: BinForecast | null = null,
  detour: { readonly distanceM: number; readonly cost: number } | null = null,
): LeftBin {
  return {
    deviceId,
    reason,
    ...numbersOf(forecast),
    detourM: detour && Math.round(detour.distanceM),
    detourCost: detour && Math.round(detour.cost * 100) / 100,
  }
}

/** A forecast's numbers as a plan tells them. */
export function numbersOf(
  forecast: BinForecast | null,
): Pick<LeftBin, 'chanceOfOverflow' | 'costOfWaiting'> & { expectedPercent: number | null } {
  if (!forecast) return { expectedPercent: null, chanceOfOverflow: null, costOfWaiting: null }
  return {
    expectedPercent: Math.round(forecast.expectedPercent * 10) / 10,
    chanceOfOverflow: Math.round(forecast.chanceOfOverflow * 1000) / 1000,
    costOfWaiting: Math.round(forecast.costOfWaiting * 100) / 100,
  }
}

function thresholdOf({ thresholdPercent }: PlannedBin): number {
  return thresholdPercent ?? DEFAULT_THRESHOLD_PERCENT
}

/** No town lets a bin stand full because the way to it is dear. */
function isFull({ fillPercent }: PlannedBin): boolean {
  return fillPercent !== null && fillPercent >= 100
}

/** The threshold that somebody set is kept to; of the usual one a forecast of the bin's own knows better. */
function isAtThreshold(bin: PlannedBin): boolean {
  if (bin.fillPercent === null || bin.fillPercent < thresholdOf(bin)) return false
  return bin.thresholdPercent !== null || !bin.forecast?.isOwn
}

/** What is nearly empty, or saves less than nothing on this round and the next ones, is no question for the search. */
function isWorthLooking(bin: PlannedBin): boolean {
  if (bin.forecast === null || levelAtRound(bin) < LEAST_PERCENT) return false
  return bin.forecast.worth > 0 || (bin.forecast.ahead?.left ?? 0) > 0
}

function whyNotLooked({ forecast }: PlannedBin): string {
  if (!forecast) return ''
  const { worth, visitCost } = forecast
  return worth >= visitCost ? '; nearly empty' : `; ${compareVisit(worth, visitCost)}`
}

/** A bin that was never read is taken as full, so that there is room for it. */
function levelAtRound({ fillPercent, forecast, report }: PlannedBin): number {
  if (report) return 100
  return forecast?.expectedPercent ?? fillPercent ?? 100
}

function keepWorthiest(due: DueBin[], left: LeftBin[]): { due: DueBin[]; left: LeftBin[] } {
  const mandatory = due.filter(({ prize }) => prize === Number.POSITIVE_INFINITY).length
  const room = Math.max(0, BINS_PER_ROUND_MAX - mandatory)
  if (due.length - mandatory <= room) return { due, left }
  const worthiest = new Set(
    due
      .filter(({ prize }) => prize !== Number.POSITIVE_INFINITY)
      .toSorted((a, b) => b.prize - a.prize)
      .slice(0, room),
  )
  const isKept = (bin: DueBin): boolean => bin.prize === Number.POSITIVE_INFINITY || worthiest.has(bin)
  const others = due.filter((bin) => !isKept(bin))
  const words = `; but others are worth more, and a round takes ${BINS_PER_ROUND_MAX}`
  return {
    due: due.filter(isKept),
    left: [...left, ...others.map(({ id, reason, forecast }) => leave(id, `${reason}${words}`, forecast))],
  }
}
