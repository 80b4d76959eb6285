import { expect, test } from 'vitest'
import { createUsualHours } from '../../alerts/usual-hours.ts'
import { createDevice, HOUR_MS, MINUTE_MS, START, watchDevices } from './create-town.ts'

const BIN = createDevice('bin-1', 'bin', { reportIntervalSeconds: 3_600 })
const COUNTER = createDevice('counter-1', 'traffic', { reportIntervalSeconds: 900 })
const DISPLAY = createDevice('display-1', 'display', { reportIntervalSeconds: 3_600 })

/** Sends a reading each hour and looks after it; what was raised and cleared, by hour. */
function hourly(
  device: typeof BIN,
  readings: readonly Record<string, number | boolean | string>[],
): string[][] {
  const town = watchDevices([device])
  return readings.map((fields, hour) => {
    town.send(device.id, START + hour * HOUR_MS, fields)
    return town.look(START + hour * HOUR_MS + MINUTE_MS)
  })
}

test('a fire is raised at once by what the bin says, or by two readings of great heat, and cleared when it is over', () => {
  const says = hourly(BIN, [
    { temperatureC: 15 },
    { fireAlarm: true, temperatureC: 90 },
    { fireAlarm: true },
    { fireAlarm: false, temperatureC: 60 },
    { fireAlarm: false, temperatureC: 40 },
    { fireAlarm: true },
  ])
  expect(says).toEqual([[], ['+fire bin-1'], [], [], ['-fire bin-1'], ['+fire bin-1']])
  const heat = hourly(BIN, [
    { temperatureC: 80 },
    { temperatureC: 20 },
    { temperatureC: 80 },
    { temperatureC: 85 },
    { temperatureC: 20 },
  ])
  expect(heat).toEqual([[], [], [], ['+fire bin-1'], ['-fire bin-1']])
})

test('what is urgent does not wait for the next look', () => {
  const town = watchDevices([BIN])
  town.send('bin-1', START, { fireAlarm: true })
  const [judgement, ...more] = town.watch.judgeUrgent()
  expect(more).toEqual([])
  expect(judgement).toMatchObject({
    condition: 'fire',
    device: BIN,
    outcome: { severity: 'critical', summary: 'bin-1 reports a fire.' },
  })
  expect(town.watch.judgeUrgent()).toEqual([])
})

test('a bin that lies is raised by two readings, or one that stands for two hours, not while it is emptied', () => {
  const lies = [
    { tiltDegrees: 2 },
    { tiltDegrees: -85 },
    { tiltDegrees: 84 },
    { tiltDegrees: 40 },
    { tiltDegrees: 3 },
  ]
  expect(hourly(BIN, lies)).toEqual([[], [], ['+tilt bin-1'], [], ['-tilt bin-1']])
  const town = watchDevices([BIN])
  town.send('bin-1', START, { tiltDegrees: 90 })
  expect(town.look(START + HOUR_MS)).toEqual([])
  expect(town.look(START + 2 * HOUR_MS)).toEqual(['+tilt bin-1'])
})

test('a battery is low by two readings, of its own level where that is set, until it is charged', () => {
  const levels = [20, 15, 16, 15, 14, 22, 25].map((batteryPercent) => ({ batteryPercent }))
  expect(hourly(BIN, levels)).toEqual([[], [], [], [], ['+battery-low bin-1'], [], ['-battery-low bin-1']])
  const own = createDevice('bin-1', 'bin', { batteryLowVolts: 3.3 })
  const volts = [3.6, 3.3, 3.2, 3.4, 3.6].map((batteryVolts) => ({ batteryVolts }))
  expect(hourly(own, volts)).toEqual([[], [], ['+battery-low bin-1'], [], ['-battery-low bin-1']])
})

