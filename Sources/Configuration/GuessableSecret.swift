/// Why a secret can be guessed, by rules that a person can check. Random bytes match none of them,
/// whether raw or written as hexadecimal digits or base64.
package enum GuessableSecret: Equatable, Sendable, CustomStringConvertible {
    /// Fewer different bytes are not random: 32 random hexadecimal digits have 14, and fewer than
    /// this once in a thousand million.
    package static let differentBytesMin = 8

    case fewDifferentBytes(Int)
    /// The same bytes over and over.
    case repeated(bytes: Int)
    /// Three quarters of the bytes equal the byte before, or follow or precede it in the alphabet.
    case ordered
    /// It has a word that samples in documents have. Which one is not reported.
    case sample
    /// A path, which belongs into the variable that ends in `_FILE`.
    case path

    /// The words, small: of six letters at least, which base64 does not have by chance.
    package static let sampleWords = [
        "secret", "changeme", "change-me", "change_me", "changeit", "password", "passwort",
        "example", "placeholder", "insecure", "default", "letmein", "qwerty", "0123456789",
    ]

    /// Nil if no rule matches.
    package init?(_ secret: Span<UInt8>) {
        var isThere = [Bool](repeating: false, count: 256)
        for index in secret.indices { isThere[Int(secret[index])] = true }
        let different = isThere.count { $0 }
        if different < GuessableSecret.differentBytesMin {
            self = .fewDifferentBytes(different)
        } else if let period = GuessableSecret.period(of: secret) {
            self = .repeated(bytes: period)
        } else if GuessableSecret.isOrdered(secret) {
            self = .ordered
        } else if GuessableSecret.isPath(secret) {
            self = .path
        } else if GuessableSecret.hasSampleWord(secret) {
            self = .sample
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .fewDifferentBytes(1): "one byte over and over"
        case .fewDifferentBytes(let count): "\(count) different bytes only"
        case .repeated(let count): "the same \(count) bytes over and over"
        case .ordered: "letters or digits in their order, or over and over"
        case .path: "the path of a file, for which there are variables that end in _FILE"
        case .sample: "a word that samples have, such as changeme"
        }
    }

    /// After how many bytes it repeats, at most half of them; nil if it does not.
    private static func period(of secret: Span<UInt8>) -> Int? {
        guard secret.count > 1 else { return nil }
        return (1...secret.count / 2).first { period in
            (period..<secret.count).allSatisfy { secret[$0] == secret[$0 - period] }
        }
    }

    private static func isOrdered(_ secret: Span<UInt8>) -> Bool {
        let followers = (1..<max(secret.count, 1)).count { index in
            abs(Int(secret[index]) - Int(secret[index - 1])) <= 1
        }
        return followers * 4 >= (secret.count - 1) * 3
    }

    /// From the root, two names at least, without a capital, which base64 has.
    private static func isPath(_ secret: Span<UInt8>) -> Bool {
        let slash = UInt8(ascii: "/")
        guard secret.count > 0, secret[0] == slash else { return false }
        return secret.indices.count { secret[$0] == slash } > 1
            && secret.indices.allSatisfy { !(UInt8(ascii: "A")...UInt8(ascii: "Z") ~= secret[$0]) }
    }

    private static func hasSampleWord(_ secret: Span<UInt8>) -> Bool {
        sampleWords.contains { word in
            let word = Array(word.utf8)
            guard secret.count >= word.count else { return false }
            return (0...(secret.count - word.count)).contains { start in
                word.indices.allSatisfy { offset in
                    let byte = secret[start + offset]
                    let isCapital = UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                    return (isCapital ? byte | 0x20 : byte) == word[offset]
                }
            }
        }
    }
}
