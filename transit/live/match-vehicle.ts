import type { TripFit, TripFits } from './fit-trips.ts'
import type { Sighting } from './sighting.ts'
import { metresBetween, type TripPath } from './trip-paths.ts'
import type { TripRun } from './trip-run.ts'

/** Sightings of one place say the same once more: only after so much of either does another one count. */
const STEP_M = 60
const STEP_MS = 30_000
/** What was seen fades by half in this time, so that a vehicle that has begun something else is believed soon. */
const HALF_LIFE_MS = 120_000
/**
 * Places are not independent of each other: however many there are, they count as this many. A bus that is late stays late:
 * how late it is counts once.
 */
const INDEPENDENT_MAX = 4
/** What a vehicle that serves no trip scores: its place as a bus 50 m off the shape, its time as one 13 minutes late. */
const NONE_PLACE = -2
const NONE_TIME = -1.75
/** How late a bus is changes by less than this, and by less than so much a minute: on another trip's timetable it drifts. */
const DRIFT_SIGMA_SECONDS = 120
const DRIFT_SIGMA_PER_MINUTE = 20
/** A place that is no longer near the path. */
const AWAY_PLACE = -9
/** Log-odds: the block says that it comes next; another vehicle is on it. */
const BLOCK_PRIOR = 2
const TAKEN_PRIOR = -4
/** By so much another run has to be more likely than the one that the vehicle is on. */
const HOLD_MARGIN = 1.5
/** Runs that are weighed for a vehicle; beyond them the worst go. */
const HYPOTHESES_MAX = 24

interface Hypothesis {
  readonly run: TripRun
  readonly path: TripPath
  /** Decayed means of the scores, and the decayed number that they are of. */
  meanPlace: number
  meanTime: number
  weight: number
  count: number
  /** How its lateness went: see DRIFT_SIGMA_SECONDS. */
  drift: number
  firstTime: number
  firstDeviationSeconds: number
  readonly firstDistanceM: number
  distanceM: number
}

interface VehicleMatch {
  readonly run: TripRun
  /**
   * The posterior probability of this run, given the sightings: its likelihood (the decayed mean of `TripFit.placeScore`, as of
   * four independent sightings at most, and that of `timeScore`, as of one, with how
   * that drifted) times its prior (the block's next run, one that is taken), as a share of the
   * sum over all runs near it and over serving none.
   */
  readonly confidence: number
  /** Sightings of it that counted, and how far it went along the run's path between the first and the last. */
  readonly count: number
  readonly movedM: number
}

interface MatchContext {
  /** What it is taken to do until now. */
  readonly current: TripRun | null
  /** What its block says that it does next. */
  readonly expected: TripRun | null
  isTaken(run: TripRun): boolean
}

export interface VehicleMatcher {
  /** The best run after this sighting; undefined where none fits better than serving none. */
  consider(sighting: Sighting, bearingDegrees: number | null, context: MatchContext): VehicleMatch | undefined
}

