internal import Bundle
internal import Bytes

/// What the file `active` of a model's directory says: the version that serves, and in a second
/// line the one before it. A file and not a link, so that whatever copies files can carry it.
///
/// A version may be followed by `sha256:` and the digest of its manifest: then no other bundle is
/// loaded under that version.
struct ActiveFile: Equatable, Sendable {
    static let bytesMax = 1024
    private static let pinMark = "sha256:"

    let version: String
    /// Nil if any bundle of the version is accepted.
    let sha256: String?
    let previous: String?
    let previousSHA256: String?

    /// - Parameter previous: taken for none where it is the version itself.
    init(
        version: String, sha256: String? = nil, previous: String?, previousSHA256: String? = nil
    ) {
        self.version = version
        self.sha256 = sha256
        self.previous = previous == version ? nil : previous
        self.previousSHA256 = self.previous == nil ? nil : previousSHA256
    }

    /// The digest that a version must have according to this file.
    func pin(of version: String) -> String? {
        version == self.version ? sha256 : version == previous ? previousSHA256 : nil
    }

    /// White space at the ends of lines and at the end of the file is ignored; editors and
    /// other systems leave it there.
    init(parsing bytes: [UInt8]) throws(ActiveFault) {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            line.dropLast(line.reversed().prefix(while: ActiveFile.isSpace).count)
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard !lines.isEmpty else { throw .empty }
        guard lines.count <= 2 else { throw .lines(found: lines.count) }
        var names: [String] = []
        var pins: [String?] = []
        for (index, line) in lines.enumerated() {
            let words = line.split(maxSplits: 1, whereSeparator: ActiveFile.isSpace)
            let name = String(decoding: words.first ?? [], as: UTF8.self)
            let pin =
                words.count > 1
                ? String(decoding: words[1].drop(while: ActiveFile.isSpace), as: UTF8.self) : nil
            guard Manifest.isName(name), line.first.map(ActiveFile.isSpace) == false,
                pin?.hasPrefix(ActiveFile.pinMark) != false
            else {
                throw .name(line: index + 1, found: VersionText.shown(line))
            }
            let digest = pin.map { String($0.dropFirst(ActiveFile.pinMark.count)) }
            guard digest.map(Manifest.isSHA256) != false else { throw .pin(line: index + 1) }
            names.append(name)
            pins.append(digest)
        }
        self.init(
            version: names[0], sha256: pins[0], previous: names.count > 1 ? names[1] : nil,
            previousSHA256: names.count > 1 ? pins[1] : nil)
    }

    var bytes: [UInt8] {
        var text = ActiveFile.line(version, sha256)
        if let previous { text += ActiveFile.line(previous, previousSHA256) }
        return Array(text.utf8)
    }

    private static func line(_ version: String, _ sha256: String?) -> String {
        sha256.map { "\(version) \(pinMark)\($0)\n" } ?? "\(version)\n"
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        ASCII.isBlank(byte) || byte == ASCII.carriageReturn
    }
}

/// What is wrong with the content of `active`.
package enum ActiveFault: Error, Equatable, Sendable {
    case empty
    case lines(found: Int)
    /// A line, counted from 1, that names no version.
    case name(line: Int, found: String)
    /// What follows the version in a line, counted from 1, is not a digest.
    case pin(line: Int)
}

extension ActiveFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "empty, expected the active version"
        case .lines(let found):
            "\(found) lines, expected the active version and at most the previous one"
        case .name(let line, let found): "line \(line): \(found), expected \(VersionText.wanted)"
        case .pin(let line):
            "line \(line): no digest after sha256:, expected 64 lower-case hexadecimal digits"
        }
    }
}

/// Versions as they are shown and ordered.
enum VersionText {
    static let wanted = "a version: 1 to 64 of A-Z a-z 0-9 . _ - and no dot in front"

    private static let shownBytesMax = 64

    /// Bytes that were given as a version, short and in visible ASCII.
    static func shown(_ bytes: some Collection<UInt8>) -> String {
        guard !bytes.isEmpty else { return "nothing" }
        let visible = bytes.prefix(shownBytesMax).map { 0x20...0x7E ~= $0 ? $0 : UInt8(ascii: "?") }
        let end = bytes.count > shownBytesMax ? "..." : ""
        return "'\(String(decoding: visible, as: UTF8.self))\(end)'"
    }

    /// Whether `first` comes before `second`: runs of digits by their value, all else by its bytes,
    /// so that 2 comes before 10 and 1.9 before 1.10.
    static func areInOrder(_ first: String, _ second: String) -> Bool {
        var left = Array(first.utf8)[...]
        var right = Array(second.utf8)[...]
        while !left.isEmpty, !right.isEmpty {
            let leftRun = takeRun(&left)
            let rightRun = takeRun(&right)
            guard let leftNumber = number(leftRun), let rightNumber = number(rightRun) else {
                if leftRun == rightRun { continue }
                return leftRun.lexicographicallyPrecedes(rightRun)
            }
            if leftNumber.count != rightNumber.count {
                return leftNumber.count < rightNumber.count
            }
            if leftNumber != rightNumber {
                return leftNumber.lexicographicallyPrecedes(rightNumber)
            }
        }
        if left.isEmpty, right.isEmpty {
            // Equal but for zeros in front: any order will do that is always the same.
            return first.utf8.lexicographicallyPrecedes(second.utf8)
        }
        return left.isEmpty
    }

    /// The digits in front, or where there are none the one byte that is.
    private static func takeRun(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let run = text.prefix { ASCII.isDigit($0) }
        let taken = run.isEmpty ? text.prefix(1) : run
        text = text.dropFirst(taken.count)
        return taken
    }

    /// The digits of a number without zeros in front, of which more are a larger number; nil where
    /// there are none.
    private static func number(_ run: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let first = run.first, ASCII.isDigit(first) else { return nil }
        return run.drop { $0 == 0x30 }
    }
}
