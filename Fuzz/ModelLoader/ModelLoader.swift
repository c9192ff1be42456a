import Models

/// A model's text is refused, or it is one that scores every row with a number.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzModelLoader(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: count)
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
