internal import Features
package import Tables

/// What a check keeps in memory at most, however long the table is.
package struct DataCheckLimits: Sendable {
    package var table = CSVLimits()
    /// Rows that later ones are compared with, to find those that repeat one.
    package var rowsRememberedMax = 4_000_000
    /// Different unknown values of a column that are told.
    package var unknownValuesMax = 10
    /// Bytes of an unknown value that are told.
    package var unknownValueBytesMax = 64

    package init() {}
}
