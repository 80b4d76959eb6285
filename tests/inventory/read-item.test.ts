import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readInventory } from '../../inventory/read-inventory.ts'
import { readItem } from '../../inventory/read-item.ts'
import { createFolder } from '../fixtures/create-folder.ts'

async function read(name: string, text: string, names: Record<string, string> = {}) {
  const path = join(await createFolder(), name)
  await writeFile(path, text)
  const { rows, faults } = await readInventory(path)
  return { faults, outcomes: rows.map((row) => readItem(row, { kind: 'bin', names })) }
}

describe('a list of devices', () => {
  test('in CSV names its columns as the API does, and is parted by commas, semicolons or tabs', async () => {
    const { outcomes } = await read(
      'bins.csv',
      '\uFEFFid;name;longitude;latitude;uprn;capacityLitres;skills;collectFrom\r\nb-1;"Mill; Lane";-1.5;53.8;100;240;narrow|steep;07:00\r\n\r\nb-2;;;;;;;\r\n',
    )
    expect(outcomes).toEqual([
      {
        item: {
          where: 'line 2',
          type: 'devices',
          body: {
            id: 'b-1',
            kind: 'bin',
            name: 'Mill; Lane',
            longitude: -1.5,
            latitude: 53.8,
            uprn: '100',
            settings: { capacityLitres: 240, skills: ['narrow', 'steep'], collectFrom: '07:00' },
          },
        },
      },
      { item: { where: 'line 4', type: 'devices', body: { id: 'b-2', kind: 'bin', settings: {} } } },
    ])
  })

  test('in GeoJSON may have depots and tips too, and things that nobody here needs', async () => {
    const point = (properties: object, id?: number) => ({
      type: 'Feature',
      id,
      geometry: { type: 'Point', coordinates: [4.35, 50.85, 17] },
      properties,
    })
    const features = [
      point({ volume: 1100, settings: { stream: 'glass' } }, 7),
      point({ type: 'depot', id: 'yard', title: 'The yard' }),
      point({ kind: 'tip', id: 'north', streams: ['glass'] }),
      point({ type: 'CS', id: 'CS0' }),
    ]
    const text = JSON.stringify({ type: 'FeatureCollection', features })
    const { outcomes } = await read('town.geojson', text, { capacityLitres: 'volume' })
    const place = { longitude: 4.35, latitude: 50.85 }
    expect(outcomes).toMatchObject([
      {
        item: {
          type: 'devices',
          body: { id: '7', ...place, settings: { capacityLitres: 1100, stream: 'glass' } },
        },
      },
      { item: { type: 'depots', body: { id: 'yard', name: 'The yard', ...place } } },
      { item: { type: 'tips', body: { id: 'north', name: 'north', streams: ['glass'] } } },
      { skipped: 'CS' },
    ])
  })

  test('names each row and field that is not as it should be, and what is allowed', async () => {
    const csv = await read(
      'bins.csv',
      'id,longitude,latitude,capacityLitres\nb 1,1,2,240\nb-2,200,north,0\n,1,2,3\n',
    )
    expect(csv.outcomes.flatMap((outcome) => ('faults' in outcome ? outcome.faults : []))).toEqual([
      { where: 'line 2', path: 'id', message: expect.stringContaining('"b 1" is not allowed') },
      { where: 'line 3', path: 'longitude', message: expect.stringContaining('<=180') },
      { where: 'line 3', path: 'latitude', message: expect.stringContaining('"north" is not allowed') },
      { where: 'line 3', path: 'capacityLitres', message: expect.stringContaining('>=1') },
      { where: 'line 4', path: 'id', message: expect.stringContaining('it is missing') },
    ])
    const line = { type: 'Feature', geometry: { type: 'LineString', coordinates: [[1, 2]] }, properties: {} }
    const geojson = await read(
      'ways.geojson',
      JSON.stringify({ type: 'FeatureCollection', features: [line] }),
    )
    expect(geojson.faults).toEqual([
      { where: 'feature 1', path: 'geometry', message: 'a Point is expected, and this is a LineString' },
    ])
  })

  test.each([
    ['{"type": "Feature"}', 'no GeoJSON FeatureCollection'],
    ['{"type": ', 'JSON'],
    ['id,name\n"b', 'Quote'],
  ])('of which nothing can be read is refused whole: %s', async (text, message) => {
    await expect(read('file', text)).rejects.toMatchObject({
      code: 'INVALID_FILE',
      message: expect.stringContaining(message),
    })
  })
})
