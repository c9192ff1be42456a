internal import Bytes
internal import Features

/// Finds what the columns of a model show by their names, as pandas and scikit-learn make them.
///
/// A number's column has the name of its field, `tenure`. A value's has field and value, joined by
/// an underscore as `pandas.get_dummies` and scikit-learn's OneHotEncoder do, or by `=` as churnctl
/// does: `Contract_One year`. In front may stand the name of a step, `cat__` or `remainder__`, as
/// ColumnTransformer puts it there. A category of which the model knows the codes has the name of
/// its field. LightGBM writes an underscore for each blank: `Contract_One_year`.
struct ColumnMatcher {
    private enum Target: Equatable {
        case feature(Int)
        case value(feature: Int, place: Int)
    }

    /// How many similar names an error tells.
    private static let candidatesMax = 3

    private let schema: Schema
    private let features: [Feature]
    private var targets: [String: [Target]] = [:]

    init(_ schema: Schema) {
        self.schema = schema
        features = schema.features
        for (index, feature) in features.enumerated() {
            add(.feature(index), as: feature.name)
            for (place, value) in (feature.values ?? []).enumerated() {
                add(.value(feature: index, place: place), named: value, of: feature)
            }
        }
        for (index, field) in schema.fields.enumerated() {
            guard case .category(_, let aliases) = field.kind else { continue }
            for alias in aliases {
                add(
                    .value(feature: index, place: alias.index), named: alias.name,
                    of: features[index])
            }
        }
    }

    private mutating func add(_ target: Target, named value: String, of feature: Feature) {
        add(target, as: "\(feature.name)_\(value)")
        add(target, as: "\(feature.name)=\(value)")
    }

    private mutating func add(_ target: Target, as name: String) {
        if name.contains(" ") { add(target, as: name.replacing(" ", with: "_")) }
        if targets[name, default: []].contains(target) { return }
        targets[name, default: []].append(target)
    }

    /// - Parameters:
    ///   - isCategory: whether the model takes the column for codes.
    ///   - categories: the categories the model knows of it, in the order of their codes.
    func column(
        named name: String, isCategory: Bool, categories: [String]
    ) throws(ImportError) -> FeatureEncoding.Column {
        let found = spellings(of: name).lazy.compactMap { self.targets[$0] }.first ?? []
        guard let target = found.first else {
            throw .unknownColumn(name, nearest: nearest(to: name))
        }
        guard found.count == 1 else {
            throw .ambiguousColumn(name, meanings: found.map { text($0) })
        }
        switch target {
        case .feature(let index):
            let content = try content(name, features[index], isCategory, categories)
            return FeatureEncoding.Column(name: name, feature: index, content: content)
        case .value(let feature, let place):
            if isCategory { throw .codesOfOneValue(name) }
            return FeatureEncoding.Column(
                name: name, feature: feature, content: .presence(of: place))
        }
    }

    private func content(
        _ name: String, _ feature: Feature, _ isCategory: Bool, _ categories: [String]
    ) throws(ImportError) -> FeatureEncoding.Content {
        guard isCategory || feature.categories != nil else { return .number }
        guard let values = feature.values else {
            throw .codesOfNumber(name, feature: feature.name)
        }
        guard !categories.isEmpty else {
            throw .noCodes(name, values: values)
        }
        guard categories.count <= SchemaLimits.codesMax else {
            throw .tooManyCategories(name, most: SchemaLimits.codesMax)
        }
        let order = categories.map { canonical($0, of: feature, among: categories) }
        if let lacking = values.first(where: { !order.contains($0) }) {
            throw .unseenCategory(name, value: lacking)
        }
        return .code(order: order)
    }

    /// The value a category of the model is, where it is spelled by an alias.
    private func canonical(
        _ category: String, of feature: Feature, among categories: [String]
    ) -> String {
        guard let field = schema.fields.first(where: { $0.name == feature.name }),
            case .category(let values, let aliases) = field.kind,
            let alias = aliases.first(where: { $0.name == category }),
            !categories.contains(values[alias.index])
        else { return category }
        return values[alias.index]
    }

    /// The name, and what remains of it after each double underscore.
    private func spellings(of name: String) -> [String] {
        [name] + name.ranges(of: "__").map { String(name[$0.upperBound...]) }
    }

    private func text(_ target: Target) -> String {
        switch target {
        case .feature(let feature): features[feature].name
        case .value(let feature, let place):
            "\(features[feature].name)=\(features[feature].values?[place] ?? "")"
        }
    }

    /// The names that are closest to what is looked for, by the edits that lie between, letters of
    /// either case being the same; at most one for each thing they name.
    private func nearest(to name: String) -> [String] {
        // No column has a longer name.
        let bytesMax = SchemaLimits.columnNameBytesMax
        let wanted = spellings(of: name).map { Array($0.lowercased().utf8.prefix(bytesMax)) }
        let known = targets.keys.filter { !$0.contains("=") }.map { key in
            let bytes = Array(key.lowercased().utf8.prefix(bytesMax))
            return (key, wanted.map { NearestName.edits($0, bytes) }.min() ?? .max)
        }
        return known.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(ColumnMatcher.candidatesMax)
            .map(\.0)
    }
}
