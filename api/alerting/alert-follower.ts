import { type AlertBook, createAlertBook } from '../../alerts/alert-book.ts'
import type { OverflowForecast } from '../../alerts/conditions/judge-overflow.ts'
import type { Judgement } from '../../alerts/outcome.ts'
import { createTownWatch, type TownWatch } from '../../alerts/town-watch.ts'
import { createUsualIntervals, type UsualIntervals } from '../../alerts/usual-intervals.ts'
import type { Alert, AlertEvent } from '../../model/alert.ts'
import type { Authority } from '../../model/authority.ts'
import type { Clock } from '../../model/clock.ts'
import { type Device, KINDS } from '../../model/device.ts'
import { messageOf } from '../../model/error.ts'
import type { Logger } from '../../model/logger.ts'
import type { Reading } from '../../model/reading.ts'
import type { DeviceDirectory } from '../../registry/device-directory.ts'
import type { Registry } from '../../registry/registry.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import type { FillForecasts } from '../fill-forecasts.ts'
import { createLocalClock } from '../local-clock.ts'
import type { ObservationWriter } from '../observers/observation-writer.ts'
import { createReceivedReader, type ReceivedReader } from '../received-reader.ts'
import type { SignDesk } from '../sign-desk.ts'
import type { StopBoardSource } from '../stop-boards.ts'
import type { TrafficHistories } from '../traffic-histories.ts'
import { type AuthorityTallies, createAuthorityTallies, type TallyParts } from './authority-tallies.ts'
import { type CounterUsuals, createCounterUsuals } from './counter-usuals.ts'
import { listOverflowReports } from './list-overflow-reports.ts'
import { observeAlerts } from './observe-alerts.ts'
import { forecastOverflows } from './overflow-forecasts.ts'
import { viewSign } from './sign-views.ts'

