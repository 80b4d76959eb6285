import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../fixtures/eventually.ts'
import { connectMqtt, nextMessages } from '../fixtures/mqtt-device.ts'
import { createDeparture, SIGN_SETTINGS, type SignTown, startSignTown } from '../fixtures/start-sign-town.ts'

let town: SignTown
beforeEach(async () => {
  town = await startSignTown()
})
afterEach(() => town.close())

const shown = (lines: readonly string[]) => lines.map((line) => line.replace(/\s+/g, ' '))

test('a sign shows what leaves its stop, a changed prediction, and no bus that has left', async () => {
  const { sign } = await town.openSign('sign-1', 'S1')
  const first = createDeparture('d1', 5, 6.5)
  const second = createDeparture('d2', 15, null, { headsign: 'Mill Lane' })
  await town.show('S1', { departures: [first, second] })
  await eventually(() => sign.departureIds.length).toBe(2)
  const clock = new Date(second.aimedDepartureTime).toISOString().slice(11, 16)
  expect(shown(sign.render(Date.now()))).toEqual(['12 Railway Yard 6 min', `12 Mill Lane ${clock}`])

  await town.show('S1', { departures: [createDeparture('d1', 5, 3.5), second] })
  await eventually(() => shown(sign.render(Date.now()))[0]).toBe('12 Railway Yard 3 min')

  await town.show('S1', { departures: [second] })
  await eventually(() => sign.departureIds).toEqual(['d2'])
  await eventually(() => town.desk.find('town', 'sign-1')?.cleardowns.summary(Date.now()).count).toBe(1)
})

test('a prediction that goes is taken off, and its going shows', async () => {
  const { sign } = await town.openSign('sign-1', 'S1')
  const live = createDeparture('d1', 5, 9.5)
  await town.show('S1', { departures: [live] })
  await eventually(() => shown(sign.render(Date.now()))).toEqual(['12 Railway Yard 9 min'])
  await town.show('S1', { departures: [{ ...live, state: 'noData', expectedDepartureTime: null }] })
  const clock = new Date(live.aimedDepartureTime).toISOString().slice(11, 16)
  await eventually(() => shown(sign.render(Date.now()))).toEqual([`12 Railway Yard ${clock}`])
  await town.show('S1', { departures: [{ ...live, state: 'cancelled', expectedDepartureTime: null }] })
  await eventually(() => shown(sign.render(Date.now()))).toEqual(['12 Railway Yard Cancelled'])
})

test('a sign that reboots asks, gets its content and then DONE; where there is none, NO_DATA', async () => {
  await town.show('S1', { departures: [createDeparture('d1', 5, 6)] })
  const link = await town.openSign('sign-1', 'S1')
  const all = ['scheduledDeparture DONE', 'realtimeDeparture DONE', 'informationMessage NO_DATA']
  await eventually(() => link.sign.answers).toEqual([...all, 'journeyMessage NO_DATA'])
  await link.reboot()
  await eventually(() => link.sign.answers).toEqual([...all, 'journeyMessage NO_DATA'])
  expect(link.sign.departureIds).toEqual(['d1'])
  await eventually(() => town.desk.find('town', 'sign-1')?.isConfigured).toBe(true)
  expect(town.desk.find('town', 'sign-1')).toMatchObject({
    lineCount: 4,
    charsPerLine: 28,
    firmware: 'SIM.1.0',
  })
})

test('a sign that lost its connection has what is retained without asking', async () => {
  const link = await town.openSign('sign-1', 'S1')
  const watcher = await town.openSign('sign-2', 'S1')
  await town.show('S1', { departures: [createDeparture('d1', 5, 6), createDeparture('d2', 9)] })
  await eventually(() => link.sign.departureIds.length).toBe(2)
  const away = link.loseConnection()
  await town.show('S1', { departures: [createDeparture('d2', 9, 10), createDeparture('d3', 20)] })
  await away
  await eventually(() => link.sign.departureIds.toSorted()).toEqual(['d2', 'd3'])
  await eventually(() => watcher.sign.departureIds.toSorted()).toEqual(['d2', 'd3'])
  expect(link.sign.answers).toHaveLength(4)
})

test('information messages come, change and go', async () => {
  const { sign } = await town.openSign('sign-1', 'S1')
  const notice = {
    id: 'alert-1',
    texts: [{ language: 'en', text: 'No buses on Sunday' }],
    startTime: null,
    endTime: Date.now() + 3_600_000,
    isEmergency: false,
    departureId: null,
  }
  await town.show('S1', { notices: [notice] })
  await eventually(() => sign.render(Date.now())).toEqual(['No buses on Sunday'])
  await town.show('S1', { notices: [{ ...notice, texts: [{ language: 'en', text: 'Buses again' }] }] })
  await eventually(() => sign.render(Date.now())).toEqual(['Buses again'])
  await town.show('S1', {})
  await eventually(() => sign.render(Date.now())).toEqual([])
})