test('a bin is likely to overflow before its next visit, until that is unlikely or it was emptied', () => {
  const town = watchDevices([BIN])
  const look = (hour: number, fillPercent: number, chance: number) => {
    const time = START + hour * HOUR_MS
    town.send('bin-1', time, { fillPercent })
    const nextVisitTime = START + 30 * HOUR_MS
    return town.look(time, {
      forecastOf: () => ({ fillPercent: 80, chance, nextVisitTime, visit: 'planned' }),
    })
  }
  expect(look(0, 78, 0.6)).toEqual([])
  expect(look(0.5, 79, 0.9)).toEqual([])
  expect(look(1, 80, 0.96)).toEqual(['+bin-overflow bin-1'])
  expect([...town.open.values()][0]?.summary).toBe(
    'bin-1 is 80 % full and overflows with a chance of 96 % before its round comes in 29 hours.',
  )
  expect(look(2, 82, 0.7)).toEqual([])
  expect(look(3, 82, 0.3)).toEqual(['-bin-overflow bin-1'])
  expect(look(4, 84, 0.96)).toEqual(['+bin-overflow bin-1'])
  expect(look(5, 4, 0.96)).toEqual(['-bin-overflow bin-1'])
})

test('a bin that nobody planned to lift overflows before anybody usually comes, and is not well while it stands high', () => {
  const town = watchDevices([BIN])
  const look = (hour: number, fillPercent: number, chance: number, visitHour: number) => {
    const time = START + hour * HOUR_MS
    town.send('bin-1', time, { fillPercent })
    const nextVisitTime = START + visitHour * HOUR_MS
    return town.look(time, {
      forecastOf: () => ({ fillPercent, chance, nextVisitTime, visit: 'usual' }),
    })
  }
  expect(look(0, 70, 0.94, 6)).toEqual([])
  expect(look(1, 72, 0.97, 6)).toEqual(['+bin-overflow bin-1'])
  expect([...town.open.values()][0]?.summary).toBe(
    'bin-1 is 72 % full and overflows with a chance of 97 % before anybody usually comes in 5 hours.',
  )
  // Somebody may just be there.
  expect(look(6, 93, 0.1, 6)).toEqual([])
  expect(look(7, 94, 0.3, 8)).toEqual([])
  expect(look(8, 89, 0.3, 9)).toEqual(['-bin-overflow bin-1'])
})

test('a bin that is emptied at hours that are not known is nearly full before it is raised', () => {
  const town = watchDevices([BIN])
  const look = (hour: number, fillPercent: number) => {
    const time = START + hour * HOUR_MS
    town.send('bin-1', time, { fillPercent })
    const nextVisitTime = START + 10 * HOUR_MS
    return town.look(time, {
      forecastOf: () => ({ fillPercent, chance: 0.98, nextVisitTime, visit: 'possible' }),
    })
  }
  expect(look(0, 94)).toEqual([])
  expect(look(1, 95)).toEqual(['+bin-overflow bin-1'])
})

test('a counter reads zero through hours in which it never did, and not where it often does', () => {
  const town = watchDevices([COUNTER])
  const hours = Array.from({ length: 4 * 168 }, (_, hour) => ({
    hour: START / HOUR_MS - 4 * 168 + hour,
    // Nobody passes from midnight to six, in some weeks.
    count: hour % 24 < 6 ? (hour < 168 ? 0 : 40) : 30,
  }))
  const usualAt = createUsualHours(hours, () => 0)
  const told: string[] = []
  for (let quarter = 0; quarter < 4 * 12; quarter++) {
    const time = START + quarter * 15 * MINUTE_MS
    const count = quarter < 4 * 10 ? 0 : 5
    town.send('counter-1', time, { intervalSeconds: 900, count })
    const end = time + 15 * MINUTE_MS
    for (const change of town.look(end, { usualHoursOf: () => usualAt }))
      told.push(`${(end - START) / HOUR_MS} ${change}`)
  }
  // From six o'clock on 30 an hour are due: 20 of them by a quarter to seven.
  expect(told).toEqual(['6.75 +counter-zero counter-1', '10.25 -counter-zero counter-1'])
})

