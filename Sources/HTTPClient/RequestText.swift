internal import Bytes

/// What a request asks for.
package enum ClientMethod: String, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
}

/// The bytes of a request (RFC 9112) on a connection that carries no other.
package struct RequestText {
    private var head: String
    private let method: ClientMethod

    /// - Parameters:
    ///   - target: of an `OutgoingURL`, or as sound.
    ///   - authority: the same.
    package init(_ method: ClientMethod, _ target: String, authority: String) {
        self.method = method
        head =
            "\(method.rawValue) \(target) HTTP/1.1\r\nHost: \(authority)\r\n"
            + "Connection: close\r\n"
    }

    /// False where the name or the value would break the head; then nothing is added.
    package mutating func add(_ field: ClientField) -> Bool {
        guard !field.name.isEmpty, field.name.utf8.allSatisfy(ASCII.isToken),
            field.value.utf8.allSatisfy({ 0x20...0x7E ~= $0 })
        else { return false }
        head += "\(field.name): \(field.value)\r\n"
        return true
    }

    /// The whole request.
    package func bytes(_ body: [UInt8]?) -> [UInt8] {
        let length =
            body != nil || method != .get ? "Content-Length: \(body?.count ?? 0)\r\n" : ""
        return Array("\(head)\(length)\r\n".utf8) + (body ?? [])
    }
}
