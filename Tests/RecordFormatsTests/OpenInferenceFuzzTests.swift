import Features
import JSON
import RecordFormats
import TestSupport
import Testing

@Suite struct OpenInferenceFuzzTests {
    private let reader = OpenInferenceReader(schema: Parcel.schema)

    /// Good requests, from which others are made by changes.
    private static let seeds: [InferenceBody] = [
        InferenceBody(
            inputs: InferenceBody.input("plan", "BYTES", shape: "[2,1]", data: #"[["a"],["b"]]"#),
            InferenceBody.input("amount", "FP64", shape: "[2]", data: "[1.5,null]")),
        InferenceBody(
            inputs: InferenceBody.input("count", "INT64", shape: "[2,1]", binaryBytes: "16"),
            InferenceBody.input("plan", "BYTES", shape: "[2,1]", binaryBytes: "14"),
            InferenceBody.input("amount", "FP32", shape: "[2]", binaryBytes: "8"),
            binary: littleEndian(Int64(3)) + littleEndian(Int64(-4)) + binaryText("basic")
                + binaryText("a") + littleEndian(Float(1).bitPattern)
                + littleEndian(Float(2).bitPattern)),
        InferenceBody(
            #"{"id":"x","parameters":{"binary_data_output":true},"outputs":[{"name":"risk_level"}],"#
                + #""inputs":["# + InferenceBody.input("id", "INT8", data: "[7]") + "]}"),
    ]

    private static let pieces = [
        "{", "}", "[", "]", ",", ":", "\"", "null", "-1", "1e9", "99999999999999999999", "\\u0000",
        "\\ud800", "[1,1]", "[2]", "\"data\":[1]", "\"shape\":[3]", "\"datatype\":\"FP16\"",
        "binary_data_size", "\u{FF}", "[[[[[[[[[[[[[[[[[[",
    ]

    private func mutate(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...2, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...6, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.removeSubrange(place..<end)
            case 1:
                let piece = Self.pieces.randomElement(using: &random) ?? ""
                bytes.replaceSubrange(place..<end, with: piece.utf8)
            case 2 where place < bytes.count:
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            default: bytes.insert(contentsOf: bytes[place..<end], at: place)
            }
        }
        return bytes
    }

    @Test func `whatever is read is records that are JSON, each with the fields of the request`() {
        var random = SplitMix64(seed: 20_261_201)
        var readCount = 0
        for round in 0..<20_000 {
            let seed = Self.seeds[round % Self.seeds.count]
            let body = mutate(seed.bytes, &random)
            var headerBytes = seed.headerBytes
            if round % 5 == 0 { headerBytes = Int.random(in: 0...body.count + 2, using: &random) }
            guard
                let request = try? reader.read(body.span, headerBytes: headerBytes, rowsMax: 3)
            else { continue }
            readCount += 1
            #expect((1...3).contains(request.texts.rows.count))
            for text in request.texts.strings {
                let bytes = Array(text.utf8)
                let members = (try? JSONValue(parsing: bytes.span))?.asObject?.members
                #expect(members?.isEmpty == false, "round \(round): \(text)")
            }
        }
        // Enough of both, or the changes are too wild, or too tame.
        #expect((1000..<19_000).contains(readCount), "\(readCount)")
    }

    /// A request of so many rows in both forms.
    private func large(rows: Int) -> InferenceBody {
        let data = Array(repeating: "[12]", count: rows).joined(separator: ",")
        return InferenceBody(
            inputs: InferenceBody.input(
                "plan", "BYTES", shape: "[\(rows),1]", binaryBytes: "\(9 * rows)"),
            InferenceBody.input("count", "INT64", shape: "[\(rows),1]", data: "[\(data)]"),
            binary: Array(repeating: binaryText("basic"), count: rows).flatMap { $0 })
    }

    /// What is refused late, after as much as possible has been read.
    private func unknownMembers(_ count: Int) -> InferenceBody {
        InferenceBody(
            "{" + (0..<count).map { "\"x\($0)\":[[],{}]" }.joined(separator: ",") + "}")
    }

    @Test func `eight times the body takes far less than sixty-four times as long`() {
        let reader = reader
        func shortest(_ body: InferenceBody) -> Duration {
            let bytes = body.bytes
            return (0..<5).map { _ in
                ContinuousClock().measure {
                    _ = try? reader.read(
                        bytes.span, headerBytes: body.headerBytes, rowsMax: 100_000)
                }
            }.min() ?? .zero
        }
        for make in [large, unknownMembers] {
            let small = shortest(make(2000))
            let large = shortest(make(16_000))
            #expect(large < small * 32, "\(small) and \(large)")
        }
    }
}
