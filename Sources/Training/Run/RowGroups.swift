internal import Features

/// Which rows of a table belong to the same customer, or to another unit that is kept together when
/// rows are divided.
package struct RowGroups: Equatable, Sendable {
    /// The column whose values make the groups.
    package let column: String
    /// The group of each row.
    package let numbers: [Int]
    /// How many groups there are.
    package let count: Int

    /// By the identifier where that repeats, or by the column `name`; nil where no value repeats.
    package init?(_ data: TrainingData, by name: String?) throws(TrainingError) {
        let schema = data.schema
        let identifier = schema.identifier?.name
        var found: (column: String, numbers: [Int])?
        if name == nil || name == identifier {
            if let identifier, let numbers = data.identifierGroups {
                found = (identifier, numbers)
            }
        } else if let name {
            guard let field = schema.fields.firstIndex(where: { $0.name == name }) else {
                throw .unknownField(
                    name, known: (identifier.map { [$0] } ?? []) + schema.fields.map(\.name))
            }
            found = (name, RowGroups.numbers(data.records, field))
        }
        guard let found else { return nil }
        let count = Set(found.numbers).count
        guard count < found.numbers.count else { return nil }
        (column, numbers) = found
        self.count = count
    }

    private static func numbers(_ records: [Record], _ field: Int) -> [Int] {
        var places: [Double: Int] = [:]
        return records.map { record in
            let place = places[record.values[field]] ?? places.count
            places[record.values[field]] = place
            return place
        }
    }
}