test('a display that speaks plain JSON has its departures retained', async () => {
  const password = await town.addDisplay('plain-1', { stopIds: ['S1'] })
  const device = await connectMqtt(town.url, { username: 'town/plain-1', password })
  const departure = createDeparture('d1', 5, 6)
  await town.show('S1', { departures: [departure] })
  const messages = nextMessages(device, 1)
  await device.subscribeAsync('kerbside/v1/town/display/plain-1/departures', { qos: 1 })
  const [message] = await messages
  expect(JSON.parse(message?.text ?? '')).toMatchObject({
    stop: 'S1',
    items: [
      {
        departureId: 'd1',
        expectedDepartureTime: new Date(departure.expectedDepartureTime ?? 0).toISOString(),
      },
    ],
  })
  await device.endAsync()
  const again = await connectMqtt(town.url, { username: 'town/plain-1', password })
  const kept = nextMessages(again, 1)
  await again.subscribeAsync('kerbside/v1/town/display/plain-1/departures', { qos: 1 })
  expect(await kept).toMatchObject([{ text: message?.text, isRetained: true }])
  await again.endAsync()
})

test('only what changed is sent, and the whole is kept beside it', async () => {
  const received: { topic: string; payload: string; isRetained: boolean }[] = []
  await town.openSign('sign-1', 'S1', {
    onReceived: (topic, payload, isRetained) => received.push({ topic, payload, isRetained }),
  })
  const departures = [1, 2, 3].map((number) => createDeparture(`d${number}`, 5 * number, 5 * number))
  await town.show('S1', { departures })
  const realTime = () =>
    received.filter(({ topic }) => topic === 'CMS/realTimeDeparture/content/centre/C1/S1')
  await eventually(() => realTime().length).toBe(1)
  await town.show('S1', {
    departures: [departures[0], createDeparture('d2', 10, 12), departures[2]].flatMap((d) => d ?? []),
  })
  await eventually(() => realTime().length).toBe(2)
  const ids = (payload: string) =>
    JSON.parse(payload).realTimeDeparture.map(({ departureId }: { departureId: string }) => departureId)
  expect(realTime().map(({ payload }) => ids(payload))).toEqual([['d1', 'd2', 'd3'], ['d2']])
  const late = await town.openSign('sign-2', 'S1')
  await eventually(() => late.sign.departureIds).toEqual(['d1', 'd2', 'd3'])
})

test('a display whose stop changes has to log in anew, and then has the other stop’s content', async () => {
  const link = await town.openSign('sign-1', 'S1')
  await town.show('S2', { departures: [createDeparture('d2', 9)] })
  await town.registry.updateDevice('town', 'sign-1', { stopIds: ['S2'] }, 'test')
  await town.directory.refresh()
  await town.desk.look()
  expect(link.sign.departureIds).toEqual([])
  const moved = await town.openSign('sign-1', 'S2')
  await eventually(() => moved.sign.departureIds).toEqual(['d2'])
})

test('settings of a display are checked', async () => {
  const { vendorId: _, ...withoutVendor } = SIGN_SETTINGS
  await expect(town.addDisplay('sign-9', { settings: withoutVendor })).rejects.toThrow('vendorId')
  await expect(
    town.addDisplay('sign-9', { settings: { ...SIGN_SETTINGS, localityId: 'a/b' } }),
  ).rejects.toThrow('localityId')
})

test('of two processes one tells displays what to show, and the other goes on where that ends', async () => {
  let scheduled = 0
  const { sign } = await town.openSign('sign-1', 'S1', {
    onReceived: (topic) => {
      if (topic.startsWith('CMS/scheduledDeparture/content')) scheduled++
    },
  })
  const other = town.createDesk()
  await town.show('S1', { departures: [createDeparture('d1', 9)] })
  await other.look()
  await eventually(() => sign.departureIds).toEqual(['d1'])
  expect(other.find('town', 'sign-1')).toBeUndefined()
  expect(scheduled).toBe(1)
  await town.desk.close()
  await town.show('S1', { departures: [createDeparture('d1', 9), createDeparture('d2', 19)] })
  other.start()
  await eventually(() => sign.departureIds).toEqual(['d1', 'd2'])
  await other.close()
})
