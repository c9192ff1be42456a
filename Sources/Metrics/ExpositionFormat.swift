/// The formats that a scraper can have.
package enum ExpositionFormat: Equatable, CaseIterable, Sendable {
    /// Prometheus' own, 0.0.4.
    case text
    /// OpenMetrics 1.0.
    case openMetrics

    package var contentType: StaticString {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// The format for a scraper that sends this Accept field (RFC 9110 §12.5.1): OpenMetrics only
    /// where it is named, with a weight that is not below that of `text/plain`. Everything else has
    /// the text format, also a field that cannot be read or has more than
    /// `AcceptField.bytesMax` bytes.
    package init(accept field: Span<UInt8>) {
        guard let weights = AcceptField.weights(in: field) else {
            self = .text
            return
        }
        let isWanted = weights.openMetrics > 0 && weights.openMetrics >= weights.text
        self = isWanted ? .openMetrics : .text
    }

    /// The same for bytes of which a part, or nothing, is the field.
    package init(accept range: Range<Int>?, in bytes: Span<UInt8>) {
        if let range {
            self.init(accept: bytes.extracting(range))
        } else {
            self = .text
        }
    }
}
