/**
 * A small WebAssembly assembler: functions of i32 parameters over one imported shared memory, with locals made on demand. It
 * knows the binary format and nothing of recurrent networks.
 */

const I32 = 0x7f
const V128 = 0x7b

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value >>> 0
  do {
    const byte = rest & 0x7f
    rest >>>= 7
    bytes.push(rest === 0 ? byte : byte | 0x80)
  } while (rest !== 0)
  return bytes
}

/** Signed LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = []
  let rest = value | 0
  for (;;) {
    const byte = rest & 0x7f
    rest >>= 7
    if ((rest === 0 && !(byte & 0x40)) || (rest === -1 && byte & 0x40)) {
      bytes.push(byte)
      return bytes
    }
    bytes.push(byte | 0x80)
  }
}

/** SIMD opcodes by their name in the text format. */
const SIMD = {
  'v128.load': 0x00,
  'v128.load32_splat': 0x09,
  'v128.load64_splat': 0x0a,
  'v128.load32_zero': 0x5c,
  'v128.store': 0x0b,
  'v128.const': 0x0c,
  'f32x4.splat': 0x13,
  'f32x4.eq': 0x41,
  'f32x4.ne': 0x42,
  'f32x4.lt': 0x43,
  'f32x4.gt': 0x44,
  'f32x4.le': 0x45,
  'v128.not': 0x4d,
  'v128.and': 0x4e,
  'v128.andnot': 0x4f,
  'v128.or': 0x50,
  'v128.xor': 0x51,
  'v128.bitselect': 0x52,
  'f32x4.nearest': 0x6a,
  'i32x4.shl': 0xab,
  'i32x4.shr_s': 0xac,
  'i32x4.shr_u': 0xad,
  'i32x4.add': 0xae,
  'i32x4.sub': 0xb1,
  'i32x4.eq': 0x37,
  'f32x4.abs': 0xe0,
  'f32x4.neg': 0xe1,
  'f32x4.sqrt': 0xe3,
  'f32x4.add': 0xe4,
  'f32x4.sub': 0xe5,
  'f32x4.mul': 0xe6,
  'f32x4.div': 0xe7,
  'f32x4.min': 0xe8,
  'f32x4.max': 0xe9,
  'f32x4.pmin': 0xea,
  'f32x4.pmax': 0xeb,
  'i32x4.trunc_sat_f32x4_s': 0xf8,
  'f32x4.convert_i32x4_s': 0xfa,
  'f64x2.sqrt': 0xef,
  'f64x2.add': 0xf0,
  'f64x2.sub': 0xf1,
  'f64x2.mul': 0xf2,
  'f64x2.div': 0xf3,
  'f32x4.demote_f64x2_zero': 0x5e,
  'f64x2.promote_low_f32x4': 0x5f,
  'f32x4.relaxed_madd': 0x105,
  'f32x4.relaxed_nmadd': 0x106,
} as const
export type SimdOperation = keyof typeof SIMD

const INTEGER = {
  add: 0x6a,
  sub: 0x6b,
  mul: 0x6c,
  rem_u: 0x70,
  and: 0x71,
  lt_u: 0x49,
  ge_u: 0x4f,
  eq: 0x46,
  eqz: 0x45,
  shl: 0x74,
  shr_u: 0x76,
} as const

/** Pages of 64 KiB that the imported memory may grow to: all of a 32-bit address space. */
export const MAX_PAGES = 65536

/** A local variable or parameter of the function being written. */
export interface Local {
  readonly index: number
}

/** Bytes at the start of the memory that hold the module's constants; nothing else may stand there. */
export const CONSTANT_BYTES = 1024

/** Constants of 32 bits, written to the start of the memory when the module is instantiated. */
class ConstantTable {
  readonly #offsets = new Map<number, number>()

  /** Where the constant stands; null when the table is full. */
  offsetOf(bits: number): number | null {
    const known = this.#offsets.get(bits)
    if (known !== undefined) return known
    const offset = this.#offsets.size * 4
    if (offset >= CONSTANT_BYTES) return null
    this.#offsets.set(bits, offset)
    return offset
  }

