type NumberArray = Int8Array | Int32Array | Uint32Array | Uint8Array | Float64Array | Float32Array

/** A typed array that grows by half when it is full, for columns whose length is known only at their end. */
export class GrowingArray<T extends NumberArray> {
  values: T
  length = 0
  readonly #create: (length: number) => T

  constructor(create: (length: number) => T, capacity = 1024) {
    this.#create = create
    this.values = create(capacity)
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = this.#create(this.length + (this.length >> 1) + 16)
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.length] = value
    this.length += 1
  }

  /** What was pushed, without a copy. */
  view(): T {
    return this.values.subarray(0, this.length) as T
  }
}
