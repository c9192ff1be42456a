import Bundle
import Features
import JSON
import Models

/// A text is read as every file of a bundle: it is refused, or it is a model that scores every row
/// with a number, a golden row, a manifest or a schema.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzModelLoader(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    golden(bytes.span)
    documents(bytes.span)
    var limits = ModelLimits()
    limits.categoryBitsMax = 1 << 20
    let names = ["f0", "f1", "f2"]
    guard
        let ensemble = try? Ensemble(
            xgboostJSON: bytes.span, featureNames: names, limits: limits)
    else { return 0 }
    let cells: [Float] = [0, -1, 0.5, 3, 70, 1e25, -1e25, .nan]
    for first in cells {
        for second in cells {
            let row = [first, second, first]
            let margin = ensemble.margin(row.span)
            precondition(margin.isFinite, "a margin that is no number")
            precondition(0...1 ~= ensemble.link.probability(fromMargin: margin))
        }
    }
    precondition(ensemble.featureUses.count == names.count)
    return 0
}

/// A row compares itself with any number, and holds for its own.
private func golden(_ bytes: Span<UInt8>) {
    guard let row = try? GoldenRow(parsing: bytes) else { return }
    precondition(0...1 ~= row.probability)
    let margin = Float(bitPattern: row.marginBits)
    // A NaN may change its bits on the way, and no margin is one.
    guard !margin.isNaN else { return }
    let least = Float.leastNonzeroMagnitude
    for found: Float in [row.probability, 0, -0.0, 1, -1, .nan, .infinity, least, -least] {
        let isEqual = (try? row.check(margin: margin, probability: found)) != nil
        precondition(isEqual || found != row.probability)
    }
    var writer = JSONWriter()
    row.write(to: &writer)
    let line = Array(writer.finish().dropLast())
    let read = try? GoldenRow(parsing: line.span)
    precondition(read == row)
}

/// What is written of a document that was read is read again.
private func documents(_ bytes: Span<UInt8>) {
    if let schema = try? Schema(json: bytes) {
        let again = try? Schema(document: schema.document)
        precondition(again == schema)
        let encoding = FeatureEncoding(oneHot: schema)
        let encodingAgain = try? FeatureEncoding(document: encoding.document, schema: schema)
        precondition(encodingAgain == encoding)
    }
    guard let manifest = try? Manifest(parsing: bytes) else { return }
    _ = manifest.remark
    var writer = JSONWriter()
    writer.value(manifest.document)
    let written = writer.finish()
    let again = try? Manifest(parsing: written.span)
    precondition(again == manifest)
}
