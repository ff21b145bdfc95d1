/**
 * TensorFlow's protocol messages as bytes: nodes, functions and signatures enter, a `saved_model.pb` leaves. Field numbers are those of
 * tensorflow/core/framework/*.proto and core/protobuf/{meta_graph,saved_model}.proto; what no graph of ours uses is not here.
 */
import { PbfWriter } from 'pbf'

/** `DataType` of types.proto. */
export const DATA_TYPES = { float: 1, double: 2, int32: 3, int8: 6, bool: 10, resource: 20, variant: 21 } as const
export type DataType = keyof typeof DATA_TYPES

/** Sizes of dimensions, -1 where a graph leaves it open; null for a shape of unknown rank. */
export type GraphShape = readonly number[] | null

/** The value of a node's attribute. */
export type Attribute =
  | { readonly type: DataType }
  | { readonly types: readonly DataType[] }
  | { readonly int: number }
  | { readonly float: number }
  | { readonly bool: boolean }
  | { readonly text: string }
  /** A message within a text. */
  | { readonly bytes: Uint8Array }
  | { readonly shape: GraphShape }
  | { readonly shapes: readonly GraphShape[] }
  | { readonly tensor: { readonly type: DataType; readonly shape: readonly number[]; readonly bytes: Uint8Array } }
  /** The name of a function of the library. */
  | { readonly func: string }

