internal import Bytes
internal import Models

/// The lines of a model as LightGBM writes it, and the lists of numbers in them.
struct LightGBMText {
    /// Lines of a section; LightGBM writes about twenty.
    static let sectionLinesMax = 256

    let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Lines `name=value` up to an empty one.
    struct Section {
        /// What it is called in errors, for example `tree 3: `.
        let place: String
        fileprivate(set) var values: [String: Range<Int>] = [:]
    }

    /// The next line without its end; nil at the end of the text.
    mutating func nextLine() -> Range<Int>? {
        guard offset < bytes.count else { return nil }
        let start = offset
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        offset = end + 1
        let hasReturn = end > start && bytes[end - 1] == UInt8(ascii: "\r")
        return start..<(hasReturn ? end - 1 : end)
    }

    /// The next line that is not empty.
    mutating func nextFilledLine() -> Range<Int>? {
        while let line = nextLine() { if !line.isEmpty { return line } }
        return nil
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    func begins(_ line: Range<Int>, _ text: StaticString) -> Bool {
        bytes.span.extracting(line).holds(text.bytes, at: 0)
    }

    /// Lines without `=` are ignored, but for `average_output`, which is one without a value.
    mutating func section(_ place: String) throws(ModelError) -> Section {
        var section = Section(place: place)
        while let line = nextLine(), !line.isEmpty {
            let equals = bytes[line].firstIndex(of: UInt8(ascii: "="))
            let name = text(line.lowerBound..<(equals ?? line.upperBound))
            let value = equals.map { $0 + 1..<line.upperBound } ?? line.upperBound..<line.upperBound
            guard section.values.count < LightGBMText.sectionLinesMax else {
                throw .tooMany(
                    "lines\(place.isEmpty ? "" : " of \(place.dropLast(2))")",
                    found: section.values.count + 1, most: LightGBMText.sectionLinesMax)
            }
            guard section.values.updateValue(value, forKey: name) == nil else {
                throw .invalid(path: place + excerpt(name), wanted: "it once")
            }
        }
        return section
    }

    func value(_ name: String, _ section: Section) throws(ModelError) -> Range<Int> {
        guard let range = section.values[name] else {
            throw .missing(path: section.place + name)
        }
        return range
    }

    func integer(
        _ name: String, _ section: Section, in range: ClosedRange<Int>
    ) throws(ModelError) -> Int {
        let text = text(try value(name, section))
        guard let integer = Int(text), range ~= integer else {
            throw .invalid(
                path: section.place + name, wanted: "\(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    func integers<Integer: FixedWidthInteger>(
        _ name: String, _ section: Section, count: Int
    ) throws(ModelError) -> [Integer] {
        try list(name, section, count: count, of: "integers") { Integer($0) }
    }

    /// Finite numbers.
    func numbers(
        _ name: String, _ section: Section, count: Int
    ) throws(ModelError) -> [Double] {
        try list(name, section, count: count, of: "finite numbers") { LightGBMText.number($0) }
    }

    /// A finite decimal number.
    static func number(_ text: String) -> Double? {
        let isDecimal = text.utf8.allSatisfy { byte in
            ASCII.isDigit(byte) || "+-.eE".utf8.contains(byte)
        }
        guard isDecimal, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// How many words are between single blanks.
    func wordCount(_ range: Range<Int>) -> Int {
        range.isEmpty ? 0 : bytes[range].count { $0 == UInt8(ascii: " ") } + 1
    }

    /// Words between single blanks; none if they are not as many as wanted.
    func words(_ range: Range<Int>, count: Int) -> [String] {
        guard wordCount(range) == count else { return [] }
        return bytes[range].split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private func list<Value>(
        _ name: String, _ section: Section, count: Int, of kind: String,
        _ parse: (String) -> Value?
    ) throws(ModelError) -> [Value] {
        let range = try value(name, section)
        var values: [Value] = []
        for word in bytes[range].split(separator: UInt8(ascii: " ")) {
            guard values.count < count, let value = parse(String(decoding: word, as: UTF8.self))
            else { break }
            values.append(value)
        }
        guard values.count == count, wordCount(range) == count else {
            throw .invalid(path: section.place + name, wanted: "\(count) \(kind)")
        }
        return values
    }

    private func excerpt(_ name: String) -> String {
        String(name.prefix(32).map { $0.isASCII && !$0.isNewline ? $0 : "?" })
    }
}
