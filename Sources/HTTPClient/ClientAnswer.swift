internal import Bytes

/// A field of a request or of an answer.
package struct ClientField: Equatable, Sendable {
    /// In lower case, where it is an answer's.
    package let name: String
    /// Without the white space around it.
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What a server answered, whole.
package struct ClientAnswer: Equatable, Sendable {
    /// From 200 to 599; redirects are not followed.
    package let status: Int
    package let fields: [ClientField]
    package let body: [UInt8]

    package init(status: Int, fields: [ClientField] = [], body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The value of the fields of this name, joined where they are several (RFC 9110 §5.3).
    ///
    /// - Parameter name: in lower case.
    package func field(_ name: String) -> String? {
        let values = fields.filter { $0.name == name }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    /// `max-age` of Cache-Control, in seconds (RFC 9111 §5.2.2.1); 0 where the answer must not be
    /// used again without asking; nil where neither is stated.
    package var maxAgeSeconds: Int64? {
        var age: Int64?
        for part in (field("cache-control") ?? "").split(separator: ",") {
            let words = part.split(separator: "=", maxSplits: 1)
            let name = ClientAnswer.trimmed(words[0]).lowercased()
            if name == "no-store" || name == "no-cache" { return 0 }
            guard name == "max-age", words.count == 2 else { continue }
            let digits = ClientAnswer.trimmed(words[1]).filter { $0 != "\"" }
            guard let seconds = Int(decimal: digits.utf8) else { continue }
            age = min(age ?? .max, Int64(seconds))
        }
        return age
    }

    /// The seconds of Retry-After (RFC 9110 §10.2.3); nil without one, and for a date.
    package var retryAfterSeconds: Int64? {
        field("retry-after").flatMap { Int(decimal: $0.utf8) }.map { Int64($0) }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
