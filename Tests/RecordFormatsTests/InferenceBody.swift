import Features
import RecordFormats
import Testing

/// A small schema with a field of every kind, and requests for it.
enum Parcel {
    static let schema: Schema = {
        let text = """
            {"type":"object","properties":{
             "id":{"type":"string","x-identifier":true},
             "plan":{"type":"string","enum":["basic","large"]},
             "count":{"type":"integer","minimum":0,"maximum":100},
             "amount":{"type":"number","minimum":-1000,"maximum":9007199254740992,"x-blank":0}},
             "required":["plan","count","amount"],"additionalProperties":false}
            """
        do {
            return try Schema(json: text.utf8.span)
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    /// The records of a request, as the texts that are judged.
    static func texts(
        _ request: InferenceBody, headerBytes: Int?? = nil, rowsMax: Int = 4
    ) throws -> [String] {
        try read(request, headerBytes: headerBytes, rowsMax: rowsMax).texts.strings
    }

    static func read(
        _ request: InferenceBody, headerBytes: Int?? = nil, rowsMax: Int = 4
    ) throws(RecordFormatError) -> OpenInferenceRequest {
        let body = request.bytes
        return try OpenInferenceReader(schema: schema).read(
            body.span, headerBytes: headerBytes ?? request.headerBytes, rowsMax: rowsMax)
    }

    /// Why a request is refused; nil: it is not.
    static func detail(
        _ request: InferenceBody, headerBytes: Int?? = nil, rowsMax: Int = 4
    ) -> String? {
        do throws(RecordFormatError) {
            _ = try read(request, headerBytes: headerBytes, rowsMax: rowsMax)
            return nil
        } catch {
            switch error {
            case .malformed(let detail): return detail
            case .tooManyRows(let max): return "more than \(max) rows"
            case .noRows: return "no rows"
            }
        }
    }
}

/// The body of an inference request: JSON, and the binary section after it.
struct InferenceBody {
    let json: String
    var binary: [UInt8] = []

    init(_ json: String, binary: [UInt8] = []) {
        self.json = json
        self.binary = binary
    }

    /// A request of these inputs and nothing else.
    init(inputs: String..., binary: [UInt8] = []) {
        self.init("{\"inputs\":[\(inputs.joined(separator: ","))]}", binary: binary)
    }

    /// One input in the form that clients write.
    static func input(
        _ name: String, _ datatype: String, shape: String = "[1]", data: String
    ) -> String {
        "{\"name\":\"\(name)\",\"shape\":\(shape),\"datatype\":\"\(datatype)\",\"data\":\(data)}"
    }

    /// One input in the binary section.
    static func input(
        _ name: String, _ datatype: String, shape: String = "[1]", binaryBytes: String
    ) -> String {
        "{\"name\":\"\(name)\",\"shape\":\(shape),\"datatype\":\"\(datatype)\","
            + "\"parameters\":{\"binary_data_size\":\(binaryBytes)}}"
    }

    var headerBytes: Int? { binary.isEmpty ? nil : json.utf8.count }
    var bytes: [UInt8] { Array(json.utf8) + binary }
}

extension RecordTexts {
    /// The text of each row; empty for a fault.
    var strings: [String] {
        rows.map { row in
            switch row {
            case .text(let range): String(decoding: bytes[range], as: UTF8.self)
            case .fault: ""
            }
        }
    }
}

/// The bytes of a number, the lowest first.
func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}

/// An element of BYTES in the binary section.
func binaryText(_ text: String) -> [UInt8] {
    littleEndian(UInt32(text.utf8.count)) + text.utf8
}
