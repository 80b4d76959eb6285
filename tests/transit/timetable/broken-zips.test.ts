import { constants, deflateRawSync } from 'node:zlib'
import { unzipSync, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { readTimetable } from '../../../transit/timetable/read-timetable.ts'
import { buildGtfs } from '../../fixtures/build-gtfs.ts'
import { buildZip, type ZipPart } from '../../fixtures/build-zip.ts'

const decoder = new TextDecoder()
/** The town's files, as parts of a zip. */
const FILES: readonly ZipPart[] = Object.entries(unzipSync(buildGtfs())).map(([name, bytes]) => {
  return { name, text: decoder.decode(bytes) }
})

function listCodes(zip: Uint8Array, unpackedBytes?: number): string[] {
  const limits = unpackedBytes === undefined ? undefined : { unpackedBytes }
  const { timetable, errors } = readTimetable(zip, limits ? { limits } : {})
  expect(timetable === undefined).toBe(errors.length > 0)
  return errors.map(({ file, code }) => `${file} ${code}`)
}

const without = (name: string) => FILES.filter((part) => part.name !== name)

test('a zip that tells the truth is taken, packed or stored', () => {
  expect(listCodes(buildZip(FILES))).toEqual([])
  expect(listCodes(buildZip(FILES.map((part) => ({ ...part, method: 0 }))))).toEqual([])
})

test('what is no zip, or a part of one, is none', () => {
  const zip = buildGtfs()
  for (const bytes of [new Uint8Array(), new Uint8Array(1_000), zip.slice(0, -30), zip.slice(0, 100)]) {
    expect(listCodes(bytes)).toEqual(['null not_a_zip'])
  }
  // Its end is there, and what it speaks of is not.
  expect(listCodes(zip.slice(1_000))).toEqual(['null not_a_zip'])
})

test.each([
  '../stops.txt',
  '/etc/stops.txt',
  'a/../../stops.txt',
  'C:\\stops.txt',
  '..\\stops.txt',
  'a\\b.txt',
])('an entry named %s is refused', (name) => {
  expect(listCodes(buildZip([...FILES, { name, text: 'x' }]))).toEqual(['null bad_entry_name'])
})

test('a name that is there twice, what is encrypted, and what is packed in other ways', () => {
  expect(listCodes(buildZip([...FILES, { name: 'stops.txt', text: 'x' }]))).toEqual(['null duplicate_entry'])
  expect(listCodes(buildZip([...FILES, { name: 'x.txt', text: 'x', flags: 1 }]))).toEqual([
    'null encrypted_entry',
  ])
  expect(listCodes(buildZip([...FILES, { name: 'x.txt', packed: new Uint8Array(5), method: 14 }]))).toEqual([
    'null unknown_compression',
  ])
})

test('an entry that is broken, of another checksum, or of another length', () => {
  const stops = FILES.find(({ name }) => name === 'stops.txt')
  const text = stops?.text ?? ''
  const packed = deflateRawSync(text)
  const replaced = (part: Partial<ZipPart>) =>
    listCodes(buildZip([...without('stops.txt'), { name: 'stops.txt', text, ...part }]))
  expect(replaced({})).toEqual([])
  expect(replaced({ packed: packed.map((byte, at) => (at > 20 && at < 60 ? ~byte : byte)) })).toEqual([
    'stops.txt broken_zip',
  ])
  expect(replaced({ packed: packed.subarray(0, 60) })).toEqual(['stops.txt broken_zip'])
  expect(replaced({ crc: 1 })).toEqual(['stops.txt broken_zip'])
  expect(replaced({ unpackedBytes: text.length - 1 })).toEqual(['stops.txt broken_zip'])
  expect(replaced({ unpackedBytes: text.length + 1 })).toEqual(['stops.txt broken_zip'])
})

test('a feed in one folder is taken with a warning, and other folders are left alone', () => {
  const inFolder = FILES.map((part) => ({ ...part, name: `town/${part.name}` }))
  const { timetable, warnings } = readTimetable(buildZip([{ name: 'town/', text: '' }, ...inFolder]))
  expect(timetable?.stops.count).toBe(12)
  expect(warnings.map(({ code }) => code)).toEqual(['files_in_subfolder'])
  const { warnings: more } = readTimetable(buildZip([...FILES, { name: 'old/stops.txt', text: 'x' }]))
  expect(more.map(({ code }) => code)).toEqual(['files_in_subfolders'])
  const mac = { name: '__MACOSX/._stops.txt', text: 'x' }
  expect(readTimetable(buildZip([...FILES, mac, { name: '.DS_Store', text: 'x' }])).warnings).toEqual([])
})

// 16 MiB that begin anew, so that they can be repeated: 1,250 times they are 20 GB in 20 MB.
const blanks = deflateRawSync(Buffer.alloc(16 * 1024 * 1024, '\n'), { finishFlush: constants.Z_FULL_FLUSH })

test('a zip that unpacks to 20 GB is refused in bounded memory, whether it says so or not', () => {
  const bomb = Buffer.concat([...Array.from({ length: 1_250 }, () => blanks), deflateRawSync('')])
  const before = process.memoryUsage.rss()
  const explode = (unpackedBytes: number, unpackedBytesMax?: number) =>
    listCodes(
      buildZip([...without('stops.txt'), { name: 'stops.txt', packed: bomb, unpackedBytes }]),
      unpackedBytesMax,
    )
  expect(explode(20 * 1024 ** 3)).toEqual(['stops.txt too_large'])
  expect(explode(1_000)).toEqual(['stops.txt broken_zip'])
  // It says so little that it is begun, and is stopped where it becomes too much.
  expect(explode(20_000_000, 20_000_000)).toEqual(['stops.txt too_large'])
  expect(explode(20_000_000, 64_000_000)).toEqual(['stops.txt broken_zip'])
  expect(process.memoryUsage.rss() - before).toBeLessThan(300_000_000)
})

test('more files than any feed has are refused', () => {
  const many = Array.from({ length: 1_001 }, (_, index) => [`${index}.txt`, new Uint8Array()] as const)
  expect(listCodes(zipSync(Object.fromEntries(many)))).toEqual(['null too_large'])
})
