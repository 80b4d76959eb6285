import { type FileHandle, open } from 'node:fs/promises'
import { inflateSync } from 'node:zlib'
import { PbfReader } from 'pbf'
import { KerbsideError, messageOf } from '../../model/error.ts'

/** What of an OpenStreetMap extract is wanted; what has no listener is skipped undecoded. */
export interface OsmListeners {
  /** Degrees. */
  onNode?(node: { id: number; longitude: number; latitude: number; tags: OsmTags }): void
  onWay?(way: { id: number; nodeIds: number[]; tags: OsmTags }): void
  onRelation?(relation: { id: number; members: OsmMember[]; tags: OsmTags }): void
  onBytes?(done: number, total: number): void
}

export type OsmTags = Readonly<Record<string, string | undefined>>

export interface OsmMember {
  readonly type: 'node' | 'way' | 'relation'
  readonly id: number
  readonly role: string
}

const MEMBER_TYPES = ['node', 'way', 'relation'] as const
const NO_TAGS: OsmTags = {}
const FEATURES = new Set(['OsmSchema-V0.6', 'DenseNodes'])
// The format's own limits (https://wiki.openstreetmap.org/wiki/PBF_Format): a file beyond them is none.
const HEADER_BYTES_MAX = 64 * 1024
const BLOB_BYTES_MAX = 32 * 1024 * 1024

/**
 * Reads an extract in the format `.osm.pbf`, a block at a time. Throws a KerbsideError INVALID_FILE where the file is not
 * there, is something else, is cut short, or needs a feature that is not known here (a history file, for one).
 */
export async function readOsm(path: string, listeners: OsmListeners): Promise<void> {
  let file: FileHandle
  try {
    file = await open(path)
  } catch (error) {
    throw new KerbsideError('INVALID_FILE', `${path} cannot be read: ${messageOf(error)}`, { cause: error })
  }
  try {
    const { size } = await file.stat()
    for (let position = 0; position < size; ) {
      const start = await read(file, position, 4)
      const headerBytes = start.readUInt32BE(0)
      if (headerBytes > HEADER_BYTES_MAX) throw new Error('it does not begin as one')
      const { type, blobBytes } = readBlobHeader(await read(file, position + 4, headerBytes))
      if (position === 0 && type !== 'OSMHeader') throw new Error('it does not begin as one')
      if (!(blobBytes <= BLOB_BYTES_MAX)) throw new Error(`a block has ${blobBytes} bytes`)
      const blob = await read(file, position + 4 + headerBytes, blobBytes)
      if (type === 'OSMHeader') checkHeader(new PbfReader(unpackBlob(blob)))
      if (type === 'OSMData') readBlock(new PbfReader(unpackBlob(blob)), listeners)
      position += 4 + headerBytes + blobBytes
      listeners.onBytes?.(position, size)
    }
    if (size === 0) throw new Error('it is empty')
  } catch (error) {
    if (error instanceof KerbsideError) throw error
    throw new KerbsideError(
      'INVALID_FILE',
      `${path} is no whole OpenStreetMap extract (.osm.pbf): ${messageOf(error)}`,
      { cause: error },
    )
  } finally {
    await file.close()
  }
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  if (bytesRead < length) throw new Error('it is cut short')
  return buffer
}

function readBlobHeader(bytes: Buffer): { type: string; blobBytes: number } {
  return new PbfReader(bytes).readFields(
    (field, header, pbf) => {
      if (field === 1) header.type = pbf.readString()
      if (field === 3) header.blobBytes = pbf.readVarint()
    },
    { type: '', blobBytes: Number.NaN },
  )
}

function unpackBlob(bytes: Buffer): Uint8Array {
  const { raw, zlib } = new PbfReader(bytes).readFields(
    (field, blob: { raw?: Uint8Array; zlib?: Uint8Array }, pbf) => {
      if (field === 1) blob.raw = pbf.readBytes()
      if (field === 3) blob.zlib = pbf.readBytes()
    },
    {},
  )
  if (raw) return raw
  if (zlib) return inflateSync(zlib, { maxOutputLength: BLOB_BYTES_MAX })
  throw new Error('it is compressed by something other than zlib')
}

function checkHeader(pbf: PbfReader): void {
  pbf.readFields((field) => {
    if (field !== 4) return
    const feature = pbf.readString()
    if (!FEATURES.has(feature)) throw new Error(`it needs ${feature}`)
  }, undefined)
}

