import { expect, test } from 'vitest'
import { createReading } from '../fixtures/create-reading.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { hasJudge, runJudge } from '../fixtures/run-judge.ts'

/** As the documentation of frost-sta-client shows its use. */
const PROGRAM = `
import json, sys
import frost_sta_client as fsc
service = fsc.SensorThingsService(sys.argv[1])
things = {thing.id: thing.name for thing in service.things().query().orderby('name', 'desc').top(2).list()}
thing = service.things().find('bin-01')
datastream = service.datastreams().find('bin-01.fillPercent')
series = datastream.get_observations().query().filter('result ge 10').orderby('phenomenonTime', 'desc').top(7).list()
expanded = service.datastreams().query().filter("Thing/id eq 'bin-02'").expand('ObservedProperty,Observations($top=1;$orderby=phenomenonTime desc)').list().get(0)
located = service.locations().query().filter("st_within(location, geography'POLYGON((4 52, 5 52, 5 53, 4 53, 4 52))')").count().top(1).list()
print(json.dumps({
  'things': things,
  'thing': [thing.name, thing.properties['kind']],
  'datastream': [datastream.unit_of_measurement.symbol, datastream.observation_type],
  'results': [observation.result for observation in series],
  'times': [observation.phenomenon_time for observation in series][:1],
  'expanded': [expanded.observed_property.name, expanded.observations.get(0).result],
  'count': located.count,
  'place': located.get(0).location['coordinates'],
}))
`

test.skipIf(!hasJudge('frost_sta_client'))(
  'frost-sta-client reads things, series and their latest',
  async () => {
    const { app, registry, store, call } = await createTestApp()
    await registry.createAuthority(
      { id: 'alpha', name: 'Alpha', timeZone: 'UTC', published: ['bins'] },
      'installation',
    )
    const ids = ['bin-01', 'bin-02', 'bin-03', 'bin-04', 'bin-05']
    await call('POST', '/v1/authorities/alpha/devices', {
      body: ids.map((id, index) => ({ id, kind: 'bin', longitude: 4.5 + index / 10, latitude: 52.5 })),
    })
    await store.write(
      ids.flatMap((device) =>
        Array.from({ length: 40 }, (_, index) =>
          createReading({
            device,
            time: new Date(Date.UTC(2026, 1, 16, 0, 10 * index)).toISOString(),
            fields: { fillPercent: index },
          }),
        ),
      ),
    )
    const address = await app.listen({ host: '127.0.0.1', port: 0 })
    const told = await runJudge(PROGRAM, `${address}/v1/authorities/alpha/sensorthings/v1.1`)
    expect(told).toEqual({
      things: Object.fromEntries(ids.map((id) => [id, id])),
      thing: ['bin-01', 'bin'],
      datastream: ['%', 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement'],
      results: Array.from({ length: 30 }, (_, index) => 39 - index),
      times: ['2026-02-16T06:30:00.000Z'],
      expanded: ['Fill level', 39],
      count: 5,
      place: [4.5, 52.5],
    })
  },
)
