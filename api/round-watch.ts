import { DEFAULT_THRESHOLD_PERCENT } from '../model/device.ts'
import { messageOf } from '../model/error.ts'
import type { Round } from '../model/round.ts'
import type { RoundMark } from '../model/round-mark.ts'
import { formatTime } from '../model/time.ts'
import { localDate } from '../rounds/local-date.ts'
import type { PlannedBin } from '../rounds/round-input.ts'
import { foreseeBins } from './foresee-bins.ts'
import type { ApiParts } from './parts.ts'
import { readRoundInput } from './round-input.ts'
import type { RoundMending } from './round-mending.ts'
import { PLANNING_ACTOR } from './shared-bins.ts'

/** Looks after the rounds of today: bins that fill up meanwhile, and marks that nobody has heeded yet. */
export interface RoundWatch {
  start(): void
  /** Looks once; resolves when all that was found is done. Never rejects. */
  look(): Promise<void>
  close(): Promise<void>
}

/** By the clock of the installation. */
const LOOK_EVERY_MS = 60_000
/** A faster clock does not make the machine faster. */
const LOOK_MIN_MS = 1_000
/** So long the plan of a round stays as it is, whatever fills up meanwhile. */
const REST_MS = 300_000
/** Newest first: those of today are among them. */
const ROUNDS_PER_AUTHORITY = 20
const AUTHORITIES_PER_READ = 100
/** Bins that are taken in at a time: the fullest. */
const BINS_MAX = 50
/** A bin that was not worth the way is looked at again when it holds so much more, in percent. */
const RISE_PERCENT = 5
/** The chance of overflowing before the next round above which a bin below its threshold counts as full. */
const LIKELY = 0.5

/** What was tried for a round. */
interface Tried {
  time: number
  /** By bin, the level at which it was not worth it. */
  readonly levels: Map<string, number>
}

export function createRoundWatch(parts: ApiParts, mending: RoundMending): RoundWatch {
  const { registry, clock, logger } = parts
  let tried = new Map<string, Tried>()
  let looking: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  return {
    start() {
      timer = setInterval(look, Math.max(LOOK_MIN_MS, LOOK_EVERY_MS / clock.speed))
      timer.unref()
    },
    look,
    async close() {
      isClosed = true
      clearInterval(timer)
      await looking
    },
  }

  function look(): Promise<void> {
    looking ??= lookAll()
      .catch((error: unknown) => {
        logger.warn({ error: messageOf(error) }, 'it cannot be looked up which rounds are under way')
      })
      .finally(() => {
        looking = undefined
      })
    return looking
  }

  async function lookAll(): Promise<void> {
    const still = new Map<string, Tried>()
    let after: string | undefined
    do {
      const page = await registry.listAuthorities({ limit: AUTHORITIES_PER_READ, after })
      for (const { id, timeZone } of page.items) {
        const today = localDate(clock.now(), timeZone)
        const { items } = await registry.listRounds(id, { limit: ROUNDS_PER_AUTHORITY })
        for (const round of items) {
          if (isClosed) return
          if (round.status !== 'done' || round.request.date !== today) continue
          const key = `${id}/${round.id}`
          const before = tried.get(key) ?? { time: 0, levels: new Map<string, number>() }
          still.set(key, before)
          await lookAfter(id, round, before)
        }
      }
      after = page.next ?? undefined
    } while (after !== undefined)
    // Rounds of yesterday are forgotten.
    tried = still
  }

  async function lookAfter(authority: string, round: Round, before: Tried): Promise<void> {
    try {
      if (round.isMending) await mending.mend(authority, round.id)
      else if (isUnderWay(round, clock.now()) && clock.now() - before.time >= REST_MS) {
        await takeIn(authority, round, before)
      }
    } catch (error) {
      logger.warn({ error: messageOf(error), authority, id: round.id }, 'a round could not be mended')
    }
  }

  async function takeIn(authority: string, round: Round, before: Tried): Promise<void> {
    before.time = clock.now()
    const user = { actor: PLANNING_ACTOR, round: round.id }
    const town = await readRoundInput(parts, await registry.getAuthority(authority), round.request, user)
    const input = await foreseeBins(parts, authority, town)
    const risen = findRisen(round, input.bins, before.levels)
    if (risen.length === 0) return
    for (const { id, fillPercent } of risen) before.levels.set(id, fillPercent ?? 0)
    const marks = risen.map(
      ({ id, fillPercent, time }): RoundMark => ({
        type: 'reading',
        deviceId: id,
        fillPercent: fillPercent ?? 0,
        time: formatTime(time ?? clock.now()),
      }),
    )
    await mending.takeIn(authority, marks, { round, input })
  }
}

/** Some lorry is not back yet. */
function isUnderWay({ lorries }: Round, now: number): boolean {
  return lorries.some(({ stops }) => Date.parse(stops.at(-1)?.departureTime ?? '') > now)
}

/** Bins that are in no lorry's plan and were read to be full since it was made. */
function findRisen(
  { request, createdTime, lorries, marks = [] }: Round,
  bins: readonly PlannedBin[],
  levels: ReadonlyMap<string, number>,
): PlannedBin[] {
  const wanted = request.deviceIds && new Set(request.deviceIds)
  const known = new Set(lorries.flatMap(({ stops }) => stops.flatMap(({ deviceId }) => deviceId ?? [])))
  for (const { deviceId } of marks) if (deviceId !== undefined) known.add(deviceId)
  return bins
    .filter(({ id, fillPercent, time, thresholdPercent, forecast }) => {
      if (known.has(id) || !(wanted?.has(id) ?? true)) return false
      if (fillPercent === null || time === null || time <= Date.parse(createdTime)) return false
      if (fillPercent < (levels.get(id) ?? Number.NEGATIVE_INFINITY) + RISE_PERCENT) return false
      const isFull = fillPercent >= (thresholdPercent ?? DEFAULT_THRESHOLD_PERCENT)
      return isFull || (forecast?.chanceOfOverflow ?? 0) >= LIKELY
    })
    .toSorted((a, b) => (b.fillPercent ?? 0) - (a.fillPercent ?? 0))
    .slice(0, BINS_MAX)
}
