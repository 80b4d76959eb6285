import { connect as connectTcp } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { MqttClient } from 'mqtt'
import type { Connection } from '../../model/connection.ts'
import { messageOf } from '../../model/error.ts'
import { createOutsideLookup, refusePrivateHost } from '../../outside/outside-lookup.ts'
import type { ConnectionRun } from './connection-runner.ts'
import { readHfp } from './read-hfp.ts'
import type { VehiclePayload } from './read-vehicle-positions.ts'

/** Helsinki's buses send once a second: of each the newest is passed on so often. */
const EVERY_MS = 5_000
/** Vehicles that are held until then; of more, those that come later are left out. */
const HELD_MAX = 5_000
const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 60_000

type Hfp = Extract<Connection, { type: 'hfp' }>

/** Listens to Helsinki's High-frequency positioning, or another town's that speaks it, until the run is aborted. Never rejects. */
export async function subscribeHfp(run: ConnectionRun<Hfp>): Promise<void> {
  const { connection, credentials, signal } = run
  const held = new Map<string, VehiclePayload>()
  let problem: string | null = 'not connected yet'
  const { hostname, port, protocol } = new URL(connection.url)
  const host = hostname.replace(/^\[|\]$/g, '')
  try {
    refusePrivateHost(host, run.isPrivateAllowed)
  } catch (error) {
    // Until somebody changes the connection, or how this process was started.
    return run.report({ vehicles: 0, trips: 0, problem: messageOf(error) })
  }
  const lookup = createOutsideLookup(run.isPrivateAllowed)

  const client = new MqttClient(openStream, {
    protocolVersion: 4,
    clean: true,
    keepalive: 30,
    connectTimeout: 10_000,
    reconnectPeriod: FIRST_DELAY_MS,
    reconnectOnConnackError: true,
    queueQoSZero: false,
    ...(credentials.username !== undefined && { username: credentials.username }),
    ...(credentials.password !== undefined && { password: credentials.password }),
  })
  client.on('connect', () => {
    client.options.reconnectPeriod = FIRST_DELAY_MS
    client.subscribe(connection.topicFilter, { qos: 0 }, (error) => {
      problem = error ? messageOf(error) : null
    })
  })
  client.on('reconnect', () => {
    const delay = Math.min((client.options.reconnectPeriod ?? FIRST_DELAY_MS) * 2, LONGEST_DELAY_MS)
    client.options.reconnectPeriod = delay * (0.75 + run.random() / 2)
  })
  client.on('error', (error) => {
    problem = messageOf(error)
  })
  client.on('close', () => {
    problem ??= 'the connection was closed'
  })
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
    let told = problem
    try {
      const taken = vehicles.length === 0 ? 0 : await run.deliver(vehicles, run.now())
      const lost = vehicles.length - taken
      if (lost > 0) told ??= `${lost} vehicles are not taken: beyond the limit, or devices of their own`
    } catch (error) {
      told ??= messageOf(error)
    }
    await run.report({ vehicles: vehicles.length, trips: 0, problem: told })
  }

  function openStream() {
    const isSecure = protocol === 'mqtts:'
    const target = { host, port: Number(port) || (isSecure ? 8883 : 1883), lookup }
    return isSecure ? connectTls({ ...target, servername: host }) : connectTcp(target)
  }
}
