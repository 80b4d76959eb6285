import type { Connection } from '../../model/connection.ts'
import { fetchOutside } from '../../outside/fetch-outside.ts'
import type { ConnectionRun } from './connection-runner.ts'
import { keepAsking } from './keep-asking.ts'
import { readVehiclePositions, type VehiclePayload } from './read-vehicle-positions.ts'

/** A national feed of all vehicles has some 10 MB. */
const BYTES_MAX = 32 * 1024 * 1024
const TIMEOUT_MS = 20_000
/** Vehicles whose last time is remembered; as many as may be registered. */
const VEHICLES_MAX = 5_000

type GtfsRealtime = Extract<Connection, { type: 'gtfs-realtime' }>

/** Asks for a GTFS-Realtime message again and again, until the run is aborted. Never rejects. */
export async function pollGtfsRealtime(run: ConnectionRun<GtfsRealtime>): Promise<void> {
  const { connection, credentials, signal } = run
  const url = new URL(connection.url)
  for (const [name, value] of Object.entries(credentials.query ?? {})) url.searchParams.set(name, value)
  const validators: Record<string, string> = {}
  const times = new Map<string, number>()
  let last = { vehicles: 0, trips: 0 }

  await keepAsking(run, ask, (problem) => run.report({ ...last, problem }))

  async function ask(): Promise<void> {
    const { status, headers, bytes } = await fetchOutside({
      url: url.href,
      headers: { accept: 'application/x-protobuf, application/octet-stream, */*', ...validators },
      secretHeaders: secretHeaders(),
      isPrivateAllowed: run.isPrivateAllowed,
      bytesMax: BYTES_MAX,
      timeoutMs: TIMEOUT_MS,
      signal,
    })
    const receivedTime = run.now()
    if (status === 304) return run.report({ ...last, problem: null })
    if (status !== 200) throw new Error(`it answers with status ${status}`)
    const content = readVehiclePositions(bytes, receivedTime)
    if (!content) throw new Error('it answers with something else than a GTFS-Realtime message in protobuf')
    const { vehicles, trips } = content
    last = { vehicles: vehicles.length, trips }
    const fresh = vehicles.filter(isFresh)
    const taken = fresh.length === 0 ? 0 : await run.deliver(fresh, receivedTime)
    const lost = fresh.length - taken
    const problem =
      lost === 0
        ? null
        : `${lost} of ${fresh.length} vehicles are not taken: beyond the limit, or devices of their own`
    await run.report({ ...last, problem }, trips > 0 ? { bytes, receivedTime } : undefined)
    // Not before it was taken: what failed on its way is asked for once more.
    setValidator('if-none-match', headers.etag)
    setValidator('if-modified-since', headers['last-modified'])
    for (const one of fresh) times.set(one.vehicle.id, one.payload.time)
    if (times.size > VEHICLES_MAX) times.clear()
  }

  function isFresh({ vehicle, payload }: VehiclePayload): boolean {
    return payload.time > (times.get(vehicle.id) ?? Number.NEGATIVE_INFINITY)
  }

  function secretHeaders(): Record<string, string> {
    const { username, password, headers } = credentials
    const basic = `${username ?? ''}:${password ?? ''}`
    return {
      ...(basic !== ':' && { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }),
      ...headers,
    }
  }

  function setValidator(name: string, value: string | undefined): void {
    if (value === undefined) delete validators[name]
    else validators[name] = value
  }
}
