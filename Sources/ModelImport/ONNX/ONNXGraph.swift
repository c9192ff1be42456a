/// The graph of an ONNX model: what goes in, what is constant, and what is computed in which order.
/// Only what the operators need is read of it, and lists of numbers only when an operator asks.
struct ONNXGraph {
    struct Limits {
        var nodesMax = 4096
        var inputsMax = 65_535
        var attributesMax = 64
        /// Inputs of one operator.
        var operandsMax = 2048
        /// Elements of one list, and of all constants.
        var listMax = 1 << 20
        /// Columns of all tensors on the way.
        var columnsMax = 1 << 20
    }

    struct Input {
        let name: String
        let element: ONNXElement
        /// Columns; nil where the model does not say.
        let width: Int?
    }

    struct Node {
        let domain: String
        let type: String
        let inputs: [String]
        let outputs: [String]
        fileprivate let attributes: [String: Range<Int>]
    }

    /// What has made the file, for example `skl2onnx 1.19.1`.
    private(set) var producer = "ONNX"
    private(set) var inputs: [Input] = []
    private(set) var constants: [String: [Int]] = [:]
    private(set) var nodes: [Node] = []
    let limits = Limits()
    private let bytes: [UInt8]
    /// Elements of all constants.
    private var constantCount = 0

    static func begins(_ bytes: Span<UInt8>) -> Bool {
        // `ir_version`, the field 1, has been 3 at least for years; a text or a message follows.
        bytes.count > 4 && bytes[0] == 0x08 && 2...0x7F ~= bytes[1] && bytes[2] & 0x07 == 2
    }

    init(_ file: [UInt8]) throws(ONNXError) {
        bytes = file
        var graph: Range<Int>?
        var name = "ONNX"
        var version = ""
        var reader = ProtobufReader(file, file.indices)
        while let field = try reader.next() {
            switch field.number {
            case 2: name = String(try field.text(file).prefix(32))
            case 3: version = String(try field.text(file).prefix(32))
            case 7: graph = try field.range()
            case 25: throw .unsupported("a function of the model", wanted: "operators alone")
            default: break
            }
        }
        producer = version.isEmpty ? name : "\(name) \(version)"
        guard let graph else { throw .invalid("graph", wanted: "one") }
        try readGraph(graph)
    }

    private mutating func readGraph(_ range: Range<Int>) throws(ONNXError) {
        var reader = ProtobufReader(bytes, range)
        while let field = try reader.next() {
            switch field.number {
            case 1:
                guard nodes.count < limits.nodesMax else {
                    throw .tooMany("operators", most: limits.nodesMax)
                }
                nodes.append(try node(try field.range()))
            case 5:
                guard constants.count < limits.nodesMax else {
                    throw .tooMany("constants", most: limits.nodesMax)
                }
                try readConstant(try field.range())
            case 11:
                guard inputs.count < limits.inputsMax else {
                    throw .tooMany("inputs", most: limits.inputsMax)
                }
                inputs.append(try input(try field.range()))
            default: break
            }
        }
    }

    private func node(_ range: Range<Int>) throws(ONNXError) -> Node {
        var (domain, type) = ("", "")
        var inputs: [String] = []
        var outputs: [String] = []
        var attributes: [String: Range<Int>] = [:]
        var reader = ProtobufReader(bytes, range)
        while let field = try reader.next() {
            switch field.number {
            case 1:
                guard inputs.count < limits.operandsMax else {
                    throw .tooMany("inputs of an operator", most: limits.operandsMax)
                }
                inputs.append(try field.text(bytes))
            case 2:
                guard outputs.count < limits.attributesMax else {
                    throw .tooMany("outputs of an operator", most: limits.attributesMax)
                }
                outputs.append(try field.text(bytes))
            case 4: type = try field.text(bytes)
            case 5:
                guard attributes.count < limits.attributesMax else {
                    throw .tooMany("attributes", most: limits.attributesMax)
                }
                let place = try field.range()
                attributes[try attributeName(place)] = place
            case 7: domain = try field.text(bytes)
            default: break
            }
        }
        return Node(
            domain: domain, type: type, inputs: inputs, outputs: outputs, attributes: attributes)
    }

    private func attributeName(_ range: Range<Int>) throws(ONNXError) -> String {
        var reader = ProtobufReader(bytes, range)
        while let field = try reader.next() {
            if field.number != 1 { continue }
            return try field.text(bytes)
        }
        throw .invalid("an attribute", wanted: "its name first")
    }

    /// A tensor of 64-bit integers, as shapes and lists of columns are; others are ignored until an
    /// operator asks for them.
    private mutating func readConstant(_ range: Range<Int>) throws(ONNXError) {
        var name = ""
        var type = 0
        var values: [Int] = []
        var reader = ProtobufReader(bytes, range)
        while let field = try reader.next() {
            switch field.number {
            case 2: type = try field.integer()
            case 7: try append(field, to: &values)
            case 8: name = try field.text(bytes)
            case 9:
                var raw = ProtobufReader(bytes, try field.range())
                while !raw.isAtEnd {
                    try check(values.count)
                    values.append(Int(Int64(bitPattern: try raw.littleEndian(8))))
                }
            default: break
            }
            if type != 0, type != ONNXElement.int64.rawValue { return }
        }
        constantCount += values.count
        try check(constantCount - 1)
        constants[name] = values
    }

