import type { Clock } from '../model/clock.ts'
import { KerbsideError, messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Registry } from '../registry/registry.ts'
import { createTimetable } from '../transit/timetable/create-timetable.ts'
import { readTimetableApart } from '../transit/timetable/read-apart.ts'
import type { Timetable } from '../transit/timetable/timetable.ts'
import { type ApiLimits, DEFAULT_LIMITS } from './limits.ts'
import type { TimetableSource } from './parts.ts'
import type { TimetableImport, TimetableImports, TimetableWarnings } from './timetable-imports.ts'
import { createTurns } from './turns.ts'
import { writeZipFile, type ZipFile } from './zip-file.ts'

/** The timetables in use, in memory, of all authorities that are asked about. */
export interface Timetables extends TimetableSource, TimetableImports {
  /** Calls the listener when another timetable of an authority is in use, or none any more; returns what ends that. */
  onChange(listener: (authority: string) => void): () => void
  /** Looks now whether another process has changed something, instead of every few seconds; what was changed is in use then. */
  refresh(): Promise<void>
  close(): Promise<void>
}

/** How often it is looked whether another process has changed something. */
const LOOK_EVERY_MS = 3_000
/** After a timetable could not be read, it is tried again so much later. */
const RETRY_MS = 60_000
/** Imports at once, each with its zip on the disk; one more is told to come back. */
const IMPORTS_MAX = 4
/** Stop times in memory, at 27 bytes each; beyond, the timetables that were asked for least recently go, and are read again. */
const STOP_TIMES_MAX = 40_000_000

interface Kept extends TimetableWarnings {
  readonly timetable: Timetable
}

