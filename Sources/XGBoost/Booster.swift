internal import CXGBoost

/// A model in the making or a finished one, as libxgboost holds it, freed with its owner.
///
/// A booster belongs to one thread: the library's results live in buffers of the handle.
package struct Booster: ~Copyable {
    private let owner: BoosterOwner

    /// An empty model that will learn from `data`, with parameters spelled as XGBoost documents
    /// them.
    package init(
        learning data: borrowing DataMatrix, parameters: [(name: String, value: String)]
    ) throws(XGBoostError) {
        let owner = try BoosterOwner(learning: data)
        for (name, value) in parameters { try owner.set(name, to: value) }
        self.owner = owner
    }

    /// The model that `document` holds in one of XGBoost's own formats, for example its JSON.
    package init(document: Span<UInt8>, threads: Int = 1) throws(XGBoostError) {
        let owner = try BoosterOwner()
        try owner.load(document)
        try owner.set("nthread", to: "\(threads)")
        self.owner = owner
    }

    /// Adds one round of trees learnt from `data`. Rounds count from 0.
    package func update(
        round: Int, learning data: borrowing DataMatrix
    ) throws(XGBoostError) {
        // SAFETY: both handles are alive during the call.
        let status = unsafe XGBoosterUpdateOneIter(owner.handle, CInt(round), data.handle)
        try XGBoostError.check(status, "XGBoosterUpdateOneIter")
    }

    /// Writes into the model what the features are called, one name a feature.
    package func setFeatureNames(_ names: [String]) throws(XGBoostError) {
        var bytes: [CChar] = []
        var offsets: [Int] = []
        for name in names {
            offsets.append(bytes.count)
            bytes += name.utf8.map { CChar(bitPattern: $0) } + [0]
        }
        // SAFETY: each pointer leads to a text in `bytes` that ends in NUL; the library copies them
        // during the call.
        let status = unsafe bytes.withUnsafeBufferPointer { buffer in
            var texts: [UnsafePointer<CChar>?] = unsafe offsets.map { offset in
                unsafe buffer.baseAddress.map { unsafe $0 + offset }
            }
            return unsafe XGBoosterSetStrFeatureInfo(
                owner.handle, "feature_name", &texts, bst_ulong(texts.count))
        }
        try XGBoostError.check(status, "XGBoosterSetStrFeatureInfo")
    }

    /// The margin of each row of `data`: the sum before the objective's link function.
    package func margins(of data: borrowing DataMatrix) throws(XGBoostError) -> [Float] {
        try predict(.margin, of: data)
    }

    /// The margins that a model in XGBoost's JSON gives to rows.
    package static func margins(
        of rows: Span<Float>, columnCount: Int, document: Span<UInt8>
    ) throws(XGBoostError) -> [Float] {
        try Booster(document: document)
            .margins(of: DataMatrix(rows: rows, columnCount: columnCount))
    }

    /// What each feature adds to each row's margin, row after row, and last in a row what all rows
    /// share: their sum is the margin (Lundberg, Lee 2017).
    package func contributions(of data: borrowing DataMatrix) throws(XGBoostError) -> [Float] {
        try predict(.contributions, of: data)
    }

    /// The model as XGBoost's JSON.
    package func document() throws(XGBoostError) -> [UInt8] {
        var count: bst_ulong = 0
        var characters: UnsafePointer<CChar>?
        // SAFETY: the result belongs to the booster until its next call and is copied before that.
        let status = unsafe XGBoosterSaveModelToBuffer(
            owner.handle, #"{"format":"json"}"#, &count, &characters)
        try XGBoostError.check(status, "XGBoosterSaveModelToBuffer")
        let bytes = unsafe UnsafeRawBufferPointer(start: characters, count: Int(count))
        return unsafe Array(bytes)
    }

    /// What is computed for each row of a matrix, by the library's option mask.
    package enum Output: CInt {
        case probability = 0
        case margin = 1
        case contributions = 4
    }

    package func predict(
        _ output: Output, of data: borrowing DataMatrix
    ) throws(XGBoostError) -> [Float] {
        var count: bst_ulong = 0
        var values: UnsafePointer<Float>?
        // SAFETY: the result belongs to the booster until its next call and is copied before that.
        let status = unsafe XGBoosterPredict(
            owner.handle, data.handle, output.rawValue, 0, 0, &count, &values)
        try XGBoostError.check(status, "XGBoosterPredict")
        return unsafe Array(UnsafeBufferPointer(start: values, count: Int(count)))
    }
}