export interface FollowerParts extends TallyParts {
  readonly registry: Registry
  readonly directory: DeviceDirectory
  readonly store: ReadingStore
  readonly fillForecasts: FillForecasts
  readonly trafficHistories: TrafficHistories
  readonly boards: StopBoardSource
  readonly desk: SignDesk | undefined
  readonly writer: Pick<ObservationWriter, 'add'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Judges one authority. */
export interface AlertFollower {
  /** Takes what is new, and raises what does not wait. Rejects as the store and the registry do. */
  step(): Promise<void>
  /** Judges every condition. Rejects as the store and the registry do. */
  look(): Promise<void>
  /** Keeps what was learnt. Rejects as the registry does. */
  keep(): Promise<void>
  /** By when a device counts as silent; undefined until it has begun. */
  readonly limitOf: (device: Device) => SilenceLimit | undefined
}

export type SilenceLimit = ReturnType<UsualIntervals['limitOf']>

interface Following {
  readonly watch: TownWatch
  readonly book: AlertBook
  readonly intervals: UsualIntervals
  readonly usuals: CounterUsuals
  readonly tallies: AuthorityTallies
  /** The newest reading with lines of each display that speaks plain JSON. */
  readonly shown: Map<string, Reading>
  readonly readers: readonly ReceivedReader[]
  /** Clock.now */
  latestTime: number
  forecastTime: number
  forecasts: ReadonlyMap<string, OverflowForecast>
  forecasting: Promise<void> | undefined
}

/** Name in the registry's memory of what was learnt. */
const MEMORY = 'alerts'
const OPEN_PER_READ = 1_000
/** What was measured longer ago is not news. */
const LOOK_BACK_MS = 2 * 3_600_000
/** Readings that were measured long ago, and what another ingest wrote late, are found this often. */
const LATEST_EVERY_MS = 300_000
const FORECAST_EVERY_MS = 3_600_000
/** What is stored is so far behind that silence says nothing. */
const BEHIND_SECONDS = 60

export function createAlertFollower(authority: Authority, parts: FollowerParts): AlertFollower {
  const { registry, store, directory, boards, desk, writer, clock, logger } = parts
  const { id, timeZone } = authority
  const formatLocal = createLocalClock(timeZone)
  let following: Following | undefined
  let withheldBefore = 0

  return {
    async step() {
      following ??= await begin()
      await readNew(following)
      await record(following, following.watch.judgeUrgent())
    },
    async look() {
      following ??= await begin()
      const current = following
      current.watch.setDevices(listDevices())
      await readNew(current)
      if (clock.now() - current.latestTime >= LATEST_EVERY_MS) await readLatest(current)
      forecast(current)
      await current.usuals.read(current.watch.listSuspectCounters())
      const { judgements, balance } = await current.tallies.judge()
      const isBehind = balance.lagSeconds >= BEHIND_SECONDS
      let ofDevices = await judgeDevices(current, isBehind)
      if (ofDevices.some(isNewSilence(current.book))) {
        // Who is silent by what came in may have been heard by another way.
        await readLatest(current)
        ofDevices = await judgeDevices(current, isBehind)
      }
      await record(current, [...judgements, ...ofDevices])
    },
    async keep() {
      if (following) await registry.keepTransitMemory(id, MEMORY, following.intervals.pack())
    },
    limitOf: (device) => following?.intervals.limitOf(device),
  }

  async function begin(): Promise<Following> {
    const intervals = createUsualIntervals(await registry.findTransitMemory(id, MEMORY))
    const watch = createTownWatch(intervals)
    watch.setDevices(listDevices())
    const begun: Following = {
      watch,
      intervals,
      book: createAlertBook(await listOpen()),
      usuals: createCounterUsuals({ ...parts, authority: id, timeZone }),
      tallies: createAuthorityTallies(id, parts),
      shown: new Map(),
      readers: KINDS.map((kind) =>
        createReceivedReader({ authority: id, kind, store, clock, lookBackMs: LOOK_BACK_MS }),
      ),
      latestTime: Number.NEGATIVE_INFINITY,
      forecastTime: Number.NEGATIVE_INFINITY,
      forecasts: new Map(),
      forecasting: undefined,
    }
    await readLatest(begun)
    return begun
  }

  function listDevices() {
    return [...directory.list(id)].map(({ device }) => device)
  }

  async function listOpen(): Promise<Alert[]> {
    const open: Alert[] = []
    let after: string | undefined
    do {
      const page = await registry.listAlerts(id, { state: 'open', limit: OPEN_PER_READ, after })
      open.push(...page.items)
      after = page.next ?? undefined
    } while (after !== undefined)
    return open
  }

  async function readNew(current: Following): Promise<void> {
    for (const reader of current.readers) await reader.read((reading) => take(current, reading))
  }

  async function readLatest(current: Following): Promise<void> {
    for (const kind of KINDS) {
      if (!listDevices().some((device) => device.kind === kind)) continue
      for (const reading of await store.listLatest(id, kind)) take(current, reading)
    }
    current.latestTime = clock.now()
  }

  function take({ watch, shown }: Following, reading: Reading): void {
    watch.take(reading)
    if (reading.kind !== 'display' || typeof reading.fields['lines'] !== 'string') return
    if (reading.time >= (shown.get(reading.device)?.time ?? 0)) shown.set(reading.device, reading)
  }

  /** Nobody waits for it: the first one of a large town takes long. */
  function forecast(current: Following): void {
    const now = clock.now()
    if (current.forecasting || now - current.forecastTime < FORECAST_EVERY_MS) return
    current.forecastTime = now
    current.forecasting = forecastOverflows(parts, authority)
      .then(
        (forecasts) => {
          current.forecasts = forecasts
        },
        (error: unknown) => {
          logger.warn({ authority: id, error: messageOf(error) }, 'it cannot be foreseen which bins overflow')
        },
      )
      .finally(() => {
        current.forecasting = undefined
      })
  }

  async function judgeDevices(current: Following, isBehind: boolean): Promise<Judgement[]> {
    const { watch, book, usuals, shown, forecasts } = current
    const found = await boards.find(id)
    const reports = await listOverflowReports(registry, id)
    for (const device of shown.keys()) if (!watch.hasDevice(device)) shown.delete(device)
    return watch.judge({
      now: clock.now(),
      isBehind,
      isOpen: book.isOpen,
      forecastOf: (bin) => forecasts.get(bin),
      reportOf: (bin) => reports.get(bin),
      usualHoursOf: usuals.find,
      signOf: (display) => {
        const device = directory.find(id, display)?.device
        if (!device) return undefined
        return viewSign(device, { authority: id, desk, found, shown: shown.get(display), formatLocal, clock })
      },
    })
  }

  async function record({ book, watch }: Following, judgements: readonly Judgement[]): Promise<void> {
    const { raised, cleared, withheld } = book.settle(judgements, watch.hasDevice)
    if (withheld > 0 && withheldBefore === 0) {
      logger.warn({ authority: id, withheld }, 'more alerts are not raised while so many are open')
    }
    withheldBefore = withheld
    if (raised.length === 0 && cleared.length === 0) return
    const events = await registry.recordAlerts(id, { raised, cleared }, clock.now())
    book.take(events)
    writer.add(id, observeAlerts(events))
    if (events.length < raised.length + cleared.length) await catchUp(book, events, { raised, cleared })
  }

  /** Another process has recorded some of it before: what is open is read again. */
  async function catchUp(
    book: AlertBook,
    events: readonly AlertEvent[],
    wanted: { readonly raised: readonly unknown[]; readonly cleared: readonly string[] },
  ): Promise<void> {
    logger.info(
      { authority: id, wanted: wanted.raised.length + wanted.cleared.length, recorded: events.length },
      'alerts were raised or cleared elsewhere, too',
    )
    book.replace(await listOpen())
  }
}

function isNewSilence(book: AlertBook): (judgement: Judgement) => boolean {
  return ({ condition, device, outcome }) =>
    condition === 'device-silent' &&
    typeof outcome !== 'string' &&
    !book.isOpen(condition, device?.id ?? null)
}
