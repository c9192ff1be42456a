internal import Features

/// What a model computes of one column of its inputs before it predicts.
struct SourceTransformation: Equatable, Sendable {
    /// The place of the column among those of the inputs.
    let base: Int
    /// The value whose presence is shown; nil for the column itself.
    let presence: String?
    let mean: Double
    let scale: Double
}

/// Makes the encoding of a model from what it says of its columns, or from what its caller says.
struct ColumnEncoder {
    let schema: Schema
    let known: [SourceColumn]
    /// Nil where the model reads the columns as they are.
    let transformations: [SourceTransformation]?
    /// Columns that the model has, known or not.
    let columnCount: Int

    /// - Parameter columns: a list of columns as JSON, in the place of what the model says.
    func encoding(_ columns: [UInt8]?) throws(ImportError) -> FeatureEncoding {
        let entries =
            if let columns {
                try ColumnList(parsing: columns.span, schema: schema).entries
            } else { known.map { ColumnList.Entry.name($0.name) } }
        if entries.isEmpty || columns == nil && known.contains(where: { $0.name.isEmpty }) {
            throw .noNames(featureCount: columnCount)
        }
        guard entries.count == columnCount else {
            throw .nameCount(found: entries.count, wanted: columnCount)
        }
        let matcher = ColumnMatcher(schema)
        var made: [FeatureEncoding.Column] = []
        if let transformations {
            for transformation in transformations {
                made.append(
                    try column(transformation, of: entries[transformation.base], matcher))
            }
        } else {
            for (index, entry) in entries.enumerated() {
                let source = known.indices ~= index ? known[index] : nil
                made.append(try column(index, entry, source, matcher))
            }
        }
        do throws(SchemaError) {
            return try FeatureEncoding(columns: made, schema: schema)
        } catch {
            let place = error.pointer.text.split(separator: "/").first.flatMap { Int($0) }
            throw .repeatedColumn(place.map { made[$0].name } ?? error.pointer.text)
        }
    }

    private func column(
        _ index: Int, _ entry: ColumnList.Entry, _ source: SourceColumn?, _ matcher: ColumnMatcher
    ) throws(ImportError) -> FeatureEncoding.Column {
        switch entry {
        case .column(let column): return column
        case .name(let name):
            guard name.utf8.count <= SchemaLimits.columnNameBytesMax else {
                throw .nameTooLong(index: index, bytesMax: SchemaLimits.columnNameBytesMax)
            }
            return try matcher.column(
                named: name, isCategory: source?.isCategory ?? false,
                categories: source?.categories ?? [])
        }
    }

    /// A column shifted and scaled twice is one shifted and scaled once.
    private func column(
        _ transformation: SourceTransformation, of entry: ColumnList.Entry,
        _ matcher: ColumnMatcher
    ) throws(ImportError) -> FeatureEncoding.Column {
        let base: FeatureEncoding.Column
        switch (entry, transformation.presence) {
        case (.name(let name), let value):
            let named = ColumnList.Entry.name(value.map { "\(name)_\($0)" } ?? name)
            base = try column(transformation.base, named, nil, matcher)
        case (.column(let column), nil): base = column
        case (.column(let column), .some): throw .presenceOfColumn(column.name)
        }
        return FeatureEncoding.Column(
            name: base.name, feature: base.feature, content: base.content,
            mean: base.mean + transformation.mean * base.scale,
            scale: base.scale * transformation.scale)
    }
}
