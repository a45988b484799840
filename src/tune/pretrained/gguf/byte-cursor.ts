/** @file A file read from front to back through a window, so that a header of unknown length is read without the file behind it. */
import { UserError } from "../../../lib/errors.js";
import { type ByteSource, readAt } from "../file-bytes.js";

const windowBytes = 1 << 20;

/** What a header may take. Those of the largest vocabularies, of a quarter of a million tokens and their merges, take some 20 MB. */
export const mostHeaderBytes = 1e8;

/** Where a file is read next. Little-endian. The methods that take a value need its bytes in the window: `require` them first. */
export class ByteCursor {
  readonly #file: ByteSource;
  #window: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Where in the file the window begins. */
  #begin = 0;

  constructor(file: ByteSource) {
    this.#file = file;
  }

  /** The place in the file, in bytes. */
  get position(): number {
    return this.#begin + this.#at;
  }

  /** Bytes of the file that are not read yet. */
  get remaining(): number {
    return this.#file.size - this.position;
  }

  /** Whether so many bytes are in the window. */
  has(byteCount: number): boolean {
    return this.#window.length - this.#at >= byteCount;
  }

  /** Refuses to go on where the file has fewer bytes left; `what` they would be is for the message. Allocates nothing. */
  check(byteCount: number, what: string): void {
    if (byteCount > this.remaining)
      throw new UserError(
        `${this.#file.path} is cut off or damaged at byte ${this.position}: ${what} should take ${byteCount} bytes, the file has ` +
          `${this.remaining} more. Download it again.`,
      );
    if (this.position + byteCount > mostHeaderBytes)
      throw new UserError(
        `${this.#file.path} is damaged at byte ${this.position}: with ${what} its header would have more than ${mostHeaderBytes} bytes, ` +
          "more than that of any model. Download it again.",
      );
  }

  /** Brings so many bytes into the window. `UserError` where the file has not as many. */
  async require(byteCount: number, what: string): Promise<void> {
    if (this.has(byteCount)) return;
    this.check(byteCount, what);
    const { position } = this;
    const wanted = Math.max(byteCount, Math.min(windowBytes, this.#file.pieceEnd(position) - position));
    this.#window = Buffer.from((await readAt(this.#file, position, wanted)).buffer);
    this.#begin = position;
    this.#at = 0;
  }

  #take(byteCount: number): number {
    const at = this.#at;
    this.#at += byteCount;
    return at;
  }

  uint8 = (): number => this.#window.readUInt8(this.#take(1));
  int8 = (): number => this.#window.readInt8(this.#take(1));
  uint16 = (): number => this.#window.readUInt16LE(this.#take(2));
  int16 = (): number => this.#window.readInt16LE(this.#take(2));
  uint32 = (): number => this.#window.readUInt32LE(this.#take(4));
  int32 = (): number => this.#window.readInt32LE(this.#take(4));
  float32 = (): number => this.#window.readFloatLE(this.#take(4));
  float64 = (): number => this.#window.readDoubleLE(this.#take(8));
  uint64 = (): bigint => this.#window.readBigUInt64LE(this.#take(8));
  int64 = (): bigint => this.#window.readBigInt64LE(this.#take(8));

  /** A copy of the bytes. */
  bytes(byteCount: number): Uint8Array<ArrayBuffer> {
    const at = this.#take(byteCount);
    return Uint8Array.from(this.#window.subarray(at, at + byteCount));
  }

  /** UTF-8. What is none becomes U+FFFD, and a byte order mark stays: it may be a token. */
  text(byteCount: number): string {
    const at = this.#take(byteCount);
    return this.#window.toString("utf8", at, at + byteCount);
  }

  /** A length: 64 bits, of which no file fills more than 53. */
  async length(what: string): Promise<number> {
    if (!this.has(8)) await this.require(8, what);
    const value = this.uint64();
    // The nearest float64 of a larger one is refused wherever a length is compared with what the file has.
    return Number(value);
  }

  /** A string with its length before it. */
  async string(what: string): Promise<string> {
    const byteCount = await this.length(`the length of ${what}`);
    if (!this.has(byteCount)) await this.require(byteCount, what);
    return this.text(byteCount);
  }
}