/** The numbers of the fields are those of `osmformat.proto`. */
function readBlock(pbf: PbfReader, listeners: OsmListeners): void {
  const strings: string[] = []
  const groups: number[] = []
  const scale = { granularity: 100, latitudeOffset: 0, longitudeOffset: 0 }
  pbf.readFields((field) => {
    if (field === 1) {
      pbf.readMessage((inner) => {
        if (inner === 1) strings.push(pbf.readString())
      }, undefined)
    }
    // Groups come before the granularity that they need.
    if (field === 2) groups.push(pbf.pos)
    if (field === 17) scale.granularity = pbf.readVarint()
    if (field === 19) scale.latitudeOffset = pbf.readVarint(true)
    if (field === 20) scale.longitudeOffset = pbf.readVarint(true)
  }, undefined)
  const block: Block = {
    tagsOf: (keys, values) => {
      if (keys.length === 0) return NO_TAGS
      const tags: Record<string, string> = {}
      for (const [i, key] of keys.entries()) tags[strings[key] ?? ''] = strings[values[i] as number] ?? ''
      return tags
    },
    stringOf: (index) => strings[index] ?? '',
    longitudeOf: (value) => (scale.longitudeOffset + scale.granularity * value) / 1e9,
    latitudeOf: (value) => (scale.latitudeOffset + scale.granularity * value) / 1e9,
  }
  for (const position of groups) {
    pbf.pos = position
    pbf.readMessage((field) => {
      if (field === 1 && listeners.onNode) listeners.onNode(readNode(pbf, block))
      if (field === 2 && listeners.onNode) readDenseNodes(pbf, block, listeners.onNode)
      if (field === 3 && listeners.onWay) listeners.onWay(readWay(pbf, block))
      if (field === 4 && listeners.onRelation) listeners.onRelation(readRelation(pbf, block))
    }, undefined)
  }
}

interface Block {
  tagsOf(keys: readonly number[], values: readonly number[]): OsmTags
  stringOf(index: number): string
  longitudeOf(value: number): number
  latitudeOf(value: number): number
}

function readNode(pbf: PbfReader, block: Block): Parameters<NonNullable<OsmListeners['onNode']>>[0] {
  const node = { id: 0, keys: [] as number[], values: [] as number[], longitude: 0, latitude: 0 }
  pbf.readMessage((field) => {
    if (field === 1) node.id = pbf.readSVarint()
    if (field === 2) pbf.readPackedVarint(node.keys)
    if (field === 3) pbf.readPackedVarint(node.values)
    if (field === 8) node.latitude = block.latitudeOf(pbf.readSVarint())
    if (field === 9) node.longitude = block.longitudeOf(pbf.readSVarint())
  }, undefined)
  return { ...node, tags: block.tagsOf(node.keys, node.values) }
}

function readDenseNodes(pbf: PbfReader, block: Block, onNode: NonNullable<OsmListeners['onNode']>): void {
  const [ids, latitudes, longitudes, keysAndValues]: number[][] = [[], [], [], []]
  pbf.readMessage((field) => {
    if (field === 1) pbf.readPackedSVarint(ids)
    if (field === 8) pbf.readPackedSVarint(latitudes)
    if (field === 9) pbf.readPackedSVarint(longitudes)
    if (field === 10) pbf.readPackedVarint(keysAndValues)
  }, undefined)
  let [id, latitude, longitude, next] = [0, 0, 0, 0]
  const words = keysAndValues as number[]
  for (const [i, delta] of (ids as number[]).entries()) {
    id += delta
    latitude += (latitudes as number[])[i] as number
    longitude += (longitudes as number[])[i] as number
    let tags = NO_TAGS
    if (words.length > 0) {
      // Keys and values take turns; a zero ends those of a node.
      const [keys, values]: [number[], number[]] = [[], []]
      for (; next < words.length && words[next] !== 0; next += 2) {
        keys.push(words[next] as number)
        values.push(words[next + 1] as number)
      }
      next++
      tags = block.tagsOf(keys, values)
    }
    onNode({ id, longitude: block.longitudeOf(longitude), latitude: block.latitudeOf(latitude), tags })
  }
}

function readWay(pbf: PbfReader, block: Block): Parameters<NonNullable<OsmListeners['onWay']>>[0] {
  const way = { id: 0, keys: [] as number[], values: [] as number[], nodeIds: [] as number[] }
  pbf.readMessage((field) => {
    if (field === 1) way.id = pbf.readVarint()
    if (field === 2) pbf.readPackedVarint(way.keys)
    if (field === 3) pbf.readPackedVarint(way.values)
    if (field === 8) pbf.readPackedSVarint(way.nodeIds)
  }, undefined)
  return { id: way.id, nodeIds: sumUp(way.nodeIds), tags: block.tagsOf(way.keys, way.values) }
}

function readRelation(pbf: PbfReader, block: Block): Parameters<NonNullable<OsmListeners['onRelation']>>[0] {
  const relation = { id: 0, keys: [] as number[], values: [] as number[] }
  const [roles, ids, types]: [number[], number[], number[]] = [[], [], []]
  pbf.readMessage((field) => {
    if (field === 1) relation.id = pbf.readVarint()
    if (field === 2) pbf.readPackedVarint(relation.keys)
    if (field === 3) pbf.readPackedVarint(relation.values)
    if (field === 8) pbf.readPackedVarint(roles)
    if (field === 9) pbf.readPackedSVarint(ids)
    if (field === 10) pbf.readPackedVarint(types)
  }, undefined)
  return {
    id: relation.id,
    tags: block.tagsOf(relation.keys, relation.values),
    members: sumUp(ids).map((id, i) => ({
      id,
      role: block.stringOf(roles[i] as number),
      type: MEMBER_TYPES[types[i] as number] ?? 'relation',
    })),
  }
}

/** Ids come as differences from the one before. */
function sumUp(differences: readonly number[]): number[] {
  let sum = 0
  return differences.map((difference) => {
    sum += difference
    return sum
  })
}
