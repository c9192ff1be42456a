/// Writes what a scrape is answered with. Labels are given by their values, in the order of the
/// family's labels. A family of which nothing is written is not there at all.
package struct MetricsWriter: ~Copyable {
    private let format: ExpositionFormat
    private var output: [UInt8] = []
    private var family: MetricFamily?
    private var isHeadWritten = false
    private var begun: Set<Substring> = []

    /// Begins empty, with room for `capacity` bytes.
    package init(_ format: ExpositionFormat, reserving capacity: Int = 1 << 14) {
        self.format = format
        output.reserveCapacity(capacity)
    }

    /// What follows is of this family, until the next one begins. The samples of a family stand
    /// together, so it begins once.
    package mutating func begin(_ family: MetricFamily) {
        let isNew = begun.insert(family.stem).inserted
        precondition(isNew, "\(family.name) has begun before")
        self.family = family
        isHeadWritten = false
    }

    /// A sample of a counter or a gauge.
    package mutating func sample(_ value: UInt64, _ labelValues: [String] = []) {
        beginSample(of: [.counter, .gauge], labelValues)
        append(value)
        endLine()
    }

    /// A sample of a counter or a gauge.
    package mutating func sample(_ value: Double, _ labelValues: [String] = []) {
        let family = beginSample(of: [.counter, .gauge], labelValues)
        precondition(family.kind == .gauge || value >= 0, "\(family.name) counts downwards")
        append(value)
        endLine()
    }

    /// What an info says.
    package mutating func info(_ labelValues: [String]) {
        beginSample(of: [.info], labelValues)
        append(1 as UInt64)
        endLine()
    }

    /// All samples of one histogram.
    package mutating func histogram(_ histogram: Histogram, _ labelValues: [String] = []) {
        let family = beginFamily(of: [.histogram])
        var total: UInt64 = 0
        for (index, count) in histogram.counts.enumerated() {
            total &+= count
            let isBounded = index < histogram.bounds.count
            let bound = isBounded ? text(of: histogram.bounds[index]) : "+Inf"
            append(family.name)
            append("_bucket")
            appendLabels(family.labels + ["le"], labelValues + [bound])
            append(total)
            endLine()
        }
        append(family.name)
        append("_sum")
        appendLabels(family.labels, labelValues)
        append(histogram.sum)
        endLine()
        append(family.name)
        append("_count")
        appendLabels(family.labels, labelValues)
        append(total)
        endLine()
    }

    /// All that was written.
    package consuming func finish() -> [UInt8] {
        if format == .openMetrics { output.append(contentsOf: "# EOF\n".utf8) }
        return output
    }

    /// Writes all of a sample but its value.
    @discardableResult
    private mutating func beginSample(
        of kinds: [MetricKind], _ labelValues: [String]
    ) -> MetricFamily {
        let family = beginFamily(of: kinds)
        append(family.name)
        appendLabels(family.labels, labelValues)
        return family
    }

    private mutating func beginFamily(of kinds: [MetricKind]) -> MetricFamily {
        guard let family, kinds.contains(family.kind) else {
            preconditionFailure("no family of this kind has begun")
        }
        if !isHeadWritten {
            isHeadWritten = true
            appendHead(of: family)
        }
        return family
    }

    private mutating func appendHead(of family: MetricFamily) {
        // OpenMetrics 1.0 names counters and infos without the suffix of their samples; the text
        // format knows neither, nor infos.
        let isOpen = format == .openMetrics
        let name = isOpen ? family.stem : family.name[...]
        let kind = !isOpen && family.kind == .info ? MetricKind.gauge : family.kind
        append("# HELP \(name) ")
        appendEscaped(family.help, quotes: isOpen)
        endLine()
        append("# TYPE \(name) \(kind.rawValue)")
        endLine()
        if isOpen, let unit = family.unit {
            append("# UNIT \(name) \(unit.rawValue)")
            endLine()
        }
    }

    /// Writes the labels and the blank that ends them.
    private mutating func appendLabels(_ names: [String], _ values: [String]) {
        precondition(names.count == values.count, "each label has one value")
        for index in names.indices {
            append(index == 0 ? "{" : ",")
            append(names[index])
            append("=\"")
            appendEscaped(values[index], quotes: true)
            append("\"")
        }
        append(names.isEmpty ? " " : "} ")
    }

    private mutating func append(_ text: String) { output.append(contentsOf: text.utf8) }

    private mutating func append(_ value: UInt64) { append(value.description) }

    /// The fewest digits from which the same number is read back; whole numbers as integers.
    private mutating func append(_ value: Double) {
        let text = text(of: value)
        append(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }

    /// As OpenMetrics wants the bounds of buckets: `1.0`, not `1`. The text format leaves it open,
    /// and with the same bounds in both, a series does not change with the format.
    private func text(of value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value.description
    }

    private mutating func endLine() { output.append(UInt8(ascii: "\n")) }

    /// Both formats escape the backslash and the line feed everywhere, and the quotation mark in
    /// labels; OpenMetrics in the help as well.
    private mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\n"): append("\\n")
            case UInt8(ascii: "\"") where quotes: append("\\\"")
            default: output.append(byte)
            }
        }
    }
}
