/// What can be wrong with a row of a file as a whole; with one value of it, see `ViolationCode`.
/// The raw values are part of the interface.
package enum RowFault: String, CaseIterable, Sendable {
    /// Not a record of a table, or not JSON.
    case malformed
    /// JSON, but not an object.
    case notAnObject = "not_an_object"
    /// More bytes or cells than any record may have.
    case tooLarge = "too_large"
    /// Another number of cells than the header.
    case ragged

    package init(_ error: CSVError) {
        switch error {
        case .quoteInUnquotedCell, .textAfterQuote, .unterminatedQuote, .bareCarriageReturn:
            self = .malformed
        case .cellTooLarge, .recordTooLarge, .tooManyCells: self = .tooLarge
        }
    }
}