export interface NodeMessage {
  readonly name: string
  readonly op: string
  /** Names of outputs of other nodes; `^name` for a node that must have run before. */
  readonly inputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

export interface ArgumentMessage {
  readonly name: string
  readonly type: DataType
}

export interface FunctionMessage {
  readonly name: string
  readonly parameters: readonly ArgumentMessage[]
  readonly results: readonly ArgumentMessage[]
  readonly nodes: readonly NodeMessage[]
  /** Which node's output each result is, in the order of `results`. */
  readonly returns: readonly string[]
}

/** An input or output of a signature: which tensor of the graph it is. */
export interface EndpointMessage {
  readonly tensor: string
  readonly type: DataType
  readonly shape: GraphShape
}

export interface SignatureMessage {
  readonly inputs: Readonly<Record<string, EndpointMessage>>
  readonly outputs: Readonly<Record<string, EndpointMessage>>
}

export interface SavedModelMessage {
  readonly nodes: readonly NodeMessage[]
  readonly functions: readonly FunctionMessage[]
  readonly signatures: Readonly<Record<string, SignatureMessage>>
}

/** The tag under which the graph is found. */
export const SERVING_TAG = 'serve'

/** The version of GraphDef that these nodes are written for (TF_GRAPH_DEF_VERSION of TensorFlow 2.16): newer ones read it. */
const GRAPH_VERSION = 1882

export function savedModelBytes(model: SavedModelMessage): Uint8Array {
  const writer = new PbfWriter()
  writer.writeVarintField(1, 1) // saved_model_schema_version
  writer.writeMessage(2, writeMetaGraph, model)
  return writer.finish()
}

function writeMetaGraph({ nodes, functions, signatures }: SavedModelMessage, pbf: PbfWriter): void {
  pbf.writeMessage(1, () => pbf.writeStringField(4, SERVING_TAG), null)
  pbf.writeMessage(
    2,
    () => {
      for (const node of nodes) pbf.writeMessage(1, writeNode, node)
      pbf.writeMessage(2, () => functions.forEach((each) => pbf.writeMessage(1, writeFunction, each)), null)
      pbf.writeMessage(4, () => pbf.writeVarintField(1, GRAPH_VERSION), null)
    },
    null,
  )
  writeMap(pbf, 5, signatures, writeSignature)
}

function writeSignature({ inputs, outputs }: SignatureMessage, pbf: PbfWriter): void {
  writeMap(pbf, 1, inputs, writeEndpoint)
  writeMap(pbf, 2, outputs, writeEndpoint)
  pbf.writeStringField(3, 'tensorflow/serving/predict')
}

function writeEndpoint({ tensor, type, shape }: EndpointMessage, pbf: PbfWriter): void {
  pbf.writeStringField(1, tensor)
  pbf.writeVarintField(2, DATA_TYPES[type])
  pbf.writeMessage(3, writeShape, shape)
}

function writeFunction({ name, parameters, results, nodes, returns }: FunctionMessage, pbf: PbfWriter): void {
  pbf.writeMessage(
    1,
    () => {
      pbf.writeStringField(1, name)
      for (const parameter of parameters) pbf.writeMessage(2, writeArgument, parameter)
      for (const result of results) pbf.writeMessage(3, writeArgument, result)
    },
    null,
  )
  for (const node of nodes) pbf.writeMessage(3, writeNode, node)
  writeMap(pbf, 4, Object.fromEntries(results.map((result, i) => [result.name, returns[i]!])))
}

function writeArgument({ name, type }: ArgumentMessage, pbf: PbfWriter): void {
  pbf.writeStringField(1, name)
  pbf.writeVarintField(3, DATA_TYPES[type])
}

function writeNode({ name, op, inputs, attributes }: NodeMessage, pbf: PbfWriter): void {
  pbf.writeStringField(1, name)
  pbf.writeStringField(2, op)
  for (const input of inputs) pbf.writeStringField(3, input)
  writeMap(pbf, 5, attributes, writeAttribute)
}

function writeAttribute(attribute: Attribute, pbf: PbfWriter): void {
  if ('type' in attribute) pbf.writeVarintField(6, DATA_TYPES[attribute.type])
  else if ('types' in attribute)
    pbf.writeMessage(
      1,
      () =>
        pbf.writePackedVarint(
          6,
          attribute.types.map((type) => DATA_TYPES[type]),
        ),
      null,
    )
  else if ('int' in attribute) pbf.writeVarintField(3, attribute.int)
  else if ('float' in attribute) pbf.writeFloatField(4, attribute.float)
  else if ('bool' in attribute) pbf.writeBooleanField(5, attribute.bool)
  else if ('text' in attribute) pbf.writeStringField(2, attribute.text)
  else if ('bytes' in attribute) pbf.writeBytesField(2, attribute.bytes)
  else if ('shape' in attribute) pbf.writeMessage(7, writeShape, attribute.shape)
  else if ('shapes' in attribute)
    pbf.writeMessage(1, () => attribute.shapes.forEach((shape) => pbf.writeMessage(7, writeShape, shape)), null)
  else if ('tensor' in attribute) {
    const { type, shape, bytes } = attribute.tensor
    pbf.writeMessage(
      8,
      () => {
        pbf.writeVarintField(1, DATA_TYPES[type])
        pbf.writeMessage(2, writeShape, shape)
        pbf.writeBytesField(4, bytes)
      },
      null,
    )
  } else pbf.writeMessage(10, () => pbf.writeStringField(1, attribute.func), null)
}

function writeShape(shape: GraphShape, pbf: PbfWriter): void {
  if (shape === null) pbf.writeBooleanField(3, true)
  else for (const size of shape) pbf.writeMessage(2, () => pbf.writeVarintField(1, size), null)
}

/** A map is a repeated message of a key and a value. @param write of a message; texts need none */
function writeMap(pbf: PbfWriter, field: number, entries: Readonly<Record<string, string>>): void
function writeMap<Entry>(
  pbf: PbfWriter,
  field: number,
  entries: Readonly<Record<string, Entry>>,
  write: (entry: Entry, pbf: PbfWriter) => void,
): void
function writeMap<Entry>(
  pbf: PbfWriter,
  field: number,
  entries: Readonly<Record<string, Entry>>,
  write?: (entry: Entry, pbf: PbfWriter) => void,
): void {
  for (const [key, value] of Object.entries(entries))
    pbf.writeMessage(
      field,
      () => {
        pbf.writeStringField(1, key)
        if (write) pbf.writeMessage(2, write, value)
        else pbf.writeStringField(2, String(value))
      },
      null,
    )
}