  bytes(): Uint8Array {
    return new Uint8Array(Int32Array.from(this.#offsets.keys()).buffer)
  }
}

/** Writes the body of one function. Operands are pushed in order, as on the stack machine. */
export class FunctionBuilder {
  readonly #parameterCount: number
  readonly #kinds: number[] = []
  readonly #code: number[] = []

  readonly #constants: ConstantTable

  constructor(parameterCount: number, constants: ConstantTable) {
    this.#parameterCount = parameterCount
    this.#constants = constants
  }

  parameter(index: number): Local {
    return { index }
  }

  integerLocal(): Local {
    return { index: this.#parameterCount + this.#kinds.push(I32) - 1 }
  }

  vectorLocal(): Local {
    return { index: this.#parameterCount + this.#kinds.push(V128) - 1 }
  }

  get(local: Local): this {
    this.#code.push(0x20, ...unsigned(local.index))
    return this
  }

  set(local: Local): this {
    this.#code.push(0x21, ...unsigned(local.index))
    return this
  }

  tee(local: Local): this {
    this.#code.push(0x22, ...unsigned(local.index))
    return this
  }

  constant(value: number): this {
    this.#code.push(0x41, ...signed(value))
    return this
  }

  integer(operation: keyof typeof INTEGER): this {
    this.#code.push(INTEGER[operation])
    return this
  }

  simd(operation: SimdOperation): this {
    this.#code.push(0xfd, ...unsigned(SIMD[operation]))
    return this
  }

  /** Address on the stack; 4-byte alignment is all that rows promise. */
  load(operation: 'v128.load' | 'v128.load32_splat' | 'v128.load64_splat' | 'v128.load32_zero', offset: number): this {
    this.#code.push(0xfd, ...unsigned(SIMD[operation]), 2, ...unsigned(offset))
    return this
  }

  /** Address and value on the stack. */
  store(offset: number): this {
    this.#code.push(0xfd, ...unsigned(SIMD['v128.store']), 2, ...unsigned(offset))
    return this
  }

  /** [low half of a, high half of b] of the two vectors on the stack, as [a2 a3 b0 b1]: the upper floats first. */
  shuffleHalves(): this {
    const lanes = [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]
    this.#code.push(0xfd, 0x0d, ...lanes)
    return this
  }

  /** Address and vector on the stack: stores the first float alone. */
  storeFirst(offset: number): this {
    this.#code.push(0xfd, 0x5a, 2, ...unsigned(offset), 0)
    return this
  }

  /** [a0 a1 b0 b1] of the two vectors on the stack: the lower floats of both. */
  shuffleLows(): this {
    const lanes = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]
    this.#code.push(0xfd, 0x0d, ...lanes)
    return this
  }

  loadInteger(offset: number): this {
    this.#code.push(0x28, 2, ...unsigned(offset))
    return this
  }

  /** Scalar float at an address. */
  loadFloat(offset: number): this {
    this.#code.push(0x2a, 2, ...unsigned(offset))
    return this
  }

  storeFloat(offset: number): this {
    this.#code.push(0x38, 2, ...unsigned(offset))
    return this
  }

  addFloat(): this {
    this.#code.push(0x92)
    return this
  }

  multiplyFloat(): this {
    this.#code.push(0x94)
    return this
  }

  /** The same float in all four lanes. */
  floats(value: number): this {
    return this.#lanes(new Int32Array(new Float32Array([value]).buffer)[0]!)
  }

  integers(value: number): this {
    return this.#lanes(value | 0)
  }

  /** A constant from the module's table where it has room: V8 builds a vector constant from six instructions, but loads it in one. */
  #lanes(bits: number): this {
    const offset = bits === 0 ? null : this.#constants.offsetOf(bits)
    if (offset !== null) return this.constant(0).load('v128.load32_splat', offset)
    const lane = new Uint8Array(new Int32Array([bits]).buffer)
    this.#code.push(0xfd, ...unsigned(SIMD['v128.const']), ...lane, ...lane, ...lane, ...lane)
    return this
  }

  /** Repeats the body as long as the condition leaves a non-zero integer; not at all when it does not. */
  whileLoop(condition: () => void, body: () => void): this {
    this.#code.push(0x02, 0x40, 0x03, 0x40)
    condition()
    this.integer('eqz')
    this.#code.push(0x0d, 1)
    body()
    this.#code.push(0x0c, 0, 0x0b, 0x0b)
    return this
  }

  /** Repeats the body while it leaves a non-zero integer. */
  loop(body: () => void): this {
    this.#code.push(0x03, 0x40)
    body()
    this.#code.push(0x0d, 0, 0x0b)
    return this
  }

  /** Runs the body if the integer on the stack is not zero. */
  when(body: () => void, otherwise?: () => void): this {
    this.#code.push(0x04, 0x40)
    body()
    if (otherwise) {
      this.#code.push(0x05)
      otherwise()
    }
    this.#code.push(0x0b)
    return this
  }

  call(functionIndex: number): this {
    this.#code.push(0x10, ...unsigned(functionIndex))
    return this
  }

  /** local += by */
  advance(local: Local, by: number | Local): this {
    this.get(local)
    if (typeof by === 'number') this.constant(by)
    else this.get(by)
    return this.integer('add').set(local)
  }

  get parameterCount(): number {
    return this.#parameterCount
  }

  /** The function's body in the binary format. */
  body(): number[] {
    const locals: number[] = []
    let groups = 0
    for (let i = 0; i < this.#kinds.length;) {
      let end = i
      while (end < this.#kinds.length && this.#kinds[end] === this.#kinds[i]) end++
      locals.push(...unsigned(end - i), this.#kinds[i]!)
      groups++
      i = end
    }
    return [...unsigned(groups), ...locals, ...this.#code, 0x0b]
  }
}

/** A module with one imported memory (`host.memory`) and exported functions. */
export class ModuleBuilder {
  readonly #functions: { name: string; builder: FunctionBuilder }[] = []
  readonly #constants = new ConstantTable()

  /** Names of the functions in the order of their indices. */
  get names(): string[] {
    return this.#functions.map(({ name }) => name)
  }

  /** @returns the index of a function for `call`. */
  indexOf(name: string): number {
    const index = this.#functions.findIndex((added) => added.name === name)
    if (index < 0) throw new TypeError(`no function ${name}`)
    return index
  }

  /** Adds a function; @returns its index for `call`. */
  add(name: string, parameterCount: number, write: (f: FunctionBuilder) => void): number {
    const builder = new FunctionBuilder(parameterCount, this.#constants)
    write(builder)
    return this.#functions.push({ name, builder }) - 1
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const parameterCounts = [...new Set(this.#functions.map(({ builder }) => builder.parameterCount))]
    const vector = (items: number[][]): number[] => unsigned(items.length).concat(...items)
    const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length)].concat(content)
    const name = (text: string): number[] => [
      ...unsigned(text.length),
      ...[...text].map((character) => character.charCodeAt(0)),
    ]
    const types = section(
      1,
      vector(parameterCounts.map((count) => [0x60, ...unsigned(count), ...Array<number>(count).fill(I32), 0])),
    )
    const imports = section(
      2,
      vector([[...name('host'), ...name('memory'), 2, 3, ...unsigned(1), ...unsigned(MAX_PAGES)]]),
    )
    const declarations = section(
      3,
      vector(this.#functions.map(({ builder }) => unsigned(parameterCounts.indexOf(builder.parameterCount)))),
    )
    const exported = section(7, vector(this.#functions.map((f, index) => [...name(f.name), 0, ...unsigned(index)])))
    const code = section(
      10,
      vector(
        this.#functions.map(({ builder }) => {
          const body = builder.body()
          return unsigned(body.length).concat(body)
        }),
      ),
    )
    const constants = this.#constants.bytes()
    const data = section(11, vector([[0, 0x41, 0, 0x0b, ...unsigned(constants.length), ...constants]]))
    return new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0].concat(types, imports, declarations, exported, code, data))
  }
}
