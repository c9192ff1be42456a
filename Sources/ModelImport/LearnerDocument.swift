internal import JSON

/// What a model's document says besides what scores a row: what its columns are, and how it can be
/// rewritten for an older library.
struct LearnerDocument {
    /// One a feature, or none.
    private var featureNames: [String] = []
    /// One a feature, or none; `c` is a category.
    private var featureTypes: [String] = []
    private(set) var featureCount = 0
    /// For each feature the categories it knows, in the order of their codes; empty where it is a
    /// number or they are unknown, and no entry at all where the document, of before XGBoost
    /// 3.1, does not say.
    private var categories: [[String]] = []
    /// The round early stopping found best, from 0; nil where the document says none that can be.
    private(set) var bestIteration: Int?
    /// For example `3.2.0`; nil where the document does not say.
    private var version: String?
    /// Where `base_score` stands between its quotes.
    private(set) var baseScore: Range<Int>?
    /// The weight of each positive: `scale_pos_weight`, 1 if it is not stated.
    private(set) var positiveWeight = 1.0
    private var treeCount: Int?
    private var treesPerRound = 1
    private var statedRounds: Int?

    /// How many rounds were trained, as far as the document says.
    var roundCount: Int? { statedRounds ?? treeCount.map { $0 / max(treesPerRound, 1) } }

    /// What has saved it, for example `XGBoost 3.2.0`.
    var library: String? { version.map { "XGBoost \($0)" } }

    /// What the document says of its columns; none where it names none.
    var columns: [SourceColumn] {
        featureNames.enumerated().map { index, name in
            let known = index < categories.count ? categories[index] : []
            let type = index < featureTypes.count ? featureTypes[index] : ""
            return SourceColumn(
                name: name, isCategory: type == "c" || !known.isEmpty, categories: known)
        }
    }

