package import JSON

/// What `evaluate` has to know of how a model was made, as its manifest says it.
package struct Provenance: Equatable, Sendable {
    static let dataSHA256 = "data_sha256"
    static let seed = "seed"
    static let holdOutRows = "hold_out_rows"
    static let learnedRows = "learned_rows"

    /// SHA-256 of the table's file.
    package let dataSHA256: String
    package let seed: UInt64
    package let holdOutRows: Int
    /// More than all rows without the hold-out if that was learned from too.
    package let learnedRows: Int

    /// Nil where a manifest does not say how a hold-out was drawn.
    package init?(_ object: JSONObject) {
        guard let dataSHA256 = object[Provenance.dataSHA256]?.asString,
            let seed = object[Provenance.seed]?.asString.flatMap({ UInt64($0) }),
            let holdOutRows = object[Provenance.holdOutRows]?.asNumber.flatMap({ Int(exactly: $0) }
            ),
            let learnedRows = object[Provenance.learnedRows]?.asNumber.flatMap({ Int(exactly: $0) })
        else { return nil }
        self.dataSHA256 = dataSHA256
        self.seed = seed
        self.holdOutRows = holdOutRows
        self.learnedRows = learnedRows
    }
}
