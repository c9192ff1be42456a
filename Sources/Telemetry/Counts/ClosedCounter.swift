internal import Metrics

/// The values of a label that is always one of a few. The raw values count from 0 in the order of
/// the cases.
package protocol MetricLabel: CaseIterable, RawRepresentable, Sendable where RawValue == Int {
    /// As the label is written.
    var label: String { get }
}

/// A counter for each value of a label, all of them there from the start.
package struct ClosedCounter<Label: MetricLabel>: Equatable, Sendable {
    private var counts = [UInt64](repeating: 0, count: Label.allCases.count)

    package init() {}

    package mutating func count(_ label: Label) { counts[label.rawValue] &+= 1 }

    package subscript(_ label: Label) -> UInt64 { counts[label.rawValue] }

    mutating func merge(_ other: ClosedCounter) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
    }

    func write(to writer: inout MetricsWriter) {
        for label in Label.allCases { writer.sample(self[label], [label.label]) }
    }
}
