/** RFC 8428, table 6. */
const LABELS: Readonly<Record<string, number>> = {
  bver: -1,
  bn: -2,
  bt: -3,
  bu: -4,
  bv: -5,
  bs: -6,
  n: 0,
  u: 1,
  v: 2,
  vs: 3,
  vb: 4,
  s: 5,
  t: 6,
  ut: 7,
  vd: 8,
}

/** A SenML pack as CBOR (RFC 8949), with the labels of SenML as integers. */
export function encodeCbor(value: unknown): Buffer {
  if (value === null) return Buffer.from([0xf6])
  if (typeof value === 'boolean') return Buffer.from([value ? 0xf5 : 0xf4])
  if (typeof value === 'number') return encodeNumber(value)
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    return Buffer.concat([head(3, text.length), text])
  }
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encodeCbor)])
  const entries = Object.entries(value as object).filter(([, field]) => field !== undefined)
  return Buffer.concat([
    head(5, entries.length),
    ...entries.flatMap(([label, field]) => [encodeCbor(LABELS[label] ?? label), encodeCbor(field)]),
  ])
}

function encodeNumber(value: number): Buffer {
  if (Number.isSafeInteger(value) && Math.abs(value) < 2 ** 32) {
    return value >= 0 ? head(0, value) : head(1, -1 - value)
  }
  const bytes = Buffer.alloc(9)
  bytes[0] = 0xfb
  bytes.writeDoubleBE(value, 1)
  return bytes
}

function head(major: number, count: number): Buffer {
  if (count < 24) return Buffer.from([(major << 5) | count])
  const bytes = Buffer.alloc(5)
  bytes[0] = (major << 5) | 26
  bytes.writeUInt32BE(count, 1)
  return bytes
}
