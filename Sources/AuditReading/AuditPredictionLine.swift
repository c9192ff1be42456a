internal import JSON

/// What a record of a prediction says of it, as it stands in its line.
package struct AuditPredictionLine {
    /// The customer's values, a JSON object; nil where they were not recorded.
    package private(set) var features: Range<Int>?
    /// The model's name and version.
    package private(set) var model = ""
    package private(set) var modelSHA256 = ""
    /// As it was answered to the caller.
    package private(set) var probability = 0..<0
    package private(set) var probabilityBits: UInt32 = 0
    package private(set) var risk = ""

    /// - Parameter line: of a record whose content has been read, without its line feed; nil where
    ///   it is no prediction's.
    package init?(_ line: Span<UInt8>) {
        do throws(AuditContentFault) {
            try read(line)
        } catch {
            return nil
        }
        guard !modelSHA256.isEmpty, !probability.isEmpty else { return nil }
    }

    private mutating func read(_ line: Span<UInt8>) throws(AuditContentFault) {
        var scanner = JSONScanner(line, depthMax: AuditContentReader.depthMax)
        try scanner.enterObject()
        while let name = try scanner.memberName() {
            let start = scanner.offset
            guard try scanner.kind() == .string else {
                try scanner.passValue()
                let range = start..<scanner.offset
                if scanner.equals(name, "features") { features = range }
                if scanner.equals(name, "probability") { probability = range }
                continue
            }
            let text = scanner.text(try scanner.anyString())
            switch scanner.text(name) {
            case "model": model = text
            case "model_sha256": modelSHA256 = text
            case "probability_bits": probabilityBits = UInt32(text, radix: 16) ?? 0
            case "risk": risk = text
            case _: continue
            }
        }
    }
}