export function createTimetables({
  registry,
  clock,
  logger,
  limits = {},
}: {
  readonly registry: Registry
  readonly clock: Clock
  readonly logger: Logger
  readonly limits?: Partial<ApiLimits>
}): Timetables {
  const gtfsBytes = limits.gtfsBytes ?? DEFAULT_LIMITS.gtfsBytes
  /** The one that was asked for least recently first. */
  const kept = new Map<string, Kept>()
  const loading = new Map<string, { id: string; promise: Promise<Kept | undefined> }>()
  const failed = new Map<string, { id: string; time: number }>()
  const listeners = new Set<(authority: string) => void>()
  const closing = new AbortController()
  // Of several feeds one is read at a time: each may take a gigabyte for a moment.
  const turns = createTurns()
  let currents: ReadonlyMap<string, string> | undefined
  let looking: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let imports = 0

  return {
    async find(authority) {
      timer ??= setInterval(() => {
        look().catch((error: unknown) => {
          logger.warn({ error: messageOf(error) }, 'the timetables could not be looked after')
        })
      }, LOOK_EVERY_MS).unref()
      if (!currents) await look()
      const current = currents?.get(authority)
      if (current === undefined) return undefined
      const known = kept.get(authority)
      if (known) {
        kept.delete(authority)
        kept.set(authority, known)
        // Also while a newer one is being read.
        return known.timetable
      }
      return (await load(authority, current))?.timetable
    },

    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    async importZip(authority, zip, actor) {
      if (imports >= IMPORTS_MAX) {
        throw new KerbsideError(
          'BUSY',
          `${IMPORTS_MAX} timetables are being imported; try again when one is done`,
        )
      }
      imports += 1
      try {
        await using file = await writeZipFile(zip, gtfsBytes)
        return await importFile(authority, file, actor)
      } finally {
        imports -= 1
      }
    },

    async makeCurrent(authority, id, actor) {
      const version = await registry.makeTimetableCurrent(authority, id, actor)
      await refresh()
      return version
    },

    findWarnings: (authority) => kept.get(authority),
    refresh,

    stopReading,

    async close() {
      clearInterval(timer)
      stopReading()
      await Promise.allSettled([
        looking,
        ...[...loading.values()].map(({ promise }) => promise),
        turns.idle(),
      ])
    },
  }

  function stopReading(): void {
    closing.abort(new KerbsideError('BUSY', 'The process is ending; try again in a moment'))
  }

  async function importFile(authority: string, file: ZipFile, actor: string): Promise<TimetableImport> {
    const { data, ...faults } = await turns.take(() =>
      readTimetableApart(file.path, { signal: closing.signal }),
    )
    if (!data) return faults
    const same = (await registry.listTimetables(authority)).find(({ hash }) => hash === file.hash)
    const about = { version: data.version, hash: file.hash, warnings: faults.warningCount }
    const version = same?.isCurrent
      ? same
      : same
        ? await registry.makeTimetableCurrent(authority, same.id, actor)
        : await registry.putTimetable(authority, about, file.chunks(), actor)
    const before = kept.get(authority)
    const timetable = before?.id === version.id ? before.timetable : createTimetable(data)
    currents = new Map(currents).set(authority, version.id)
    const { warnings, warningCount } = faults
    use(authority, { id: version.id, timetable, warnings, warningCount })
    logger.info({ authority, id: version.id, version: version.version }, 'a timetable was imported')
    return { ...faults, imported: { version, timetable, isNew: same === undefined } }
  }

  async function refresh(): Promise<void> {
    await look()
    await Promise.all([...loading.values()].map(({ promise }) => promise))
  }

  /** One look at a time; a second one that is asked for meanwhile is made after it. */
  async function look(): Promise<void> {
    while (looking) await looking
    looking = lookNow().finally(() => {
      looking = undefined
    })
    await looking
  }

  async function lookNow(): Promise<void> {
    const rows = await registry.listCurrentTimetables()
    const before = currents
    currents = new Map(rows.map(({ authority, id }) => [authority, id]))
    for (const authority of new Set([...(before?.keys() ?? []), ...currents.keys()])) {
      const id = currents.get(authority)
      if (id === undefined) {
        kept.delete(authority)
        tell(authority)
      } else if (kept.has(authority)) {
        if (kept.get(authority)?.id !== id) load(authority, id).catch(() => undefined)
      } else if (before && before.get(authority) !== id) tell(authority)
    }
  }

  /** Undefined where it is gone, or cannot be read; that is logged, and tried again later. */
  function load(authority: string, id: string): Promise<Kept | undefined> {
    const underWay = loading.get(authority)
    if (underWay?.id === id) return underWay.promise
    const failure = failed.get(authority)
    if (failure?.id === id && clock.now() - failure.time < RETRY_MS * clock.speed) {
      return Promise.resolve(kept.get(authority))
    }
    const promise = readKept(authority, id)
      .then((loaded) => {
        failed.delete(authority)
        // Another one may have become current while this one was read.
        if (loaded && currents?.get(authority) === id) use(authority, loaded)
        return loaded
      })
      .catch((error: unknown) => {
        if (closing.signal.aborted) return undefined
        failed.set(authority, { id, time: clock.now() })
        logger.error({ authority, id, error: messageOf(error) }, 'a timetable cannot be used')
        return kept.get(authority)
      })
      .finally(() => {
        if (loading.get(authority)?.promise === promise) loading.delete(authority)
      })
    loading.set(authority, { id, promise })
    return promise
  }

  async function readKept(authority: string, id: string): Promise<Kept | undefined> {
    return turns.take(async () => {
      await using file = await writeZipFile(listChunks(registry, authority, id), Number.POSITIVE_INFINITY)
      // Its version was deleted, or replaced beyond ten times, meanwhile.
      if (file.bytes === 0) return undefined
      const { data, errors, warnings, warningCount } = await readTimetableApart(file.path, {
        signal: closing.signal,
      })
      if (!data) throw new Error(`it was taken once, and now: ${errors[0]?.message}`)
      return { id, timetable: createTimetable(data), warnings, warningCount }
    })
  }

  function use(authority: string, next: Kept): void {
    const isOther = kept.get(authority)?.id !== next.id
    kept.delete(authority)
    kept.set(authority, next)
    let stopTimes = 0
    for (const { timetable } of kept.values()) stopTimes += timetable.stopTimes.count
    for (const [other, { timetable }] of kept) {
      if (stopTimes <= STOP_TIMES_MAX || other === authority) break
      stopTimes -= timetable.stopTimes.count
      kept.delete(other)
    }
    if (isOther) tell(authority)
  }

  function tell(authority: string): void {
    for (const listener of listeners) listener(authority)
  }
}

/** The bytes of a zip that the registry keeps. */
export async function* listChunks(
  registry: Registry,
  authority: string,
  id: string,
): AsyncGenerator<Uint8Array> {
  for (let number = 0; ; number += 1) {
    const chunk = await registry.findTimetableChunk(authority, id, number)
    if (!chunk) return
    yield chunk
  }
}