    private func input(_ range: Range<Int>) throws(ONNXError) -> Input {
        var name = ""
        var element: ONNXElement?
        var width: Int?
        var reader = ProtobufReader(bytes, range)
        while let field = try reader.next() {
            switch field.number {
            case 1: name = try field.text(bytes)
            case 2:
                // Type, tensor, shape, and the dimensions of it.
                guard let tensor = try member(1, of: try field.range()) else { break }
                element = try elementType(of: tensor)
                guard let shape = try member(2, of: tensor) else { break }
                var dimensions: [Range<Int>] = []
                var places = ProtobufReader(bytes, shape)
                while let dimension = try places.next(), dimensions.count < 3 {
                    dimensions.append(try dimension.range())
                }
                guard dimensions.count == 2 else { break }
                var sizes = ProtobufReader(bytes, dimensions[1])
                while let size = try sizes.next() {
                    if size.number != 1 { continue }
                    width = try size.integer()
                }
            default: break
            }
        }
        guard let element else {
            throw .unsupported(
                "input \(name.prefix(32))", wanted: "numbers (float, double, int64) or strings")
        }
        return Input(name: name, element: element, width: width)
    }

    private func elementType(of tensor: Range<Int>) throws(ONNXError) -> ONNXElement? {
        var reader = ProtobufReader(bytes, tensor)
        while let field = try reader.next() {
            if field.number == 1 { return ONNXElement(rawValue: try field.integer()) }
        }
        return nil
    }

    private func member(_ number: Int, of range: Range<Int>) throws(ONNXError) -> Range<Int>? {
        var reader = ProtobufReader(bytes, range)
        while let field = try reader.next() {
            if field.number != number { continue }
            return try field.range()
        }
        return nil
    }

    private func append(
        _ field: ProtobufReader.ProtobufField, to values: inout [Int]
    ) throws(ONNXError) {
        guard case .bytes(let range) = field.value else {
            try check(values.count)
            return values.append(try field.integer())
        }
        var packed = ProtobufReader(bytes, range)
        while !packed.isAtEnd {
            try check(values.count)
            values.append(Int(Int64(bitPattern: try packed.varint())))
        }
    }

    private func check(_ count: Int) throws(ONNXError) {
        guard count < limits.listMax else { throw .tooMany("elements", most: limits.listMax) }
    }
}

/// Kinds of elements, by ONNX's numbers.
enum ONNXElement: Int {
    case float = 1
    case int32 = 6
    case int64 = 7
    case string = 8
    case double = 11
}

/// The attributes of an operator. A missing list is empty.
extension ONNXGraph {
    func integers(_ name: String, _ node: Node) throws(ONNXError) -> [Int] {
        var values: [Int] = []
        try forEach(8, name, node) { (field) throws(ONNXError) in try append(field, to: &values) }
        return values
    }

    /// Finite numbers.
    func floats(_ name: String, _ node: Node) throws(ONNXError) -> [Float] {
        var values: [Float] = []
        try forEach(7, name, node) { (field) throws(ONNXError) in
            switch field.value {
            case .fixed32(let bits):
                try check(values.count)
                values.append(Float(bitPattern: bits))
            case .bytes(let range):
                var packed = ProtobufReader(bytes, range)
                while !packed.isAtEnd {
                    try check(values.count)
                    let bits = UInt32(truncatingIfNeeded: try packed.littleEndian(4))
                    values.append(Float(bitPattern: bits))
                }
            case .varint, .fixed64: throw .wrongKind(offset: field.offset)
            }
        }
        guard values.allSatisfy({ $0.isFinite }) else {
            throw .invalid("\(node.type).\(name)", wanted: "finite numbers")
        }
        return values
    }

    func texts(_ name: String, _ node: Node) throws(ONNXError) -> [String] {
        var values: [String] = []
        try forEach(9, name, node) { (field) throws(ONNXError) in
            try check(values.count)
            values.append(try field.text(bytes))
        }
        return values
    }

    func integer(_ name: String, _ node: Node) throws(ONNXError) -> Int? {
        var value: Int?
        try forEach(3, name, node) { (field) throws(ONNXError) in value = try field.integer() }
        return value
    }

    func text(_ name: String, _ node: Node) throws(ONNXError) -> String? {
        var value: String?
        try forEach(4, name, node) { (field) throws(ONNXError) in value = try field.text(bytes) }
        return value
    }

    func has(_ name: String, _ node: Node) -> Bool { node.attributes[name] != nil }

    /// The fields of an attribute with this number.
    private func forEach(
        _ number: Int, _ name: String, _ node: Node,
        _ body: (ProtobufReader.ProtobufField) throws(ONNXError) -> Void
    ) throws(ONNXError) {
        guard let range = node.attributes[name] else { return }
        var reader = ProtobufReader(bytes, range)
        while let field = try reader.next() {
            if field.number == number { try body(field) }
        }
    }
}
