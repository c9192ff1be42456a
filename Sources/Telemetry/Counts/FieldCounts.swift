internal import Features
internal import Metrics

/// How often which field was invalid, or out of range. A name that is counted under came from a
/// schema that an operator activated, never from a caller.
struct FieldCounts: Sendable {
    /// Names with a series of their own while the process lives, over all its schemas.
    static let namesMax = 64
    /// The label of fields that the schema does not have.
    private static let unknown = "unknown_field"
    /// The label of fields beyond `namesMax`.
    private static let other = "other"

    private var places = [FieldCounts.unknown: 0, FieldCounts.other: 1]
    private var counts: [UInt64] = [0, 0]
    private var names = [FieldCounts.unknown, FieldCounts.other]

    /// Makes room for the names of a schema, as far as there is room.
    mutating func activate(_ schema: Schema) {
        for field in schema.fields { add(field.name) }
        if let identifier = schema.identifier { add(identifier.name) }
    }

    /// The same for those fields alone that take numbers beyond their bounds.
    mutating func activateOutOfRange(_ schema: Schema) {
        for field in schema.fields where field.outOfRange != .refuse { add(field.name) }
    }

    /// Counts a field that the schema has.
    mutating func count(field: String) { counts[places[field] ?? 1] &+= 1 }

    mutating func count(_ violation: Violation) {
        if violation.code == .unknownField {
            counts[0] &+= 1
        } else {
            count(field: violation.field)
        }
    }

    mutating func merge(_ theirs: FieldCounts) {
        for (name, count) in zip(theirs.names, theirs.counts) {
            add(name)
            counts[places[name] ?? 1] &+= count
        }
    }

    /// The fields in the order of their schemas, then those that have no name.
    func write(to writer: inout MetricsWriter) {
        for place in counts.indices.dropFirst(2) { writer.sample(counts[place], [names[place]]) }
        for place in 0..<2 { writer.sample(counts[place], [names[place]]) }
    }

    /// The same without those that no schema has.
    func writeKnown(to writer: inout MetricsWriter) {
        for place in counts.indices.dropFirst(2) { writer.sample(counts[place], [names[place]]) }
        if counts[1] > 0 { writer.sample(counts[1], [names[1]]) }
    }

    private mutating func add(_ name: String) {
        guard places[name] == nil, names.count < FieldCounts.namesMax + 2 else { return }
        places[name] = names.count
        names.append(name)
        counts.append(0)
    }
}
