import Features
import ModelImport

private let schema: Schema = {
    let text = """
        {"type":"object","properties":{
        "plan":{"type":"string","enum":["basic","plus","all"]},
        "paperless":{"type":"string","enum":["Yes","No"]},
        "months":{"type":"integer","minimum":0,"maximum":60},
        "price":{"type":"number","minimum":0,"maximum":150}},
        "required":["plan","paperless","months","price"],"additionalProperties":false}
        """
    guard let schema = try? Schema(json: Array(text.utf8).span) else {
        preconditionFailure("the schema is one")
    }
    return schema
}()

/// A file is refused, or libxgboost scores it as the scorer does: neither a crash of the library
/// nor another margin. LightGBM's text and ONNX begin as their seeds do.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzModelImport(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let file = Array(UnsafeBufferPointer(start: start, count: count))
    do throws(ImportError) {
        _ = try ModelImport(name: "fuzzed", version: "1").run(file: file, schema: schema)
    } catch {
        if case .marginsDiffer = error { preconditionFailure("\(error)") }
    }
    return 0
}
