internal import Bytes
package import Features
internal import JSON

/// Why a customer's features make no record.
package enum FeatureProblem: Error, Equatable, Sendable {
    /// Nothing is stored under this identifier.
    case unknownCustomer
    /// These are not stored, and the schema takes no blank for them.
    case missing([String])
    /// They were written longer ago than is allowed, or nobody knows when.
    case stale(ageMilliseconds: Int64?)
    /// What is stored for this name, of a feature or a time, cannot be read.
    case unreadable(String, FeatureFault)
    /// It is not an answer to the question.
    case foreignAnswer
}

/// What a schema's features are asked for with, and how a record is made of the answer.
package struct FeatureQuery: Sendable {
    private struct Part {
        /// As JSON, with its quotes and colon.
        let member: [UInt8]
        let name: String
        let takesBlank: Bool
        let isNumber: Bool
    }

    /// The fields of the hash: the features in the schema's order, then the times.
    package let fields: [[UInt8]]
    private let parts: [Part]
    private let timeNames: [String]
    private let isFeast: Bool
    /// The member that the identifier is written as; empty where the schema has none.
    private let identifier: [UInt8]
    private let ageMillisecondsMax: Int64?

    /// - Parameter ageMillisecondsMax: how long ago each view may have been written; nil: any time.
    package init(_ schema: Schema, in layout: FeatureLayout, ageMillisecondsMax: Int64?) {
        self.ageMillisecondsMax = ageMillisecondsMax
        parts = schema.fields.map { field in
            let isNumber = if case .category = field.kind { false } else { true }
            return Part(
                member: FeatureQuery.member(field.name), name: field.name,
                takesBlank: field.blank != nil, isNumber: isNumber)
        }
        identifier = schema.identifier.map { FeatureQuery.member($0.name) } ?? []
        switch layout {
        case .hash:
            isFeast = false
            timeNames = [FeatureLayout.timeField]
            fields = parts.map { Array($0.name.utf8) } + [Array(FeatureLayout.timeField.utf8)]
        case .feast(_, let views):
            isFeast = true
            var named: [[UInt8]] = []
            var used: Set<String> = []
            for part in parts {
                let listed = views.first { $0.features?.contains(part.name) == true }
                let view = listed ?? views.first { $0.features == nil }
                // A field in no view is asked for under a name that nothing is stored under.
                if let view { used.insert(view.name) }
                named.append(FieldHash.name(view: view?.name ?? "", feature: part.name))
            }
            timeNames = views.map(\.name).filter { used.contains($0) }
            fields = named + timeNames.map { FieldHash.time(view: $0) }
        }
    }

    /// Writes the record that `/predict` would take, and says when the oldest part of it was
    /// written, in milliseconds since 1970.
    ///
    /// - Parameters:
    ///   - answers: one for each of `fields`; nil where nothing is stored.
    ///   - record: what it is appended to; to be dropped after an error.
    package func write(
        _ answers: [[UInt8]?], of id: Span<UInt8>, nowUnixMilliseconds: Int64,
        to record: inout [UInt8]
    ) throws(FeatureProblem) -> Int64? {
        guard answers.count == fields.count else { throw .foreignAnswer }
        if answers.allSatisfy({ $0 == nil }) { throw .unknownCustomer }
        let oldest = try oldestTime(answers[parts.count...])
        if let ageMillisecondsMax {
            guard let oldest else { throw .stale(ageMilliseconds: nil) }
            let age = nowUnixMilliseconds - oldest
            guard age <= ageMillisecondsMax else { throw .stale(ageMilliseconds: age) }
        }
        record.append(UInt8(ascii: "{"))
        var missing: [String] = []
        var isFirst = true
        if !identifier.isEmpty {
            record += identifier
            FeatureQuery.write(string: id, to: &record)
            isFirst = false
        }
        for (index, part) in parts.enumerated() {
            if !isFirst { record.append(UInt8(ascii: ",")) }
            isFirst = false
            record += part.member
            if try !write(answers[index], as: part, to: &record) {
                if part.takesBlank {
                    record.appendLiteral("null")
                } else {
                    missing.append(part.name)
                }
            }
        }
        record.append(UInt8(ascii: "}"))
        guard missing.isEmpty else { throw .missing(missing) }
        return oldest
    }

    /// Nil where a time is not stored.
    private func oldestTime(_ answers: ArraySlice<[UInt8]?>) throws(FeatureProblem) -> Int64? {
        var oldest = Int64.max
        for (name, answer) in zip(timeNames, answers) {
            guard let answer else { return nil }
            do throws(FeatureFault) {
                let time =
                    isFeast
                    ? try FeatureTime.unixMilliseconds(ofTimestamp: answer.span)
                    : try FeatureTime.unixMilliseconds(ofText: answer.span)
                oldest = min(oldest, time)
            } catch { throw .unreadable(isFeast ? "_ts:\(name)" : name, error) }
        }
        return oldest == .max ? nil : oldest
    }

    /// False where nothing is stored.
    private func write(
        _ answer: [UInt8]?, as part: Part, to record: inout [UInt8]
    ) throws(FeatureProblem) -> Bool {
        guard let answer, !answer.isEmpty else { return false }
        guard isFeast else {
            guard answer.count <= FeatureValue.textBytesMax else {
                throw .unreadable(part.name, .textTooLong(bytesMax: FeatureValue.textBytesMax))
            }
            if part.isNumber, FeatureQuery.isNumeral(answer.span) {
                record += answer
            } else {
                FeatureQuery.write(string: answer.span, to: &record)
            }
            return true
        }
        let value: FeatureValue
        do throws(FeatureFault) { value = try FeatureValue(answer.span) } catch {
            throw .unreadable(part.name, error)
        }
        switch value {
        case .missing: return false
        case .text(let range):
            FeatureQuery.write(string: answer.span.extracting(range), to: &record)
        case .integer(let number): record += "\(number)".utf8
        case .number(let number): FeatureQuery.write(&record) { $0.number(number) }
        case .shortNumber(let number): FeatureQuery.write(&record) { $0.number(number) }
        case .bool(let value): record += (value ? "true" : "false").utf8
        }
        return true
    }

    private static func member(_ name: String) -> [UInt8] {
        var json = JSONWriter()
        json.string(name)
        return json.finish() + [UInt8(ascii: ":")]
    }

    private static func write(string: Span<UInt8>, to record: inout [UInt8]) {
        var json = JSONWriter(appendingTo: record)
        json.string(string)
        record = json.finish()
    }

    private static func write(_ record: inout [UInt8], _ append: (inout JSONWriter) -> Void) {
        var json = JSONWriter(appendingTo: record)
        append(&json)
        record = json.finish()
    }

    /// Whether bytes are a number as JSON spells them.
    private static func isNumeral(_ bytes: Span<UInt8>) -> Bool {
        func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
        // JSON would allow white space around it.
        guard isDigit(bytes[0]) || bytes[0] == UInt8(ascii: "-"), isDigit(bytes[bytes.count - 1])
        else { return false }
        guard let value = try? JSONValue(parsing: bytes), case .number = value else { return false }
        return true
    }
}