test('a display is dark by what it says, or by what it does not answer', () => {
  expect(
    hourly(DISPLAY, [{ state: 'ok' }, { state: 'dark' }, { state: 'dark' }, { state: 'degraded' }]),
  ).toEqual([[], ['+sign-dark display-1'], [], ['-sign-dark display-1']])
  const town = watchDevices([DISPLAY])
  const look = (minute: number, unanswered: number | undefined) =>
    town.look(START + minute * MINUTE_MS, {
      signOf: () =>
        unanswered === undefined ? undefined : { unanswered, faults: undefined, comparedTime: START },
    })
  expect([0, 2, 3, 4, undefined, 0].map((unanswered, index) => look(index, unanswered))).toEqual([
    [],
    [],
    ['+sign-dark display-1'],
    [],
    [],
    ['-sign-dark display-1'],
  ])
})

test('a display shows what it should not by two comparisons, each counted once, until one agrees', () => {
  const town = watchDevices([DISPLAY])
  const look = (minute: number, faults: number | undefined, compared: number) =>
    town.look(START + minute * MINUTE_MS, {
      signOf: () => ({ unanswered: 0, faults, comparedTime: START + compared * MINUTE_MS }),
    })
  expect(look(0, 2, 0)).toEqual([])
  expect(look(4, 2, 0)).toEqual([])
  expect(look(5, 3, 5)).toEqual(['+sign-wrong display-1'])
  expect(look(10, undefined, 5)).toEqual([])
  expect(look(11, 0, 10)).toEqual(['-sign-wrong display-1'])
  expect(look(15, 1, 15)).toEqual([])
})

test('what is turned off of a device is not raised, and clears; a device that is gone takes its alerts with it', () => {
  const town = watchDevices([BIN])
  town.send('bin-1', START, { fireAlarm: true })
  expect(town.look(START)).toEqual(['+fire bin-1'])
  town.watch.setDevices([createDevice('bin-1', 'bin', { alertsOff: ['fire', 'device-silent'] })])
  expect(town.look(START + 1)).toEqual(['-fire bin-1'])
  expect(town.look(START + 9 * HOUR_MS)).toEqual([])
  town.watch.setDevices([BIN])
  town.send('bin-1', START + 9 * HOUR_MS)
  expect(town.look(START + 9 * HOUR_MS)).toEqual(['+fire bin-1'])
  town.watch.setDevices([])
  expect(town.look(START + 9 * HOUR_MS + 1)).toEqual(['-fire bin-1'])
})

test('a bin that is reported to overflow, against what its sensor says then and after, is raised until that is answered', () => {
  const town = watchDevices([BIN])
  let report: { time: number; voices: number; fillPercent: number | undefined } | undefined
  const look = (hour: number) => town.look(START + hour * HOUR_MS + MINUTE_MS, { reportOf: () => report })
  const send = (hour: number, fillPercent: number) =>
    town.send('bin-1', START + hour * HOUR_MS, { fillPercent })
  send(0, 40)
  expect(look(0)).toEqual([])
  report = { time: START + 30 * MINUTE_MS, voices: 2, fillPercent: 40 }
  // Nothing has been heard of it since.
  expect(look(0)).toEqual([])
  send(1, 42)
  expect(look(1)).toEqual(['+report-disagrees bin-1'])
  expect([...town.open.values()][0]).toMatchObject({
    severity: 'warning',
    summary:
      'bin-1 was reported to overflow 2 times, first 31 minutes ago; its sensor said 40 % then and says 42 % since.',
    detail: { fillPercentThen: 40, fillPercent: 42, reports: 2, reportedSeconds: 1_860 },
  })
  send(2, 60)
  expect(look(2)).toEqual([])
  report = undefined
  expect(look(3)).toEqual(['-report-disagrees bin-1'])
  // One whose sensor agrees, or fills up after, or had said nothing by then, is not.
  for (const [hour, fillPercent, after] of [
    [4, 70, 40],
    [5, 40, 72],
    [6, undefined, 40],
  ] as const) {
    report = { time: START + (hour - 0.5) * HOUR_MS, voices: 1, fillPercent }
    send(hour, after)
    expect(look(hour), `${fillPercent}, then ${after}`).toEqual([])
  }
})
