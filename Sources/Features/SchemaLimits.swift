/// What a schema may hold at most. A schema is operators' input: one that is larger is refused when
/// it is read, never when a request is.
package enum SchemaLimits {
    /// Bytes of a schema document.
    package static let documentBytesMax = 1 << 20
    /// Properties, the identifier among them.
    package static let fieldsMax = 256
    /// Values of one category, and aliases of one category.
    package static let valuesMax = 256
    /// Bytes of the name of a field, a derived feature or a column.
    package static let nameBytesMax = 64
    /// Bytes of a value, an alias or the label of a bin.
    package static let valueBytesMax = 64
    /// Bytes of a title or a description.
    package static let textBytesMax = 1024
    /// Bytes of the code of a reason.
    package static let reasonCodeBytesMax = 16
    /// Bytes of the sentence of a reason.
    package static let reasonBytesMax = 256
    /// Derived features.
    package static let derivedMax = 64
    /// Bins of one derived feature.
    package static let binsMax = 64
    /// Examples.
    package static let examplesMax = 16
    /// Implications.
    package static let implicationsMax = 64
    /// Mistakes of a document that are reported one by one; further ones are counted.
    package static let mistakesMax = 32
    /// The farthest a bound lies from zero: up to here a Double holds every integer exactly, and
    /// the cast to Float is finite.
    package static let boundMagnitudeMax = 9_007_199_254_740_992.0
    /// The smallest divisor of a column, so that no scaled value leaves the range of Float.
    package static let scaleMin = 1e-9
    /// Values in the order of a column's codes: a model may have seen more than the schema takes.
    package static let codesMax = 1024
    /// The farthest a cell of a row lies from zero: a bound less a mean, divided by a scale.
    package static let cellMagnitudeMax = 2 * boundMagnitudeMax / scaleMin
    /// Bytes of the name of a model's column: a name, `=` and a value, and as many as a name again
    /// for what scikit-learn puts in front.
    package static let columnNameBytesMax = 2 * nameBytesMax + 1 + valueBytesMax
}

/// How much of a record is taken, and how much of a bad one is repeated to the caller.
package enum RecordLimits {
    /// Bytes of an identifier.
    package static let identifierBytesMax = 64
    /// Unknown fields that are reported; further ones are ignored.
    package static let unknownFieldsMax = 32
    /// Bytes of an unknown field's name that are repeated, cut on a character's boundary.
    package static let unknownNameBytesMax = 64
    /// Values of a category that a violation lists before it only counts the rest.
    package static let listedValuesMax = 32
}
