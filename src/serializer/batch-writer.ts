import { ByteWriter } from './byte-writer.js'
import { SharingCheck } from './sharing.js'
import { ZERO_WIDTH_LIMIT } from './zero-width.js'

/** What the columns of one batch write to, with what has to be known across columns. */
export class BatchWriter extends ByteWriter {
  /** Finds objects that a record holds twice. */
  readonly sharing = new SharingCheck()
  private zeroWidthLeft = ZERO_WIDTH_LIMIT

  /** Whether `count` more values may take no bytes; if so they are accounted for. */
  takeZeroWidth(count: number): boolean {
    if (count > this.zeroWidthLeft) return false
    this.zeroWidthLeft -= count
    return true
  }

  override rewind(): void {
    super.rewind()
    this.sharing.reset()
    this.zeroWidthLeft = ZERO_WIDTH_LIMIT
  }
}
