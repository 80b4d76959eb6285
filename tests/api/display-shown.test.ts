import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Broker, startBroker } from '../../broker/broker.ts'
import { openJournal } from '../../broker/journal.ts'
import { createT047Sign } from '../../device-sim/behaviour/t047-sign.ts'
import { openSignLink, type SignLink } from '../../device-sim/client/sign-link.ts'
import type { DeviceChannel } from '../../model/device-channel.ts'
import { silentLogger } from '../../model/logger.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { eventually } from '../fixtures/eventually.ts'
import { trackTrip } from '../transit/feed/live-town.ts'
import { createTransitTown } from './transit-town.ts'

const ALPHA = '/v1/authorities/alpha'
const STOP = 'stop-6'

/** The channel of a broker that is started after the API, as it needs the same registry. */
function createLateChannel(): DeviceChannel & { attach(broker: Broker): void } {
  const sayings = new Set<Parameters<DeviceChannel['onSaying']>[0]>()
  const resets = new Set<Parameters<DeviceChannel['onReset']>[0]>()
  let channel: DeviceChannel | undefined
  return {
    publish: (message) => channel?.publish(message),
    onSaying(listener) {
      sayings.add(listener)
      return () => sayings.delete(listener)
    },
    onReset(listener) {
      resets.add(listener)
      return () => resets.delete(listener)
    },
    attach(broker) {
      channel = broker.channel
      channel.onSaying((saying) => sayings.forEach((listener) => void listener(saying)))
      channel.onReset((authority) => resets.forEach((listener) => void listener(authority)))
    },
  }
}

async function openTown() {
  const channel = createLateChannel()
  const town = await createTransitTown({ channel })
  const { registry, directory, clock, call } = town.own
  const base = { clock, logger: silentLogger }
  const journal = await openJournal({ path: join(await createFolder(), 'journal.sqlite'), ...base })
  const listen = { mqtt: { host: '127.0.0.1', port: 0 } }
  const broker = await startBroker({ registry, directory, journal, listen, ...base })
  channel.attach(broker)
  const links: SignLink[] = []
  onTestFinished(async () => {
    await Promise.allSettled(links.map((link) => link.close()))
    await broker.close()
    await journal.close()
  })
  const told = new Map<string, string | null>()

  return {
    ...town,
    /** What the sign was told last, by departure: the expected time, or null where there is none. */
    told,
    shown: async (device: string) => (await call('GET', `${ALPHA}/displays/${device}/shown`)).body,
    async openSign(): Promise<SignLink> {
      const { body } = await call('POST', `${ALPHA}/devices`, {
        body: {
          id: 'sign-1',
          kind: 'display',
          name: 'East Quay, stand 2',
          stopIds: [STOP],
          settings: { protocol: 't047', vendorId: 'SIM' },
        },
      })
      let count = 0
      const link = await openSignLink({
        mqttUrl: `mqtt://127.0.0.1:${broker.mqttPort}`,
        authority: 'alpha',
        device: 'sign-1',
        credentials: body.credentials,
        sign: createT047Sign({
          type: 'PID-LED',
          locality: 'null',
          cluster: 'null',
          stopIds: [STOP],
          vendorId: 'SIM',
          deviceId: 'sign-1',
          lineCount: 5,
          charsPerLine: 30,
          formatLocal: (time) => new Date(time).toISOString().slice(11, 16),
          newId: () => `request-${count++}`,
        }),
        now: clock.now,
        onReceived(topicName, payload) {
          const message = payload === '' ? {} : JSON.parse(payload)
          for (const { departureId, targetedCall } of message.scheduledDepartures ?? []) {
            if (targetedCall && !told.has(departureId)) told.set(departureId, null)
          }
          for (const { departureId, monitoredVehicleJourney } of message.realTimeDeparture ?? []) {
            told.set(departureId, monitoredVehicleJourney.monitoredCall.expectedDepartureTime)
          }
          if (topicName.startsWith('CMS/cleardown')) told.delete(message.cleardownRequest.departureId)
        },
      })
      links.push(link)
      return link
    },
  }
}

