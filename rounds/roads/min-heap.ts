/** Items (small whole numbers) by key, the least first. An item may be in it several times: whoever takes it out checks. */
export class MinHeap {
  size = 0
  private keys = new Int32Array(256)
  private items = new Int32Array(256)

  /** Infinity where it is empty. */
  get leastKey(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.keys[0] as number)
  }

  clear(): void {
    this.size = 0
  }

  push(item: number, key: number): void {
    if (this.size === this.keys.length) this.grow()
    const { keys, items } = this
    let position = this.size++
    while (position > 0) {
      const parent = (position - 1) >> 1
      const parentKey = keys[parent] as number
      if (parentKey <= key) break
      keys[position] = parentKey
      items[position] = items[parent] as number
      position = parent
    }
    keys[position] = key
    items[position] = item
  }

  /** The item of the least key; only where there is one. */
  pop(): number {
    const { keys, items } = this
    const least = items[0] as number
    const last = --this.size
    const key = keys[last] as number
    const item = items[last] as number
    let position = 0
    for (let child = 1; child < last; child = 2 * position + 1) {
      if (child + 1 < last && (keys[child + 1] as number) < (keys[child] as number)) child++
      const childKey = keys[child] as number
      if (childKey >= key) break
      keys[position] = childKey
      items[position] = items[child] as number
      position = child
    }
    keys[position] = key
    items[position] = item
    return least
  }

  private grow(): void {
    const [keys, items] = [this.keys, this.items]
    this.keys = new Int32Array(keys.length * 2)
    this.items = new Int32Array(keys.length * 2)
    this.keys.set(keys)
    this.items.set(items)
  }
}
