import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '../../model/connection.ts'
import { messageOf } from '../../model/error.ts'
import type { ConnectionRun } from './connection-runner.ts'
import { type OutsideMqtt, openOutsideMqtt } from './open-outside-mqtt.ts'
import { readHfp } from './read-hfp.ts'
import type { VehiclePayload } from './read-vehicle-positions.ts'

/** Helsinki's buses send once a second: of each the newest is passed on so often. */
const EVERY_MS = 5_000
/** Vehicles that are held until then; of more, those that come later are left out. */
const HELD_MAX = 5_000

type Hfp = Extract<Connection, { type: 'hfp' }>

/** Listens to Helsinki's High-frequency positioning, or another town's that speaks it, until the run is aborted. Never rejects. */
export async function subscribeHfp(run: ConnectionRun<Hfp>): Promise<void> {
  const { connection, signal } = run
  const held = new Map<string, VehiclePayload>()
  let outside: OutsideMqtt
  try {
    outside = openOutsideMqtt(run, { topicFilter: connection.topicFilter, qos: 0, clean: true })
  } catch (error) {
    // Until somebody changes the connection, or how this process was started.
    return run.report({ vehicles: 0, trips: 0, problem: messageOf(error) })
  }
  const { client } = outside
  client.on('message', (_topic, payload) => {
    const position = readHfp(payload)
    if (!position) return
    const { id } = position.vehicle
    if (held.has(id) || held.size < HELD_MAX) held.set(id, position)
  })

  while (!signal.aborted) {
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) break
    await passOn()
  }
  client.end(true)

  async function passOn(): Promise<void> {
    const vehicles = [...held.values()]
    held.clear()
    let told = outside.findProblem()
    try {
      const taken = vehicles.length === 0 ? 0 : await run.deliver(vehicles, run.now())
      const lost = vehicles.length - taken
      if (lost > 0) told ??= `${lost} vehicles are not taken: beyond the limit, or devices of their own`
    } catch (error) {
      told ??= messageOf(error)
    }
    await run.report({ vehicles: vehicles.length, trips: 0, problem: told })
  }
}