test('a sign is told the same departures as apps, and is found out when it shows something else', async () => {
  const { own, timetable, know, told, shown, openSign } = await openTown()
  know([trackTrip(timetable, { tripId: 'R1-weekday-12-0', delaySeconds: 100 })])
  const link = await openSign()
  const { body } = await own.call('GET', `${ALPHA}/stops/${STOP}/departures?minutes=60`)
  expect(body.items.some(({ state }: { state: string }) => state === 'live')).toBe(true)
  for (const { departureId, expectedDepartureTime } of body.items) {
    const expected = expectedDepartureTime === null ? null : Date.parse(expectedDepartureTime)
    await eventually(() => {
      const time = told.get(departureId)
      return typeof time === 'string' ? Date.parse(time) : time
    }).toBe(expected)
  }

  await link.say(link.sign.heartbeat(own.clock.now()))
  await eventually(async () => (await shown('sign-1')).sign?.isConfigured).toBe(true)
  expect(await shown('sign-1')).toMatchObject({
    protocol: 't047',
    stopIds: [STOP],
    lastHeardTime: '2026-02-16T12:00:00.000Z',
    shown: null,
    agrees: null,
    sign: { lineCount: 5, charsPerLine: 30, firmware: 'SIM.1.0' },
  })
  own.clock.advance(20)
  await eventually(async () => {
    const { agrees, faults, shown: lines } = await shown('sign-1')
    return { agrees, faults, lines }
  }).toMatchObject({ agrees: true, faults: [] })
  const { shouldShow } = await shown('sign-1')
  expect(shouldShow[0].items[0].departureId).toBe(body.items[0].departureId)

  link.sign.manner = 'lying'
  own.clock.advance(301)
  await link.say(link.sign.heartbeat(own.clock.now()))
  await eventually(async () => (await shown('sign-1')).agrees).toBe(false)
  expect((await shown('sign-1')).faults[0]).toEqual({
    reason: 'unexpected_line',
    line: 'X1 Nowhere 4 min',
    departureId: null,
  })
})

test('a departed bus is cleared down, and how long it stayed is told', async () => {
  const { own, shown, openSign, told } = await openTown()
  await openSign()
  const { body } = await own.call('GET', `${ALPHA}/stops/${STOP}/departures?minutes=60&limit=1`)
  const [{ departureId, aimedDepartureTime }] = body.items
  await eventually(() => told.has(departureId)).toBe(true)
  own.clock.set(Date.parse(aimedDepartureTime) + 1_000)
  await eventually(() => told.has(departureId)).toBe(false)
  await eventually(async () => (await shown('sign-1')).sign.cleardown.count).toBeGreaterThan(0)
  expect((await shown('sign-1')).sign.cleardown).toMatchObject({ longestSeconds: 0, unansweredCount: 0 })
})

test('a display that speaks plain JSON is judged by the lines that it reports, while they are new', async () => {
  const { own, shown } = await openTown()
  await own.call('POST', `${ALPHA}/devices`, { body: { id: 'plain-1', kind: 'display', stopIds: [STOP] } })
  expect(await shown('plain-1')).toMatchObject({
    protocol: 'json',
    shown: null,
    agrees: null,
    lastHeardTime: null,
  })
  const report = (lines: string[]) => {
    const time = own.clock.now()
    const fields = { lines: JSON.stringify(lines) }
    const device = { authority: 'alpha', kind: 'display' as const, device: 'plain-1', part: '' }
    return own.store.write([{ ...device, time, receivedTime: time, fields }])
  }
  await report(['99 Nowhere 2 min'])
  expect(await shown('plain-1')).toMatchObject({ agrees: false, lastHeardTime: '2026-02-16T12:00:00.000Z' })
  const { body } = await own.call('GET', `${ALPHA}/stops/${STOP}/departures?minutes=60&limit=1`)
  const [{ routeShortName, headsign, aimedDepartureTime }] = body.items
  own.clock.advance(1)
  await report([`${routeShortName} ${headsign} ${aimedDepartureTime.slice(11, 16)}`])
  expect(await shown('plain-1')).toMatchObject({ agrees: true, faults: [] })
  own.clock.advance(600)
  expect(await shown('plain-1')).toMatchObject({ agrees: null, faults: [] })
})

test('what is no display has nothing to show', async () => {
  const { own } = await openTown()
  await own.call('POST', `${ALPHA}/devices`, { body: { id: 'bin-1', kind: 'bin' } })
  expect((await own.call('GET', `${ALPHA}/displays/bin-1/shown`)).status).toBe(404)
  expect((await own.call('GET', `${ALPHA}/displays/none/shown`)).status).toBe(404)
})
