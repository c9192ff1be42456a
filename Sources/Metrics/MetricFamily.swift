internal import Bytes

/// What the samples of a family are.
package enum MetricKind: String, CaseIterable, Sendable {
    /// Only ever grows while the process lives.
    case counter
    /// Goes up and down.
    case gauge
    /// How many values lay at or below each bound.
    case histogram
    /// Always 1; its labels are what it says.
    case info
}

/// The units of families, by the names they end with: base units only.
package enum MetricUnit: String, CaseIterable, Sendable {
    case seconds
    case bytes
}

/// Metrics of one name. Names, labels and help are the program's own text, so one that is not of
/// the right form is a broken invariant.
package struct MetricFamily: Equatable, Sendable {
    /// As the Prometheus text format has it: a counter ends with `_total`, an info with `_info`,
    /// and before that the unit, where there is one.
    package let name: String
    package let kind: MetricKind
    package let unit: MetricUnit?
    /// The labels of every sample, in their order.
    package let labels: [String]
    /// One line that says what is measured.
    package let help: String

    package init(
        _ name: String, _ kind: MetricKind, unit: MetricUnit? = nil, labels: [String] = [],
        help: String
    ) {
        precondition(MetricFamily.isName(name), "not a metric's name: \(name)")
        precondition(!help.isEmpty, "\(name) says nothing of itself")
        let suffix = MetricFamily.suffix(of: kind)
        precondition(name.hasSuffix(suffix), "\(name): a \(kind.rawValue) ends with \(suffix)")
        precondition(
            kind == .counter || !name.hasSuffix("_total"), "\(name): only a counter is a total")
        let stem = String(name.dropLast(suffix.count))
        precondition(!stem.isEmpty, "\(name): a suffix alone is no name")
        if let unit {
            precondition(kind != .info, "\(name): an info has no unit")
            precondition(stem.hasSuffix("_\(unit.rawValue)"), "\(name) does not name its unit")
        }
        for (index, label) in labels.enumerated() {
            precondition(MetricFamily.isLabelName(label), "\(name): not a label's name: \(label)")
            precondition(!labels[..<index].contains(label), "\(name): \(label) comes twice")
            precondition(kind != .histogram || label != "le", "\(name): le is the bucket's label")
        }
        self.name = name
        self.kind = kind
        self.unit = unit
        self.labels = labels
        self.help = help
    }

    /// What OpenMetrics calls the family: the name without the suffix that its samples have.
    package var stem: Substring { name.dropLast(MetricFamily.suffix(of: kind).count) }

    private static func suffix(of kind: MetricKind) -> String {
        switch kind {
        case .counter: "_total"
        case .info: "_info"
        case .gauge, .histogram: ""
        }
    }

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`, but without the colon, which is for recording rules.
    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !ASCII.isDigit(first) else { return false }
        return text.utf8.allSatisfy {
            ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "_")
        }
    }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`; two underscores at the beginning are Prometheus' own.
    private static func isLabelName(_ text: String) -> Bool {
        isName(text) && !text.hasPrefix("__")
    }
}
