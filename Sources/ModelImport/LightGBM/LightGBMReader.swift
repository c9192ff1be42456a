internal import Bytes
internal import JSON
internal import Models

/// Reads a model as LightGBM's `Booster.save_model` writes it.
struct LightGBMReader {
    /// Versions of the format: that of LightGBM 2.3 to 3, and that of LightGBM 4.
    private static let versions = ["v3", "v4"]

    private var text: LightGBMText
    private let limits = ModelLimits()

    static func begins(_ bytes: Span<UInt8>) -> Bool {
        bytes.holds(("tree\n" as StaticString).bytes, at: 0)
            || bytes.holds(("tree\r\n" as StaticString).bytes, at: 0)
    }

    /// What would make another score is refused by name.
    static func model(_ file: [UInt8]) throws(ModelError) -> ConvertedModel {
        var reader = LightGBMReader(text: LightGBMText(file))
        return try reader.read()
    }

    private init(text: LightGBMText) { self.text = text }

    private mutating func read() throws(ModelError) -> ConvertedModel {
        _ = text.nextLine()
        let header = try text.section("")
        let version = text.text(try text.value("version", header))
        guard LightGBMReader.versions.contains(version) else {
            throw .unsupported(
                feature: "version", found: String(version.prefix(16)),
                wanted: "v3 or v4, as LightGBM 2.3 and later write it")
        }
        for name in ["num_class", "num_tree_per_iteration"] {
            guard text.text(try text.value(name, header)) == "1" else {
                throw .unsupported(
                    feature: name, found: "other than 1", wanted: "one class, yes or no")
            }
        }
        let last = try text.integer("max_feature_idx", header, in: 0...limits.featuresMax - 1)
        let names = text.words(try text.value("feature_names", header), count: last + 1)
        guard names.count == last + 1 else {
            throw .invalid(path: "feature_names", wanted: "\(last + 1) names")
        }
        let (objective, scale) = try objective(header)
        var missing: Set<Int> = []
        var forest = try trees(header, featureCount: names.count, &missing)
        let isAverage = header.values["average_output"] != nil
        let factor = scale / (isAverage ? Double(max(forest.trees.count, 1)) : 1)
        if factor != 1 { forest.multiplyLeaves(by: factor) }
        let (weight, categories) = try footer()
        var writer = XGBoostWriter(
            featureNames: names, featureCount: names.count, objective: objective)
        writer.positiveWeight = weight
        return ConvertedModel(
            library: "LightGBM \(version)", document: try writer.document(.forest(forest)),
            columns: columns(names, header, categories), columnsWithMissing: missing.sorted(),
            source: .forest(forest))
    }

    /// What the model was trained for, and what its sum is multiplied by.
    private func objective(
        _ header: LightGBMText.Section
    ) throws(ModelError) -> (Objective, scale: Double) {
        let stated = header.values["objective"].map { text.text($0) } ?? "none"
        let words = stated.split(separator: " ").map(String.init)
        switch words.first {
        case "binary":
            guard words.count == 2, words[1].hasPrefix("sigmoid:"),
                let scale = LightGBMText.number(String(words[1].dropFirst("sigmoid:".count))),
                scale > 0
            else {
                throw .invalid(path: "objective", wanted: "binary sigmoid:x, x above 0")
            }
            return (.binaryLogistic, scale)
        case "cross_entropy" where words.count == 1: return (.regLogistic, 1)
        case "regression" where words.count == 1: return (.regSquaredError, 1)
        default:
            throw .unsupported(
                feature: "objective", found: String(stated.prefix(32)),
                wanted: "binary, cross_entropy or regression")
        }
    }

    private mutating func trees(
        _ header: LightGBMText.Section, featureCount: Int, _ missing: inout Set<Int>
    ) throws(ModelError) -> SourceForest {
        var forest = SourceForest()
        while true {
            guard let line = text.nextFilledLine() else {
                throw .missing(path: "the line \"end of trees\"")
            }
            if text.text(line) == "end of trees" { break }
            let index = forest.trees.count
            guard text.text(line) == "Tree=\(index)" else {
                throw .invalid(path: "the line after tree \(index - 1)", wanted: "Tree=\(index)")
            }
            guard index < limits.treesMax else {
                throw .tooMany("trees", found: index + 1, most: limits.treesMax)
            }
            let section = try text.section("tree \(index): ")
            try LightGBMTree(text: text, featureCount: featureCount, limits: limits)
                .read(section, into: &forest, missing: &missing)
        }
        if let sizes = header.values["tree_sizes"] {
            let wanted = text.wordCount(sizes)
            guard wanted == forest.trees.count else {
                throw .treeCount(found: forest.trees.count, wanted: wanted)
            }
        }
        return forest
    }

    /// What follows the trees: the parameters, and with a model of Python the categories of pandas.
    private mutating func footer() throws(ModelError) -> (Double, [JSONValue]) {
        var weight = 1.0
        while true {
            guard let line = text.nextFilledLine() else {
                throw .missing(path: "the line \"end of parameters\"")
            }
            let found = text.text(line)
            if found == "end of parameters" { break }
            if found.hasPrefix("[scale_pos_weight: "), found.hasSuffix("]") {
                let digits = found.dropFirst("[scale_pos_weight: ".count).dropLast()
                weight = LightGBMText.number(String(digits)).flatMap { $0 > 0 ? $0 : nil } ?? 1
            }
        }
        guard let line = text.nextFilledLine() else { return (weight, []) }
        let name = "pandas_categorical:"
        guard text.begins(line, "pandas_categorical:"), text.nextFilledLine() == nil else {
            throw .invalid(path: "the text after the parameters", wanted: "\(name) alone")
        }
        guard line.count <= limits.manifestBytesMax else {
            throw .tooMany(
                "bytes of pandas_categorical", found: line.count, most: limits.manifestBytesMax)
        }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: text.bytes.span.extracting(line.dropFirst(name.count)))
        } catch { throw .malformed(error) }
        return (weight, value.asArray ?? [])
    }

    /// pandas' categories are those of the columns that are categories, in their order.
    private func columns(
        _ names: [String], _ header: LightGBMText.Section, _ categories: [JSONValue]
    ) -> [SourceColumn] {
        let kinds = header.values["feature_infos"].map { text.words($0, count: names.count) } ?? []
        // A number has its range, `[0:60]`, and a column that is never used `none`.
        let isCategory = kinds.map { !$0.hasPrefix("[") && $0 != "none" }
        let places = isCategory.indices.filter { isCategory[$0] }
        let isKnown = kinds.count == names.count && places.count == categories.count
        return names.enumerated().map { index, name in
            var column = SourceColumn(name: name)
            column.isCategory = isCategory.indices ~= index && isCategory[index]
            if isKnown, let place = places.firstIndex(of: index) {
                column.categories = (categories[place].asArray ?? []).map { value in
                    value.asString
                        ?? value.asNumber.map { number in
                            Int(exactly: number).map { "\($0)" } ?? "\(number)"
                        } ?? ""
                }
            }
            return column
        }
    }
}
