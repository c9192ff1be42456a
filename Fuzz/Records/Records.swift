import Features
import JSON
import RecordFormats

/// Bodies that bring several records, in every form. The first byte says which; of an inference
/// request the second says how many of the last bytes are its binary section, if any.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzRecords(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard bytes.count > 2 else { return 0 }
    let body = Array(bytes[2...])
    switch bytes[0] % 7 {
    case 0: inference(body, binaryBytes: Int(bytes[1]))
    case 1: judge(try? JSONRecords.lines(body.span, rowsMax: rowsMax))
    case 2: judge(try? JSONRecords.array(body.span, rowsMax: rowsMax))
    case 3: judge(try? CSVRecords(schema).read(body.span, rowsMax: rowsMax))
    case 4: judge(try? Dataframe.mlflow.read(body.span, rowsMax: rowsMax))
    case 5: judge(try? Dataframe.azure.read(body.span, rowsMax: rowsMax))
    default: judge(try? Dataframe.vertex.read(body.span, rowsMax: rowsMax))
    }
    return 0
}

private let rowsMax = 50

private let schema: Schema = {
    let text = """
        {"type":"object","properties":{
        "id":{"type":"string","x-identifier":true},
        "plan":{"type":"string","enum":["basic","plus"]},
        "months":{"type":"integer","minimum":0,"maximum":60,"x-blank":0},
        "price":{"type":"number","minimum":-1e9,"maximum":1e9}},
        "required":["plan","months","price"],"additionalProperties":false}
        """
    guard let schema = try? Schema(json: Array(text.utf8).span) else {
        preconditionFailure("the schema is one")
    }
    return schema
}()

/// The rows are few and in their place, and the decoder takes or refuses each.
private func judge(_ texts: RecordTexts?, hasObjects: Bool = false) {
    guard let texts else { return }
    precondition(texts.rows.count <= rowsMax, "rows are bounded")
    var decoder = RecordDecoder(schema: schema)
    for case .text(let range) in texts.rows {
        let text = texts.bytes.span.extracting(range)
        let isRecord = try? decoder.decode(text)
        precondition(isRecord != nil || !hasObjects, "what is written is an object")
    }
}

/// What is read is objects, in memory that the body and the rows bound.
private func inference(_ body: [UInt8], binaryBytes: Int) {
    let headerBytes = binaryBytes == 0 ? nil : max(0, body.count - binaryBytes)
    guard
        let request = try? OpenInferenceReader(schema: schema).read(
            body.span, headerBytes: headerBytes, rowsMax: rowsMax)
    else { return }
    precondition(!request.texts.rows.isEmpty && !request.outputs.isEmpty)
    // An element becomes six times as many bytes at most, and has its name beside it.
    precondition(request.texts.bytes.count <= 32 * body.count, "texts are bounded")
    judge(request.texts, hasObjects: true)
}
