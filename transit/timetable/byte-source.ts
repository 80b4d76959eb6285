import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Bytes that can be read anywhere, as a zip needs: its list of contents is at the end. */
export interface ByteSource {
  readonly size: number
  /** Fewer than asked for only at the end. What it returns is valid until the next call. */
  read(offset: number, length: number): Uint8Array
  close(): void
}

export function openBytes(bytes: Uint8Array): ByteSource {
  // A Buffer is no plain Uint8Array: its slices are no copies.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    size: plain.length,
    read: (offset, length) => plain.subarray(offset, offset + length),
    close() {},
  }
}

/** Reads block the thread: for threads that have nothing else to do. Throws where the file cannot be opened. */
export function openFile(path: string): ByteSource {
  const handle = openSync(path, 'r')
  let buffer = new Uint8Array(0)
  return {
    size: fstatSync(handle).size,
    read(offset, length) {
      if (buffer.length < length) buffer = new Uint8Array(length)
      let filled = 0
      while (filled < length) {
        const count = readSync(handle, buffer, filled, length - filled, offset + filled)
        if (count === 0) break
        filled += count
      }
      return buffer.subarray(0, filled)
    },
    close: () => closeSync(handle),
  }
}