/** Weighs which run one vehicle is on, sighting by sighting. */
export function createVehicleMatcher(fits: TripFits): VehicleMatcher {
  const hypotheses = new Map<string, Hypothesis>()
  let last: Sighting | undefined

  return {
    consider(sighting, bearingDegrees, context) {
      if (!last || isStep(last, sighting)) {
        const elapsedMs = last ? sighting.time - last.time : 0
        last = sighting
        weigh(fits.list(sighting, bearingDegrees), sighting.time, 0.5 ** (elapsedMs / HALF_LIFE_MS))
      }
      return choose(context)
    },
  }

  function weigh(found: readonly TripFit[], time: number, decay: number): void {
    const byRun = new Map(found.map((fit) => [fit.run.key, fit]))
    for (const [key, hypothesis] of hypotheses) {
      const fit = byRun.get(key)
      // Away from its path, or out of its time: as bad as none, until it is forgotten.
      note(hypothesis, fit?.placeScore ?? AWAY_PLACE, fit?.timeScore ?? NONE_TIME, decay)
      if (fit) {
        hypothesis.count += 1
        hypothesis.distanceM = fit.pass.distanceM
        if (fit.isAtStart) {
          // A layover makes it less early minute by minute: lateness begins when it leaves.
          hypothesis.firstTime = time
          hypothesis.firstDeviationSeconds = fit.deviationSeconds
        }
        hypothesis.drift = scoreDrift(hypothesis, fit, time)
      } else if (hypothesis.meanPlace < NONE_PLACE * 2) hypotheses.delete(key)
    }
    for (const [key, { run, path, placeScore, timeScore, deviationSeconds, pass }] of byRun) {
      if (hypotheses.has(key)) continue
      const { distanceM } = pass
      const first = { firstTime: time, firstDeviationSeconds: deviationSeconds, firstDistanceM: distanceM }
      // Where it was says the same of all runs along one path: one whose time has only now come has no better a past.
      const { meanPlace, weight } = findOnPath(path) ?? { meanPlace: placeScore, weight: 1 }
      const scores = { meanPlace, meanTime: timeScore, drift: 0, weight }
      hypotheses.set(key, { run, path, ...scores, count: 1, ...first, distanceM })
    }
    const surplus = [...hypotheses].toSorted(
      ([, a], [, b]) => b.meanPlace + b.meanTime - a.meanPlace - a.meanTime,
    )
    for (const [key] of surplus.slice(HYPOTHESES_MAX)) hypotheses.delete(key)
  }

  function findOnPath(path: TripPath): Hypothesis | undefined {
    for (const hypothesis of hypotheses.values()) if (hypothesis.path === path) return hypothesis
    return undefined
  }

  function choose({ current, expected, isTaken }: MatchContext): VehicleMatch | undefined {
    let sum = 0
    let best: { hypothesis: Hypothesis; logOdds: number; odds: number } | undefined
    const seen = Math.max(1, ...[...hypotheses.values()].map(({ weight }) => weight))
    const strength = Math.min(seen, INDEPENDENT_MAX)
    for (const hypothesis of hypotheses.values()) {
      const { run, meanPlace, meanTime, drift } = hypothesis
      let logOdds = (meanPlace - NONE_PLACE) * strength + meanTime + drift - NONE_TIME
      if (run.key === expected?.key) logOdds += BLOCK_PRIOR
      if (run.key !== current?.key && isTaken(run)) logOdds += TAKEN_PRIOR
      const odds = Math.exp(logOdds)
      sum += odds
      // That it was taken to be on it is a reason to stay with it, and none to be surer of it.
      if (run.key === current?.key) logOdds += HOLD_MARGIN
      if (!best || logOdds > best.logOdds) best = { hypothesis, logOdds, odds }
    }
    if (!best || best.logOdds <= 0) return undefined
    const { run, count, distanceM, firstDistanceM } = best.hypothesis
    return { run, confidence: best.odds / (sum + 1), count, movedM: distanceM - firstDistanceM }
  }
}

function isStep(before: Sighting, now: Sighting): boolean {
  if (now.time - before.time >= STEP_MS) return true
  return metresBetween(before.longitude, before.latitude, now.longitude, now.latitude) >= STEP_M
}

function scoreDrift(
  { firstTime, firstDeviationSeconds }: Hypothesis,
  { deviationSeconds }: TripFit,
  time: number,
): number {
  const sigma = DRIFT_SIGMA_SECONDS + (DRIFT_SIGMA_PER_MINUTE * (time - firstTime)) / 60_000
  return -0.5 * ((deviationSeconds - firstDeviationSeconds) / sigma) ** 2
}

function note(hypothesis: Hypothesis, place: number, time: number, decay: number): void {
  const before = hypothesis.weight * decay
  const weight = before + 1
  hypothesis.meanPlace = (hypothesis.meanPlace * before + place) / weight
  hypothesis.meanTime = (hypothesis.meanTime * before + time) / weight
  hypothesis.weight = weight
}
