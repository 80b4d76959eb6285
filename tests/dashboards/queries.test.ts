import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FilledInfluxdb, fillInfluxdb } from '../fixtures/fill-influxdb.ts'
import { findInfluxdb } from '../fixtures/start-influxdb.ts'
import {
  askInfluxdb,
  type Frame,
  interpolateQuery,
  type Range,
  toFrames,
  type Variables,
} from './ask-as-grafana.ts'
import { checkFrames } from './check-frames.ts'
import {
  DASHBOARD_NAMES,
  listPanels,
  readDashboard,
  readRules,
  readRuleTarget,
  readTargets,
} from './read-provisioning.ts'

const HOUR_MS = 3_600_000
/** Its counters tell the other classes apart, and are no road's people; those that count everything together are elsewhere. */
const NOT_IN_THE_TOWN = new Set(['pedestrian', 'count', 'all'])
/** What All is sent as, see `variables.ts`. */
const ALL = '.*'

describe.skipIf(!findInfluxdb())('asked of an InfluxDB that the simulated town has filled', () => {
  let filled: FilledInfluxdb
  let now: number

  beforeAll(async () => {
    filled = await fillInfluxdb()
    now = await findLatestTime()
  }, 900_000)
  afterAll(() => filled?.close())

  describe.each(DASHBOARD_NAMES)('the dashboard %s', (name) => {
    const dashboard = readDashboard(name)

    test.each(listPanels(dashboard).map((panel) => [panel.title ?? '', panel] as const))(
      'shows rows with what its panel “%s” needs',
      async (_title, panel) => {
        const devices = name === 'device' ? await listDevices() : ['']
        const frames = await askPanel(panel, {
          choices: devices.map((device) => ({ authority: filled.authority, area: ALL, route: ALL, device })),
          range: rangeOf(dashboard),
        })
        const faults = checkFrames(panel, frames, NOT_IN_THE_TOWN)
        expect(faults).toEqual([])
      },
    )

    test('has variables whose queries give values', async () => {
      for (const variable of dashboard.templating.list ?? []) {
        const { query } = variable.query as { query: string }
        const range = { from: filled.from, to: filled.to }
        const asked = interpolateQuery(query, { variables: { authority: filled.authority }, range })
        const values = (await askInfluxdb(filled, asked)).flatMap((series) => series.values)
        expect(values.length, variable.name).toBeGreaterThan(0)
      }
    })
  })

  test('a chosen area and a chosen route leave less than all of them, and more than nothing', async () => {
    for (const [name, title, chosen] of [
      ['bins', 'Level', { area: ['Centre'] }],
      ['transit', 'Buses by delay', { route: [await findRoute()] }],
    ] as const) {
      const panel = listPanels(readDashboard(name)).find((candidate) => candidate.title === title)
      if (!panel) throw new Error(`there is no panel ${title}`)
      const range = rangeOf(readDashboard(name))
      const all = { authority: filled.authority, area: ALL, route: ALL }
      const count = async (variables: Variables) =>
        (await askPanel(panel, { choices: [variables], range })).flatMap((frame) => frame[0]?.values ?? [])
          .length
      const some = await count({ ...all, ...chosen })
      expect(some, title).toBeGreaterThan(0)
      expect(some, title).toBeLessThan(await count(all))
    }
  })

  describe.each(readRules().map((rule) => [rule.title, rule] as const))('the rule “%s”', (_title, rule) => {
    test('has series to judge, with the labels that its text names', async () => {
      for (const asked of rule.data.filter(({ datasourceUid }) => datasourceUid === 'kerbside')) {
        const target = readRuleTarget(asked)
        const range = { from: now - asked.relativeTimeRange.from * 1_000, to: now }
        const frames = toFrames(
          await askInfluxdb(filled, interpolateQuery(target.query, { variables: {}, range })),
          target,
        )
        expect(frames.length, target.query).toBeGreaterThan(0)
        // Grafana's expressions leave out, or fail on, anything but numbers.
        for (const [, value] of frames)
          expect(value?.values.every((one) => typeof one === 'number')).toBe(true)
        const named = [...JSON.stringify(rule.annotations).matchAll(/\.Labels\.(\w+)/g)].map(
          ([, label]) => label,
        )
        for (const label of named) expect(Object.keys(frames[0]?.[1]?.labels ?? {})).toContain(label)
      }
    })
  })

  test('All has what is in no area, too', async () => {
    const query = `SELECT count("isSilent") FROM "device" WHERE "kind" = 'vehicle' AND "area" =~ /^$area$/`
    const asked = interpolateQuery(query, { variables: { area: ALL }, range: { from: filled.from, to: now } })
    expect((await askInfluxdb(filled, asked))[0]?.values[0]?.[1]).toBeGreaterThan(0)
  })

  // Not counter-zero: what is usual at a counter is known after some weeks, of which the town has two days.
  test.each(['tilt', 'battery-low', 'device-silent', 'sign-dark'])(
    'the rule %s would be raised for the device of the town that is in this trouble',
    async (name) => {
      expect((await listJudged(name, now)).filter(({ isRaised }) => isRaised).length).toBeGreaterThan(0)
    },
  )

  test('the rule of fire would be raised for the bin that burns, and for no other', async () => {
    const [alarm] = await askInfluxdb(
      filled,
      'SELECT last("temperatureC"), "device" FROM "bin" WHERE "fireAlarm" = true',
    )
    const [time, , device] = alarm?.values[0] ?? []
    const judged = await listJudged('fire', Number(time) + 60_000)
    expect(judged.filter(({ isRaised }) => isRaised).map(({ labels }) => labels['device'])).toEqual([device])
    expect(judged.length).toBeGreaterThan(100)
  })

  /** Each series of a rule of one value against one limit, at a time. */
  async function listJudged(
    name: string,
    to: number,
  ): Promise<{ labels: Readonly<Record<string, string>>; isRaised: boolean }[]> {
    const rule = readRules().find(({ uid }) => uid === `kerbside-${name}`)
    const [asked, , condition] = rule?.data ?? []
    if (!asked || !condition) throw new Error(`there is no rule ${name}`)
    const [, operator, limit] =
      /^(?:abs\()?\$value\)? ([<>]) ([\d.]+)$/.exec(String(condition.model['expression'])) ?? []
    const target = readRuleTarget(asked)
    const range = { from: to - asked.relativeTimeRange.from * 1_000, to }
    const query = interpolateQuery(target.query, { variables: {}, range })
    return toFrames(await askInfluxdb(filled, query), target).map(([, value]) => {
      const last = Number(value?.values.at(-1))
      const isRaised = operator === '<' ? last < Number(limit) : last > Number(limit)
      return { labels: value?.labels ?? {}, isRaised }
    })
  }

  /** A panel's frames with each choice of variables, one after the other. A query that has no rows with any leaves an empty frame. */
  async function askPanel(
    panel: Panel,
    { choices, range }: { choices: readonly Variables[]; range: Range },
  ): Promise<Frame[]> {
    const frames = []
    for (const target of readTargets(panel)) {
      const minStep = panel.interval === undefined ? {} : { minStep: panel.interval }
      const answered = []
      for (const variables of choices) {
        const query = interpolateQuery(target.query, { variables, range, ...minStep })
        answered.push(...toFrames(await askInfluxdb(filled, query), target))
      }
      frames.push(...(answered.length > 0 ? answered : [[]]))
    }
    return frames
  }

  function rangeOf({ time }: Dashboard): Range {
    return { from: now + hoursOf(time?.from) * HOUR_MS, to: now + hoursOf(time?.to) * HOUR_MS }
  }

  /** The clock of what filled it runs faster than any other: now is when it last wrote. */
  async function findLatestTime(): Promise<number> {
    const [series] = await askInfluxdb(filled, 'SELECT last("accepted") FROM "balance"')
    return Number(series?.values[0]?.[0])
  }

  /** Some of each kind of which much is known, and one that was alerted to: a device’s panels are filled by its own kind alone. */
  async function listDevices(): Promise<string[]> {
    const devices = []
    for (const [column, measurement, tag] of [
      ['chanceOfOverflowBeforeRound', 'forecast', 'device'],
      // Some bins measure a distance, some displays tell their firmware.
      ['distanceMm', 'bin', 'device'],
      ['firmware', 'display', 'device'],
      ['usualVehiclesPerHour', 'flow', 'device'],
      ['isWrong', 'sign', 'device'],
      ['delaySeconds', 'bus', 'vehicle'],
      ['isRaised', 'alert', 'device'],
    ] as const) {
      const query = `SELECT last("${column}") FROM "${measurement}" GROUP BY "${tag}"`
      const named = (await askInfluxdb(filled, query)).filter(({ tags }) => tags[tag])
      // Who said it last: a display that speaks T047 had said more of itself before.
      const [newest] = named.sort((a, b) => Number(b.values[0]?.[0]) - Number(a.values[0]?.[0]))
      devices.push(newest?.tags[tag] ?? `no ${tag} in ${measurement}`)
    }
    return devices
  }

  async function findRoute(): Promise<string> {
    const [series] = await askInfluxdb(filled, 'SELECT last("delaySeconds"), "route" FROM "bus"')
    return String(series?.values[0]?.[2])
  }
})

/** Of `now-2d` and the like, from now. */
function hoursOf(text = ''): number {
  const [, sign, count, unit] = /^now(?:([+-])(\d+)([hd]))?$/.exec(text) ?? []
  return Number(`${sign ?? ''}${count ?? 0}`) * (unit === 'd' ? 24 : 1)
}