    /// Reads a document that `Ensemble` accepts; of another the error may be less telling.
    init(parsing bytes: Span<UInt8>) throws(JSONError) {
        var scanner = JSONScanner(bytes)
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch scanner.text(name) {
            case "learner": try readLearner(&scanner)
            case "version": try readVersion(&scanner)
            default: try scanner.skipValue()
            }
        }
        try scanner.finish()
    }

    /// The document as XGBoost 1.7 reads it: it takes a base score in brackets, as XGBoost writes
    /// it since 3.1, for one half, without a word. Nothing else that newer releases write changes
    /// what it computes, and what it does not know it passes over.
    func legacyDocument(_ bytes: [UInt8]) -> [UInt8] {
        guard let baseScore else { return bytes }
        let digits = bytes[baseScore].filter {
            $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "]")
        }
        return bytes[..<baseScore.lowerBound] + digits + bytes[baseScore.upperBound...]
    }

    private mutating func readLearner(_ scanner: inout JSONScanner) throws(JSONError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch scanner.text(name) {
            case "feature_names": featureNames = try texts(&scanner)
            case "feature_types": featureTypes = try texts(&scanner)
            case "attributes": try readAttributes(&scanner)
            case "learner_model_param": try readParameters(&scanner)
            case "gradient_booster": try readBooster(&scanner)
            case "objective": try readObjective(&scanner)
            default: try scanner.skipValue()
            }
        }
    }

    private mutating func readAttributes(_ scanner: inout JSONScanner) throws(JSONError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            guard scanner.equals(name, "best_iteration"), try scanner.peek() == .string else {
                try scanner.skipValue()
                continue
            }
            bestIteration = Int32(scanner.text(try scanner.string()))
                .flatMap { $0 >= 0 ? Int($0) : nil }
        }
    }

    private mutating func readParameters(_ scanner: inout JSONScanner) throws(JSONError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            if scanner.equals(name, "base_score") {
                baseScore = try scanner.string().range
            } else if scanner.equals(name, "num_feature") {
                featureCount = Int(scanner.text(try scanner.string())) ?? 0
            } else {
                try scanner.skipValue()
            }
        }
    }

    private mutating func readObjective(_ scanner: inout JSONScanner) throws(JSONError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            guard scanner.equals(name, "reg_loss_param"), try scanner.peek() == .object else {
                try scanner.skipValue()
                continue
            }
            try scanner.beginObject()
            while let member = try scanner.nextName() {
                guard scanner.equals(member, "scale_pos_weight"), try scanner.peek() == .string
                else {
                    try scanner.skipValue()
                    continue
                }
                let weight = Double(scanner.text(try scanner.string()))
                positiveWeight = weight.flatMap { $0 > 0 && $0.isFinite ? $0 : nil } ?? 1
            }
        }
    }

    /// `gradient_booster`, or the trees of `dart` one level deeper.
    private mutating func readBooster(_ scanner: inout JSONScanner) throws(JSONError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch scanner.text(name) {
            case "gbtree": try readBooster(&scanner)
            case "model": try readModel(&scanner)
            default: try scanner.skipValue()
            }
        }
    }

    private mutating func readModel(_ scanner: inout JSONScanner) throws(JSONError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch scanner.text(name) {
            case "cats": try readCategories(&scanner)
            case "boosted_rounds": statedRounds = Int(exactly: try scanner.number().value)
            case "gbtree_model_param":
                try scanner.beginObject()
                while let member = try scanner.nextName() {
                    switch scanner.text(member) {
                    case "num_trees": treeCount = Int(scanner.text(try scanner.string()))
                    case "num_parallel_tree":
                        treesPerRound = Int(scanner.text(try scanner.string())) ?? 1
                    default: try scanner.skipValue()
                    }
                }
            default: try scanner.skipValue()
            }
        }
    }

    private mutating func readCategories(_ scanner: inout JSONScanner) throws(JSONError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            guard scanner.equals(name, "enc") else {
                try scanner.skipValue()
                continue
            }
            try scanner.beginArray()
            while try scanner.nextElement() { categories.append(try categoryNames(&scanner)) }
        }
    }

    /// The names one after the other as bytes of UTF-8, signed, with the offsets where each begins
    /// and the last ends; or numbers, without offsets.
    private func categoryNames(_ scanner: inout JSONScanner) throws(JSONError) -> [String] {
        var offsets: [Int]?
        var values: [Double] = []
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch scanner.text(name) {
            case "offsets": offsets = try numbers(&scanner).map { Int(exactly: $0) ?? -1 }
            case "values": values = try numbers(&scanner)
            default: try scanner.skipValue()
            }
        }
        guard let offsets else {
            return values.map { Int(exactly: $0).map { String($0) } ?? String($0) }
        }
        let bytes = values.map { UInt8(truncatingIfNeeded: Int(exactly: $0) ?? 0) }
        let ends = offsets.dropFirst()
        // XGBoost 3.2 counts characters for offsets and length where pandas has text beyond ASCII,
        // so that names are cut in wrong places: such a list says nothing that can be relied on.
        guard bytes.allSatisfy({ $0 < 0x80 }) else { return [] }
        // Ascending, so that all names together have no more bytes than there are.
        guard let last = offsets.last, offsets[0] >= 0, last <= bytes.count,
            zip(offsets, ends).allSatisfy({ $0 <= $1 })
        else { return [] }
        return zip(offsets, ends).map { String(decoding: bytes[$0..<$1], as: UTF8.self) }
    }

    private mutating func readVersion(_ scanner: inout JSONScanner) throws(JSONError) {
        let parts = try numbers(&scanner).compactMap { Int(exactly: $0) }
        if parts.count == 3 { version = parts.map { String($0) }.joined(separator: ".") }
    }

    private func texts(_ scanner: inout JSONScanner) throws(JSONError) -> [String] {
        var texts: [String] = []
        try scanner.beginArray()
        while try scanner.nextElement() { texts.append(scanner.text(try scanner.string())) }
        return texts
    }

    private func numbers(_ scanner: inout JSONScanner) throws(JSONError) -> [Double] {
        var numbers: [Double] = []
        try scanner.beginArray()
        while try scanner.nextElement() { numbers.append(try scanner.number().value) }
        return numbers
    }
}
