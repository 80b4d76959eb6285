import { DEFAULT_THRESHOLD_PERCENT } from '../model/device.ts'
import type { LeftBin } from '../model/round.ts'
import type { Place } from './roads/place.ts'
import type { PlannedBin, RoundInput } from './round-input.ts'

/** Of a bin whose settings do not say: a four-wheeled container. */
const DEFAULT_BIN_LITRES = 1_100
/** Mixed municipal waste as it lies in a bin, uncompacted. */
const KG_PER_LITRE = 0.12

/** A bin that is to be emptied. */
export interface DueBin extends Place {
  readonly id: string
  readonly stream: string | null
  /** What it holds now. A lorry's capacity counts litres as they lie in the bin, too. */
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
  /** Why, in a sentence. */
  readonly reason: string
}

/** Of the bins asked for: those at or above their threshold or that must be emptied, and why the others are left. */
export function chooseBins({ request, bins }: RoundInput): { due: DueBin[]; left: LeftBin[] } {
  const wanted = request.deviceIds && new Set(request.deviceIds)
  const mustEmpty = new Set(request.mustEmpty)
  const due: DueBin[] = []
  const left: LeftBin[] = []
  for (const bin of bins) {
    const isMust = mustEmpty.has(bin.id)
    if (wanted && !wanted.has(bin.id) && !isMust) continue
    const isDue = isMust || (bin.fillPercent ?? 0) >= thresholdOf(bin)
    if (!isDue) left.push(leave(bin.id, whyNotDue(bin)))
    else if (bin.longitude === null || bin.latitude === null) {
      left.push(leave(bin.id, `${whyDue(bin, isMust)}; but it has no place: set its longitude and latitude`))
    } else {
      // A bin that must be emptied and was never read is taken as full, so that there is room for it.
      const litres = Math.ceil(((bin.fillPercent ?? 100) / 100) * (bin.capacityLitres ?? DEFAULT_BIN_LITRES))
      due.push({
        id: bin.id,
        stream: bin.stream,
        longitude: bin.longitude,
        latitude: bin.latitude,
        litres,
        kg: Math.ceil(litres * KG_PER_LITRE * 10) / 10,
        collectFrom: bin.collectFrom,
        collectUntil: bin.collectUntil,
        skills: bin.skills,
        serviceSeconds: bin.serviceSeconds,
        prize: Number.POSITIVE_INFINITY,
        reason: whyDue(bin, isMust),
      })
    }
  }
  return { due, left }
}

/** Chances and costs of waiting take a forecast. */
export function leave(deviceId: string, reason: string): LeftBin {
  return { deviceId, reason, chanceOfOverflow: null, costOfWaiting: null }
}

function thresholdOf({ thresholdPercent }: PlannedBin): number {
  return thresholdPercent ?? DEFAULT_THRESHOLD_PERCENT
}

function whyDue(bin: PlannedBin, isMust: boolean): string {
  const threshold = thresholdOf(bin)
  if (bin.fillPercent === null) return 'must be emptied, as asked; without a reading, so taken as full'
  if (bin.fillPercent >= threshold) {
    const level = `${formatPercent(bin.fillPercent)}, at or above its threshold of ${formatPercent(threshold)}`
    return isMust ? `${level}; and must be emptied, as asked` : level
  }
  return `must be emptied, as asked; ${formatPercent(bin.fillPercent)} now, threshold ${formatPercent(threshold)}`
}

function whyNotDue(bin: PlannedBin): string {
  if (bin.fillPercent === null) {
    return bin.time === null ? 'no reading yet' : 'its latest reading says nothing of its level'
  }
  return `${formatPercent(bin.fillPercent)} now, threshold ${formatPercent(thresholdOf(bin))}`
}

/** Rounded down to a tenth: what is below the threshold must not read as if it had reached it. */
function formatPercent(percent: number): string {
  return `${Math.floor(percent * 10 + 1e-9) / 10} %`
}
